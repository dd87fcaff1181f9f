/** The next days on which Seattle's clocks are changed, by the rule of the United States: one has an hour less, the other one more. */
import { civilOf, isoDate, nthWeekday } from "../../src/domain/time/calendar.ts"

const SUNDAY = 6
const MS_PER_DAY = 86_400_000

/** The nth Sunday of a month, of this year or the next: never before tomorrow. */
const nextSunday = (month: number, nth: number, now: number): string => {
  const today = Math.floor(now / MS_PER_DAY)
  const { year } = civilOf(today)
  const days = [year, year + 1].map((of) => nthWeekday(of, month, SUNDAY, nth)!)
  return isoDate(days.find((day) => day > today)!)
}

/** At half past two in its night there is no such time. */
export const gapDay = (now: number = Date.now()): string => nextSunday(3, 2, now)
/** Its half past one comes twice. */
export const foldDay = (now: number = Date.now()): string => nextSunday(11, 1, now)
