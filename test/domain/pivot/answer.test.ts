import { assert, describe, it } from "@effect/vitest"
import { isVibeTag } from "../../../src/domain/catalog/taxonomy.ts"
import { CALM_CITY } from "../../../src/domain/city/live.ts"
import type { OptionId, SlotId } from "../../../src/domain/ids.ts"
import type { PivotWorld } from "../../../src/domain/pivot/answer-model.ts"
import { PIVOT_SETTINGS } from "../../../src/domain/pivot/env.ts"
import {
  bytesOf,
  computeFallbacks,
  coverageOf,
  type FallbackSet,
  fallbackInput,
  startFallbacks
} from "../../../src/domain/pivot/fallbacks.ts"
import type { PivotRequest } from "../../../src/domain/pivot/model.ts"
import { MOOD_VIBES } from "../../../src/domain/pivot/moods.ts"
import { planSlot } from "../../../src/domain/pivot/plan.ts"
import type { Slot } from "../../../src/domain/plan/model.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { generateCity } from "../../support/generated-city.ts"
import { type Answered, acceptOption, answerPivot, idsFor, tripIn, worldOf } from "../../support/trips.ts"

const MINUTE = 60_000
const city = generateCity(1, { nodes: 230, unknown: 0.6 })
const trip = tripIn(city, 4, 5)
const world = worldOf(city, trip, 4)
const setAt = (now: number, of: PivotWorld = world): FallbackSet =>
  computeFallbacks(fallbackInput(of.trip, city, of.env, of.tastes, CALM_CITY, now, PIVOT_SETTINGS), of.env)

/** An hour before the second stop of the second day. */
const slot = trip.slots.filter((s) => s.day === 2)[1]!
const now = slot.starts_at - 60 * MINUTE

const ask = (request: PivotRequest, of: PivotWorld = world, set: FallbackSet | undefined = undefined, at = now) =>
  answerPivot(of, set, request, at, idsFor("ask"))

const offered = (request: PivotRequest, of: PivotWorld = world, set?: FallbackSet, at = now): Answered => {
  const answer = ask(request, of, set, at)
  if (answer._tag === "refused") throw new Error(answer.message)
  return answer
}

const withSlots = (change: (slot: Slot) => Partial<Slot>): PivotWorld => ({
  ...world,
  trip: { ...trip, slots: trip.slots.map((s) => ({ ...s, ...change(s) })) }
})

describe("fallbacks", () => {
  it("are kept for every slot of the next 36 hours and no other", () => {
    const set = setAt(now)
    const within = trip.slots.filter((s) => s.ends_at > now && s.starts_at < now + PIVOT_SETTINGS.horizonMs)
    assert.deepEqual(
      set.starts,
      within.map((s) => s.starts_at)
    )
    const ahead = within.map((s) => planSlot(s, city.indexOf))
    for (const covered of coverageOf(set, ahead, city.version, 3)) assert.isAtLeast(covered / ahead.length, 0.8)
    for (const covered of coverageOf(set, ahead, city.version + 1, 3)) assert.strictEqual(covered, 0)
    assert.isBelow(bytesOf(set), 8_000)
  })

  it("are kept, and served, for a stop whose place the catalog does not know any more", () => {
    const gone = withSlots((one) =>
      one.id === slot.id ? { node_id: "0198a0c4-0000-7000-8000-00000000dead" as never } : {}
    )
    const answer = offered({ trigger: "venue_closed", slot_id: slot.id }, gone, setAt(now, gone))
    assert.strictEqual(answer.offer.source, "precomputed")
  })

  it("come out the same in slices as at once, and from a copy of the input", () => {
    const input = fallbackInput(trip, city, world.env, world.tastes, CALM_CITY, now, PIVOT_SETTINGS)
    const run = startFallbacks(structuredClone(input), world.env)
    for (const step of run.steps) step()
    assert.deepEqual(run.result(), computeFallbacks(input, world.env))
  })

  it("name moods by tags that exist", () => {
    for (const vibes of Object.values(MOOD_VIBES)) for (const tag of Object.keys(vibes)) assert.isTrue(isVibeTag(tag))
  })
})

describe("an answer", () => {
  it("comes from what was kept ready, and says so", () => {
    const answer = offered({ trigger: "venue_closed", slot_id: slot.id }, world, setAt(now - 20 * MINUTE))
    assert.strictEqual(answer.offer.source, "precomputed")
    assert.strictEqual(answer.offer.computed_at, new Date(now - 20 * MINUTE).toISOString())
    assert.lengthOf(answer.offer.options, 3)
    assert.lengthOf(answer.chosen, 3)
    for (const option of answer.offer.options) {
      assert.isNotEmpty(option.why)
      assert.strictEqual(option.unchanged, trip.slots.length - 1)
    }
    assert.isAtLeast(answer.slate.candidate_ids.length, 3)
  })

  it("is the same for the same world, set, request, instant and ids", () => {
    const set = setAt(now)
    assert.deepEqual(ask({ trigger: "venue_closed" }, world, set), ask({ trigger: "venue_closed" }, world, set))
  })

  it("does not trust fallbacks of another catalog or of a slot that has changed", () => {
    const set = setAt(now)
    const request: PivotRequest = { trigger: "venue_closed", slot_id: slot.id }
    const newer = { ...world, env: { ...world.env, version: 2 } }
    assert.strictEqual(offered(request, newer, set).offer.source, "on_demand")
    const later = withSlots((s) => (s.id === slot.id ? { starts_at: s.starts_at + 10 * MINUTE } : {}))
    assert.strictEqual(offered(request, later, set).offer.source, "on_demand")
  })

  it("never serves what was kept ready and has closed since", () => {
    const set = setAt(now)
    const before = offered({ trigger: "venue_closed", slot_id: slot.id }, world, set)
    const closed = before.offer.options.map((option) => option.changes[0]!.node!.id)
    const live = {
      closures: new Map(closed.map((id) => [city.indexOf(id)!, [{ from: now, to: now + 24 * 60 * MINUTE }]])),
      badWeather: []
    }
    const after = offered({ trigger: "venue_closed", slot_id: slot.id }, { ...world, live }, set)
    assert.isNotEmpty(after.offer.options)
    for (const option of after.offer.options) assert.notInclude(closed, option.changes[0]!.node!.id)
  })

  it("searches for moods that have no place in the palette, and refuses what is no mood", () => {
    const answer = offered({ trigger: "mood", slot_id: slot.id, detail: { tags: ["literary"] } }, world, setAt(now))
    assert.strictEqual(answer.offer.source, "on_demand")
    assert.isNotEmpty(answer.offer.options)
    const refusal = ask({ trigger: "mood", detail: { mood: "zxqw" } })
    assert.strictEqual(refusal._tag === "refused" && refusal.problem, "unknown_mood")
  })

  it("says precisely what is wrong with a request", () => {
    const problem = (request: PivotRequest, of = world, at = now) => {
      const answer = ask(request, of, undefined, at)
      return answer._tag === "refused" ? answer.problem : "answered"
    }
    const nowhere = "00000000-0000-7000-8000-000000000000" as SlotId
    assert.strictEqual(problem({ trigger: "venue_closed", slot_id: nowhere }), "unknown_slot")
    assert.strictEqual(problem({ trigger: "venue_closed", slot_id: trip.slots[0]!.id }), "past_slot")
    assert.strictEqual(
      problem({ trigger: "venue_closed" }, { ...world, trip: { ...trip, status: "confirmed" } }),
      "trip_not_active"
    )
    assert.strictEqual(
      problem(
        { trigger: "mood", slot_id: slot.id, detail: { mood: "calm" } },
        withSlots(() => ({ locked: true }))
      ),
      "slot_locked"
    )
    assert.strictEqual(problem({ trigger: "venue_closed" }, world, trip.slots.at(-1)!.ends_at + 1), "nothing_ahead")
  })

  it("moves what no place can stand in for to a day that has room for it", () => {
    const veto = { user_id: trip.user_id, node_ids: city.nodes.map((node) => node.id as never), tags: [] }
    const barren = { ...world, trip: { ...trip, vetoes: [veto] } }
    const moves = trip.slots.flatMap(({ id, starts_at }) => {
      const answer = ask({ trigger: "venue_closed", slot_id: id }, barren, undefined, starts_at - 60 * MINUTE)
      return answer._tag === "refused" ? [] : answer.offer.options.filter(({ kind }) => kind === "another_day")
    })
    assert.isNotEmpty(moves)
  })

  it("is the honest second best, with the reasons, where no place passes", () => {
    const veto = { user_id: trip.user_id, node_ids: city.nodes.map((node) => node.id as never), tags: [] }
    const answer = offered(
      { trigger: "venue_closed", slot_id: slot.id },
      { ...world, trip: { ...trip, vetoes: [veto] } }
    )
    const kinds = answer.offer.options.map(({ kind }) => kind)
    assert.includeMembers(["wait", "another_day", "skip"], kinds)
    assert.include(kinds, "skip")
    assert.isTrue(answer.offer.reasons!.some(({ reason, places }) => reason === "excluded" && places > 200))
    for (const { option_id, changes } of answer.offer.options) {
      const taken = acceptOption(world, answer.offer, option_id, now)
      assert(typeof taken !== "string")
      assert.strictEqual(taken.removed.length, changes[0]!.action === "drop" ? 1 : 0)
      if (changes[0]!.day === undefined) continue
      const moved = taken.slots.find((one) => one.id === slot.id)!
      assert.strictEqual(moved.day, changes[0]!.day)
      assert.strictEqual(moved.node_id, slot.node_id)
    }
  })

  it("shelters every exposed stop of the day when it rains", () => {
    for (let seed = 0; seed < 40; seed++) {
      const rainy = tripIn(city, seed, 2)
      const at = rainy.slots[0]!.starts_at - 30 * MINUTE
      const until = new Date(at + 14 * 60 * MINUTE).toISOString()
      const wet = worldOf(city, rainy, seed)
      const exposed = rainy.slots.filter((s) => {
        const node = city.nodes[city.indexOf(s.node_id)!]!
        return s.day === 1 && (node.setting === "outdoor" || node.weather_sensitivity > 0.35)
      })
      const { offer } = offered({ trigger: "weather", detail: { condition: "rain", until } }, wet, undefined, at)
      if (exposed.length < 2 || offer.options.length === 0) continue
      assert.strictEqual(offer.options[0]!.changes.length, exposed.length)
      assert.strictEqual(offer.options[0]!.kind, "rest_of_day")
      for (const { changes } of offer.options.slice(1)) assert.lengthOf(changes, 1)
      return
    }
    assert.fail("no made-up day had two exposed stops")
  })

  it("is logged with each place that it brings, among those that were considered, whatever they were kept ready for", () => {
    let packages = 0
    for (let seed = 0; seed < 40; seed++) {
      const rainy = tripIn(city, seed, 2)
      const at = rainy.slots[0]!.starts_at - 30 * MINUTE
      const until = new Date(at + 14 * 60 * MINUTE).toISOString()
      const wet = worldOf(city, rainy, seed)
      const request: PivotRequest = { trigger: "weather", detail: { condition: "rain", until } }
      const { chosen, offer, slate } = offered(request, wet, setAt(at, wet), at)
      for (const [i, option] of offer.options.entries()) {
        const brought = option.changes.flatMap(({ node, slot_id }) =>
          node === undefined ? [] : [{ slot_id, node_id: node.id }]
        )
        assert.sameDeepMembers([...chosen[i]!.places], brought)
        for (const { node_id } of brought) assert.include(slate.candidate_ids, node_id)
        if (brought.length > 1) packages++
      }
      assert.lengthOf(new Set(slate.candidate_ids), slate.candidate_ids.length)
      assert.deepEqual(
        slate.scores.toSorted((a, b) => b - a),
        slate.scores
      )
    }
    assert.isAbove(packages, 0)
  })
})

describe("a delay", () => {
  it("that the free time absorbs changes nothing", () => {
    const gap = trip.slots.find((s, i) => {
      const before = trip.slots[i - 1]
      return before?.day === s.day && s.starts_at - before.ends_at - s.travel_minutes * MINUTE >= 5 * MINUTE
    })!
    const before = trip.slots[trip.slots.indexOf(gap) - 1]!
    const { offer } = offered(
      { trigger: "transit", slot_id: gap.id, detail: { delay_minutes: 4 } },
      world,
      undefined,
      before.starts_at
    )
    assert.deepEqual(offer.options, [])
    assert.strictEqual(offer.reasons![0]!.reason, "absorbed")
  })

  it("never moves a booking, and drops or shortens what stands in its way", () => {
    let repaired = 0
    for (let seed = 0; seed < 60; seed++) {
      const busy = tripIn(city, seed, 1)
      if (busy.slots.length < 4) continue
      const booked: TripState = { ...busy, slots: busy.slots.map((s, i) => (i === 3 ? { ...s, locked: true } : s)) }
      const at = booked.slots[0]!.starts_at
      const request: PivotRequest = { trigger: "transit", slot_id: booked.slots[1]!.id, detail: { delay_minutes: 120 } }
      const { offer } = offered(request, worldOf(city, booked, seed), undefined, at)
      for (const option of offer.options) {
        repaired++
        assert.isFalse(option.changes.some((change) => change.slot_id === booked.slots[3]!.id))
      }
    }
    assert.isAbove(repaired, 60)
  })
})

describe("accepting", () => {
  const request: PivotRequest = { trigger: "venue_closed", slot_id: slot.id }
  const { offer } = offered(request, world, setAt(now))
  const take = (of: PivotWorld, option: string, at = now) => acceptOption(of, offer, option as OptionId, at)

  it("changes the slot and no other stop", () => {
    const option = offer.options[0]!
    const taken = take(world, option.option_id)
    assert(typeof taken !== "string")
    const changed = taken.slots.find((s) => s.id === slot.id)!
    assert.strictEqual(changed.node_id, option.changes[0]!.node!.id)
    assert.strictEqual(new Date(changed.starts_at).toISOString(), option.changes[0]!.starts_at)
    assert.strictEqual(changed.order, slot.order)
    assert.strictEqual(taken.changed, 1)
    for (const other of taken.slots) {
      if (other.id === slot.id) continue
      const old = trip.slots.find((s) => s.id === other.id)!
      assert.deepEqual({ ...other, travel_minutes: 0 }, { ...old, travel_minutes: 0 })
    }
  })

  it("times an option anew when some minutes have passed", () => {
    const option = offer.options[0]!
    const taken = take(world, option.option_id, now + 9 * MINUTE)
    assert.isObject(taken)
  })

  it("is refused when the place has closed or the stop is over", () => {
    const option = offer.options[0]!
    const gone = city.indexOf(option.changes[0]!.node!.id)!
    const live = { closures: new Map([[gone, [{ from: now, to: now + 24 * 60 * MINUTE }]]]), badWeather: [] }
    assert.isString(take({ ...world, live }, option.option_id))
    const done = withSlots((s) => (s.id === slot.id ? { status: "done" } : {}))
    assert.isString(take(done, option.option_id))
  })

  it("puts no place into the plan that another change has put there meanwhile", () => {
    const option = offer.options[0]!
    const taken = take(world, option.option_id)
    assert(typeof taken !== "string")
    const after: TripState = {
      ...trip,
      seq: 2,
      slots: trip.slots.map((s) => taken.slots.find((next) => next.id === s.id) ?? s)
    }
    const again = take({ ...world, trip: after }, option.option_id)
    assert.isString(again)
  })
})
