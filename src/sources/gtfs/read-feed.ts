/** A feed of GTFS as a network: its stations, its lines, and which of them each line stops at. Times are not read. */
import { type FileHandle, open } from "node:fs/promises"
import type { Position } from "../../domain/basics/geo.ts"
import type { Line, Station, TransitNetwork } from "../../domain/transit/network.ts"
import { readTable } from "./csv.ts"
import { zipBytes, zipEntries } from "./zip.ts"

/** More than this is no city's network: a country's feed is to be cut to the city first. */
const MOST_STATIONS = 50_000
const MOST_LINES = 5_000
const MOST_TRIPS = 2_000_000
const LONGEST_NAME = 200
const LONGEST_ID = 120

export interface ReadFeed {
  readonly network: TransitNetwork
  readonly leftOut: Readonly<Record<string, number>>
}

type Rows = (
  name: string,
  columns: ReadonlyArray<string>,
  row: (cells: ReadonlyArray<string>) => void
) => Promise<number>

const rowsOf = async (path: string, file: FileHandle): Promise<Rows> => {
  const entries = await zipEntries(file)
  return async (name, columns, row) => {
    const entry = entries.find((one) => one.name === name || one.name.endsWith(`/${name}`))
    return entry === undefined ? -1 : await readTable(zipBytes(path, file, entry), columns, row)
  }
}

const required = async (rows: Rows, ...[name, columns, row]: Parameters<Rows>): Promise<void> => {
  if ((await rows(name, columns, row)) < 0) throw new Error(`it has no ${name}`)
}

interface Stations {
  readonly list: ReadonlyArray<Station>
  /** The station of each stop: platforms belong to the station that they are part of. */
  readonly of: ReadonlyMap<string, number>
  readonly outside: number
  readonly nowhere: number
}

const stationsOf = async (rows: Rows, isInside: (at: Position) => boolean): Promise<Stations> => {
  const stops = new Map<
    string,
    { readonly name: string; readonly lat: number; readonly lon: number; readonly parent: string }
  >()
  await required(
    rows,
    "stops.txt",
    ["stop_id", "stop_name", "stop_lat", "stop_lon", "parent_station"],
    ([id, name, lat, lon, parent]) => {
      if (stops.size < MOST_STATIONS * 4)
        stops.set(id!, {
          name: name!,
          lat: lat === "" ? Number.NaN : Number(lat),
          lon: lon === "" ? Number.NaN : Number(lon),
          parent: parent!
        })
    }
  )
  const list: Array<Station> = []
  const numbers = new Map<string, number>()
  const of = new Map<string, number>()
  let [outside, nowhere] = [0, 0]
  for (const [id, stop] of stops) {
    const parent = stops.has(stop.parent) ? stop.parent : id
    const { lat, lon, name } = stops.get(parent)!
    if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180) || (lat === 0 && lon === 0)) nowhere++
    else if (!isInside({ lat, lon })) outside++
    else {
      let number = numbers.get(parent)
      if (number === undefined) {
        if (list.length === MOST_STATIONS) throw new Error(`more than ${MOST_STATIONS} of its stations lie in the city`)
        number = list.length
        numbers.set(parent, number)
        list.push({ name: name.slice(0, LONGEST_NAME), lat, lon })
      }
      of.set(id, number)
    }
  }
  return { list, of, outside, nowhere }
}

const linesOf = async (rows: Rows) => {
  const lines = new Map<string, { readonly name: string; readonly stations: Set<number> }>()
  await required(rows, "routes.txt", ["route_id", "route_short_name", "route_long_name"], ([id, short, long]) => {
    if (lines.size === MOST_LINES) throw new Error(`it has more than ${MOST_LINES} lines`)
    if (id !== "" && id!.length <= LONGEST_ID) {
      lines.set(id!, { name: (short || long || id)!.slice(0, LONGEST_ID), stations: new Set() })
    }
  })
  const lineOf = new Map<string, string>()
  await required(rows, "trips.txt", ["route_id", "trip_id"], ([route, trip]) => {
    if (lineOf.size === MOST_TRIPS) throw new Error(`it has more than ${MOST_TRIPS} trips`)
    if (lines.has(route!)) lineOf.set(trip!, route!)
  })
  return { lines, lineOf }
}

/** The last day on which anything runs, as the calendar says. */
const lastDay = async (rows: Rows): Promise<string | null> => {
  let last = ""
  const note = (date: string) => {
    if (/^\d{8}$/.test(date) && date > last) last = date
  }
  await rows("calendar.txt", ["end_date"], ([date]) => note(date!))
  await rows("calendar_dates.txt", ["date", "exception_type"], ([date, kind]) => {
    if (kind === "1") note(date!)
  })
  return last === "" ? null : `${last.slice(0, 4)}-${last.slice(4, 6)}-${last.slice(6)}`
}

/** Reads the feed's part that lies where `isInside` says. */
export const readFeed = async (path: string, isInside: (at: Position) => boolean): Promise<ReadFeed> => {
  const file = await open(path, "r")
  try {
    const rows = await rowsOf(path, file)
    const stations = await stationsOf(rows, isInside)
    const { lines, lineOf } = await linesOf(rows)
    let unknown = 0
    await required(rows, "stop_times.txt", ["trip_id", "stop_id"], ([trip, stop]) => {
      const line = lineOf.get(trip!)
      const station = stations.of.get(stop!)
      if (line === undefined) unknown++
      else if (station !== undefined) lines.get(line)!.stations.add(station)
    })
    const used = new Set<number>()
    const kept: Array<Line> = []
    for (const [id, { name, stations: at }] of lines) {
      if (at.size < 2) continue
      kept.push({ id, name, stations: [...at].sort((a, b) => a - b) })
      for (const one of at) used.add(one)
    }
    const leftOut = {
      "stops outside of the city": stations.outside,
      "stops without a position": stations.nowhere,
      "stations that no line stops at": stations.list.length - used.size,
      "lines with fewer than two stations in the city": lines.size - kept.length,
      "stop times of trips that the feed does not list": unknown
    }
    return {
      network: { stations: stations.list, lines: kept, until: await lastDay(rows) },
      leftOut: Object.fromEntries(Object.entries(leftOut).filter(([, count]) => count > 0))
    }
  } finally {
    await file.close()
  }
}
