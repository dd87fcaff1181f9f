/**
 * Public holidays by rule, with the days on which they are observed: those of our own cities' countries, and those of the table.
 */
import { entryOf } from "../../basics/entry-of.ts"
import { civilOf, dayNumber, nthWeekday, weekdayOf } from "../../time/calendar.ts"
import { anywhere, type Holidays, inTerritories, TABLED } from "./holiday-table.ts"

const MONDAY = 0
const THURSDAY = 3
const SATURDAY = 5
const SUNDAY = 6

const nth = (year: number, month: number, weekday: number, n: number): number => nthWeekday(year, month, weekday, n)!

/** United States: the federal holidays (5 U.S.C. 6103) and, where one falls on a weekend, the weekday it is observed on. */
const unitedStates = (year: number): ReadonlyArray<number> => {
  const days = [
    nth(year, 1, MONDAY, 3),
    nth(year, 2, MONDAY, 3),
    nth(year, 5, MONDAY, -1),
    nth(year, 9, MONDAY, 1),
    nth(year, 10, MONDAY, 2),
    nth(year, 11, THURSDAY, 4)
  ]
  const fixed = [
    dayNumber(year, 1, 1),
    dayNumber(year, 6, 19),
    dayNumber(year, 7, 4),
    dayNumber(year, 11, 11),
    dayNumber(year, 12, 25),
    dayNumber(year + 1, 1, 1)
  ]
  for (const day of fixed) {
    days.push(day)
    if (weekdayOf(day) === SATURDAY) days.push(day - 1)
    if (weekdayOf(day) === SUNDAY) days.push(day + 1)
  }
  return days
}

/** Mexico: the days of mandatory rest (Ley Federal del Trabajo, art. 74), elections apart. */
const mexico = (year: number): ReadonlyArray<number> => [
  dayNumber(year, 1, 1),
  nth(year, 2, MONDAY, 1),
  nth(year, 3, MONDAY, 3),
  dayNumber(year, 5, 1),
  dayNumber(year, 9, 16),
  nth(year, 11, MONDAY, 3),
  dayNumber(year, 12, 25),
  // A new president takes office every six years, since 2024 on the first of October.
  ...(year >= 2024 && (year - 2024) % 6 === 0 ? [dayNumber(year, 10, 1)] : [])
]

/**
 * Day of the month of an equinox in Japan, by the formula commonly used for the years 1980–2099: the law leaves the
 * date to astronomy and the gazette.
 */
const equinox = (base: number, year: number): number =>
  Math.floor(base + 0.242194 * (year - 1980) - Math.floor((year - 1980) / 4))

/** Japan: the holidays by law, the substitute for one on a Sunday, and a day between two holidays. */
const japan = (year: number): ReadonlyArray<number> => {
  const named = new Set([
    dayNumber(year, 1, 1),
    nth(year, 1, MONDAY, 2),
    dayNumber(year, 2, 11),
    dayNumber(year, 2, 23),
    dayNumber(year, 3, equinox(20.8431, year)),
    dayNumber(year, 4, 29),
    dayNumber(year, 5, 3),
    dayNumber(year, 5, 4),
    dayNumber(year, 5, 5),
    nth(year, 7, MONDAY, 3),
    dayNumber(year, 8, 11),
    nth(year, 9, MONDAY, 3),
    dayNumber(year, 9, equinox(23.2488, year)),
    nth(year, 10, MONDAY, 2),
    dayNumber(year, 11, 3),
    dayNumber(year, 11, 23)
  ])
  const days = new Set(named)
  for (const day of named) {
    if (weekdayOf(day) === SUNDAY) {
      let substitute = day + 1
      while (named.has(substitute)) substitute++
      days.add(substitute)
    }
    if (named.has(day + 2) && !named.has(day + 1) && weekdayOf(day + 1) !== SUNDAY) days.add(day + 1)
  }
  return [...days]
}

const nationwide =
  (days: (year: number) => ReadonlyArray<number>) =>
  (year: number): Holidays => ({ certain: days(year), unsure: [] })

/** Their federal holidays are those of the United States. */
const territory = (year: number): Holidays => ({ certain: unitedStates(year), unsure: inTerritories(year).unsure })

const RULES: Readonly<Record<string, (year: number) => Holidays>> = {
  US: nationwide(unitedStates),
  ...Object.fromEntries(["AS", "GU", "MP", "PR", "VI"].map((country) => [country, territory] as const)),
  MX: nationwide(mexico),
  JP: nationwide(japan),
  ...TABLED
}

/** Each country times the years anybody asks about; beyond that the oldest entry goes. */
const MAX_CACHED_YEARS = 512
const holidays = new Map<string, Readonly<Record<keyof Holidays, ReadonlySet<number>>>>()

const holidaysOf = (country: string, year: number) => {
  const key = `${country}${year}`
  const found = holidays.get(key)
  if (found !== undefined) return found
  const { certain, unsure } = (entryOf(RULES, country) ?? anywhere)(year)
  const days = { certain: new Set(certain), unsure: new Set(unsure) }
  if (holidays.size >= MAX_CACHED_YEARS) holidays.delete(holidays.keys().next().value!)
  holidays.set(key, days)
  return days
}

/** Whether this day (days since 1970-01-01) is a public holiday in a country; `maybe` where that is not known by the country. */
export const holidayOn = (country: string, day: number): "yes" | "maybe" | "no" => {
  const { certain, unsure } = holidaysOf(country, civilOf(day).year)
  return certain.has(day) ? "yes" : unsure.has(day) ? "maybe" : "no"
}
