import { assert, describe, it } from "@effect/vitest"
import type { OptionId, PivotId } from "../../../src/domain/ids.ts"
import { type OfferText, readOffer } from "../../../src/domain/pivot/model.ts"
import { nextDate } from "../../../src/domain/trip/lifecycle.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { active, FIRST_DAY, friend, LiveTrip, offer, owner, slotId, stranger, tag, trip } from "./fixtures.ts"

const HOUR = 3_600_000

/** The plans that the last turn says were accepted, and whether only the calendar said so. */
const accepted = (live: LiveTrip) =>
  (live.last.records ?? []).flatMap((record) =>
    record.type === "experiment_event" && record.payload.event_type === "plan_accepted"
      ? [record.payload.payload["by_calendar"] === true ? "calendar" : "traveler"]
      : []
  )

const told = (live: LiveTrip) =>
  (live.last.records ?? []).flatMap((record) =>
    record.type === "decision_outcomes" ? record.payload.outcomes.map(({ outcome }) => outcome) : []
  )

describe("the calendar", () => {
  it("starts a trip by itself on its first day in the city's zone, and ends it after its last evening", () => {
    const live = new LiveTrip(trip(), FIRST_DAY - 1)
    assert.strictEqual(nextDate(live.trip, live.now), FIRST_DAY)
    live.send({ _tag: "wake" })
    assert.strictEqual(live.trip.status, "planning")
    live.now = FIRST_DAY
    live.send({ _tag: "wake" })
    assert.strictEqual(live.trip.status, "active")
    assert.deepEqual(accepted(live), ["calendar"], "the plan that they set out with")
    assert.isEmpty(told(live), "nobody said anything of its places")
    assert.strictEqual(nextDate(live.trip, live.now), FIRST_DAY + 54 * HOUR)
    live.now = nextDate(live.trip, live.now)!
    live.send({ _tag: "wake" })
    assert.strictEqual(live.trip.status, "completed")
    assert.deepEqual([...new Set(told(live))], ["kept"])
    assert.strictEqual(tag(live.send({ _tag: "swap_slot", by: owner, slot_id: slotId(2, 2) })), "TripClosed")
  })

  it("says of everybody who was there which places were kept, and of who came later of what was left", () => {
    const members = [owner, friend, stranger].map((user_id, ordinal) => ({
      user_id,
      role: ordinal === 0 ? ("owner" as const) : ("member" as const),
      ordinal,
      joined_at: ordinal === 2 ? FIRST_DAY + 30 * HOUR : 0
    }))
    const live = new LiveTrip(trip({ members }), FIRST_DAY)
    live.send({ _tag: "wake" })
    live.now = nextDate(live.trip, live.now)!
    live.send({ _tag: "wake" })
    const kept = new Map(
      (live.last.records ?? []).flatMap((one) =>
        one.type === "decision_outcomes"
          ? [[one.payload.user_id, one.payload.outcomes.map(({ slot_id }) => slot_id)] as const]
          : []
      )
    )
    const all = live.trip.slots.map(({ id }) => id)
    const left = live.trip.slots.filter(({ ends_at }) => ends_at > FIRST_DAY + 30 * HOUR).map(({ id }) => id)
    assert.isAbove(left.length, 0)
    assert.isBelow(left.length, all.length)
    assert.deepEqual(
      [...kept],
      [
        [owner, all],
        [friend, all],
        [stranger, left]
      ]
    )
  })

  it("is asked before a pivot is refused: a trip that slept through its first morning starts with it", () => {
    const live = new LiveTrip(trip(), FIRST_DAY - 1)
    live.now = FIRST_DAY + 8 * HOUR
    offer(live)
    assert.strictEqual(live.trip.status, "active")
    assert.isUndefined(live.last.advice, "the offer waits for the start to be durable")
    assert.deepEqual(accepted(live), ["calendar"], "the plan that they set out with is logged beside the offer")
    for (const status of ["completed", "shortened"] as const) {
      const today = new LiveTrip()
      assert.strictEqual(today.trip.status, "active", "a trip made on its first day starts at once")
      assert.isEmpty(accepted(today), "nobody has seen its plan yet")
      today.send({ _tag: "set_status", by: owner, status })
      assert.deepEqual(accepted(today), ["traveler"], status)
    }
  })

  it("completes a trip whose days passed while no server ran, and says of its plan nothing that nobody saw", () => {
    for (const confirmed of [false, true]) {
      const live = new LiveTrip(trip(), FIRST_DAY - 1)
      if (confirmed) live.send({ _tag: "set_status", by: owner, status: "confirmed" })
      const before = live.trip.status
      live.now = FIRST_DAY + 1_000 * HOUR
      live.send({ _tag: "wake" })
      assert.strictEqual(live.trip.status, "completed")
      assert.isEmpty(accepted(live))
      assert.isEmpty(told(live))
      assert.isUndefined(nextDate(live.trip, live.now))
      assert.strictEqual(tag(live.send({ _tag: "swap_slot", by: owner, slot_id: slotId(2, 2) })), "TripClosed")

      // It was the clock that was wrong: the trip waits for its days as it did.
      live.now = FIRST_DAY - 2
      assert.strictEqual(nextDate(live.trip, live.now), live.now)
      live.send({ _tag: "wake" })
      assert.strictEqual(live.trip.status, before)
      assert.isEmpty(accepted(live))
      assert.isUndefined(live.trip.never_begun)
      live.now = FIRST_DAY
      live.send({ _tag: "wake" })
      assert.strictEqual(live.trip.status, "active")
    }
  })

  it("takes back what it did while the clock was wrong, as often as that happens", () => {
    const live = active()
    const right = live.now
    for (const _ of [1, 2]) {
      live.now = right + 100 * HOUR
      live.send({ _tag: "wake" })
      assert.strictEqual(live.trip.status, "completed")
      assert.isUndefined(nextDate(live.trip, live.now))
      live.now = right
      assert.strictEqual(nextDate(live.trip, live.now), live.now)
      live.send({ _tag: "wake" })
      assert.strictEqual(live.trip.status, "active")
      assert.deepStrictEqual(live.last.tasks, [{ _tag: "prepare" }])
    }
    live.now = right + 100 * HOUR
    live.send({ _tag: "wake" })
    live.now = right
    offer(live)
    assert.strictEqual(live.trip.status, "active", "nobody is turned away until a timer notices")
  })

  it("offers also where nothing can be written, and leaves the start to whoever comes after", () => {
    const live = active()
    const right = live.now
    live.now = right + 100 * HOUR
    live.send({ _tag: "wake" })
    live.now = right
    const request = { trigger: "weather" } as const
    const reply = live.send({ _tag: "request_pivot", by: owner, unwritten: true, request })
    assert.strictEqual(tag(reply), "offered")
    assert.isUndefined(live.last.events)
    assert.strictEqual(live.trip.status, "completed")
    live.send({ _tag: "request_pivot", by: owner, request })
    assert.strictEqual(live.trip.status, "active")
  })

  it("is changed as a trip under way as soon as the clock is right, whether or not a timer has noticed", () => {
    const changes = [
      (live: LiveTrip, pivot_id: PivotId, option_id: OptionId) =>
        live.send({ _tag: "respond_pivot", by: owner, pivot_id, response: "accept", option_id }),
      (live: LiveTrip) =>
        live.send({ _tag: "lock_slot", by: owner, slot_id: live.trip.slots.at(-1)!.id, locked: true }),
      (live: LiveTrip) => live.send({ _tag: "set_vetoes", by: owner, node_ids: [], tags: ["wine"] })
    ]
    for (const change of changes) {
      const live = active()
      const right = live.now
      live.now = right + 100 * HOUR
      live.send({ _tag: "wake" })
      live.now = right
      // Where nothing can be written, an offer is made and the trip stays as it is stored.
      const offered = live.send({ _tag: "request_pivot", by: owner, unwritten: true, request: { trigger: "weather" } })
      assert.strictEqual(live.trip.status, "completed")
      const { options, pivot_id } = readOffer((offered as { readonly offer: OfferText }).offer)
      const before = live.trip.seq
      const reply = change(live, pivot_id, options[0]!.option_id)
      assert.strictEqual(tag(reply), "changed")
      assert.strictEqual(live.trip.status, "active")
      assert.deepStrictEqual(
        live.last.events?.map(({ seq }) => seq),
        [before + 1, before + 2]
      )
      assert.strictEqual((reply as { readonly trip: TripState }).trip.seq, live.trip.seq)
    }
  })

  it("takes back nothing of a trip that its owner deleted meanwhile", () => {
    const live = active()
    const right = live.now
    live.now = right + 100 * HOUR
    live.send({ _tag: "wake" })
    assert.strictEqual(tag(live.send({ _tag: "delete_trip", by: owner })), "changed")
    assert.strictEqual(live.trip.status, "completed")
    live.now = right
    assert.isUndefined(nextDate(live.trip, live.now))
    live.send({ _tag: "wake" })
    assert.strictEqual(live.trip.status, "completed")
    // And where the clock is right again before the timer has noticed, it is called off as any other.
    const other = active()
    other.now = right + 100 * HOUR
    other.send({ _tag: "wake" })
    other.now = right
    assert.strictEqual(tag(other.send({ _tag: "delete_trip", by: owner })), "changed")
    assert.strictEqual(other.trip.status, "cancelled")
  })

  it("leaves completed what a person completed", () => {
    const live = active()
    const right = live.now
    live.now = right + 100 * HOUR
    live.send({ _tag: "wake" })
    live.now = right
    live.send({ _tag: "wake" })
    live.send({ _tag: "set_status", by: owner, status: "completed" })
    live.send({ _tag: "wake" })
    assert.strictEqual(live.trip.status, "completed")
    assert.isUndefined(nextDate(live.trip, live.now))
    assert.strictEqual(
      tag(live.send({ _tag: "request_pivot", by: owner, request: { trigger: "weather" } })),
      "TripNotActive"
    )
  })

  it("lets statuses follow each other in their order only", () => {
    const live = new LiveTrip(trip(), FIRST_DAY - 1)
    assert.strictEqual(tag(live.send({ _tag: "set_status", by: owner, status: "completed" })), "InvalidTransition")
    live.send({ _tag: "set_status", by: owner, status: "confirmed" })
    assert.deepInclude(live.last.records?.at(-1)?.payload, { event_type: "plan_accepted" })
    live.send({ _tag: "set_status", by: owner, status: "active" })
    // The plan may have been made anew since: which one they set out with is said again, and nothing of its places.
    assert.deepEqual(
      (live.last.records ?? []).map(({ payload }) => "event_type" in payload && payload.event_type),
      ["plan_accepted"]
    )
    assert.strictEqual(tag(live.send({ _tag: "set_status", by: owner, status: "planning" })), "InvalidTransition")
  })
})
