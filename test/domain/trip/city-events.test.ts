/** What goes on in a city, through the decider and the real planner, for trips in a made-up city. */
import { assert, describe, it } from "@effect/vitest"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import type { CityEvent } from "../../../src/domain/city/model.ts"
import type { NodeId } from "../../../src/domain/ids.ts"
import type { Slot } from "../../../src/domain/plan/model.ts"
import type { TripReply } from "../../../src/domain/trip/commands.ts"
import type { TripEventEnvelope } from "../../../src/domain/trip/events.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { planEngine } from "../../../src/domain/trip/plan-engine.ts"
import { restore } from "../../../src/domain/trip/snapshot.ts"
import { generateCity } from "../../support/generated-city.ts"
import { tripIn } from "../../support/trips.ts"
import { LiveTrip } from "./fixtures.ts"

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const city = generateCity(1, { nodes: 230, unknown: 0.6 })
const real = { planner: planEngine(), catalog: city }

const member = (trip: TripState): TripState => ({
  ...trip,
  members: [{ user_id: trip.user_id, role: "owner", ordinal: 0, joined_at: 0 }]
})

const exposed = (slot: Slot): boolean => {
  const node = city.nodes[city.indexOf(slot.node_id)!]!
  return node.setting === "outdoor" || node.weather_sensitivity > 0.35
}

const ofDay = (trip: TripState, day: number) => trip.slots.filter((slot) => slot.day === day)

/** The first trip that is as wanted: made-up plans differ in how much of them is outdoors. */
const tripWith = (fits: (trip: TripState) => boolean, days = 3): TripState => {
  for (let seed = 0; seed < 200; seed++) {
    const trip = tripIn(city, seed, days)
    if (trip.slots.length > 0 && fits(trip)) return member(trip)
  }
  throw new Error("no made-up trip is like that")
}

const underWay = (trip: TripState, now: number) => new LiveTrip(trip, now, real)

const happens = (live: LiveTrip, ...events: ReadonlyArray<CityEvent>) => {
  live.send({ _tag: "city_changed", conditions: { city_id: live.trip.city_id, version: 1, events }, events })
  return live.pushed
}

/** The look at the city that every change of the plan and every coming back is followed by. */
const looks = (live: LiveTrip, ...events: ReadonlyArray<CityEvent>) => {
  live.send({ _tag: "world_known", conditions: { city_id: live.trip.city_id, version: 1, events } })
  return live.pushed
}

const id = (name: string) => uuidOfName("event", name)

const rain = (from: number, until: number, name = "rain"): CityEvent => ({
  kind: "weather",
  id: id(name),
  from,
  until,
  condition: "rain",
  severity: "severe"
})

const closure = (slot: Slot, from: number, until: number, name = "closure"): CityEvent => ({
  kind: "closure",
  id: id(name),
  from,
  until,
  node_id: slot.node_id
})

const delay = (minutes: number, from: number, until: number, name = "delay"): CityEvent => ({
  kind: "transit",
  id: id(name),
  from,
  until,
  delay_minutes: minutes
})

const changedBy = (offer: { options: ReadonlyArray<{ changes: ReadonlyArray<{ slot_id: string }> }> } | undefined) =>
  offer?.options[0]?.changes.map((change) => change.slot_id)

const ids = (slots: ReadonlyArray<Slot>) => slots.map((slot) => slot.id as string)

const rainy = tripWith((trip) => [1, 2].every((day) => ofDay(trip, day).filter(exposed).length === 2), 2)
const morning = rainy.slots[0]!.starts_at - 3 * HOUR

describe("a weather alert", () => {
  it("shelters every exposed stop of the day, and then of the days after it, each once", () => {
    const live = underWay(rainy, morning)
    const event = rain(morning - HOUR, rainy.slots.at(-1)!.ends_at)
    const [today, ...others] = happens(live, event)
    assert.isEmpty(others, "one day at a time")
    assert.deepStrictEqual(changedBy(today), ids(ofDay(rainy, 1).filter(exposed)))
    assert.deepStrictEqual(live.last.tasks?.at(-1), { _tag: "prepare" }, "which looks at the city again")
    const days = new Set([1])
    for (let turn = 0; turn < 5; turn++) {
      for (const offer of looks(live, event)) {
        const day = rainy.slots.find((slot) => slot.id === offer.slot_id)!.day
        assert.isFalse(days.has(day), "each day once")
        days.add(day)
        assert.deepStrictEqual(changedBy(offer), ids(ofDay(rainy, day).filter(exposed)).slice(0, 4))
      }
    }
    assert.deepStrictEqual([...days], [...new Set(rainy.slots.filter(exposed).map((slot) => slot.day))])
    assert.isEmpty(happens(live, event))
  })

  it("that is only ahead shelters all that its time concerns, and nothing before it", () => {
    const [first, second] = ofDay(rainy, 2).filter(exposed) as [Slot, Slot]
    const live = underWay(rainy, morning)
    const whole = happens(live, rain(first.starts_at - HOUR, second.ends_at + HOUR, "whole"))
    assert.deepStrictEqual(changedBy(whole[0]), ids([first, second]))
    const late = happens(underWay(rainy, morning), rain(first.ends_at, second.ends_at, "late"))
    assert.deepStrictEqual(changedBy(late[0]), ids([second]))
    const option_id = late[0]!.options[0]!.option_id
    assert.isString(option_id)
  })

  it("of little severity, or over plans that are all indoors, is no news", () => {
    const indoors = tripWith((trip) => ofDay(trip, 1).every((slot) => !exposed(slot)), 1)
    const at = indoors.slots[0]!.starts_at - HOUR
    assert.isEmpty(happens(underWay(indoors, at), rain(at, at + 24 * HOUR)))
    const minor = { ...rain(morning, morning + 24 * HOUR), severity: "minor" } as CityEvent
    assert.isEmpty(happens(underWay(rainy, morning), minor))
  })
})

describe("a closure", () => {
  it("of one stop hides no closure of another that comes with it", () => {
    const [first, second] = [rainy.slots[0]!, ofDay(rainy, 2)[0]!]
    const live = underWay(rainy, morning)
    const until = rainy.slots.at(-1)!.ends_at
    const offers = happens(live, closure(first, 0, until, "one"), closure(second, 0, until, "two"))
    assert.deepStrictEqual(
      offers.map((offer) => offer.slot_id),
      [first.id, second.id]
    )
  })

  it("and bad weather that hit the same stops are answered together", () => {
    const [first] = ofDay(rainy, 1).filter(exposed)
    const live = underWay(rainy, morning)
    const events = [closure(first!, 0, morning + 24 * HOUR), rain(morning, morning + 24 * HOUR)]
    assert.deepStrictEqual(
      happens(live, ...events).map((offer) => offer.trigger),
      ["weather"]
    )
    assert.isEmpty(looks(live, ...events))
  })

  it("that is announced for later leaves the place open until then", () => {
    const [first] = rainy.slots
    const live = underWay(rainy, morning)
    const [asked] = happens(live, closure(first!, 0, first!.ends_at, "now"))
    const node_id = asked!.options[0]!.changes[0]!.node!.id as NodeId
    const later = closure({ ...first!, node_id }, first!.ends_at + 6 * HOUR, first!.ends_at + 30 * HOUR, "later")
    const again = underWay(rainy, morning)
    const [offered] = happens(again, closure(first!, 0, first!.ends_at, "now"), later)
    assert.include(
      offered!.options.map((option) => option.changes[0]!.node!.id),
      node_id
    )
    const shut = underWay(rainy, morning)
    const [without] = happens(shut, closure(first!, 0, first!.ends_at, "now"), { ...later, from: 0 })
    assert.notInclude(
      without!.options.map((option) => option.changes[0]!.node!.id),
      node_id
    )
  })
})

describe("a disrupted line", () => {
  const rides = (slots: ReadonlyArray<Slot>) =>
    slots.findIndex((slot, i) => slot.travel_minutes > 5 && (slots[i + 1]?.travel_minutes ?? 0) > 5)
  const moving = tripWith((trip) => rides(ofDay(trip, 1)) >= 0, 1)
  const [reached, ahead] = moving.slots.slice(rides(moving.slots)) as [Slot, Slot]

  it("concerns the way that is still ahead, not the stop where one is already", () => {
    const now = reached.starts_at + 5 * MINUTE
    const [offer] = happens(underWay(moving, now), delay(90, now, now + 12 * HOUR))
    assert.strictEqual(offer?.slot_id, ahead.id)
    const only = happens(underWay(moving, now), delay(90, now, ahead.starts_at - ahead.travel_minutes * MINUTE))
    assert.isEmpty(only, "it is over before one sets off")
  })

  it("whose delay the free time absorbs is no news, and a longer one is", () => {
    const slack = tripWith(
      (trip) =>
        ofDay(trip, 1).length >= 3 &&
        ofDay(trip, 1).every((slot, i, day) => {
          const before = day[i - 1]
          return i === 0 || slot.starts_at - before!.ends_at - slot.travel_minutes * MINUTE >= 8 * MINUTE
        }),
      1
    )
    const now = slack.slots[0]!.starts_at + MINUTE
    const live = underWay(slack, now)
    assert.isEmpty(happens(live, delay(3, now, now + 12 * HOUR, "short")))
    assert.isUndefined(live.last.records, "what changes nothing is no decision to learn from")
    assert.isNotEmpty(happens(live, delay(150, now, now + 12 * HOUR, "long")))
  })
})

describe("a trip that was not there when something began", () => {
  const event = rain(morning - HOUR, ofDay(rainy, 1).at(-1)!.ends_at)

  it("hears of it when it sets off", () => {
    const live = underWay({ ...rainy, status: "confirmed", start_date: "2026-06-01", end_date: "2026-06-03" }, morning)
    assert.isEmpty(happens(live, event))
    assert.isEmpty(looks(live, event))
    live.send({ _tag: "set_status", by: rainy.user_id, status: "active" })
    assert.deepStrictEqual(live.last.tasks, [{ _tag: "prepare" }])
    assert.lengthOf(looks(live, event), 1)
    assert.isEmpty(looks(live, event))
  })

  it("hears of it when its plan comes to be touched", () => {
    const [away] = ofDay(rainy, 1)
    const live = underWay({ ...rainy, slots: rainy.slots.filter((slot) => slot.id !== away!.id) }, morning)
    const shut = closure(away!, 0, morning + 24 * HOUR)
    assert.isEmpty(happens(live, shut))
    const { constraints, model, catalog_version, relaxed } = rainy
    const plan = { constraints, model, catalog_version, relaxed, slots: [away!], removed: [] }
    live.send({ _tag: "replan", by: rainy.user_id, ...plan })
    assert.deepStrictEqual(
      looks(live, shut).map((offer) => offer.slot_id),
      [away!.id]
    )
  })

  it("is not told again after a restart of what it answered, and gets an open offer back as the same one", () => {
    const live = underWay(rainy, morning)
    const [offer] = happens(live, event)
    const history = () => live.decisions.flatMap((one): ReadonlyArray<TripEventEnvelope> => one.events ?? [])
    /** As the journal and the database keep it. */
    const restarted = (events: ReadonlyArray<TripEventEnvelope>, snapshot?: TripState) => {
      const again = underWay(rainy, morning)
      again.state = {
        ...restore(rainy.id, snapshot, JSON.parse(JSON.stringify(events)) as ReadonlyArray<TripEventEnvelope>)
      }
      again.send({ _tag: "world_known", catalog: city, personas: [] })
      return again
    }
    const crashed = restarted(history())
    const [back] = looks(crashed, event)
    assert.strictEqual(back?.pivot_id, offer!.pivot_id)
    const taken = { pivot_id: offer!.pivot_id, option_id: back!.options[0]!.option_id }
    const accepted = crashed.send({ _tag: "respond_pivot", by: rainy.user_id, response: "accept", ...taken })
    assert.strictEqual((accepted as TripReply)._tag, "changed")
    live.send({ _tag: "respond_pivot", by: rainy.user_id, response: "dismiss", pivot_id: offer!.pivot_id })
    assert.isEmpty(looks(restarted(history()), event))
    assert.isEmpty(
      looks(restarted(history(), JSON.parse(JSON.stringify(live.trip))), event),
      "nor where a snapshot covers the answer"
    )
  })
})
