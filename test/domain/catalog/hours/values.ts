// Opening hours as mappers write them, generated: the parts that occur, put together in the ways that occur.
import { fc } from "../../../support/properties.ts"

const two = (n: number) => String(n).padStart(2, "0")
const clock = (minutes: number) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`

const days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const lengths = [31, 27, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const weekday = fc.constantFrom(...days)
const weekdayRange = fc.tuple(weekday, weekday).map(([a, b]) => (a === b ? a : `${a}-${b}`))
const nthWeekday = fc
  .tuple(weekday, fc.constantFrom("1", "2", "3", "4", "5", "-1", "-2", "1,3", "2-4"))
  .map(([day, nth]) => `${day}[${nth}]`)
const weekdays = fc.oneof(
  { weight: 5, arbitrary: weekdayRange },
  { weight: 3, arbitrary: fc.array(weekdayRange, { minLength: 2, maxLength: 3 }).map((list) => list.join(",")) },
  { weight: 1, arbitrary: nthWeekday },
  { weight: 1, arbitrary: fc.tuple(weekdayRange, nthWeekday).map(([a, b]) => `${a},${b}`) },
  { weight: 1, arbitrary: weekdayRange.map((range) => `${range},PH`) },
  { weight: 1, arbitrary: weekdayRange.map((range) => `PH,${range}`) },
  { weight: 1, arbitrary: weekdayRange.map((range) => `PH ${range}`) }
)

const quarter = (from: number, to: number) => fc.integer({ min: from * 4, max: to * 4 }).map((n) => n * 15)
const span = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(quarter(6, 13), quarter(14, 24)).map(([a, b]) => `${clock(a)}-${clock(b)}`) },
  { weight: 3, arbitrary: fc.tuple(quarter(15, 23), quarter(0, 6)).map(([a, b]) => `${clock(a)}-${clock(b)}`) },
  { weight: 1, arbitrary: fc.tuple(quarter(16, 23), quarter(25, 30)).map(([a, b]) => `${clock(a)}-${clock(b)}`) },
  { weight: 1, arbitrary: fc.constantFrom("00:00-24:00", "00:00-12:00", "12:00-24:00") }
)
const spans = fc.oneof(
  { weight: 6, arbitrary: span },
  {
    weight: 3,
    arbitrary: fc
      .tuple(quarter(6, 10), quarter(11, 14), quarter(15, 18), quarter(19, 26))
      .map(([a, b, c, d]) => `${clock(a)}-${clock(b)},${clock(c)}-${clock(d)}`)
  },
  { weight: 1, arbitrary: quarter(7, 23).map((a) => `${clock(a)}+`) }
)

const monthRange = fc
  .tuple(fc.constantFrom(...months), fc.constantFrom(...months))
  .map(([a, b]) => (a === b ? a : `${a}-${b}`))
const monthday = fc
  .integer({ min: 0, max: 11 })
  .chain((m) => fc.integer({ min: 1, max: lengths[m]! }).map((d) => ({ m, d })))
const date = monthday.map(({ m, d }) => `${months[m]} ${two(d)}`)
const dateRange = fc
  .tuple(monthday, monthday)
  .filter(([a, b]) => Math.abs((b.m - a.m) * 31 + b.d - a.d) > 1)
  .map(([a, b]) => `${months[a.m]} ${two(a.d)}-${months[b.m]} ${two(b.d)}`)
const withinMonth = fc
  .tuple(
    fc.constantFrom("Jan", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    fc.integer({ min: 1, max: 14 }),
    fc.integer({ min: 15, max: 30 })
  )
  .map(([m, a, b]) => `${m} ${two(a)}-${two(b)}`)
const season = fc.oneof(
  { weight: 4, arbitrary: monthRange },
  { weight: 2, arbitrary: fc.tuple(monthRange, monthRange).map(([a, b]) => `${a},${b}`) },
  { weight: 3, arbitrary: dateRange },
  { weight: 1, arbitrary: withinMonth },
  { weight: 2, arbitrary: date },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 53 }))
      .map(([a, b]) => `week ${two(a)}-${two(b)}`)
  },
  { weight: 1, arbitrary: fc.constantFrom("2026", "2025-2026", "2026+", "2026 Jun-Aug", "2026 Dec 24") }
)

const modifier = fc.oneof(
  { weight: 12, arbitrary: fc.constant("") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(" open", " off", " closed", " unknown", ' "by appointment"', ' open "cash only"')
  }
)

const rule = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(weekdays, spans, modifier).map(([d, t, m]) => `${d} ${t}${m}`) },
  { weight: 2, arbitrary: fc.tuple(season, weekdays, spans).map(([s, d, t]) => `${s} ${d} ${t}`) },
  { weight: 2, arbitrary: fc.tuple(season, spans, modifier).map(([s, t, m]) => `${s} ${t}${m}`) },
  { weight: 1, arbitrary: fc.tuple(spans, modifier).map(([t, m]) => `${t}${m}`) },
  { weight: 1, arbitrary: weekdays.map((d) => `${d} off`) },
  { weight: 1, arbitrary: season.map((s) => `${s} off`) },
  { weight: 1, arbitrary: fc.constantFrom("PH off", "PH closed", "PH 10:00-16:00", "PH,Su off", "Dec 25 off", "24/7") }
)

/**
 * Forms on which the reference is no guide: a time list that goes on after an open end ("12:00+, 09:00-18:00"), where
 * it applies a hack of its own; "24/7," with more behind it and several nth weekdays after a month, which it refuses.
 */
const guided = (text: string) =>
  !/\+(?: open| unknown)?, \d|24\/7,/.test(text) && !/[A-Z][a-z]{2} [A-Z][a-z]\[\d[,-]/.test(text)

/** A whole value. */
export const openingHours: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 5, arbitrary: rule },
    {
      weight: 6,
      arbitrary: fc
        .tuple(
          rule,
          fc.array(fc.tuple(fc.constantFrom("; ", "; ", "; ", ", ", " || "), rule), { minLength: 1, maxLength: 3 })
        )
        .map(([first, rest]) => first + rest.map(([separator, next]) => separator + next).join(""))
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom("24/7", "off", "24/7; Dec 25 off", "Mo-Su", "unknown", "Mo-Fr", '"by appointment"')
    }
  )
  .filter(guided)
