/** A group decides on an offer: by a deadline, with a default, and the same way whenever it is counted again. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Offer } from "../../../src/domain/pivot/model.ts"
import { lossOf } from "../../../src/domain/trip/event-words.ts"
import { TripEventEnvelope } from "../../../src/domain/trip/events.ts"
import { restore, snapshotOf, TripSnapshot } from "../../../src/domain/trip/snapshot.ts"
import type { VoteAnswer } from "../../../src/domain/trip/vote.ts"
import { eventFrame } from "../../../src/domain/view/stream.ts"
import { active, catalog, friend, invited, type LiveTrip, offer, owner, stranger, tag } from "./fixtures.ts"

const MINUTE = 60_000
const KEEP: VoteAnswer = { response: "dismiss" }
const option = (of: Offer, n = 0) => ({ response: "accept", option_id: of.options[n]!.option_id }) as const

/** Three travelers and an offer that they vote on for ten minutes. */
const voting = (answer = KEEP) => {
  const live = active()
  invited(live, friend)
  invited(live, stranger)
  const made = offer(live)
  const opened = live.send({
    _tag: "open_vote",
    by: owner,
    pivot_id: made.pivot_id,
    for_ms: 10 * MINUTE,
    default: answer
  })
  assert.strictEqual(tag(opened), "changed", JSON.stringify(opened))
  return { live, made }
}
const cast = (live: LiveTrip, by: typeof owner, answer: VoteAnswer) =>
  live.send({ _tag: "cast_vote", by, pivot_id: live.trip.vote!.pivot_id, answer })
const wake = (live: LiveTrip) => {
  live.send({ _tag: "wake" })
  return live.last.events?.[0]?.event
}

describe("a vote on an offer", () => {
  it("is counted at its deadline, by the most votes", () => {
    const { live, made } = voting()
    assert.strictEqual(tag(cast(live, owner, KEEP)), "changed")
    assert.strictEqual(tag(cast(live, owner, option(made))), "changed", "who thinks again votes again")
    assert.isUndefined(wake(live), "one of three decides nothing")
    live.now += 10 * MINUTE - 1
    assert.isUndefined(wake(live))
    live.now += 1
    const event = wake(live)
    assert.deepInclude(event, { _tag: "pivot_accepted", pivot_id: made.pivot_id })
    assert.deepStrictEqual(event!._tag === "pivot_accepted" && event!.vote, {
      tally: [{ ...option(made), votes: 1 }],
      members: 3,
      by_default: false,
      problem: null
    })
    assert.isUndefined(live.trip.vote)
    assert.strictEqual(tag(live.send({ _tag: "undo", by: friend })), "changed", "and can be taken back like any change")
  })

  it("is counted at once where more than half want one thing, or all have voted", () => {
    const { live, made } = voting()
    cast(live, owner, option(made))
    cast(live, friend, option(made))
    assert.strictEqual(wake(live)?._tag, "pivot_accepted")
    const other = voting()
    cast(other.live, owner, option(other.made))
    cast(other.live, friend, KEEP)
    assert.isUndefined(wake(other.live))
    cast(other.live, stranger, KEEP)
    assert.strictEqual(wake(other.live)?._tag, "pivot_dismissed")
  })

  it("goes by its default where nobody votes, or as many want one thing as another", () => {
    const { live } = voting()
    live.now += 10 * MINUTE
    const silent = wake(live)
    assert.deepInclude(silent, { _tag: "pivot_dismissed" })
    assert.isTrue(silent!._tag === "pivot_dismissed" && silent!.vote?.by_default)
    const torn = voting()
    cast(torn.live, owner, KEEP)
    cast(torn.live, friend, option(torn.made))
    torn.live.now += 10 * MINUTE
    const drawn = wake(torn.live)
    assert.isTrue(drawn!._tag === "pivot_dismissed" && drawn!.vote?.by_default)
  })

  it("may have one of the options for its default", () => {
    const live = active()
    invited(live)
    const made = offer(live)
    const open = { _tag: "open_vote", by: owner, pivot_id: made.pivot_id, for_ms: MINUTE } as const
    assert.strictEqual(tag(live.send({ ...open, default: option(made) })), "changed")
    live.now += MINUTE
    assert.strictEqual(wake(live)?._tag, "pivot_accepted")
  })

  it("is nobody's alone to answer while it is open, and one at a time", () => {
    const { live, made } = voting()
    const alone = live.send({ _tag: "respond_pivot", by: friend, pivot_id: made.pivot_id, response: "dismiss" })
    assert.strictEqual(tag(alone), "VoteOpen")
    const next = offer(live, { request: { trigger: "venue_closed" } })
    const second = { _tag: "open_vote", by: friend, pivot_id: next.pivot_id, for_ms: MINUTE, default: KEEP } as const
    assert.strictEqual(tag(live.send(second)), "NoVote")
    assert.strictEqual(
      tag(cast(live, owner, { response: "accept", option_id: next.options[0]!.option_id })),
      "OptionNotFound"
    )
  })

  it("needs somebody to vote with, and an offer that holds", () => {
    const alone = active()
    const { pivot_id } = offer(alone)
    const open = { _tag: "open_vote", by: owner, pivot_id, for_ms: MINUTE, default: KEEP } as const
    assert.strictEqual(tag(alone.send(open)), "NoVote")
    invited(alone)
    alone.now += 3_600_000
    assert.strictEqual(tag(alone.send(open)), "PivotExpired")
    assert.strictEqual(tag(alone.send({ _tag: "cast_vote", by: owner, pivot_id, answer: KEEP })), "NoVote")
  })

  it("counts who travels: the vote of somebody who leaves goes with them", () => {
    const { live, made } = voting()
    cast(live, stranger, option(made))
    live.send({ _tag: "leave", by: stranger, user_id: stranger })
    cast(live, owner, KEEP)
    cast(live, friend, KEEP)
    const event = wake(live)
    assert.deepInclude(event, { _tag: "pivot_dismissed" })
    assert.deepInclude(event!._tag === "pivot_dismissed" ? event!.vote : {}, { members: 2 })
  })

  it("changes nothing where what was chosen does not hold any more, and says why", () => {
    const { live, made } = voting()
    const touched = made.options[0]!.changes[0]!.slot_id
    live.send({ _tag: "remove_slot", by: owner, slot_id: touched })
    cast(live, owner, option(made))
    cast(live, friend, option(made))
    const event = wake(live)
    assert.strictEqual(event?._tag, "pivot_dismissed")
    assert.match((event!._tag === "pivot_dismissed" && event!.vote?.problem) || "", /\w+/)
    const answer = live.last.records!.find(({ type }) => type === "pivot_response")
    const { option_id } = made.options[0]!
    const wanted = { response: "accept", chosen_option_id: option_id, slots_changed: 0, voted: true } as const
    assert.deepInclude(answer?.payload, wanted, "what they wanted is known all the same")
  })

  it("survives a restart, from its events as from a snapshot, and comes to the same", () => {
    const { live, made } = voting()
    cast(live, owner, option(made))
    cast(live, friend, option(made))
    const events = live.decisions.flatMap((one) => one.events ?? [])
    const codec = Schema.toCodecJson(Schema.Array(TripEventEnvelope))
    const stored = Schema.decodeUnknownSync(codec)(JSON.parse(JSON.stringify(Schema.encodeUnknownSync(codec)(events))))
    const snapshots = Schema.toCodecJson(TripSnapshot)
    const kept = Schema.decodeUnknownSync(snapshots)(
      JSON.parse(JSON.stringify(Schema.encodeUnknownSync(snapshots)(snapshotOf(live.state)!)))
    )
    const { memory } = live.state
    const counted = [restore(live.state.id, undefined, stored), restore(live.state.id, kept, [])].map((state) => {
      live.state = { ...state, memory: { ...memory, offers: [] } }
      return wake(live)
    })
    for (const event of counted) assert.deepInclude(event, { _tag: "pivot_accepted", pivot_id: made.pivot_id })
    assert.deepStrictEqual(counted[0], counted[1])
  })

  it("says of the places what each voter said of them, and of nobody what they did not say", () => {
    const { live, made } = voting()
    cast(live, friend, option(made, 1))
    cast(live, stranger, option(made, 1))
    wake(live)
    const records = live.last.records!.flatMap((one) => (one.type === "decision_outcomes" ? [one.payload] : []))
    const told = records.flatMap(({ outcomes, user_id }) =>
      outcomes.map((one) => [user_id, one.decision_id, one.activity_node_id, one.outcome])
    )
    const node = (n: number) => made.options[n]!.changes[0]!.node!.id
    const planned = live.decisions[0]!.events![0]!.event
    const before =
      planned._tag === "trip_created" &&
      planned.trip.slots.find(({ id }) => id === made.options[1]!.changes[0]!.slot_id)!.node_id
    assert.sameDeepMembers(
      told,
      [friend, stranger].flatMap((who) => [
        ...made.options.map((_, n) => [who, made.pivot_id, node(n), n === 1 ? "confirmed" : "skipped"]),
        [who, null, before, "swapped"]
      ])
    )
    const answer = live.last.records!.find(({ type }) => type === "pivot_response")
    assert.deepInclude(answer?.payload, { response: "accept", voted: true, user_id: null })
  })

  it("says nothing of anybody where nobody votes", () => {
    const { live } = voting()
    live.now += 10 * MINUTE
    wake(live)
    const told = live.last.records!.flatMap((one) => (one.type === "pivot_response" ? [] : [one.type]))
    assert.deepStrictEqual(told, [])
  })

  it("ends with the trip", () => {
    const { live } = voting()
    live.send({ _tag: "set_status", by: owner, status: "cancelled" })
    assert.isUndefined(live.trip.vote)
    live.now += 10 * MINUTE
    assert.isUndefined(wake(live))
  })

  it("is over where what it came to is lost: counted again, it would be refused again", () => {
    const { live, made } = voting()
    cast(live, owner, option(made))
    const before = live.decisions.flatMap((one) => one.events ?? [])
    const kept = snapshotOf(live.state)!
    cast(live, friend, option(made))
    assert.strictEqual(wake(live)?._tag, "pivot_accepted")
    const counted = live.last.events![0]!
    const { seq } = counted
    live.send({ _tag: "lock_slot", by: owner, slot_id: live.trip.slots[5]!.id, locked: true })
    const later = live.decisions.flatMap((one) => one.events ?? []).slice(before.length)
    const lost = [{ seq, type: lossOf(counted.event) }]
    const without = later.filter((one) => one.seq !== seq)
    const found = [
      restore(live.state.id, undefined, [...before, ...without], lost),
      restore(live.state.id, kept, without, lost),
      restore(live.state.id, kept, without.slice(0, -1), lost)
    ]
    for (const state of found) assert.isUndefined(state.trip!.vote)
    // Another offer that somebody answered alone ends no vote where it is lost.
    const other = restore(live.state.id, kept, [], [{ seq, type: "pivot_accepted" }])
    assert.strictEqual(other.trip!.vote?.pivot_id, made.pivot_id)
  })

  it("is not begun, and nothing accepted, in a trip that is over", () => {
    const live = active()
    invited(live, friend)
    const made = offer(live)
    live.send({ _tag: "set_status", by: owner, status: "shortened" })
    const plan = live.trip.slots
    const open = { _tag: "open_vote", by: owner, pivot_id: made.pivot_id, for_ms: MINUTE, default: KEEP } as const
    assert.strictEqual(tag(live.send(open)), "TripClosed")
    const taken = { _tag: "respond_pivot", by: owner, pivot_id: made.pivot_id, ...option(made) } as const
    assert.strictEqual(tag(live.send(taken)), "TripClosed")
    assert.deepStrictEqual(live.trip.slots, plan)
  })

  it("tells who has voted and never what, and writes each vote down as its voter's own", () => {
    const { live, made } = voting()
    cast(live, friend, option(made))
    const shown = { catalog, personas: [] }
    const frame = eventFrame(live.last.events![0]!, live.trip, shown)
    assert.deepInclude(frame, { type: "vote_changed", change: "cast", by: friend })
    const { offer: _, ...told } =
      "vote" in frame && frame.vote !== null && "offer" in frame.vote! ? frame.vote : assert.fail()
    assert.deepStrictEqual(told.voted, [friend])
    assert.notInclude(JSON.stringify(told), made.options[0]!.option_id)
    cast(live, owner, KEEP)
    cast(live, stranger, option(made))
    wake(live)
    const signals = live.last.records!.flatMap((one) => (one.type === "signal" ? [one.payload] : []))
    assert.deepStrictEqual(
      signals.map(({ signal_type, user_id }) => [user_id, signal_type]),
      [
        [friend, "pivot_accept"],
        [owner, "pivot_dismiss"],
        [stranger, "pivot_accept"]
      ]
    )
    const rows = live.last.records!.filter((one) => one.type === "pivot_response")
    assert.lengthOf(rows, 1)
    const closing = eventFrame(live.last.events![0]!, live.trip, shown)
    assert.deepInclude("vote" in closing ? closing.vote : {}, { members: 3, by_default: false })
  })
})
