/**
 * Public holidays of countries whose days follow dates and Easter. What a region keeps on its own, or custom and not the law, is
 * marked: on such a day nobody can say by the country alone whether it is a holiday (docs/decisions/public-holidays.md).
 */
import { dayNumber, nthWeekday, weekdayOf } from "../../time/calendar.ts"

/** Easter Sunday of the western churches, by the Gregorian computus (Meeus, Jones, Butcher). */
const westernEaster = (year: number): number => {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7
  const m = Math.floor((a + 11 * d + 22 * e) / 451)
  const at = d + e - 7 * m + 114
  return dayNumber(year, Math.floor(at / 31), (at % 31) + 1)
}

/** Days by which the Julian calendar is behind, from 1900 to 2099. */
const JULIAN_BEHIND = 13

/** Easter Sunday of the eastern churches: the Julian computus, in our calendar. */
const easternEaster = (year: number): number => {
  const d = (19 * (year % 19) + 15) % 30
  const e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
  const at = d + e + 114
  return dayNumber(year, Math.floor(at / 31), (at % 31) + 1) + JULIAN_BEHIND
}

/**
 * `05-01`: that date. `E39`, `O-2`: days after western or eastern Easter. `05Mo1`: the first Monday of May, `10Mo-1` the last of
 * October. `Sa06-20`: the first Saturday from that date on. `2026:10-04`: from that year on. `05-04+`: that date, and where it falls on a
 * weekend the Monday behind it, too; `05-01s`: the same where it falls on a Sunday; `04-27v`: the day before where it falls on a Sunday;
 * `01-26m`: on a weekend the Monday alone. `12-25x`: that date and the next, and as many weekdays behind them as fall on a weekend.
 * `2026=07-10`: in that year alone. A `?` at the end: a holiday for some there, and not for others.
 */
const TABLE: Readonly<Record<string, string>> = {
  AD: "01-01 01-06 E-47 03-14 E-2 E1 05-01 E50 08-15 09-08 11-01 12-08 12-25 12-26",
  AT: "01-01 01-06 E1 05-01 E39 E50 E60 08-15 10-26 11-01 12-08 12-25 12-26",
  AU: "01-01+ 01-26m E-2 E1 04-25 12-25x E-1? E0? 04-25+? 03Mo1? 03Mo2? 05Mo1? Mo05-27? 06Mo1? 06Mo2? 08Mo1? We08-08? 09Mo-1? Fr09-24? 10Mo1? 11Tu1? 12-24? 12-31?",
  BE: "01-01 E1 05-01 E39 E50 07-21 08-15 11-01 11-11 12-25",
  BR: "01-01 E-2 04-21 05-01 09-07 10-12 11-02 11-15 2024:11-20 12-25",
  CA: "01-01 07-01s 09Mo1 12-25 01-01+? 02Mo3? 03-17? E-2? E1? 04-23? Mo05-18? 06-21? 06-24? 07-12? 08Mo1? 08Mo3? 09-30? 10Mo2? 11-11? 12-25x?",
  CH: "01-01 E39 08-01 12-25 01-02? 01-06? 03-01? 03-19? 04Th1? E-2? E0? E1? 05-01? E49? E50? E60? 06-23? 06-29? 08-15? Th09-05? 09Su3? Mo09-16? 09-25? 11-01? 12-08? 12-26? 12-31?",
  CO: "01-01 Mo01-06 Mo03-19 E-3 E-2 05-01 E43 E64 E71 Mo06-29 07-20 08-07 Mo08-15 Mo10-12 Mo11-01 Mo11-11 12-08 12-25",
  CY: "01-01 01-06 O-48 03-25 04-01 O-2 O0 O1 05-01 O50 08-15 10-01 10-28 12-25 12-26",
  CZ: "01-01 E-2 E1 05-01 05-08 07-05 07-06 09-28 10-28 11-17 12-24 12-25 12-26",
  DE: "01-01 E-2 E1 05-01 E39 E50 10-03 12-25 12-26",
  DK: "01-01 E-3 E-2 E0 E1 E39 E49 E50 06-05 12-24 12-25 12-26",
  EE: "01-01 02-24 E-2 E0 05-01 E49 06-23 06-24 08-20 12-24 12-25 12-26",
  ES: "01-01 01-06 E-2 05-01 08-15 10-12 11-01 12-06 12-08 12-25",
  FI: "01-01 01-06 E-2 E0 E1 05-01 E39 E49 Sa06-20 Sa10-31 12-06 12-25 12-26",
  FR: "01-01 E1 05-01 05-08 E39 E50 07-14 08-15 11-01 11-11 12-25",
  GB: "01-01+ E-2 05Mo1 05Mo-1 12-25x 01-01x? 03-17+? E1? 07-12+? 08Mo1? 08Mo-1? 11-30+?",
  GR: "01-01 01-06 O-48 03-25 O-2 O0 O1 05-01 O50 08-15 10-28 12-25 12-26",
  HR: "01-01 01-06 E0 E1 05-01 05-30 E60 06-22 08-05 08-15 11-01 11-18 12-25 12-26",
  HU: "01-01 03-15 E-2 E0 E1 05-01 E49 E50 08-20 10-23 11-01 12-25 12-26",
  IE: "01-01 02Mo1 03-17 E1 05Mo1 06Mo1 08Mo1 10Mo-1 12-25 12-26",
  IS: "01-01 E-3 E-2 E0 E1 Th04-19 05-01 E39 E49 E50 06-17 08Mo1 12-25 12-26",
  IT: "01-01 01-06 E0 E1 04-25 05-01 06-02 08-15 2026:10-04 11-01 12-08 12-25 12-26",
  KR: "01-01 03-01+ 05-05+ 06-06 08-15+ 10-03+ 10-09+ 12-25+ 2025=01-28 2025=01-29 2025=01-30 2026=02-16 2026=02-17 2026=02-18 2027=02-06 2027=02-07 2027=02-08 2027=02-09 2028=01-26 2028=01-27 2028=01-28 2025=05-06 2026=05-24 2026=05-25 2027=05-13 2028=05-02 2025=10-05 2025=10-06 2025=10-07 2025=10-08 2026=09-24 2026=09-25 2026=09-26 2027=09-14 2027=09-15 2027=09-16 2028=10-02 2028=10-03 2028=10-04 05-01? 07-17+? 2025=01-27? 2025=06-03? 2026=06-03? 2028=10-05?",
  LT: "01-01 02-16 03-11 E0 E1 05-01 06-24 07-06 08-15 11-01 11-02 12-24 12-25 12-26",
  LU: "01-01 E1 05-01 05-09 E39 E50 06-23 08-15 11-01 12-25 12-26",
  LV: "01-01 E-2 E0 E1 05-01 05-04+ 05Su2 E49 06-23 06-24 11-18+ 12-24 12-25 12-26 12-31",
  MC: "01-01 01-27 E1 05-01 E39 E50 E60 08-15 11-01 11-19 12-08 12-25",
  MT: "01-01 02-10 03-19 03-31 E-2 05-01 06-07 06-29 08-15 09-08 09-21 12-08 12-13 12-25",
  NL: "01-01 E0 E1 04-27v E39 E49 E50 12-25 12-26",
  NO: "01-01 E-3 E-2 E0 E1 05-01 E39 05-17 E49 E50 12-25 12-26",
  NZ: "01-01x 02-06+ E-2 E1 04-25+ 06Mo1 10Mo4 12-25x 2022=06-24 2023=07-14 2024=06-28 2025=06-20 2026=07-10 2027=06-25 2028=07-14 2029=07-06 2030=06-21 2031=07-11 2032=07-02 Mo01-19? Mo01-26? Mo01-29? 03Mo2? Mo03-20? E2? 09Mo4? Fr10-19? Mo10-29? Fr11-11? Mo11-27? Mo11-28?",
  PE: "01-01 E-3 E-2 05-01 2024:06-07 06-29 2024:07-23 07-28 07-29 2022:08-06 08-30 10-08 11-01 12-08 2022:12-09 12-25",
  PL: "01-01 01-06 E0 E1 05-01 05-03 E49 E60 08-15 11-01 11-11 2025:12-24 12-25 12-26",
  PT: "01-01 E-2 E0 04-25 05-01 E60 06-10 08-15 10-05 11-01 12-01 12-08 12-25",
  RO: "01-01 01-02 01-06 01-07 01-24 O-2 O0 O1 05-01 06-01 O49 O50 08-15 11-30 12-01 12-25 12-26",
  SE: "01-01 01-06 E-2 E0 E1 05-01 E39 E49 06-06 Sa06-20 Sa10-31 12-25 12-26",
  SI: "01-01 01-02 02-08 E0 E1 04-27 05-01 05-02 E49 06-25 08-15 10-31 11-01 12-25 12-26",
  SK: "01-01 01-06 E-2 E1 05-01 07-05 08-29 11-01 12-24 12-25 12-26 05-08? 09-01? 09-15? 11-17?",
  ZA: "01-01s 03-21s E-2 E1 04-27s 05-01s 06-16s 08-09s 09-24s 12-16s 12-25 12-26s"
}

/** Of a country that is not in the table: days that most of the world keeps. All others are read as ordinary ones. */
const ANYWHERE = "01-01? 05-01? 12-25?"

const WEEKDAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
const SATURDAY = 5
const SUNDAY = 6

/** A date with what is done where it falls on a weekend. */
const movedDays = (date: number, how: string | undefined): ReadonlyArray<number> => {
  const weekday = weekdayOf(date)
  if (how === "v") return [weekday === SUNDAY ? date - 1 : date]
  if (how === "s" && weekday === SUNDAY) return [date, date + 1]
  const monday = date + 7 - weekday
  if (how === "m") return [weekday >= SATURDAY ? monday : date]
  if (how === "+" && weekday >= SATURDAY) return [date, monday]
  if (how === "x") return pairOf(date)
  return [date]
}

/** Two days after each other, with a weekday behind them for each that falls on a weekend. */
const pairOf = (date: number): ReadonlyArray<number> => {
  const days = [date, date + 1]
  for (let next = date + 2, owed = days.filter((day) => weekdayOf(day) >= SATURDAY).length; owed > 0; next++) {
    if (weekdayOf(next) >= SATURDAY) continue
    days.push(next)
    owed--
  }
  return days
}

const daysOf = (rule: string, year: number): ReadonlyArray<number> => {
  const [, named, until, mark] = /^(?:(\d{4})([:=]))?(.+)$/.exec(rule)!
  if (named !== undefined && (until === "=" ? year !== Number(named) : year < Number(named))) return []
  const easter = /^([EO])(-?\d+)$/.exec(mark!)
  if (easter !== null) return [(easter[1] === "E" ? westernEaster(year) : easternEaster(year)) + Number(easter[2])]
  const nth = /^(\d\d)([A-Z][a-z])(-?\d)$/.exec(mark!)
  if (nth !== null) return [nthWeekday(year, Number(nth[1]), WEEKDAYS.indexOf(nth[2]!), Number(nth[3]))!]
  const [, from, month, day, moved] = /^([A-Z][a-z])?(\d\d)-(\d\d)([+smvx])?$/.exec(mark!)!
  const date = dayNumber(year, Number(month), Number(day))
  if (from === undefined) return movedDays(date, moved)
  return [date + ((WEEKDAYS.indexOf(from) - weekdayOf(date) + 7) % 7)]
}

/** Days of a year that are holidays, and those of which the country alone does not say whether they are. */
export interface Holidays {
  readonly certain: ReadonlyArray<number>
  readonly unsure: ReadonlyArray<number>
}

const byRules = (rules: string) => {
  const all = rules.split(" ")
  const unsure = all.flatMap((rule) => (rule.endsWith("?") ? [rule.slice(0, -1)] : []))
  return (year: number): Holidays => ({
    certain: all.flatMap((rule) => (rule.endsWith("?") ? [] : daysOf(rule, year))),
    unsure: unsure.flatMap((rule) => daysOf(rule, year))
  })
}

/** The countries of the table, each with its holidays of a year. */
export const TABLED: Readonly<Record<string, (year: number) => Holidays>> = Object.fromEntries(
  Object.entries(TABLE).map(([country, rules]) => [country, byRules(rules)])
)

/** What is known of a country that nobody wrote down. */
export const anywhere = byRules(ANYWHERE)

/** Days that the territories of the United States, or some of them, keep beside the federal ones. */
export const inTerritories = byRules(
  "01-06? 03-02? Mo03-01? 03-22? 03-24? 03-31? E-3? E-2? E1? 04-17? 06-16? 07-03? 07-21? 07-25? 11-01? 11-02? 11-04? 11-08? 11-19? 12-08? 12-26?"
)
