/** A trip as files for other programs. Pure; names come from strangers and are escaped. */

import { T } from "./messages.js"
import { GPX, KML } from "./namespaces.js"

const slotsOf = (trip) => trip.days.flatMap(({ slots }) => slots)

/** Whose data the places are, as each licence asks to be told wherever they go. */
const sourcesOf = ({ attribution = [] }) => attribution.map(({ text }) => text).join("; ")
/** The same as a sentence; nothing where nobody asks for it. */
const told = (trip) => (sourcesOf(trip) === "" ? "" : T.trip.sources(sourcesOf(trip)))

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" }

/** What XML 1.0 cannot hold at all is left out. */
const xml = (text) =>
  String(text)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"']/g, (character) => ENTITIES[character])

const xmlOf = (tag, inside) => (inside === "" ? "" : `<${tag}>${inside}</${tag}>`)

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

export const asGeoJson = (trip) =>
  JSON.stringify(
    {
      type: "FeatureCollection",
      ...(sourcesOf(trip) === "" ? {} : { attribution: sourcesOf(trip) }),
      features: slotsOf(trip).map((slot) => ({
        type: "Feature",
        id: slot.id,
        geometry: { type: "Point", coordinates: [slot.node.lon, slot.node.lat] },
        properties: {
          name: slot.node.name,
          category: slot.node.category,
          neighbourhood: slot.node.neighbourhood,
          starts_at: slot.starts_at,
          ends_at: slot.ends_at
        }
      }))
    },
    null,
    2
  )

/** Way points for each stop, and a route for each day. */
export const asGpx = (trip, name) => {
  const point = (tag, { node, starts_at }) =>
    `<${tag} lat="${node.lat}" lon="${node.lon}"><time>${xml(starts_at)}</time><name>${xml(node.name)}</name><type>${xml(node.category)}</type></${tag}>`
  const routes = trip.days.map(
    ({ date, slots }) =>
      `<rte><name>${xml(`${name}, ${date}`)}</name>${slots.map((slot) => point("rtept", slot)).join("")}</rte>`
  )
  const points = slotsOf(trip).map((slot) => point("wpt", slot))
  return `${HEAD}<gpx version="1.1" creator="Overplanned" xmlns="${GPX}">${xmlOf("metadata", xmlOf("desc", xml(told(trip))))}${points.join("\n")}\n${routes.join("\n")}</gpx>\n`
}

export const asKml = (trip, name) => {
  const placemark = ({ node, starts_at, ends_at }) =>
    `<Placemark><name>${xml(node.name)}</name><TimeSpan><begin>${xml(starts_at)}</begin><end>${xml(ends_at)}</end></TimeSpan><Point><coordinates>${node.lon},${node.lat}</coordinates></Point></Placemark>`
  const folders = trip.days.map(
    ({ date, slots }) => `<Folder><name>${xml(date)}</name>${slots.map(placemark).join("\n")}</Folder>`
  )
  return `${HEAD}<kml xmlns="${KML}"><Document><name>${xml(name)}</name>${xmlOf("description", xml(told(trip)))}${folders.join("\n")}</Document></kml>\n`
}

const CONTROL = /\p{Cc}/gu

const line = (text) =>
  String(text)
    .replace(/\\/g, "\\\\")
    .replace(/([;,])/g, "\\$1")
    .replace(CONTROL, " ")

/** "20260501T170000Z" */
const instant = (iso) => new Date(iso).toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "")

const LINE_BYTES = 75

/** A long line goes on in the next one after a blank; no character is cut in two. */
const folded = (text) => {
  const bytes = new TextEncoder()
  let [out, used] = ["", 0]
  for (const character of text) {
    const size = bytes.encode(character).length
    if (used + size > LINE_BYTES) [out, used] = [`${out}\r\n `, 1]
    out += character
    used += size
  }
  return `${out}\r\n`
}

/** As the plan is now; with the names of the calendar that follows, so that a program takes both for one. */
export const asIcs = (trip, name) => {
  const event = ({ id, starts_at, ends_at }, title, where, { lat, lon }) => [
    "BEGIN:VEVENT",
    `UID:${id}@overplanned`,
    `DTSTAMP:${instant(Date.now())}`,
    `SEQUENCE:${trip.state_version}`,
    `DTSTART:${instant(starts_at)}`,
    `DTEND:${instant(ends_at)}`,
    `SUMMARY:${line(title)}`,
    ...(where === "" ? [] : [`LOCATION:${line(where)}`]),
    ...(lat === null ? [] : [`GEO:${lat};${lon}`]),
    "END:VEVENT"
  ]
  const stop = (slot) =>
    event(slot, slot.node.name, [slot.node.name, slot.node.neighbourhood, name].filter(Boolean).join(", "), slot.node)
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Overplanned//Trips//EN",
    ...(told(trip) === "" ? [] : [`DESCRIPTION:${line(told(trip))}`]),
    ...slotsOf(trip).flatMap(stop),
    ...(trip.fixed ?? []).flatMap((thing) => event(thing, thing.title, "", thing)),
    "END:VCALENDAR"
  ]
    .map(folded)
    .join("")
}

/** @type {Array<[label: string, ending: string, type: string, write: (trip: any, name: string) => string]>} */
export const FORMATS_BY_NAME = [
  [T.together.calendarFile, "ics", "text/calendar", asIcs],
  ["GPX", "gpx", "application/gpx+xml", asGpx],
  ["KML", "kml", "application/vnd.google-earth.kml+xml", asKml],
  ["GeoJSON", "geojson", "application/geo+json", asGeoJson]
]
