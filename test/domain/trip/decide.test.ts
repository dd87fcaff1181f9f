import { assert, describe, it } from "@effect/vitest"
import type { UserId } from "../../../src/domain/ids.ts"
import { emptyTrip, evolveActor } from "../../../src/domain/trip/actor-state.ts"
import type { TripCommand, TripReply } from "../../../src/domain/trip/commands.ts"
import type { TripEventEnvelope } from "../../../src/domain/trip/events.ts"
import { plainTrip } from "../../../src/domain/trip/held-trip.ts"
import { missingFrom, restore } from "../../../src/domain/trip/snapshot.ts"
import { fc } from "../../support/properties.ts"
import { active, FIRST_DAY, friend, invited, LiveTrip, nodeId, owner, slotId, stranger, tag, trip } from "./fixtures.ts"

const HOUR = 3_600_000

describe("who may do what", () => {
  it("does not tell a stranger that the trip exists", () => {
    const live = active()
    for (const command of [
      { _tag: "read", by: stranger },
      { _tag: "join", by: stranger },
      { _tag: "lock_slot", by: stranger, slot_id: slotId(1, 1), locked: true },
      { _tag: "request_pivot", by: stranger, request: { trigger: "mood" } }
    ] satisfies ReadonlyArray<TripCommand>) {
      assert.strictEqual(tag(live.send(command)), "TripNotFound")
    }
    assert.strictEqual(tag(new LiveTrip(null).send({ _tag: "read", by: owner })), "TripNotFound")
  })

  it("takes members by invitation, as many as it takes, and lets them go", () => {
    const live = active()
    invited(live)
    assert.deepStrictEqual(
      live.trip.members.map((one) => [one.user_id, one.role, one.ordinal]),
      [
        [owner, "owner", 0],
        [friend, "member", 1]
      ]
    )
    assert.strictEqual(tag(live.send({ _tag: "invite", by: friend, user_id: stranger, expires_at: 0 })), "OwnerOnly")
    live.send({ _tag: "invite", by: owner, user_id: stranger, expires_at: live.now + 1 })
    const fourth = "00000000-0000-7000-8000-000000000004" as UserId
    const late = { _tag: "invite", by: owner, user_id: fourth, expires_at: live.now + 1 } as const
    assert.strictEqual(tag(live.send(late)), "GroupFull")
    live.now += 2
    assert.strictEqual(tag(live.send({ _tag: "join", by: stranger })), "NotInvited")
    live.send({ _tag: "leave", by: friend, user_id: friend })
    assert.strictEqual(tag(live.send({ _tag: "read", by: friend })), "TripNotFound")
    // Whoever is only invited declines in the same way, or is asked no more; what others were asked is not theirs to end.
    const ask = (user_id: UserId) =>
      live.send({ _tag: "invite", by: owner, user_id, expires_at: live.now + HOUR, idempotency_key: `${live.now}` })
    for (const by of [stranger, owner]) {
      live.now += 1
      ask(stranger)
      assert.strictEqual(tag(live.send({ _tag: "leave", by: fourth, user_id: stranger })), "TripNotFound")
      assert.strictEqual(tag(live.send({ _tag: "leave", by, user_id: stranger })), "changed")
      assert.deepStrictEqual(live.trip.invitations, [])
      assert.strictEqual(tag(live.send({ _tag: "join", by: stranger })), "TripNotFound")
    }
    assert.strictEqual(tag(live.send({ _tag: "leave", by: owner, user_id: owner })), "OwnerOnly")
  })

  it("is nobody's any more once its owner has deleted it, whatever its status", () => {
    for (const ended of [undefined, "completed"] as const) {
      const live = active()
      invited(live)
      live.send({ _tag: "invite", by: owner, user_id: stranger, expires_at: live.now + HOUR })
      if (ended !== undefined) live.send({ _tag: "set_status", by: owner, status: ended })
      assert.strictEqual(tag(live.send({ _tag: "delete_trip", by: friend })), "OwnerOnly")
      assert.strictEqual(tag(live.send({ _tag: "delete_trip", by: stranger })), "TripNotFound")
      assert.strictEqual(tag(live.send({ _tag: "delete_trip", by: owner, if_match: 1 })), "VersionMismatch")
      assert.strictEqual(tag(live.send({ _tag: "delete_trip", by: owner })), "changed")
      const { invitations, members, status, vetoes } = live.trip
      assert.deepStrictEqual(
        { invitations, members, status, vetoes },
        { invitations: [], members: [], status: ended ?? "cancelled", vetoes: [] }
      )
      for (const by of [owner, friend]) assert.strictEqual(tag(live.send({ _tag: "read", by })), "TripNotFound")
      assert.strictEqual(tag(live.send({ _tag: "join", by: stranger })), "TripNotFound")
    }
  })

  it("forgets an erased person in everything it remembers", () => {
    const live = active()
    invited(live)
    const swap = { slot_id: slotId(2, 1), idempotency_key: "k" } as const
    live.send({ _tag: "swap_slot", by: friend, ...swap })
    live.send({ _tag: "set_vetoes", by: friend, node_ids: [nodeId(1)], tags: ["bar"] })
    live.send({ _tag: "request_pivot", by: friend, request: { trigger: "weather" } })
    live.send({ _tag: "erase_member", user_id: friend })
    assert.notInclude(JSON.stringify(live.state), friend)
  })
})

describe("changing a plan", () => {
  it("loses no change of two members at once: a version that moved on is refused with both versions", () => {
    const live = active()
    const based = live.trip.seq
    live.send({ _tag: "lock_slot", by: owner, slot_id: slotId(1, 2), locked: true, if_match: based })
    const refused = live.send({ _tag: "remove_slot", by: owner, slot_id: slotId(2, 0), if_match: based })
    assert.deepInclude(refused, { _tag: "VersionMismatch", expected: based, actual: based + 1 })
    assert.deepStrictEqual(refused._tag === "VersionMismatch" && refused.changes, [
      { state_version: based + 1, what: "a stop that was locked or unlocked" }
    ])
    assert.strictEqual(live.trip.slots.length, 6)
  })

  it("does a repeated write once, and says that it did it before", () => {
    const live = active()
    const swap = { _tag: "swap_slot", by: owner, slot_id: slotId(2, 1), idempotency_key: "a", if_match: 1 } as const
    const first = live.send(swap)
    const second = live.send(swap)
    assert.deepInclude(first, { _tag: "changed", replayed: false })
    assert.deepInclude(second, { _tag: "changed", replayed: true })
    assert.deepStrictEqual(
      (second as { event: unknown }).event,
      (first as { event: unknown }).event,
      "the answer of the first time"
    )
    assert.strictEqual(live.trip.seq, 2)
    const reused = { _tag: "lock_slot", by: owner, slot_id: slotId(1, 1), locked: true, idempotency_key: "a" } as const
    assert.strictEqual(tag(live.send(reused)), "KeyReused")
    live.now += 24 * HOUR + 1
    const { if_match: _, ...later } = swap
    assert.deepInclude(live.send({ ...later, slot_id: slotId(2, 2) }), { replayed: false })
  })

  it("keeps bookings, what is over, and what is not there", () => {
    const live = active()
    live.send({ _tag: "lock_slot", by: owner, slot_id: slotId(1, 2), locked: true })
    assert.strictEqual(tag(live.send({ _tag: "remove_slot", by: owner, slot_id: slotId(1, 2) })), "SlotLocked")
    live.now = FIRST_DAY + 12 * HOUR
    assert.strictEqual(tag(live.send({ _tag: "swap_slot", by: owner, slot_id: slotId(1, 0) })), "SlotInPast")
    assert.strictEqual(tag(live.send({ _tag: "swap_slot", by: owner, slot_id: slotId(9, 9) })), "SlotNotFound")
  })

  it("says why somebody changed the plan, in signals and intentions", () => {
    const live = active()
    live.send({ _tag: "swap_slot", by: owner, slot_id: slotId(2, 1), intention: "price_mismatch" })
    const records = live.last.records!
    assert.deepStrictEqual(
      records.map((one) => one.type),
      ["ranking_event", "signal", "intention_signal", "experiment_event"]
    )
    assert.deepInclude(records[1]!.payload, { signal_type: "slot_swap", model_version: "local_ranker:1", weight: 1 })
  })
})

describe("streams", () => {
  it("get every missed event in order, or the whole trip: never a silent gap", () => {
    const live = active()
    for (let i = 0; i < 3; i++) live.send({ _tag: "lock_slot", by: owner, slot_id: slotId(1, 1), locked: i % 2 === 0 })
    const { epoch } = live.trip
    const missed = live.send({ _tag: "recover", by: owner, epoch, since: 2 })
    assert.deepStrictEqual(
      (missed as Extract<TripReply, { _tag: "recovered" }>).events.map((one) => one.seq),
      [3, 4]
    )
    for (const query of [{ epoch, since: 9 }, { epoch: trip().session_id as string, since: 2 }, {}, { epoch }]) {
      const whole = live.send({ _tag: "recover", by: owner, ...query })
      assert.deepInclude(whole, { recovered: false, trip: live.trip })
    }
    for (let i = 0; i < 70; i++) live.send({ _tag: "lock_slot", by: owner, slot_id: slotId(1, 1), locked: i % 2 === 1 })
    assert.deepInclude(live.send({ _tag: "recover", by: owner, epoch, since: 2 }), { recovered: false })
  })
})

const command = fc.oneof(
  fc.record({
    _tag: fc.constant("lock_slot" as const),
    by: fc.constantFrom(owner, friend),
    slot_id: fc.constantFrom(slotId(1, 1), slotId(2, 0)),
    locked: fc.boolean()
  }),
  fc.record({
    _tag: fc.constantFrom("swap_slot" as const, "remove_slot" as const),
    by: fc.constantFrom(owner, friend),
    slot_id: fc.constantFrom(slotId(1, 1), slotId(2, 0), slotId(2, 2)),
    idempotency_key: fc.constantFrom("a", "b", "c")
  }),
  fc.record({
    _tag: fc.constant("set_vetoes" as const),
    by: fc.constant(owner),
    node_ids: fc.constant([nodeId(7)]),
    tags: fc.constant([])
  }),
  fc.constantFrom<TripCommand>(
    { _tag: "invite", by: owner, user_id: friend, expires_at: FIRST_DAY * 2 },
    { _tag: "join", by: friend },
    { _tag: "leave", by: friend, user_id: friend },
    { _tag: "delete_trip", by: owner },
    { _tag: "set_status", by: owner, status: "confirmed" },
    { _tag: "set_status", by: owner, status: "active" },
    { _tag: "request_pivot", by: owner, request: { trigger: "weather" } }
  )
)

describe("any sequence of commands", () => {
  it("leaves a history that makes the same trip again, numbered without a gap", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const live = new LiveTrip()
        for (const one of commands) live.send(one)
        const events = live.decisions.flatMap((one): ReadonlyArray<TripEventEnvelope> => one.events ?? [])
        assert.deepStrictEqual(
          events.map((one) => one.seq),
          events.map((_, i) => i + 1)
        )
        // As the journal and the database keep it.
        const stored: ReadonlyArray<TripEventEnvelope> = JSON.parse(JSON.stringify(events))
        const again = stored.reduce(evolveActor, emptyTrip(live.state.id))
        assert.deepStrictEqual(plainTrip(again.trip!), live.trip)
        assert.deepStrictEqual(again.receipts, live.state.receipts)
      }),
      { numRuns: 200 }
    )
  })

  it("leaves a history that can be told without any of its changes, and no number ever stands for two", () => {
    fc.assert(
      fc.property(
        fc.array(command, { minLength: 10, maxLength: 40 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
        (commands, which) => {
          const live = new LiveTrip()
          for (const one of commands) live.send(one)
          const events = live.decisions.flatMap((one): ReadonlyArray<TripEventEnvelope> => one.events ?? [])
          if (events.length < 2) return
          const gone = new Set(which.map((n) => 2 + (n % (events.length - 1))))
          const stored = events.filter((one) => !gone.has(one.seq))
          const lost = [...gone].sort((a, b) => a - b).map((seq) => ({ seq, type: null }))
          const last = stored.at(-1)!.seq
          assert.deepStrictEqual(
            missingFrom(undefined, stored, []),
            lost.map((one) => one.seq).filter((seq) => seq < last)
          )
          assert.isEmpty(missingFrom(undefined, stored, lost))
          const told = restore(live.state.id, undefined, stored, lost)
          assert.strictEqual(told.trip!.seq, events.length)
          assert.deepStrictEqual(told.trip!.lost, lost)
          const people = told.trip!.members.map((one) => one.user_id)
          assert.strictEqual(new Set(people).size, people.length)
          // What a stream catches up from has no hole.
          const recent = told.recent.map((one) => one.seq)
          assert.deepStrictEqual(
            recent,
            recent.map((_, i) => events.length - recent.length + 1 + i)
          )
        }
      ),
      { numRuns: 200 }
    )
  })
})
