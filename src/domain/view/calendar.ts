/** A trip as a calendar (RFC 5545): one event for each stop, which keeps its identity while it changes. */
import type { tripView } from "./trip.ts"

type Trip = ReturnType<typeof tripView>
type Fixed = Trip["fixed"][number]
type Stop = Trip["days"][number]["slots"][number]

/** Lines are folded at so many bytes. */
const LINE_BYTES = 75

/** How often a calendar may look for changes. */
const REFRESH = "PT15M"

const text = (value: string): string =>
  value
    .replace(/\\/g, "\\\\")
    .replace(/([;,])/g, "\\$1")
    .replace(/\r\n|\r|\n/g, "\\n")
    // Control characters have no place in a line.
    .replace(/\p{Cc}/gu, " ")

/** "20260501T170000Z" */
const instant = (iso: string): string => iso.replace(/[-:]/g, "").replace(/\.\d+/, "")

const encoder = new TextEncoder()

/** Long lines go on in the next one after a blank; no character is cut in two. */
const folded = (line: string): string => {
  let out = ""
  let used = 0
  for (const character of line) {
    const bytes = encoder.encode(character).length
    if (used + bytes > LINE_BYTES) {
      out += "\r\n "
      used = 1
    }
    out += character
    used += bytes
  }
  return out
}

const event = (stop: Stop, trip: Trip, city: string, stamp: string): ReadonlyArray<string> => [
  "BEGIN:VEVENT",
  `UID:${stop.id}@overplanned`,
  `DTSTAMP:${stamp}`,
  `SEQUENCE:${trip.state_version}`,
  `DTSTART:${instant(stop.starts_at)}`,
  `DTEND:${instant(stop.ends_at)}`,
  `SUMMARY:${text(stop.node.name)}`,
  `LOCATION:${text([stop.node.name, stop.node.neighbourhood, city].filter((part) => part !== "").join(", "))}`,
  `GEO:${stop.node.lat};${stop.node.lon}`,
  ...(stop.narrative === null ? [] : [`DESCRIPTION:${text(stop.narrative)}`]),
  `STATUS:${trip.status === "cancelled" || stop.status === "skipped" ? "CANCELLED" : "CONFIRMED"}`,
  "END:VEVENT"
]

/** Something of the travelers' own. */
const ownEvent = (thing: Fixed, trip: Trip, stamp: string): ReadonlyArray<string> => [
  "BEGIN:VEVENT",
  `UID:${thing.id}@overplanned`,
  `DTSTAMP:${stamp}`,
  `SEQUENCE:${trip.state_version}`,
  `DTSTART:${instant(thing.starts_at)}`,
  `DTEND:${instant(thing.ends_at)}`,
  `SUMMARY:${text(thing.title)}`,
  ...(thing.lat === null || thing.lon === null ? [] : [`GEO:${thing.lat};${thing.lon}`]),
  `STATUS:${trip.status === "cancelled" ? "CANCELLED" : "CONFIRMED"}`,
  "END:VEVENT"
]

export const tripCalendar = (trip: Trip, city: string, now: number): string => {
  const stamp = instant(new Date(now).toISOString())
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Overplanned//Trips//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    `X-WR-CALNAME:${text(city)}`,
    // Whose data the places are, as each licence asks to be told wherever they go.
    ...(trip.attribution.length === 0
      ? []
      : [`DESCRIPTION:${text(`Sources: ${trip.attribution.map((one) => one.text).join("; ")}`)}`]),
    `REFRESH-INTERVAL;VALUE=DURATION:${REFRESH}`,
    `X-PUBLISHED-TTL:${REFRESH}`,
    ...trip.days.flatMap(({ slots }) => slots.flatMap((stop) => event(stop, trip, city, stamp))),
    ...trip.fixed.flatMap((thing) => ownEvent(thing, trip, stamp)),
    "END:VCALENDAR"
  ]
  return lines.map((line) => `${folded(line)}\r\n`).join("")
}
