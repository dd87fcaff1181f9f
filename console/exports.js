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

/** Whether something of the travelers' own lies somewhere; of some nobody said where. */
const isPlaced = ({ lat }) => lat !== null && lat !== undefined

/** What is the travelers' own on these days, in the order of time. */
const ownOf = ({ fixed = [] }, day) =>
  fixed
    .filter((thing) => day === undefined || thing.day === day)
    .sort((one, other) => one.starts_at.localeCompare(other.starts_at))

/** Where one sleeps, as a place with a name. */
const bedOf = ({ lodging }) => (lodging ? [{ ...lodging, title: lodging.title ?? T.around.lodging }] : [])

const pointOf = (place) => (isPlaced(place) ? { type: "Point", coordinates: [place.lon, place.lat] } : null)

const ownFeature = (thing) => ({
  type: "Feature",
  ...(thing.id === undefined ? {} : { id: thing.id }),
  geometry: pointOf(thing),
  properties: {
    name: thing.title,
    kind: thing.kind ?? "lodging",
    ...(thing.starts_at === undefined ? {} : { starts_at: thing.starts_at, ends_at: thing.ends_at })
  }
})

export const asGeoJson = (trip) =>
  JSON.stringify(
    {
      type: "FeatureCollection",
      ...(sourcesOf(trip) === "" ? {} : { attribution: sourcesOf(trip) }),
      features: [
        ...slotsOf(trip).map((slot) => ({
          type: "Feature",
          id: slot.id,
          geometry: pointOf(slot.node),
          properties: {
            name: slot.node.name,
            category: slot.node.category,
            neighbourhood: slot.node.neighbourhood,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at
          }
        })),
        ...[...ownOf(trip), ...bedOf(trip)].map(ownFeature)
      ]
    },
    null,
    2
  )

/** Stops and what is the travelers' own, as files of maps take both. */
const placesOf = (slots, own) =>
  [
    ...slots.map(({ node, starts_at, ends_at }) => ({ ...node, kind: node.category, starts_at, ends_at })),
    ...own.map((thing) => ({ ...thing, name: thing.title }))
  ].sort((one, other) => one.starts_at.localeCompare(other.starts_at))

/**
 * Way points for each stop, for what is the travelers' own and for where they sleep, and a route for each day. The format has
 * no place for what lies nowhere: its name stands in the description.
 */
export const asGpx = (trip, name) => {
  const point = (tag, { lat, lon, name: called, kind = "lodging", starts_at }) =>
    `<${tag} lat="${lat}" lon="${lon}">${xmlOf("time", xml(starts_at ?? ""))}<name>${xml(called)}</name><type>${xml(kind)}</type></${tag}>`
  const routes = trip.days.map(
    ({ day, date, slots }) =>
      `<rte><name>${xml(`${name}, ${date}`)}</name>${placesOf(slots, ownOf(trip, day).filter(isPlaced))
        .map((one) => point("rtept", one))
        .join("")}</rte>`
  )
  const points = [
    ...placesOf(slotsOf(trip), ownOf(trip).filter(isPlaced)),
    ...bedOf(trip).map((bed) => ({ ...bed, name: bed.title }))
  ].map((one) => point("wpt", one))
  const nowhere = ownOf(trip).filter((thing) => !isPlaced(thing))
  const description = [told(trip), nowhere.length > 0 && T.trip.nowhere(nowhere.map(({ title }) => title).join("; "))]
  const desc = xml(description.filter(Boolean).join(" "))
  return `${HEAD}<gpx version="1.1" creator="Overplanned" xmlns="${GPX}">${xmlOf("metadata", xmlOf("desc", desc))}${points.join("\n")}\n${routes.join("\n")}</gpx>\n`
}

export const asKml = (trip, name) => {
  const time = ({ starts_at, ends_at }) =>
    starts_at === undefined ? "" : `<TimeSpan><begin>${xml(starts_at)}</begin><end>${xml(ends_at)}</end></TimeSpan>`
  const point = (place) =>
    isPlaced(place) ? `<Point><coordinates>${place.lon},${place.lat}</coordinates></Point>` : ""
  const placemark = (place) => `<Placemark><name>${xml(place.name)}</name>${time(place)}${point(place)}</Placemark>`
  const folders = trip.days.map(
    ({ day, date, slots }) =>
      `<Folder><name>${xml(date)}</name>${placesOf(slots, ownOf(trip, day)).map(placemark).join("\n")}</Folder>`
  )
  const bed = bedOf(trip).map(({ title, ...place }) => placemark({ ...place, name: title }))
  return `${HEAD}<kml xmlns="${KML}"><Document><name>${xml(name)}</name>${xmlOf("description", xml(told(trip)))}${[...bed, ...folders].join("\n")}</Document></kml>\n`
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
