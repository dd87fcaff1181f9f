import { assert, describe, it } from "@effect/vitest"
import {
  civilOf,
  dayNumber,
  daysInMonth,
  isoDate,
  isoWeekOf,
  nthWeekday,
  parseIsoDate,
  weekdayOf
} from "../../../src/domain/time/calendar.ts"
import { instantOf, instantOfWall, localDate, localTime, wallOf, zoneOf } from "../../../src/domain/time/zone.ts"
import { fc } from "../../support/properties.ts"

const zones = [
  "America/Los_Angeles",
  "America/New_York",
  "America/Mexico_City",
  "Asia/Tokyo",
  "Europe/Lisbon",
  "Australia/Lord_Howe",
  "Africa/Cairo",
  "America/Nuuk",
  "Asia/Kathmandu",
  "Africa/Casablanca",
  "UTC"
]
const zone = fc.constantFrom(...zones).map((name) => zoneOf(name)!)
const instant = fc.integer({ min: Date.UTC(2001, 0, 1), max: Date.UTC(2050, 0, 1) })

describe("the calendar", () => {
  it("agrees with the runtime's own on every day of two centuries", () => {
    for (let day = dayNumber(1900, 1, 1); day < dayNumber(2100, 1, 1); day++) {
      const date = new Date(day * 86_400_000)
      const { year, month, day: dayOfMonth } = civilOf(day)
      if (
        year !== date.getUTCFullYear() ||
        month !== date.getUTCMonth() + 1 ||
        dayOfMonth !== date.getUTCDate() ||
        weekdayOf(day) !== (date.getUTCDay() + 6) % 7 ||
        dayNumber(year, month, dayOfMonth) !== day ||
        parseIsoDate(isoDate(day)) !== day
      ) {
        assert.fail(date.toISOString())
      }
    }
  })

  it("knows ISO weeks at the turn of the year", () => {
    assert.strictEqual(isoWeekOf(dayNumber(2026, 1, 1)), 1)
    assert.strictEqual(isoWeekOf(dayNumber(2027, 1, 1)), 53)
    assert.strictEqual(isoWeekOf(dayNumber(2024, 12, 30)), 1)
  })

  it("finds nth weekdays from either end, and says where there is none", () => {
    assert.strictEqual(nthWeekday(2026, 11, 3, 4), dayNumber(2026, 11, 26))
    assert.strictEqual(nthWeekday(2026, 5, 0, -1), dayNumber(2026, 5, 25))
    assert.isUndefined(nthWeekday(2026, 2, 0, 5))
    assert.strictEqual(daysInMonth(2100, 2), 28)
  })

  it("refuses dates that do not exist", () => {
    for (const text of ["2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", ""]) assert.isUndefined(parseIsoDate(text))
  })
})

describe("a zone", () => {
  it("shows the wall clock that the runtime shows", () => {
    fc.assert(
      fc.property(zone, instant, (z, at) => {
        const { day, minute } = localTime(z, at)
        const parts = new Intl.DateTimeFormat("sv-SE", {
          timeZone: z.name,
          dateStyle: "short",
          timeStyle: "short"
        }).format(at)
        const clock = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`
        assert.strictEqual(`${isoDate(day)} ${clock}`, parts)
        assert.strictEqual(localDate(z, at), parts.slice(0, 10))
      })
    )
  })

  it("comes back from the wall clock to the instant, or to the first of two that look alike", () => {
    fc.assert(
      fc.property(zone, instant, (z, at) => {
        const back = instantOfWall(z, wallOf(z, at))
        assert.isAtMost(back, at)
        assert.strictEqual(wallOf(z, back), wallOf(z, at))
      })
    )
  })

  it("lets a skipped hour begin where the clock jumps, and takes the first of a doubled one", () => {
    const la = zoneOf("America/Los_Angeles")!
    assert.strictEqual(instantOf(la, dayNumber(2026, 3, 8), 150), Date.UTC(2026, 2, 8, 10, 0))
    assert.strictEqual(instantOf(la, dayNumber(2026, 11, 1), 90), Date.UTC(2026, 10, 1, 8, 30))
  })

  it("gives the first existing instant at or after what its clock is asked for, on the days around a change", () => {
    const MINUTE = 60_000
    const nearChange = zone
      .filter((z) => z.transitions.some((at) => at > Date.UTC(2026, 0, 1)))
      .chain((z) =>
        fc.record({
          z: fc.constant(z),
          change: fc.constantFrom(...[...z.transitions].filter((at) => at > Date.UTC(2026, 0, 1))),
          off: fc.integer({ min: -200, max: 200 })
        })
      )
    fc.assert(
      fc.property(nearChange, ({ z, change, off }) => {
        const wanted = Math.floor(wallOf(z, change) / MINUTE + off) * MINUTE
        const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: z.name, dateStyle: "short", timeStyle: "short" })
        const clock = (at: number) => Date.parse(`${shown.format(at).replace(" ", "T")}Z`)
        let first = change - 480 * MINUTE
        while (clock(first) < wanted) first += MINUTE
        assert.strictEqual(instantOfWall(z, wanted), first)
      }),
      { numRuns: 60, seed: 20270314 }
    )
  })

  it("that does not exist is no zone", () => {
    assert.isUndefined(zoneOf("Mars/Olympus_Mons"))
    assert.isUndefined(zoneOf(""))
  })
})
