/** How times, places and evidence are worded. Pure. */
import { T } from "./messages.js"

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

/** The server words evidence by its kind; the licence of what others counted stands beside it. */
export const evidenceText = ({ kind, text, licence }) =>
  kind === "aggregator" && licence !== null ? `${text} (${licence})` : text

/** Where a place is, for whatever map the traveler uses. */
export const mapAddress = ({ lat, lon, name }) => `geo:${lat},${lon}?q=${lat},${lon}(${encodeURIComponent(name)})`

/** What one change of an option does to the plan; `before` is the stop as it stands, if it still does. */
export const changeText = (change, before, timeZone) => {
  const old = before?.node.name ?? T.offer.aStop
  const when = timeSpan(change.starts_at, change.ends_at, timeZone)
  switch (change.action) {
    case "replace":
      return T.offer.instead(change.node?.name ?? T.offer.another, when, old)
    case "move":
      return T.offer.moves(old, when)
    case "shorten":
      return T.offer.shortened(old, when)
    default:
      return T.offer.dropped(old)
  }
}
