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

/** Zones that one calendar may name; times in any other are on the clocks of the city. */
const MOST_ZONES = 100

const formatOf = (timeZone) => {
  try {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hourCycle: "h23",
      ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }
    })
  } catch {
    return undefined
  }
}

/**
 * What tells the time in each zone that a calendar names, made once: it costs more than all that is asked of it. One
 * without a name, or with one that nobody knows, is the city's.
 *
 * @param {string} cityZone
 */
const clocksOf = (cityZone) => {
  const known = new Map()
  const city = formatOf(cityZone)
  /** @param {string | undefined} zone */
  return (zone) => {
    if (zone === undefined) return city
    if (!known.has(zone) && known.size < MOST_ZONES) known.set(zone, formatOf(zone))
    return known.get(zone) ?? city
  }
}

/** How far those clocks stand before UTC at that instant, in milliseconds. */
const offsetOf = (millis, clocks) => {
  const parts = clocks.formatToParts(new Date(millis))
  const of = (type) => Number(parts.find((part) => part.type === type)?.value)
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - millis
}

/** The instant that these clocks show so; twice looked, because the offset hangs on the instant. */
const instantIn = (local, clocks) => {
  const near = local - offsetOf(local, clocks)
  return local - offsetOf(near, clocks)
}

/**
 * The instant that a value tells.
 *
 * @param {{value: string, zone?: string} | undefined} field
 * @param {ReturnType<typeof clocksOf>} clocks
 */
const instantOf = (field, clocks) => {
  const found = TIME.exec(field?.value.trim() ?? "")
  if (found === null) return undefined
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number)
  const local = Date.UTC(year, month - 1, day, hour, minute, second)
  return found[7] === "Z" ? local : instantIn(local, clocks(field?.zone))
}

const HOUR_MS = 3_600_000
const minuteOf = (instant) => Math.floor(instant / 60_000)

/** "PT1H30M" in milliseconds. */
const durationOf = (value) => {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?/.exec(value?.trim() ?? "")
  if (found === null) return undefined
  const [days, hours, minutes] = found.slice(1).map((one) => Number(one ?? 0))
  return (days * 24 + hours) * HOUR_MS + minutes * 60_000
}

const eventOf = (fields, clocks) => {
  const title = plain(fields.SUMMARY?.value ?? "")
  const location = plain(fields.LOCATION?.value ?? "")
  const isNone = fields.RRULE !== undefined || fields.STATUS?.value === "CANCELLED" || title + location === ""
  const at = isNone ? undefined : instantOf(fields.DTSTART, clocks)
  if (at === undefined) return undefined
  const end = instantOf(fields.DTEND, clocks)
  const until = end ?? at + (durationOf(fields.DURATION?.value) ?? HOUR_MS)
  // The contract counts in minutes.
  if (!(minuteOf(until) > minuteOf(at))) return undefined
  const [lat, lon] = (fields.GEO?.value ?? "").split(";").map(Number.parseFloat)
  const where = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : {}
  return { title: title || location, at, until, location, ...where }
}

/** Which of its parts a component may nest: an alarm inside an event says nothing of the event. */
export const readCalendar = (text, cityZone) => {
  const clocks = clocksOf(cityZone)
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
      const event = fixed.length < MOST_EVENTS ? eventOf(fields, clocks) : undefined
      fields = undefined
      if (event === undefined) left++
      else fixed.push(event)
    } else if (fields !== undefined && nested === 0) {
      const zone = /TZID="?([^;"]+)/i.exec(parameters)?.[1]
      fields[name] ??= { value, zone }
    }
  }
  return { places: [], fixed, left }
}
