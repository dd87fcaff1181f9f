/** The one search that nothing is kept ready for: it ends in time, and says what it left out. */
import { assert, describe, it } from "@effect/vitest"
import { PIVOT_SETTINGS } from "../../../src/domain/pivot/env.ts"
import type { Offer, PivotRequest } from "../../../src/domain/pivot/model.ts"
import { generateCity } from "../../support/generated-city.ts"
import { brokenBy } from "../../support/promise-four.ts"
import { answerPivot, idsFor, tripIn, worldOf } from "../../support/trips.ts"

const city = generateCity(3, { nodes: 1500, unknown: 0.6 })
const trip = tripIn(city, 4, 5)
const slot = trip.slots.filter((s) => s.day === 2)[1]!
const now = slot.starts_at - 3_600_000
const request: PivotRequest = { trigger: "mood", slot_id: slot.id, detail: { tags: ["live_music", "hidden_gem"] } }

/** A clock on which every look takes a millisecond, and what came of a search for so many of them. */
const within = (moodSearchMs: number, asked = request, frozen = false) => {
  let looks = 0
  const clock = () => (frozen ? looks++ * 0 : looks++)
  const settings = { ...PIVOT_SETTINGS, moodSearchMs }
  const answer = answerPivot(worldOf(city, trip, 4, { settings, clock }), undefined, asked, now, idsFor("ask"))
  if (answer._tag === "refused") throw new Error(answer.message)
  return { offer: answer.offer as Offer, looks }
}

const outOfTime = ({ reasons }: Offer) => reasons?.find((one) => one.reason === "out_of_time")
const whole = within(1, request, true)

describe("the search for a mood outside of the palette", () => {
  it("looks at the clock now and then only, and finds the same where time is enough", () => {
    const free = answerPivot(worldOf(city, trip, 4), undefined, request, now, idsFor("ask"))
    assert.deepStrictEqual(free._tag === "refused" ? undefined : free.offer, whole.offer)
    assert.strictEqual(whole.offer.options.length, PIVOT_SETTINGS.options)
    assert.isUndefined(outOfTime(whole.offer))
    assert.isAbove(whole.looks, 10)
    assert.isBelow(whole.looks, 400, "of some thousands of places that are looked at, several times")
  })

  it("says that there was no time where nothing could be verified", () => {
    const { offer, looks } = within(0)
    assert.deepStrictEqual(offer.options, [])
    assert.include(outOfTime(offer)?.message, "stopped after 0 ms")
    assert.isAtMost(looks, 2, "and does not go on working")
  })

  it("offers what it has verified until then, each option as sound as any other", () => {
    const counts = new Set<number>()
    for (let millis = 0; millis <= whole.looks + 1; millis++) {
      const { offer, looks } = within(millis)
      assert.isAtMost(looks, millis + 2)
      counts.add(offer.options.length)
      const stopped = outOfTime(offer)
      if (stopped === undefined) assert.deepStrictEqual(offer.options, whole.offer.options)
      else if (offer.options.length === 0) assert.isNotEmpty(offer.reasons)
      for (const option of offer.options) {
        const world = worldOf(city, trip, 4)
        assert.deepStrictEqual(brokenBy(city, world, request, offer, option, now), [])
      }
    }
    assert.includeMembers([...counts], [0, 1, 2, 3], "more of them, the longer it may take")
    assert.isUndefined(outOfTime(within(whole.looks + 1).offer))
  })

  it("is the only one that has a deadline: the palette's moods and closed doors ask no clock", () => {
    for (const other of [
      { trigger: "mood", slot_id: slot.id, detail: { mood: "calm" } },
      { trigger: "venue_closed", slot_id: slot.id }
    ] as const) {
      const { looks, offer } = within(0, other)
      assert.strictEqual(looks, 0)
      assert.isNotEmpty(offer.options)
    }
  })
})
