/** Words that every object knows, sent by hand wherever a word may stand: nothing crashes, and nobody is quarantined. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { dayAhead, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const WORDS = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "prototype"]

describe("words that every object knows", () => {
  let world: World
  let ann: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
  })
  afterAll(() => world?.close())

  it("are heard in an onboarding as words that mean nothing, and the traveler goes on", async () => {
    const usual = (await ann.call("GET", "/users/me/persona")).body.dimensions
    for (const word of WORDS) {
      for (const body of [
        `{"tags": {"${word}": ["${word}"], "pace": "${word}", "budget": "${word}", "openness": "${word}"}}`,
        `{"tags": {"pace": ["${word}"], "social": "${word}", "trips": "${word}"}, "interests": ["${word}"]}`
      ]) {
        const answer = await ann.call("PUT", "/users/me/onboarding", body, { "content-type": "application/json" })
        assert.strictEqual(answer.status, 200, JSON.stringify(answer.body))
        assert.deepEqual(answer.body.dimensions.pace_preference, usual.pace_preference)
      }
    }
    const sound = await ann.call("PUT", "/users/me/onboarding", { tags: { food: ["ramen"], pace: "slow" } })
    assert.strictEqual(sound.body.dimensions.pace_preference.value, "leisurely")
  })

  it("are answered in signals, vetoes, names and parameters, and crash nobody's actor", async () => {
    const trip = (await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(5), days: 1 })).body
    const [slot] = trip.days[0].slots
    for (const word of WORDS) {
      const signal = `{"id": "${randomUUID()}", "signal_type": "slot_accept", "slot_id": "${slot.id}", "trip_id": "${trip.id}",
        "occurred_at": "${new Date().toISOString()}", "context": {"${word}": {"${word}": "${word}"}, "weather": "${word}"}}`
      const taken = await ann.call("POST", "/signals", signal, { "content-type": "application/json" })
      assert.deepEqual([taken.status, taken.body.accepted], [202, 1], JSON.stringify(taken.body))
      const vetoed = await ann.call("PUT", `/trips/${trip.id}/vetoes`, { node_ids: [], tags: [word] })
      assert.strictEqual(vetoed.status, 422)
      const answers = await Promise.all([
        ann.call("POST", "/signals", { id: randomUUID(), signal_type: word, occurred_at: new Date().toISOString() }),
        ann.call("GET", `/discovery?city=${word}`),
        ann.call("GET", `/trips?${word}=${word}`),
        ann.call("GET", `/trips/${word}`),
        ann.call("GET", `/cities/${word}`),
        ann.call("PATCH", `/trips/${trip.id}/slots/${slot.id}`, { action: word }),
        ann.call("POST", "/trips", { city: word, start_date: dayAhead(5), days: 1 })
      ])
      for (const { status, body } of answers) assert.isBelow(status, 500, JSON.stringify(body))
    }
    assert.strictEqual((await ann.call("GET", "/users/me/persona")).body.signal_count, WORDS.length)
    const operator = await world.someone({ role: "admin" })
    const { body } = await operator.call("GET", "/admin/actors")
    assert.isNotEmpty(body)
    const counts = JSON.stringify(body).match(/"(?:crashes|quarantined|restarts)":(?:\d+|\[[^\]]*\])/g) ?? []
    assert.isNotEmpty(counts)
    for (const count of counts) assert.match(count, /:(?:0|\[\])$/)
  })
})
