import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { holidayOn } from "../../../../src/domain/catalog/hours/holidays.ts"
import { type Hours, nextChange, openAt, openSpans, parseHours } from "../../../../src/domain/catalog/hours/hours.ts"
import { residentCatalog } from "../../../../src/domain/catalog/resident-catalog.ts"
import { dayNumber } from "../../../../src/domain/time/calendar.ts"
import { instantOf, zoneOf } from "../../../../src/domain/time/zone.ts"
import { fc } from "../../../support/properties.ts"
import { place } from "../../rankers/fixtures.ts"
import { openingHours } from "./values.ts"

const la = zoneOf("America/Los_Angeles")!
const tokyo = zoneOf("Asia/Tokyo")!

const parse = (text: string, country = "US"): Hours => {
  const result = parseHours(text, country)
  if (Result.isFailure(result)) throw result.failure
  return result.success
}
const refusal = (text: string, country = "US") => {
  const result = parseHours(text, country)
  return Result.isFailure(result) ? result.failure : assert.fail(`"${text}" was read`)
}
const at = (zone: typeof la, date: string, clock: string) => {
  const [y, m, d] = date.split("-").map(Number)
  const [h, min] = clock.split(":").map(Number)
  return instantOf(zone, dayNumber(y!, m!, d!), h! * 60 + min!)
}
const state = (text: string, date: string, clock: string) => openAt(parse(text), la, at(la, date, clock))

describe("opening hours", () => {
  it("are asked in the venue's zone: one instant, open in Tokyo and closed in Seattle", () => {
    const hours = parse("10:00-18:00", "JP")
    const instant = Date.UTC(2026, 5, 1, 3, 0)
    assert.strictEqual(openAt(hours, tokyo, instant), "open")
    assert.strictEqual(openAt(hours, la, instant), "closed")
  })

  it("that nobody knows are unknown and never change", () => {
    assert.strictEqual(openAt(null, la, 0), "unknown")
    assert.isNull(nextChange(null, la, 0))
  })

  it("reach past midnight into the next day", () => {
    assert.strictEqual(state("Su-Th 11:00-22:00; Fr-Sa 11:00-02:00", "2026-06-07", "01:30"), "open")
    assert.strictEqual(state("Su-Th 11:00-22:00; Fr-Sa 11:00-02:00", "2026-06-07", "02:00"), "closed")
    assert.strictEqual(state("Sa off; Fr 18:00-26:00", "2026-06-06", "01:30"), "open")
  })

  it("of a later rule replace a day's earlier ones, what reached over from the night before included", () => {
    assert.strictEqual(state("Fr 18:00-02:00; Sa 10:00-12:00", "2026-06-06", "01:30"), "closed")
    assert.strictEqual(state("Fr 18:00-02:00, Sa 10:00-12:00", "2026-06-06", "01:30"), "open")
  })

  it("close on public holidays of the country", () => {
    assert.strictEqual(state("Mo-Su 10:00-18:00; PH off", "2026-11-26", "12:00"), "closed")
    assert.strictEqual(state("Mo-Su 10:00-18:00; PH off", "2026-11-27", "12:00"), "open")
  })

  it("follow a season across the turn of the year", () => {
    assert.strictEqual(state("Nov-Feb 10:00-16:00; Mar-Oct 09:00-20:00", "2026-01-05", "18:00"), "closed")
    assert.strictEqual(
      state("Dec 20-Jan 05 off; Mo-Su 10:00-16:00; Dec 20-Jan 05 off", "2027-01-05", "12:00"),
      "closed"
    )
  })

  it("that nobody knows the end of are unknown from there on", () => {
    assert.strictEqual(state("17:00-22:00+", "2026-06-06", "21:59"), "open")
    assert.strictEqual(state("17:00-22:00+", "2026-06-06", "23:00"), "unknown")
    assert.strictEqual(state("17:00+", "2026-06-06", "18:00"), "unknown")
  })

  it("that follow the sun are certain at noon and midnight, and unknown when the sun might be rising or setting", () => {
    const park = "sunrise-sunset"
    assert.strictEqual(state(park, "2026-06-06", "12:00"), "open")
    assert.strictEqual(state(park, "2026-06-06", "23:30"), "closed")
    assert.strictEqual(state(park, "2026-06-06", "20:30"), "unknown")
    assert.strictEqual(state("08:00-(sunset-01:00)", "2026-06-06", "14:30"), "open")
  })

  it("that follow the sun follow it where the city lies", () => {
    const city = (time_zone: string, lat: number, lon: number) =>
      residentCatalog({
        city: { id: "c", slug: "x", name: "X", country: "FI", time_zone, lat, lon },
        version: 1,
        nodes: [place("park", "park", { opening_hours: "sunrise-sunset", time_zone })],
        retired: new Set()
      })
    const [helsinki, inTokyo] = [city("Europe/Helsinki", 60.17, 24.94), city("Asia/Tokyo", 35.68, 139.7)]
    // The sun rises at 9:24 there, and at 6:47 in Tokyo, where it sets at 18:59 on the longest day.
    for (const [there, at, state] of [
      [helsinki, Date.UTC(2026, 11, 21, 6, 50), "unknown"],
      [helsinki, Date.UTC(2026, 11, 21, 10), "open"],
      [helsinki, Date.UTC(2026, 11, 21, 13, 40), "unknown"],
      [inTokyo, Date.UTC(2026, 11, 20, 22, 30), "open"],
      [inTokyo, Date.UTC(2026, 5, 21, 11), "closed"],
      [city("Europe/Oslo", 69.65, 18.95), Date.UTC(2026, 5, 21, 8), "unknown"]
    ] as const)
      assert.strictEqual(there.openAt(0, at), state)
  })

  it("are read as people type them", () => {
    for (const text of ["Monday-Friday 9:00-17:00", "mo–fr 09:00–17:00", "Mon-Fri: 09:00-17:00", "Mo-Fr 09-17"]) {
      assert.strictEqual(openAt(parse(text), la, at(la, "2026-06-05", "16:59")), "open", text)
      assert.strictEqual(openAt(parse(text), la, at(la, "2026-06-06", "12:00")), "closed", text)
    }
  })

  it("that make no sense are refused with the place and the reason", () => {
    assert.match(refusal("Mo-Fr 10:00-18:00 whenever").message, /whenever/)
    assert.strictEqual(refusal("Mo-Fr 10:00-18:00 whenever").at, 18)
    for (const text of [
      "",
      ";",
      "10:00",
      "Mo 25:70-26:00",
      "Mo[6] 10:00-12:00",
      "Feb 30 off",
      "week 60",
      'Mo "open',
      "Mo-Fr,",
      "constructor",
      "Mo 10:00-18:00 constructor"
    ]) {
      assert.strictEqual(refusal(text).kind, "syntax", text)
    }
    assert.strictEqual(refusal("Mo ".repeat(500)).kind, "syntax")
  })

  it("that need what is not known here are refused as unsupported, not guessed", () => {
    assert.strictEqual(refusal("SH off").kind, "unsupported")
    assert.strictEqual(refusal("easter off").kind, "unsupported")
    assert.strictEqual(refusal("10:00-16:00/01:30").kind, "unsupported")
    assert.strictEqual(openAt(parse("Mo-Su 10:00-18:00", "AQ"), la, at(la, "2026-06-05", "12:00")), "open")
  })

  it("that close on holidays are read where the holidays are not known: ordinary days as written, what may be one as unknown", () => {
    const on = (country: string, date: string, hour = "12:00") =>
      openAt(parse("Mo-Fr 10:00-18:00; PH off", country), la, at(la, date, hour))
    // Nobody wrote down the holidays of Kenya.
    assert.strictEqual(on("KE", "2026-06-05"), "open")
    assert.strictEqual(on("KE", "2026-06-06"), "closed")
    assert.strictEqual(on("KE", "2026-01-01"), "unknown")
    assert.strictEqual(on("KE", "2026-01-01", "20:00"), "closed", "closed at night, holiday or not")
    const change = nextChange(parse("Mo-Su 10:00-18:00; PH off", "KE"), la, at(la, "2025-12-31", "20:00"))
    assert.deepStrictEqual(change, { at: at(la, "2026-01-01", "10:00"), state: "unknown" })
    // What a part of the country keeps: Scotland has the second of January, and not Easter Monday.
    for (const date of ["2026-01-02", "2026-04-06", "2026-08-31", "2026-11-30"]) {
      assert.strictEqual(on("GB", date), "unknown", date)
    }
    for (const date of ["2026-04-03", "2026-05-04", "2026-12-25", "2026-12-28"]) {
      assert.strictEqual(on("GB", date), "closed", date)
    }
    assert.strictEqual(on("GB", "2026-08-24"), "open")
    // On the evening before it is certain.
    const bar = parse("Mo-Su 20:00-02:00; PH off", "GB")
    assert.strictEqual(openAt(bar, la, at(la, "2026-08-30", "23:00")), "open")
    assert.strictEqual(openAt(bar, la, at(la, "2026-08-31", "23:00")), "unknown")
    assert.strictEqual(openAt(bar, la, at(la, "2026-09-02", "01:00")), "open")
  })

  it("never make the parser fail otherwise, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype)),
          openingHours.chain((text) => fc.constantFrom(...[...text].map((_, i) => text.slice(i))))
        ),
        (text) => {
          const result = parseHours(text, "US")
          if (Result.isSuccess(result)) openAt(result.success, la, 1_780_000_000_000)
        }
      )
    )
  })
})

describe("the next change", () => {
  const hours = openingHours.map((text) => parse(text))
  const instant = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 0, 1) })

  it("is the first: the state stays until then and differs from then on, on clock-change days too", () => {
    const near = fc.constantFrom(Date.UTC(2026, 2, 8, 8), Date.UTC(2026, 10, 1, 8))
    const aroundClockChange = fc.tuple(near, fc.integer({ min: -20, max: 6 })).map(([t, h]) => t + h * 3_600_000)
    fc.assert(
      fc.property(
        hours,
        fc.oneof(instant, aroundClockChange),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 }),
        (h, t, samples) => {
          const now = openAt(h, la, t)
          const change = nextChange(h, la, t)
          const until = change?.at ?? t + 365 * 86_400_000
          for (const fraction of [...samples, 1]) {
            assert.strictEqual(openAt(h, la, Math.max(t, Math.floor(t + (until - t) * fraction) - 1)), now, h.text)
          }
          if (change !== null) {
            assert.isAbove(change.at, t)
            assert.notStrictEqual(change.state, now)
            assert.strictEqual(openAt(h, la, change.at), change.state)
          }
        }
      ),
      { numRuns: 1500 }
    )
  })

  it("comes an hour later by the clock on the wall when the night is an hour longer", () => {
    const bar = parse("18:00-02:00")
    const evening = at(la, "2026-10-31", "20:00")
    // The clock shows 01:00–02:00 twice; it is past two only after the second time.
    assert.strictEqual(nextChange(bar, la, evening)!.at - evening, 7 * 3_600_000)
    const spring = at(la, "2026-03-07", "20:00")
    assert.strictEqual(nextChange(bar, la, spring)!.at - spring, 6 * 3_600_000)
  })

  it("does not come for a place that never closes", () => {
    assert.isNull(nextChange(parse("24/7"), la, 0))
    assert.isNull(nextChange(parse("Jan-Dec"), la, 0))
  })
})

describe("a day", () => {
  const museum = parse("Tu-Su 10:00-17:00; We 10:00-14:00,15:00-17:00")

  it("has its open stretches", () => {
    assert.deepStrictEqual(openSpans(museum, dayNumber(2026, 6, 3)), [
      { from: 600, to: 840, certain: true },
      { from: 900, to: 1020, certain: true }
    ])
  })
})

describe("public holidays", () => {
  const is = (country: string, date: string) => {
    const [y, m, d] = date.split("-").map(Number)
    return holidayOn(country, dayNumber(y!, m!, d!)) === "yes"
  }

  it("of the United States are the federal ones, on weekends also the weekday they are observed on", () => {
    for (const date of [
      "2026-01-19",
      "2026-02-16",
      "2026-05-25",
      "2026-07-03",
      "2026-07-04",
      "2026-09-07",
      "2026-10-12",
      "2026-11-11",
      "2026-11-26",
      "2027-12-24",
      "2027-12-31",
      "2028-11-10"
    ]) {
      assert.isTrue(is("US", date), date)
    }
    for (const date of ["2026-11-27", "2026-07-06", "2026-04-03"]) assert.isFalse(is("US", date), date)
  })

  it("are moved as the law of each country moves them", () => {
    const MOVED: ReadonlyArray<readonly [country: string, date: string, is: boolean]> = [
      // Colombia: the Monday from that date on.
      ...([
        ["CO", "2026-01-12", true],
        ["CO", "2026-01-06", false],
        ["CO", "2026-06-15", true]
      ] as const),
      // The Netherlands: the king's birthday is kept the day before where it falls on a Sunday.
      ...([
        ["NL", "2031-04-26", true],
        ["NL", "2031-04-27", false],
        ["NL", "2026-04-27", true]
      ] as const),
      // South Africa: Monday is a holiday, too, where the day falls on a Sunday.
      ...([
        ["ZA", "2026-08-10", true],
        ["ZA", "2026-08-09", true],
        ["ZA", "2027-08-10", false]
      ] as const),
      // Latvia: also behind a Saturday.
      ...([
        ["LV", "2028-11-20", true],
        ["LV", "2027-11-19", false]
      ] as const),
      // The United Kingdom and New Zealand: Christmas and the day after, each with a weekday where it falls on a weekend.
      ...([
        ["GB", "2027-12-27", true],
        ["GB", "2027-12-28", true],
        ["GB", "2027-12-29", false],
        ["GB", "2022-12-27", true],
        ["NZ", "2028-01-03", true],
        ["NZ", "2028-01-04", true],
        ["NZ", "2026-07-10", true],
        ["NZ", "2025-07-10", false]
      ] as const),
      // Australia: the Monday alone. Korea: by its moon.
      ...([
        ["AU", "2025-01-26", false],
        ["AU", "2025-01-27", true],
        ["KR", "2026-09-25", true],
        ["PR", "2026-07-03", true]
      ] as const),
      // Iceland: the first Thursday behind the eighteenth of April. Peru: since 2024.
      ...([
        ["IS", "2026-04-23", true],
        ["IS", "2026-04-16", false]
      ] as const),
      ...([
        ["PE", "2026-06-07", true],
        ["PE", "2023-06-07", false]
      ] as const)
    ]
    for (const [country, date, wanted] of MOVED) assert.strictEqual(is(country, date), wanted, `${country} ${date}`)
  })

  it("of Mexico include the day on which a president takes office", () => {
    for (const date of [
      "2026-02-02",
      "2026-03-16",
      "2026-05-01",
      "2026-09-16",
      "2026-11-16",
      "2024-10-01",
      "2030-10-01"
    ]) {
      assert.isTrue(is("MX", date), date)
    }
    for (const date of ["2026-10-01", "2026-11-02", "2026-05-05"]) assert.isFalse(is("MX", date), date)
  })

  it("of Japan include equinoxes, substitutes and the day between two holidays", () => {
    for (const date of [
      "2026-01-12",
      "2026-02-23",
      "2026-03-20",
      "2026-05-06",
      "2026-09-21",
      "2026-09-22",
      "2026-09-23",
      "2027-03-22",
      "2025-02-24",
      "2025-11-24"
    ]) {
      assert.isTrue(is("JP", date), date)
    }
    for (const date of ["2026-12-25", "2027-09-22", "2026-05-07"]) assert.isFalse(is("JP", date), date)
  })
})
