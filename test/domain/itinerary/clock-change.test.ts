import { assert, describe, it } from "@effect/vitest"
import { assemble } from "../../../src/domain/itinerary/assemble.ts"
import { clockAt, millisAt, minuteOfClock } from "../../../src/domain/itinerary/rules.ts"
import { validateItinerary } from "../../../src/domain/itinerary/validate.ts"
import { isoDate, parseIsoDate } from "../../../src/domain/time/calendar.ts"
import { instantOf, localTime, zoneOf } from "../../../src/domain/time/zone.ts"
import { tripDays } from "../../../src/domain/trip/request.ts"
import { curatedCities } from "../../support/curated-cities.ts"
import { randomOf, scoresFor } from "../../support/generated-city.ts"
import { fc } from "../../support/properties.ts"

/** Zones that change at night, at midnight, late in the evening, by half an hour, southward, and never. */
const zones = [
  "America/Los_Angeles",
  "America/Nuuk",
  "Africa/Cairo",
  "Africa/Casablanca",
  "Asia/Beirut",
  "Asia/Tokyo",
  "Atlantic/Azores",
  "Australia/Lord_Howe",
  "America/Santiago",
  "Europe/London",
  "Pacific/Chatham"
].map((name) => zoneOf(name)!)

const from = Date.UTC(2026, 0, 1)
const until = Date.UTC(2029, 0, 1)

/** Days on which clocks change, and the days beside them. */
const anyDay = fc.constantFrom(...zones).chain((zone) => {
  const changes = [...zone.transitions].filter((at) => at > from && at < until)
  const near = changes.flatMap((at) => [-1, 0, 1].map((beside) => localTime(zone, at).day + beside))
  return fc.record({ zone: fc.constant(zone), day: fc.constantFrom(parseIsoDate("2026-05-01")!, ...near) })
})

const city = curatedCities().find((one) => one.city.time_zone === "America/Los_Angeles")!

const planned = (date: string, day_start: string, day_end: string, seed: number) => {
  const constraints = { day_start, day_end }
  const days = city.tripDays(date, 1)
  const scores = scoresFor(city, randomOf(seed))
  const out = assemble({
    catalog: city,
    travel: city.travel,
    scores,
    days,
    constraints,
    vetoes: [],
    orientations: [],
    locked: [],
    seed
  })
  const broken = validateItinerary({
    catalog: city,
    travel: city.travel,
    localMinute: city.localMinute,
    stops: out.stops,
    days: [1],
    constraints,
    vetoes: [],
    relaxations: out.relaxations,
    problems: out.problems
  })
  return { out, broken }
}

describe("a day on which the clocks change", () => {
  it("has an instant for every time of its clock: the first that shows it, or the change that skips it", () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 1799 }), ({ zone, day }, clock) => {
        const [trip] = tripDays(zone.name, isoDate(day), 1)
        const minute = minuteOfClock(trip!, clock)
        assert.strictEqual(millisAt(trip!, minute), instantOf(zone, day, clock))
        assert.strictEqual(clockAt(trip!, minute) % 1440, localTime(zone, millisAt(trip!, minute)).minute)
      }),
      { numRuns: 3_000, seed: 20270314 }
    )
  })

  it("begins when its clock goes on, where it is to begin at a time that is skipped", () => {
    const earliest = Date.parse("2027-03-14T10:00:00Z")
    for (let seed = 0; seed < 40; seed++) {
      const { out, broken } = planned("2027-03-14", "02:30", "22:00", seed)
      assert.isTrue(out.stops.every((stop) => stop.starts_at >= earliest))
      assert.deepEqual(broken, [])
    }
  })

  it("ends by its clock, in the night that has an hour less and in the one that has an hour more", () => {
    for (const [date, end] of [
      ["2027-03-13", "2027-03-14T10:00:00Z"],
      ["2027-11-06", "2027-11-07T08:30:00Z"]
    ] as const) {
      for (let seed = 0; seed < 20; seed++) {
        const { out, broken } = planned(date, "17:00", date === "2027-03-13" ? "02:30" : "01:30", seed)
        assert.isTrue(out.stops.every((stop) => stop.ends_at <= Date.parse(end)))
        assert.deepEqual(broken, [])
      }
    }
  })

  it("says the part of the day that the traveler's clock shows", () => {
    const { out } = planned("2027-11-07", "00:00", "23:00", 3)
    for (const stop of out.stops) {
      const { minute } = localTime(zoneOf("America/Los_Angeles")!, stop.starts_at)
      assert.strictEqual(stop.day_part === "night", minute < 360 || minute >= 1320)
    }
  })
})
