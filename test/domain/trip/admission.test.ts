/** A receipt is no key: who would be turned away now is turned away, whatever they were answered before. */
import { assert, describe, it } from "@effect/vitest"
import type { TripCommand } from "../../../src/domain/trip/commands.ts"
import { fc } from "../../support/properties.ts"
import { FIRST_DAY, friend, invited, LiveTrip, nodeId, offer, owner, slotId, stranger, tag, trip } from "./fixtures.ts"

const HOUR = 3_600_000
const running = () => new LiveTrip(trip({ status: "active" }))

describe("a repeated write", () => {
  /** Each write that a member may send, made when it can succeed. */
  const writes: ReadonlyArray<(live: LiveTrip) => TripCommand> = [
    () => ({ _tag: "set_status", by: friend, status: "shortened", idempotency_key: "k" }),
    () => ({ _tag: "set_vetoes", by: friend, node_ids: [nodeId(1)], tags: [], idempotency_key: "k" }),
    () => ({ _tag: "swap_slot", by: friend, slot_id: slotId(2, 1), idempotency_key: "k" }),
    () => ({ _tag: "lock_slot", by: friend, slot_id: slotId(2, 1), locked: true, idempotency_key: "k" }),
    () => ({ _tag: "remove_slot", by: friend, slot_id: slotId(2, 1), idempotency_key: "k" }),
    (live) => ({
      _tag: "respond_pivot",
      by: friend,
      pivot_id: offer(live).pivot_id,
      response: "dismiss",
      idempotency_key: "k"
    })
  ]

  it("of somebody who was removed since is refused, as their every request is", () => {
    for (const write of writes) {
      const live = running()
      invited(live)
      const command = write(live)
      assert.deepInclude(live.send(command), { _tag: "changed", replayed: false }, command._tag)
      assert.deepInclude(live.send(command), { _tag: "changed", replayed: true }, command._tag)
      live.send({ _tag: "leave", by: owner, user_id: friend })
      assert.strictEqual(tag(live.send(command)), "TripNotFound", command._tag)
    }
  })

  it("of a joining or a leaving is refused to who is outside now, also when they are invited anew", () => {
    const live = running()
    live.send({ _tag: "invite", by: owner, user_id: friend, expires_at: live.now + HOUR })
    const join = { _tag: "join", by: friend, idempotency_key: "join" } as const
    const leave = { _tag: "leave", by: friend, user_id: friend, idempotency_key: "leave" } as const
    assert.deepInclude(live.send(join), { _tag: "changed", replayed: false })
    assert.deepInclude(live.send(join), { _tag: "changed", replayed: true })
    assert.strictEqual(tag(live.send(leave)), "changed")
    for (const command of [join, leave]) assert.strictEqual(tag(live.send(command)), "TripNotFound")
    live.send({ _tag: "invite", by: owner, user_id: friend, expires_at: live.now + HOUR })
    assert.strictEqual(tag(live.send(join)), "KeyReused")
    assert.notInclude(
      live.trip.members.map((one) => one.user_id),
      friend
    )
    assert.deepInclude(live.send({ ...join, idempotency_key: "join anew" }), { _tag: "changed", replayed: false })
  })
})

/** Mostly about one person who comes and goes, so that short runs reach far. */
const anyone = fc.constantFrom(owner, friend, friend, stranger)
const key = fc.constantFrom("a", "b")
const command: fc.Arbitrary<TripCommand> = fc.oneof(
  fc.record({ _tag: fc.constantFrom("read" as const, "recover" as const), by: anyone }),
  fc.record({ _tag: fc.constant("join" as const), by: anyone, idempotency_key: key }),
  fc.record({
    _tag: fc.constant("invite" as const),
    by: anyone,
    user_id: fc.constant(friend),
    expires_at: fc.constant(2 * FIRST_DAY)
  }),
  fc.record({ _tag: fc.constant("leave" as const), by: anyone, user_id: fc.constant(friend) }),
  fc.record({ _tag: fc.constant("erase_member" as const), user_id: fc.constantFrom(friend, stranger) }),
  fc.record({
    _tag: fc.constant("lock_slot" as const),
    by: anyone,
    slot_id: fc.constantFrom(slotId(1, 1), slotId(2, 0)),
    locked: fc.boolean(),
    idempotency_key: key
  }),
  fc.record({ _tag: fc.constant("request_pivot" as const), by: anyone, request: fc.constant({ trigger: "weather" }) })
)

it("nobody is shown a trip that they are no part of, in any order of commands and repetitions", () => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 40, maxLength: 60 }), (commands) => {
      const live = running()
      const members = () => live.trip.members.map((one) => one.user_id)
      for (const one of commands) {
        const before = members()
        const invitedBefore = live.trip.invitations.map((invitation) => invitation.user_id)
        const reply = live.send(one)
        if (reply instanceof Error || !("by" in one)) continue
        const inside = members().includes(one.by)
        // Whoever leaves or declines is told what became of that; once.
        const wentNow = before.includes(one.by) || (one._tag === "leave" && invitedBefore.includes(one.by))
        const first = reply._tag !== "changed" || !reply.replayed
        assert.isTrue(inside || (first && wentNow), `${one._tag} of ${one.by}`)
      }
    }),
    { numRuns: 300 }
  )
})
