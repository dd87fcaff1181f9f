/**
 * Files that travelers bring: saved places, lists, tracks, calendars. Read in the browser; nothing of a file leaves it but
 * the places that its owner picks. Every bound is named, and what a file holds is hostile until it is plain text.
 */
import { readCalendar } from "./bring-calendar.js"
import { allNamed, readXml, textOf } from "./bring-xml.js"
import { readZipped } from "./bring-zip.js"
import { ENDINGS } from "./file-endings.js"
import { T } from "./messages.js"

/** Larger than any list of saved places; a file of this size is read in a second. */
export const LARGEST_FILE = 20_000_000
const MOST_PLACES = 2_000
const LONGEST_NAME = 100

/** @typedef {{name: string, lat?: number, lon?: number}} Place */
/** @typedef {{title: string, at: number, until: number, location: string, lat?: number, lon?: number}} Booking */
/** @typedef {{places: Array<Place>, fixed: Array<Booking>, left: number}} Brought */

const clean = (text) =>
  String(text ?? "")
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
    .slice(0, LONGEST_NAME)

/** Nobody saved a place in the sea off Africa: zero for both is how a file says that it does not know. */
const whereOf = (lat, lon) => {
  const isPlace = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && !(lat === 0 && lon === 0)
  return isPlace ? { lat: Number(lat), lon: Number(lon) } : {}
}

const numbers = (pattern, text) => {
  const found = pattern.exec(text ?? "")
  return found === null ? {} : whereOf(Number(found[1]), Number(found[2]))
}

const PAIR = "(-?\\d{1,3}\\.\\d+)\\s*,\\s*(-?\\d{1,3}\\.\\d+)"

/** Where the address of a map points, if it says so in numbers. */
const whereOfAddress = (address) => {
  const text = decodeURIComponentSafely(address)
  const exact = numbers(/!3d(-?\d{1,3}\.\d+)!4d(-?\d{1,3}\.\d+)/, text)
  if (exact.lat !== undefined) return exact
  return numbers(new RegExp(`(?:[@/=]|search/)${PAIR}`), text)
}

const decodeURIComponentSafely = (text) => {
  try {
    return decodeURIComponent(text ?? "")
  } catch {
    return String(text ?? "")
  }
}

/** @param {{geometry?: any, properties?: any}} feature */
const featurePlace = ({ geometry, properties }) => {
  const facts = properties ?? {}
  const place = facts.location ?? facts.Location ?? {}
  const named = place.name ?? place["Business Name"] ?? facts.name ?? facts.Title ?? facts.title ?? place.address
  const address = facts.google_maps_url ?? facts["Google Maps URL"]
  const at = geometry?.type === "Point" && Array.isArray(geometry.coordinates) ? geometry.coordinates : []
  const where = whereOf(at[1], at[0])
  return { name: clean(named), ...(where.lat === undefined ? whereOfAddress(address) : where) }
}

/** What is no feature stands for a place without a name: the others around it are read. */
const isFeature = (one) => typeof one === "object" && one !== null && !Array.isArray(one)

const readGeoJson = (text) => {
  const document = JSON.parse(text)
  const features = document?.type === "Feature" ? [document] : document?.features
  const isOne = Array.isArray(features) && (features.length === 0 || features.some(isFeature))
  if (!isOne) throw new Error(T.bring.unreadable)
  return features.map((one) => (isFeature(one) ? featurePlace(one) : { name: "" }))
}

/** Rows of comma-separated values, with what stands in quotes. */
export const csvRows = (text) => {
  const rows = []
  let row = []
  let at = 0
  const cell = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|\n|\r|$)/y
  while (at < text.length) {
    cell.lastIndex = at
    const found = cell.exec(text)
    // A quote that is never closed: the rest is one cell.
    if (found === null) return [...rows, [...row, text.slice(at)]]
    row.push(found[1]?.replaceAll('""', '"') ?? found[2])
    at = cell.lastIndex
    if (found[3] === ",") continue
    rows.push(row)
    row = []
  }
  return row.length > 0 ? [...rows, row] : rows
}

const HEADS = {
  name: ["title", "name", "place", "titel", "titre", "título", "nombre", "タイトル"],
  lat: ["lat", "latitude"],
  lon: ["lon", "lng", "long", "longitude"]
}

/** Lists of saved places begin with a header in the language of their owner; a title stands first, an address somewhere. */
const readCsv = (text) => {
  const rows = csvRows(text.replace(/^\ufeff/, ""))
  const isNamed = (cell) => HEADS.name.includes(cell.trim().toLowerCase())
  const head = rows.findIndex((row) => row.length > 1 && row.some(isNamed))
  const names = (rows[head] ?? []).map((cell) => cell.trim().toLowerCase())
  const column = (wanted) => names.findIndex((name) => wanted.includes(name))
  const [name, lat, lon] = [Math.max(0, column(HEADS.name)), column(HEADS.lat), column(HEADS.lon)]
  return rows
    .slice(head + 1)
    .filter((row) => row.some((cell) => cell.trim() !== ""))
    .map((row) => {
      const address = row.find((cell) => /^https?:\/\//.test(cell.trim()))
      const told = row[lat]?.trim() && row[lon]?.trim() ? whereOf(Number(row[lat]), Number(row[lon])) : {}
      return { name: clean(row[name]), ...(told.lat === undefined ? whereOfAddress(address) : told) }
    })
}

const readKml = (text) =>
  allNamed(readXml(text), ["Placemark"]).map((one) => {
    const point = allNamed(one, ["Point"])[0]
    const [lon, lat] = point === undefined ? [] : textOf(point, "coordinates").split(",").map(Number)
    return { name: clean(textOf(one, "name")), ...whereOf(lat, lon) }
  })

const readGpx = (text) =>
  allNamed(readXml(text), ["wpt", "rtept"]).map((one) => ({
    name: clean(textOf(one, "name")),
    ...whereOf(Number(one.attributes.lat), Number(one.attributes.lon))
  }))

const PLACES = { geojson: readGeoJson, json: readGeoJson, csv: readCsv, kml: readKml, gpx: readGpx }

/** Each place once, and none without a name. */
const tidy = (places) => {
  const seen = new Map()
  let left = 0
  for (const one of places) {
    const key = `${one.name.toLowerCase()} ${one.lat?.toFixed(4)} ${one.lon?.toFixed(4)}`
    if (one.name === "") left++
    else if (!seen.has(key) && seen.size < MOST_PLACES) seen.set(key, one)
    else if (!seen.has(key)) left++
  }
  return { places: [...seen.values()], fixed: [], left }
}

/**
 * What a file holds.
 *
 * @param {{name: string, size: number, arrayBuffer: () => Promise<ArrayBuffer>}} file
 * @param {string} cityZone
 * @returns {Promise<Brought>}
 */
export const readFile = async (file, cityZone) => {
  const ending = file.name.toLowerCase().split(".").at(-1) ?? ""
  if (!ENDINGS.includes(ending)) throw new Error(T.bring.unknown(clean(file.name)))
  if (file.size > LARGEST_FILE) throw new Error(T.bring.tooLarge(Math.ceil(file.size / 1e6), LARGEST_FILE / 1e6))
  const bytes = new Uint8Array(await file.arrayBuffer())
  const text = ending === "kmz" ? await readZipped(bytes, ".kml", LARGEST_FILE) : new TextDecoder().decode(bytes)
  try {
    if (ending === "ics") {
      const { fixed, ...rest } = readCalendar(text, cityZone)
      return {
        ...rest,
        fixed: fixed.map((one) => ({ ...one, title: clean(one.title), location: clean(one.location) }))
      }
    }
    return tidy(PLACES[ending === "kmz" ? "kml" : ending](text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) {
      throw new Error(T.bring.unreadable)
    }
    throw error
  }
}
