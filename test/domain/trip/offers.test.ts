/** Offers that nobody answers: none leaves memory without its log being told. */
import { assert, describe, it } from "@effect/vitest"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import type { PivotOffered } from "../../../src/domain/decisions.ts"
import { MAX_HELD_OFFERS, MAX_OFFERS } from "../../../src/domain/trip/actor-state.ts"
import { active, cityId, FIRST_DAY, friend, invited, type LiveTrip, nodeId, offer, owner, tag } from "./fixtures.ts"

describe("the same disruption from two phones", () => {
  const rain = { trigger: "weather", detail: { condition: "rain" } } as const

  it("is one offer, as long as the plan is the same and it is fresh", () => {
    const live = active()
    invited(live)
    const first = offer(live, { by: friend, request: { trigger: "weather" } })
    assert.strictEqual(offer(live, { request: rain }).pivot_id, first.pivot_id, "rain is what bad weather means")
    assert.isUndefined(live.last.records, "and it is logged once")
    assert.notStrictEqual(
      offer(live, { request: { ...rain, detail: { condition: "storm" } } }).pivot_id,
      first.pivot_id
    )
    live.now += 4 * 60_000
    assert.notStrictEqual(offer(live, { request: rain }).pivot_id, first.pivot_id)
  })

  it("is one offer on two devices of one person, and another answer for who asks again on one of them", () => {
    const live = active()
    const [phone, tablet] = [uuidOfName("phone"), uuidOfName("tablet")]
    const first = offer(live, { device: phone, request: rain })
    assert.strictEqual(offer(live, { device: tablet, request: rain }).pivot_id, first.pivot_id)
    assert.isUndefined(live.last.records, "and it is logged once")
    assert.strictEqual(offer(live, { request: rain }).pivot_id, first.pivot_id, "without a stream, too")
    const other = offer(live, { device: tablet, request: rain })
    assert.notStrictEqual(other.pivot_id, first.pivot_id)
    assert.strictEqual(offer(live, { device: phone, request: rain }).pivot_id, other.pivot_id, "the two stay together")
    assert.notInclude([first.pivot_id, other.pivot_id], offer(live, { device: phone, request: rain }).pivot_id)
  })

  it("is another answer for a companion who was given the first and asks again", () => {
    const live = active()
    invited(live)
    const first = offer(live, { by: friend, request: rain })
    assert.strictEqual(offer(live, { request: rain }).pivot_id, first.pivot_id)
    assert.notStrictEqual(offer(live, { request: rain }).pivot_id, first.pivot_id)
  })

  it("is two offers once the plan has changed in between", () => {
    const live = active()
    invited(live)
    const first = offer(live, { by: friend, request: rain })
    const [stop] = live.trip.slots
    live.send({ _tag: "lock_slot", by: owner, slot_id: stop!.id, locked: true })
    assert.notStrictEqual(offer(live, { request: rain }).pivot_id, first.pivot_id)
  })
})

describe("offers that newer ones push out", () => {
  it("count as ignored, and asking stays advice", () => {
    const live = active()
    invited(live)
    const first = offer(live, { by: friend, request: { trigger: "weather", detail: { condition: "storm" } } })
    for (let i = 1; i < MAX_OFFERS; i++) offer(live)
    assert.deepStrictEqual(
      live.last.records?.map((one) => one.type),
      ["pivot_event"]
    )
    live.now += 5_000
    offer(live)
    assert.isTrue(live.last.advice)
    assert.isUndefined(live.last.events)
    const [made, ...more] = live.last.records!
    assert.strictEqual(made!.type, "pivot_event")
    const gone = { pivot_id: first.pivot_id, after_ms: 5_000 }
    assert.deepStrictEqual((made!.payload as PivotOffered).pushed_out, [gone])
    assert.isEmpty(more, "no signal: nobody let it time out")
    assert.strictEqual(live.state.memory.offers.length, MAX_OFFERS)
    const late = { _tag: "respond_pivot", by: friend, pivot_id: first.pivot_id, response: "dismiss" } as const
    assert.strictEqual(tag(live.send(late)), "PivotExpired")
  })

  it("leave by an event when they answered one of the city's: its trip was told for good", () => {
    const live = active()
    const event = { kind: "closure", id: "e1", from: 0, until: FIRST_DAY * 2, node_id: nodeId(1) } as const
    live.send({ _tag: "city_changed", conditions: { city_id: cityId, version: 1, events: [event] }, events: [event] })
    const [pushed] = live.pushed
    for (let i = 1; i < MAX_OFFERS; i++) offer(live)
    const { seq } = live.trip
    offer(live)
    assert.strictEqual(live.last.records?.length, 1)
    assert.strictEqual(live.trip.seq, seq, "asking is no change")
    live.send({ _tag: "wake" })
    const { event: told } = live.state.recent.at(-1)!
    assert.deepInclude(told, { _tag: "pivot_ignored", pivot_id: pushed!.pivot_id, about: ["e1"] })
    assert.deepInclude(live.last.records?.[0]?.payload, { pivot_id: pushed!.pivot_id, response: "ignore" })
    live.send({ _tag: "wake" })
    assert.isUndefined(live.last.events, "no other's time is over")
    assert.strictEqual(live.state.memory.offers.length, MAX_OFFERS)
  })

  it("are ignored only by those whom they reached", () => {
    const event = { kind: "closure", id: "e1", from: 0, until: FIRST_DAY * 2, node_id: nodeId(1) } as const
    const news = {
      _tag: "city_changed",
      conditions: { city_id: cityId, version: 1, events: [event] },
      events: [event]
    } as const
    const responses = (live: LiveTrip) =>
      (live.last.records ?? []).filter(({ type }) => type === "pivot_response").length
    const unseen = active()
    unseen.watched = false
    unseen.send(news)
    assert.lengthOf(unseen.pushed, 1)
    unseen.now += 3_600_000
    unseen.send({ _tag: "wake" })
    assert.deepInclude(
      unseen.state.recent.at(-1)!.event,
      { _tag: "pivot_ignored" },
      "the city's event was answered for good"
    )
    assert.strictEqual(responses(unseen), 0)

    const later = active()
    later.watched = false
    later.send(news)
    const hello = later.send({ _tag: "recover", by: owner })
    assert.lengthOf("open_offers" in hello ? hello.open_offers : [], 1)
    later.now += 3_600_000
    later.send({ _tag: "wake" })
    assert.strictEqual(responses(later), 1, "whoever came to the stream meanwhile was told of it")

    const tooLate = active()
    tooLate.watched = false
    tooLate.send(news)
    tooLate.now += 3_600_000
    const empty = tooLate.send({ _tag: "recover", by: owner })
    assert.isEmpty("open_offers" in empty ? empty.open_offers : undefined)
    tooLate.send({ _tag: "wake" })
    assert.strictEqual(responses(tooLate), 0, "whoever came before a wake-up, but after its time, was told of nothing")
  })

  it("are ignored by nobody where nobody had asked and several travel", () => {
    const event = { kind: "closure", id: "e1", from: 0, until: FIRST_DAY * 2, node_id: nodeId(1) } as const
    const news = {
      _tag: "city_changed",
      conditions: { city_id: cityId, version: 1, events: [event] },
      events: [event]
    } as const
    const timedOut = active()
    invited(timedOut)
    timedOut.send(news)
    timedOut.now += 3_600_000
    timedOut.send({ _tag: "wake" })
    assert.deepStrictEqual(
      timedOut.last.records?.map(({ type }) => type),
      ["pivot_response"],
      "no signal of anybody"
    )
    assert.deepInclude(timedOut.last.records?.[0]?.payload, { response: "ignore", nobodys: true })

    const pushedOut = active()
    invited(pushedOut)
    pushedOut.send(news)
    const [first] = pushedOut.pushed
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < MAX_OFFERS; i++) offer(pushedOut)
      pushedOut.now += 600_000
    }
    const gone = pushedOut.decisions.flatMap(({ records = [] }) =>
      records.flatMap((one) => (one.type === "pivot_event" ? (one.payload.pushed_out ?? []) : []))
    )
    assert.deepInclude(
      gone.find(({ pivot_id }) => pivot_id === first!.pivot_id),
      { nobodys: true }
    )
    assert.isTrue(gone.every(({ nobodys, pivot_id }) => pivot_id === first!.pivot_id || nobodys === undefined))

    const asked = active()
    invited(asked)
    offer(asked, { by: friend })
    asked.now += 3_600_000
    asked.send({ _tag: "wake" })
    assert.deepStrictEqual(
      asked.last.records?.map(({ type }) => type),
      ["pivot_response", "signal"]
    )
    assert.notProperty(asked.last.records?.[0]?.payload, "nobodys", "whoever asked let it be")
  })

  it("are ignored by nobody where whoever asked has left the trip, or the world, before their time was over", () => {
    for (const going of [
      { _tag: "leave", by: friend, user_id: friend },
      { _tag: "leave", by: owner, user_id: friend },
      { _tag: "erase_member", user_id: friend }
    ] as const) {
      const live = active()
      invited(live)
      offer(live, { by: friend })
      live.send(going)
      live.now += 3_600_000
      live.send({ _tag: "wake" })
      assert.deepStrictEqual(
        live.last.records?.map(({ type }) => type),
        ["pivot_response"],
        "the owner, who is left alone, was not asked either"
      )
      assert.deepInclude(live.last.records?.[0]?.payload, { response: "ignore", nobodys: true })
    }
  })

  it("are never more than can be held, and none goes without a word, however late wake-ups come", () => {
    const live = active()
    const made: Array<string> = []
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < MAX_OFFERS; i++) made.push(offer(live).pivot_id)
      live.now += 600_000
    }
    const answered = () =>
      live.decisions.flatMap(({ records = [] }) =>
        records.flatMap((one) =>
          one.type === "pivot_response"
            ? [one.payload.pivot_id as string]
            : one.type === "pivot_event"
              ? (one.payload.pushed_out ?? []).map((gone) => gone.pivot_id)
              : []
        )
      )
    assert.strictEqual(live.state.memory.offers.length, MAX_HELD_OFFERS)
    assert.sameMembers(
      [...answered(), ...live.state.memory.offers.map((one) => one.pivot_id as string)],
      made,
      "open, or answered"
    )
    for (let i = 0; i < MAX_HELD_OFFERS; i++) live.send({ _tag: "wake" })
    assert.sameMembers(answered(), made, "each once")
  })
})
