/** Bookings in a calendar (RFC 5545): what has a time of day becomes a fixed thing; whole days and repetitions do not. */

const MOST_EVENTS = 500

/** Lines of a calendar are folded: one that begins with a blank goes on from the one before. */
const linesOf = (text) => text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/)

const plain = (value) =>
  value
    .replace(/\\n/gi, " ")
    .replace(/\\([\\;,])/g, "$1")
    .trim()

const TIME = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(Z?)$/

/** How far the clocks of a zone stand before UTC at that instant, in milliseconds. */
const offsetOf = (millis, timeZone) => {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }
  }).formatToParts(new Date(millis))
  const of = (type) => Number(parts.find((part) => part.type === type)?.value)
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - millis
}

const isZone = (name) => {
  try {
    return name !== undefined && Boolean(new Intl.DateTimeFormat("en", { timeZone: name }))
  } catch {
    return false
  }
}

/** The instant that clocks of that zone show so; twice looked, because the offset hangs on the instant. */
const instantIn = (local, zone) => {
  const near = local - offsetOf(local, zone)
  return local - offsetOf(near, zone)
}

/**
 * The instant that a value tells; one without a zone, or in one that nobody knows, is on the clocks of the city.
 *
 * @param {string | undefined} value
 * @param {string | undefined} zone
 * @param {string} cityZone
 */
const instantOf = (value, zone, cityZone) => {
  const found = TIME.exec(value?.trim() ?? "")
  if (found === null) return undefined
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number)
  const local = Date.UTC(year, month - 1, day, hour, minute, second)
  return found[7] === "Z" ? local : instantIn(local, isZone(zone) ? zone : cityZone)
}

const HOUR_MS = 3_600_000

/** "PT1H30M" in milliseconds. */
const durationOf = (value) => {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?/.exec(value?.trim() ?? "")
  if (found === null) return undefined
  const [days, hours, minutes] = found.slice(1).map((one) => Number(one ?? 0))
  return (days * 24 + hours) * HOUR_MS + minutes * 60_000
}

const eventOf = (fields, cityZone) => {
  const at = instantOf(fields.DTSTART?.value, fields.DTSTART?.zone, cityZone)
  if (at === undefined || fields.RRULE !== undefined || fields.STATUS?.value === "CANCELLED") return undefined
  const end = instantOf(fields.DTEND?.value, fields.DTEND?.zone, cityZone)
  const until = end ?? at + (durationOf(fields.DURATION?.value) ?? HOUR_MS)
  if (!(until > at)) return undefined
  const [lat, lon] = (fields.GEO?.value ?? "").split(";").map(Number.parseFloat)
  const where = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : {}
  const title = plain(fields.SUMMARY?.value ?? "")
  const location = plain(fields.LOCATION?.value ?? "")
  return { title: title || location, at, until, location, ...where }
}

/** Which of its parts a component may nest: an alarm inside an event says nothing of the event. */
export const readCalendar = (text, cityZone) => {
  const fixed = []
  let left = 0
  let fields
  let nested = 0
  for (const line of linesOf(text)) {
    const found = /^([A-Za-z-]+)((?:;[^:;="]+=(?:"[^"]*"|[^:;"]*))*):(.*)$/.exec(line)
    if (found === null) continue
    const [, key, parameters, value] = found
    const name = key.toUpperCase()
    if (name === "BEGIN" && fields === undefined && value.trim().toUpperCase() === "VEVENT") fields = {}
    else if (name === "BEGIN" && fields !== undefined) nested++
    else if (name === "END" && nested > 0) nested--
    else if (name === "END" && fields !== undefined) {
      const event = eventOf(fields, cityZone)
      fields = undefined
      if (event === undefined || event.title === "" || fixed.length >= MOST_EVENTS) left++
      else fixed.push(event)
    } else if (fields !== undefined && nested === 0) {
      const zone = /TZID="?([^;"]+)/i.exec(parameters)?.[1]
      fields[name] ??= { value, zone }
    }
  }
  return { places: [], fixed, left }
}
