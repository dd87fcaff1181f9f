/**
 * Dates of the proleptic Gregorian calendar as day numbers (days since 1970-01-01): arithmetic on dates is
 * arithmetic on integers, and no time zone can get in the way.
 */

export interface CivilDate {
  readonly year: number
  /** 1–12 */
  readonly month: number
  /** 1–31 */
  readonly day: number
}

export const MS_PER_DAY = 86_400_000
export const MINUTES_PER_DAY = 1440

/** Days since 1970-01-01. A day beyond the month's end counts on into the next month. */
export const dayNumber = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

export const civilOf = (number: number): CivilDate => {
  const z = number + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 }
}

/** 0 Monday … 6 Sunday. */
export const weekdayOf = (number: number): number => (((number + 3) % 7) + 7) % 7

export const daysInMonth = (year: number, month: number): number =>
  month === 2
    ? (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
      ? 29
      : 28
    : month === 4 || month === 6 || month === 9 || month === 11
      ? 30
      : 31

/** The ISO 8601 week (1–53) of a day. */
export const isoWeekOf = (number: number): number => {
  const thursday = number - weekdayOf(number) + 3
  return 1 + Math.floor((thursday - dayNumber(civilOf(thursday).year, 1, 1)) / 7)
}

/**
 * The day number of a month's nth weekday (`nth` 1–5 from the start, −1–−5 from the end), or `undefined` where the
 * month has no such day.
 */
export const nthWeekday = (year: number, month: number, weekday: number, nth: number): number | undefined => {
  const first = dayNumber(year, month, 1)
  const length = daysInMonth(year, month)
  if (nth > 0) {
    const day = ((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7
    return day < length ? first + day : undefined
  }
  const last = first + length - 1
  const day = last - ((weekdayOf(last) - weekday + 7) % 7) + (nth + 1) * 7
  return day >= first ? day : undefined
}

const pad = (n: number, width = 2) => String(n).padStart(width, "0")

/** `YYYY-MM-DD` */
export const isoDate = (number: number): string => {
  const { year, month, day } = civilOf(number)
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`
}

/** The day number of `YYYY-MM-DD`, or `undefined` where there is no such date. */
export const parseIsoDate = (text: string): number | undefined => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (match === null) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  return dayNumber(year, month, day)
}
