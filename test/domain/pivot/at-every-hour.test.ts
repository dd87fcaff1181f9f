/** A mood at every hour of a trip, the nights among them: an answer that says which stop it is about, or why there is none. */
import { assert, describe, it } from "@effect/vitest"
import { MOODS } from "../../../src/domain/pivot/moods.ts"
import type { Mood } from "../../../src/domain/vocabulary.ts"
import { curatedCities } from "../../support/curated-cities.ts"
import { answerPivot, idsFor, tripIn, worldOf } from "../../support/trips.ts"

const HOUR = 3_600_000
const SEED = 7

for (const city of curatedCities()) {
  describe(`a mood in ${city.city.slug}`, () => {
    const trip = tripIn(city, SEED, 2)
    const world = worldOf(city, trip, SEED)
    const [first, last] = [trip.slots[0]!, trip.slots.at(-1)!]
    const ask = (mood: Mood, now: number, of = world) =>
      answerPivot(of, undefined, { trigger: "mood", detail: { mood } }, now, idsFor(`${mood} ${now}`))

    it("is answered at every hour, and says when the stop that would change is hours away", () => {
      let far = 0
      for (let now = first.starts_at - 12 * HOUR; now < last.ends_at; now += HOUR) {
        for (const mood of MOODS) {
          const answer = ask(mood, now)
          if (answer._tag === "refused") {
            assert.isBelow(last.ends_at - now, HOUR / 2, answer.message)
            continue
          }
          const { options, reasons = [], slot_id } = answer.offer
          assert.isTrue(options.length > 0 || reasons.length > 0, `${mood} at ${new Date(now).toISOString()}`)
          const slot = trip.slots.find(({ id }) => id === slot_id)!
          const said = reasons.find(({ reason }) => reason === "far_ahead")
          assert.strictEqual(said !== undefined, slot.starts_at - now >= 2 * HOUR)
          if (said === undefined) continue
          far++
          const at = new Intl.DateTimeFormat("en", {
            timeZone: city.city.time_zone,
            timeStyle: "short",
            hourCycle: "h23"
          }).format(slot.starts_at)
          const { name } = city.nodes[city.indexOf(slot.node_id)!]!
          assert.strictEqual(
            said.message,
            `Nothing could change before ${name}, on day ${slot.day} at ${at}: this is about that stop.`
          )
        }
      }
      assert.isAbove(far, 0)
    })

    it("says why nothing ahead could follow it", () => {
      const why = (now: number, of = world) => {
        const answer = ask("hungry", now, of)
        return answer._tag === "refused" ? [answer.problem, answer.message] : []
      }
      assert.deepEqual(why(last.ends_at + HOUR), ["nothing_ahead", "Nothing more is planned on this trip."])
      assert.deepEqual(why(last.ends_at - HOUR / 4), [
        "nothing_ahead",
        "The last stop has begun, and nothing is planned after it."
      ])
      const kept = { ...world, trip: { ...trip, slots: trip.slots.map((slot) => ({ ...slot, locked: true })) } }
      assert.deepEqual(why(first.starts_at - HOUR, kept), [
        "nothing_ahead",
        "All that is still ahead is to be kept whatever happens. Unlock a stop to have it changed."
      ])
    })
  })
}
