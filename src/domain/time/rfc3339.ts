/** Instants as the contract writes them: RFC 3339 in UTC, to the millisecond. */

const DAY = 86_400_000

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`)
const TWO = Array.from({ length: 60 }, (_, n) => two(n))
const three = (n: number): string => (n < 10 ? `00${n}` : n < 100 ? `0${n}` : `${n}`)

/** The days of one trip are few, and a date costs more to write than the time of day. */
const WRITTEN = 32
const days = new Float64Array(WRITTEN).fill(Number.NaN)
const dates: Array<string> = []

/** What `Date` writes for the years 0 to 9999, at a fraction of its cost; everything else is left to `Date`. */
export const rfc3339 = (millis: number): string => {
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
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  return `${dates[at]}${TWO[hours]}:${TWO[minutes - hours * 60]}:${TWO[seconds - minutes * 60]}.${three(rest - seconds * 1000)}Z`
}
