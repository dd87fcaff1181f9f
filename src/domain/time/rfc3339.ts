/** Instants as the contract writes them: RFC 3339 in UTC, to the millisecond. */

const DAY = 86_400_000

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`)
const TWO = Array.from({ length: 60 }, (_, n) => two(n))
const three = (n: number): string => (n < 10 ? `00${n}` : n < 100 ? `0${n}` : `${n}`)

/** The days of one trip are few, and a date costs more to write than the time of day. */
const WRITTEN = 32
const days = new Float64Array(WRITTEN).fill(Number.NaN)
const dates: Array<string> = []

/** A plan's times are whole minutes and come again and again. */
const MINUTE = 60_000
const MINUTES = 4096
const minutes = new Float64Array(MINUTES).fill(Number.NaN)
const minuteTexts: Array<string> = []

/** What `Date` writes for the years 0 to 9999, at a fraction of its cost; everything else is left to `Date`. */
export const rfc3339 = (millis: number): string => {
  const minute = millis / MINUTE
  if (!Number.isInteger(minute)) return written(millis)
  const at = minute & (MINUTES - 1)
  if (minutes[at] !== minute) {
    minuteTexts[at] = new Date(millis).toISOString()
    minutes[at] = minute
  }
  return minuteTexts[at]!
}

const written = (millis: number): string => {
  const day = Math.floor(millis / DAY)
  const at = day & (WRITTEN - 1)
  if (days[at] !== day) {
    const text = new Date(millis).toISOString()
    if (text.length !== 24) return text
    dates[at] = text.slice(0, 11)
    days[at] = day
  }
  const rest = Math.floor(millis - day * DAY)
  const seconds = Math.floor(rest / 1000)
  const mins = Math.floor(seconds / 60)
  const hours = Math.floor(mins / 60)
  return `${dates[at]}${TWO[hours]}:${TWO[mins - hours * 60]}:${TWO[seconds - mins * 60]}.${three(rest - seconds * 1000)}Z`
}
