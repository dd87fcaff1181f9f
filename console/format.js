/** How times, tags and evidence are worded. Pure. */

/** Formatters are costly to make, and every stop needs two. */
const formatters = new Map()

const formatter = (timeZone, options) => {
  const key = `${timeZone} ${JSON.stringify(options)}`
  let known = formatters.get(key)
  if (known === undefined) {
    known = new Intl.DateTimeFormat("en-GB", { timeZone, ...options })
    formatters.set(key, known)
  }
  return known
}

/** "13:05", on the clocks of that zone. */
export const clockTime = (instant, timeZone) =>
  formatter(timeZone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(instant))

export const timeSpan = (from, until, timeZone) => `${clockTime(from, timeZone)}–${clockTime(until, timeZone)}`

/** "2026-05-01" in that zone. */
export const localDate = (instant, timeZone) => {
  const parts = formatter(timeZone, { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(
    new Date(instant)
  )
  const of = (type) => parts.find((part) => part.type === type).value
  return `${of("year")}-${of("month")}-${of("day")}`
}

/** "Fri 1 May" for a calendar date, which has no zone. */
export const calendarDay = (date) =>
  formatter("UTC", { weekday: "short", day: "numeric", month: "short" }).format(new Date(`${date}T12:00:00Z`))

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`

/** "specialty_coffee" as one says it. */
export const words = (name) => name.replaceAll("_", " ")

export const OPEN_WORDS = { open: "open then", closed: "closed then", unknown: "hours unknown" }

/** The server words evidence by its kind; the licence of what others counted stands beside it. */
export const evidenceText = ({ kind, text, licence }) =>
  kind === "aggregator" && licence !== null ? `${text} (${licence})` : text

/** Milliseconds with as many digits as mean something. */
export const milliseconds = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`

export const percent = (share) => `${Math.round(share * 100)} %`

/** "+0.12" or "−0.03". */
export const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`

/** What one change of an option does to the plan; `before` is the stop as it stands, if it still does. */
export const changeText = (change, before, timeZone) => {
  const old = before?.node.name ?? "a stop"
  const when = timeSpan(change.starts_at, change.ends_at, timeZone)
  switch (change.action) {
    case "replace":
      return `${change.node?.name ?? "Another place"}, ${when}, instead of ${old}`
    case "move":
      return `${old} moves to ${when}`
    case "shorten":
      return `${old} is shortened to ${when}`
    default:
      return `${old} is left out`
  }
}

export const TRIGGER_WORDS = {
  venue_closed: "It is closed",
  weather: "It rains",
  mood: "Another mood",
  transit: "Running late"
}
