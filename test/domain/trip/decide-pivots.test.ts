import { assert, describe, it } from "@effect/vitest"
import type { CityEvent } from "../../../src/domain/city/model.ts"
import type { OptionId, PivotId, UserId } from "../../../src/domain/ids.ts"
import type { Offer } from "../../../src/domain/pivot/model.ts"
import type { TripRejection } from "../../../src/domain/trip/rejections.ts"
import {
  active,
  cityId,
  FIRST_DAY,
  friend,
  invited,
  LiveTrip,
  nodeId,
  offer,
  owner,
  slotId,
  tag,
  trip
} from "./fixtures.ts"

describe("pivots", () => {
  it("are advice while asked for, and change the plan when accepted", () => {
    const live = active()
    const asked = offer(live)
    assert.isTrue(live.last.advice)
    assert.isUndefined(live.last.events)
    assert.deepStrictEqual(
      live.last.records?.map((one) => one.type),
      ["pivot_event"]
    )
    const option_id = asked.options[0]!.option_id
    live.send({ _tag: "respond_pivot", by: owner, pivot_id: asked.pivot_id, response: "accept", option_id })
    // All three stops of the day are out of doors.
    const each = ["experiment_event", "experiment_event", "experiment_event"]
    assert.deepStrictEqual(
      live.last.records?.map((one) => one.type),
      ["pivot_response", "signal", "intention_signal", ...each, "decision_outcomes"]
    )
    assert.notStrictEqual(live.trip.slots[0]!.node_id, nodeId(0))
    assert.strictEqual(live.trip.slots.length, 6)
  })

  it("answer the same request with the same offer", () => {
    const live = active()
    const first = offer(live, { request_id: "frame-1" })
    assert.strictEqual(offer(live, { request_id: "frame-1" }).pivot_id, first.pivot_id)
    assert.notStrictEqual(offer(live, { request_id: "frame-2" }).pivot_id, first.pivot_id)
  })

  it("do not take one request's id for another's", () => {
    const live = active()
    offer(live, { request_id: "frame-1" })
    const other = { _tag: "request_pivot", by: owner, request_id: "frame-1", request: { trigger: "mood" } } as const
    assert.strictEqual(tag(live.send(other)), "KeyReused")
    const [first, second] = [offer(live), offer(live)]
    const dismiss = { _tag: "respond_pivot", by: owner, response: "dismiss", idempotency_key: "frame-2" } as const
    assert.strictEqual(tag(live.send({ ...dismiss, pivot_id: first.pivot_id })), "changed")
    assert.deepInclude(live.send({ ...dismiss, pivot_id: first.pivot_id }), { _tag: "changed", replayed: true })
    assert.strictEqual(tag(live.send({ ...dismiss, pivot_id: second.pivot_id })), "KeyReused")
  })

  it("let one of two who were offered something for the same stop win, and give the other a fresh offer", () => {
    const live = active()
    invited(live)
    const theirs = offer(live, { by: friend })
    const taking = (by: UserId, of: Offer) =>
      ({
        _tag: "respond_pivot",
        by,
        pivot_id: of.pivot_id,
        response: "accept",
        option_id: of.options[0]!.option_id
      }) as const
    live.send({ _tag: "swap_slot", by: owner, slot_id: live.trip.slots[0]!.id, node_id: nodeId(11) })
    const overtaken = live.send(taking(friend, theirs))
    assert.deepInclude(overtaken, { _tag: "OptionInvalid" })
    const refused = overtaken as Extract<TripRejection, { _tag: "OptionInvalid" }>
    assert.strictEqual(refused.reasons[0]?.reason, "overtaken")
    assert.strictEqual(live.trip.slots[0]!.node_id, nodeId(11), "what the other chose stays")
    assert.strictEqual(tag(live.send(taking(friend, refused.fresh!))), "changed")
  })

  it("let one of two win and tell the other what happened", () => {
    const live = active()
    invited(live)
    const asked = offer(live)
    const option_id = asked.options[0]!.option_id
    live.send({ _tag: "respond_pivot", by: owner, pivot_id: asked.pivot_id, response: "accept", option_id })
    const late = { _tag: "respond_pivot", by: friend, pivot_id: asked.pivot_id, response: "dismiss" } as const
    assert.deepInclude(live.send(late), { _tag: "PivotAnswered", response: "accept", option_id, by: owner })
  })

  it("refuse what does not hold any more, with a fresh offer that can be taken", () => {
    const live = active()
    const asked = offer(live)
    const option = asked.options[0]!
    const taken = option.changes[0]!.node!.id
    live.send({ _tag: "swap_slot", by: owner, slot_id: slotId(2, 2), node_id: taken })
    const refused = live.send({
      _tag: "respond_pivot",
      by: owner,
      pivot_id: asked.pivot_id,
      response: "accept",
      option_id: option.option_id
    })
    assert.strictEqual(tag(refused), "OptionInvalid")
    const fresh = (refused as Extract<TripRejection, { _tag: "OptionInvalid" }>).fresh!
    const option_id = fresh.options[0]!.option_id
    const again = { _tag: "respond_pivot", by: owner, pivot_id: fresh.pivot_id, response: "accept", option_id } as const
    assert.strictEqual(tag(live.send(again)), "changed")
  })

  it("answer to an offer that nobody knows any more with a fresh one", () => {
    const live = active()
    const lost = "00000000-0000-7000-8000-0000000000ff" as PivotId
    const option_id = lost as string as OptionId
    const refused = live.send({ _tag: "respond_pivot", by: owner, pivot_id: lost, response: "accept", option_id })
    assert.strictEqual(tag(refused), "PivotExpired")
    assert.isNotEmpty((refused as Extract<TripRejection, { _tag: "PivotExpired" }>).fresh?.options)
  })

  it("notice that nobody answered", () => {
    const live = active()
    const asked = offer(live)
    live.now += 600_000
    live.send({ _tag: "wake" })
    assert.deepInclude(live.state.recent.at(-1)?.event, { _tag: "pivot_ignored", pivot_id: asked.pivot_id })
    const types = live.last.records?.map((one) => ("signal_type" in one.payload ? one.payload.signal_type : one.type))
    assert.deepStrictEqual(types, ["pivot_response", "pivot_ignore"])
    assert.isEmpty(live.state.memory.offers)
  })

  it("are for trips under way", () => {
    const live = new LiveTrip(trip(), FIRST_DAY - 1)
    const asked = live.send({ _tag: "request_pivot", by: owner, request: { trigger: "mood" } })
    assert.deepInclude(asked, { _tag: "TripNotActive", status: "planning" })
  })

  it("are pushed once for an event in the city that touches the plan, and not for others", () => {
    const live = active()
    const closed = (id: string, node: number) =>
      ({ kind: "closure", id, from: 0, until: FIRST_DAY * 2, node_id: nodeId(node) }) as const
    const happens = (...events: ReadonlyArray<CityEvent>) => {
      live.send({ _tag: "city_changed", conditions: { city_id: cityId, version: 1, events }, events })
      return live.pushed.map((offer) => offer.slot_id)
    }
    assert.deepStrictEqual(happens(closed("e1", 1)), [slotId(1, 1)])
    assert.deepStrictEqual(happens(closed("e1", 1)), [], "told before")
    assert.deepStrictEqual(happens(closed("e2", 11)), [], "not in the plan")
    assert.deepStrictEqual(
      happens(closed("e3", 11), closed("e4", 2), closed("e5", 3), closed("e6", 2)),
      [slotId(1, 2), slotId(2, 0)],
      "one offer for each stop that is touched"
    )
    assert.deepStrictEqual(happens(closed("e5", 3), closed("e6", 2)), [])
  })
})
