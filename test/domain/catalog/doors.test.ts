/** What travelers found at doors: counted by people who do not travel together, believed from a few on, and never more than that. */
import { assert, describe, it } from "@effect/vitest"
import { type DoorReport, type Doors, doorsOf, ENOUGH_REPORTS, foundAt } from "../../../src/domain/catalog/doors.ts"
import type { ActivityNode } from "../../../src/domain/catalog/node.ts"
import { residentCatalog } from "../../../src/domain/catalog/resident-catalog.ts"
import type { NodeId, SlotId } from "../../../src/domain/ids.ts"
import { travelIn } from "../../../src/domain/itinerary/travel.ts"
import type { Slot } from "../../../src/domain/plan/model.ts"
import { localTime, zoneOf } from "../../../src/domain/time/zone.ts"
import { tripDays } from "../../../src/domain/trip/request.ts"
import { evidenceLines } from "../../../src/domain/view/node.ts"
import type { PlanningCity } from "../../support/generated-city.ts"
import { fc } from "../../support/properties.ts"
import { answerPivot, idsFor, tripIn, worldOf } from "../../support/trips.ts"
import { place } from "../rankers/fixtures.ts"

const ZONE = "America/Los_Angeles"
const MONDAY = "2026-07-06"
const HOUR = 3_600_000
const zone = zoneOf(ZONE)!

const report = (n: number, more: Partial<DoorReport> = {}): DoorReport => ({
  person: `person ${n}`,
  trip: `trip ${n}`,
  open: false,
  weekday: 0,
  hour: 14,
  ...more
})

describe("reports of a door", () => {
  it("count people, not how often they say it nor how many they travel with", () => {
    assert.isUndefined(doorsOf([1, 2].map((n) => report(n))))
    assert.isUndefined(doorsOf([1, 1, 1, 2].map((n) => report(n))))
    assert.isUndefined(doorsOf([1, 2, 3].map((n) => report(n, { trip: "one trip" }))))
    assert.isUndefined(doorsOf([1, 2, 3, 4].map((n) => report(n, { person: "one person" }))))
    assert.deepInclude(doorsOf([1, 2, 3].map((n) => report(n))), { closed: 3, open: 0 })
  })

  it("count nobody twice, however people and trips hang together", () => {
    const some = fc.array(fc.record({ person: fc.integer({ min: 0, max: 5 }), trip: fc.integer({ min: 0, max: 5 }) }), {
      maxLength: 12
    })
    fc.assert(
      fc.property(some, (said) => {
        const doors = doorsOf(said.map(({ person, trip }) => report(0, { person: `${person}`, trip: `${trip}` })))
        const most = Math.min(new Set(said.map((one) => one.person)).size, new Set(said.map((one) => one.trip)).size)
        assert.isAtMost(doors?.closed ?? 0, most)
      })
    )
  })

  it("speak for the hour before and after, also over midnight, and for no other", () => {
    const sundayNight = doorsOf([1, 2, 3].map((n) => report(n, { weekday: 6, hour: 23 })))!
    assert.sameDeepMembers(
      sundayNight.at.map(({ weekday, hour }) => [weekday, hour]),
      [
        [6, 22],
        [6, 23],
        [0, 0]
      ]
    )
  })

  it("are outweighed by those who found it open", () => {
    const at = tripDays(ZONE, MONDAY, 1)[0]!.noon + 2 * HOUR
    const closed = [1, 2, 3].map((n) => report(n))
    const open = [4, 5, 6, 7].map((n) => report(n, { open: true }))
    assert.deepInclude(foundAt(doorsOf(closed), zone, at), { found: "closed", people: 3 })
    assert.isUndefined(foundAt(doorsOf([...closed, ...open.slice(1)]), zone, at), "as many say one thing as the other")
    assert.deepInclude(foundAt(doorsOf([...closed, ...open]), zone, at), { found: "open", people: 4 })
  })
})

/** The cafe that several found closed on Mondays at two, and others like it. */
const spot = (key: string, doors?: Doors): ActivityNode => {
  const node = place(key, "cafe", { opening_hours: "Mo-Su 08:00-20:00" })
  return doors === undefined ? node : { ...node, quality_signals: { ...node.quality_signals, doors } }
}

const SHUT = doorsOf([1, 2, 3].map((n) => report(n)))!
const NEVER = doorsOf([1, 2, 3, 4].map((n) => report(n, { weekday: n % 3, hour: 9 + n })))!
const FOUND_OPEN = doorsOf([1, 2, 3].map((n) => report(n, { open: true })))!
const nodes = [spot("sure"), spot("shut", SHUT), spot("never", NEVER), spot("open", FOUND_OPEN)]

const catalog = residentCatalog({
  city: { id: "c", slug: "x", name: "X", country: "US", time_zone: ZONE, lat: 47.6, lon: -122.3 },
  version: 1,
  nodes,
  retired: new Set()
})

describe("hours that reports speak against", () => {
  const morning = tripDays(ZONE, MONDAY, 1)[0]!.noon - 3 * HOUR

  it("are unknown at that time, and what they were at every other: nobody's report closes a place", () => {
    const states = (index: number) =>
      Array.from({ length: 12 }, (_, hour) => catalog.openAt(index, morning + (hour - 1) * HOUR)).join(" ")
    assert.strictEqual(states(0), Array(12).fill("open").join(" "))
    assert.strictEqual(states(1), "open open open open open unknown unknown unknown open open open open")
    assert.strictEqual(states(2), Array(12).fill("unknown").join(" "))
    assert.strictEqual(states(3), states(0))
    assert.strictEqual(catalog.openAt(2, morning + 20 * HOUR), "closed", "what hours say is closed stays closed")
  })

  it("change where they say that they change", () => {
    for (const index of nodes.keys()) {
      let at = morning - 9 * HOUR
      for (let changes = 0; changes < 40; changes++) {
        const state = catalog.openAt(index, at)
        const next = catalog.nextChange(index, at)!
        for (let between = at; between < next; between += HOUR / 2) {
          assert.strictEqual(catalog.openAt(index, between), state, new Date(between).toISOString())
        }
        assert.notStrictEqual(catalog.openAt(index, next), state, new Date(next).toISOString())
        at = next
      }
    }
  })
})

describe("an offer with a place that others found closed", () => {
  const city: PlanningCity = {
    ...catalog,
    localMinute: (millis) => localTime(zone, millis).minute,
    travel: travelIn(catalog),
    tripDays: (start, count) => tripDays(ZONE, start, count)
  }
  const at = tripDays(ZONE, MONDAY, 1)[0]!.noon + 2 * HOUR
  const slot: Slot = {
    id: "00000000-0000-7000-8000-000000000001" as SlotId,
    day: 1,
    order: 1,
    node_id: nodes[0]!.id as NodeId,
    day_part: "afternoon",
    starts_at: at,
    ends_at: at + 45 * 60_000,
    travel_minutes: 0,
    locked: false,
    status: "planned",
    score: 0.5,
    model_version: "local_ranker:1"
  }

  it("says so, with how many and when, and claims nothing", () => {
    const trip = { ...tripIn(city, 1, 1, {}, MONDAY), slots: [slot] }
    const answer = answerPivot(
      worldOf(city, trip, 1),
      undefined,
      { trigger: "venue_closed", slot_id: slot.id },
      at - HOUR,
      idsFor("doors")
    )
    if (answer._tag === "refused") throw new Error(answer.message)
    const said = new Map(answer.offer.options.map((one) => [one.changes[0]!.node!.id as string, one]))
    const shut = said.get(nodes[1]!.id)!
    assert.strictEqual(shut.changes[0]!.open, "unknown")
    assert.include(shut.why.join("; "), `${ENOUGH_REPORTS} travelers of ours found it closed on Mondays around 14:00.`)
    assert.include(shut.evidence.map(({ text }) => text).join(), "3 travelers of ours found it closed when they came.")
    assert.include(said.get(nodes[2]!.id)!.why.join("; "), "4 travelers of ours found it closed, on different days")
    const open = said.get(nodes[3]!.id)!
    assert.strictEqual(open.changes[0]!.open, "open")
    assert.include(open.why.join("; "), "3 travelers of ours found it open on Mondays around 14:00.")
  })

  it("shows nothing of fewer than enough people", () => {
    const lines = evidenceLines(spot("few", { closed: 2, open: 3, at: [] }))
    assert.notInclude(lines.map(({ text }) => text).join(), "closed when they came")
    assert.include(lines.map(({ text }) => text).join(), "3 travelers of ours found it open when they came.")
  })
})
