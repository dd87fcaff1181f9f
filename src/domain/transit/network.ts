/** A city's lines and stations: which lines go where, and no timetable. What a leg of a plan would likely take follows from it. */
import * as Schema from "effect/Schema"
import { distanceKm, type Position } from "../basics/geo.ts"
import { Text } from "../basics/storable.ts"

const Station = Schema.Struct({
  name: Text(200),
  lat: Schema.Finite,
  lon: Schema.Finite
})
export type Station = typeof Station.Type

const Line = Schema.Struct({
  /** As the feed has it, and as its alerts name it. */
  id: Text(120),
  /** As people say it. */
  name: Text(120),
  /** Positions of the stations that any of its trips stops at, ascending. */
  stations: Schema.Array(Schema.Int)
})
export type Line = typeof Line.Type

export const TransitNetwork = Schema.Struct({
  stations: Schema.Array(Station),
  lines: Schema.Array(Line),
  /** The last day of the feed's calendar, where it has one. */
  until: Schema.NullOr(Schema.String)
})
export type TransitNetwork = typeof TransitNetwork.Type

/** Nobody walks further than this to a station. */
const REACH_KM = 0.9
/** Stations near a place that are looked at. */
const MOST_NEAR = 12
/** What changing costs, in kilometres of walking. */
const CHANGE_KM = 0.6

interface Near {
  readonly station: number
  readonly km: number
}

/** Stations, and the lines that stop at them, ready for looking up. */
export interface TransitMap {
  readonly network: TransitNetwork
  readonly linesAt: ReadonlyArray<ReadonlyArray<number>>
  readonly stops: ReadonlyArray<ReadonlySet<number>>
}

export const mapOf = (network: TransitNetwork): TransitMap => {
  const linesAt = network.stations.map((): Array<number> => [])
  for (const [line, { stations }] of network.lines.entries()) for (const at of stations) linesAt[at]?.push(line)
  return { network, linesAt, stops: network.lines.map(({ stations }) => new Set(stations)) }
}

export const stationsNear = ({ network }: TransitMap, at: Position): ReadonlyArray<Near> => {
  const near: Array<Near> = []
  const wide = REACH_KM / 111 / Math.max(0.1, Math.cos((at.lat * Math.PI) / 180))
  for (const [station, position] of network.stations.entries()) {
    if (Math.abs(position.lat - at.lat) > REACH_KM / 110 || Math.abs(position.lon - at.lon) > wide) continue
    const km = distanceKm(position, at)
    if (km <= REACH_KM) near.push({ station, km })
  }
  return near.sort((a, b) => a.km - b.km || a.station - b.station).slice(0, MOST_NEAR)
}

/** The nearest station of each line from a place. */
const boarding = ({ linesAt }: TransitMap, near: ReadonlyArray<Near>): ReadonlyMap<number, Near> => {
  const out = new Map<number, Near>()
  for (const one of near) for (const line of linesAt[one.station]!) if (!out.has(line)) out.set(line, one)
  return out
}

const share = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean => {
  const [few, many] = a.size < b.size ? [a, b] : [b, a]
  for (const one of few) if (many.has(one)) return true
  return false
}

/** The ways by one line, and by two that meet, as pairs of lines with what walking to and from them takes. */
const ways = (map: TransitMap, from: ReadonlyMap<number, Near>, to: ReadonlyMap<number, Near>) => {
  const direct: Array<{ readonly lines: ReadonlyArray<number>; readonly km: number }> = []
  for (const [line, near] of from) {
    const end = to.get(line)
    // Both ends are at one station: there is nothing to ride.
    if (end?.station === near.station) return []
    if (end !== undefined) direct.push({ lines: [line], km: near.km + end.km })
  }
  if (direct.length > 0) return direct
  const changing: typeof direct = []
  for (const [first, near] of from) {
    for (const [second, end] of to) {
      if (first !== second && share(map.stops[first]!, map.stops[second]!)) {
        changing.push({ lines: [first, second], km: near.km + end.km + CHANGE_KM })
      }
    }
  }
  return changing
}

/** A way whose walks are longer than the shortest by more than this is not what one takes. */
const ABOUT_AS_GOOD_KM = 0.25

/**
 * The lines that a leg would likely take, by position: the one that is nearest at both ends, and those that are about as near; else two
 * that meet. Empty where the network does not help.
 */
export const likelyLines = (
  map: TransitMap,
  near: ReadonlyArray<Near>,
  there: ReadonlyArray<Near>
): ReadonlyArray<number> => {
  const found = ways(map, boarding(map, near), boarding(map, there)).sort((a, b) => a.km - b.km)
  const best = found[0]
  if (best === undefined) return []
  // Of two lines that have to be changed between only the best pair counts: it is a guess already.
  if (best.lines.length > 1) return best.lines
  return [...new Set(found.filter(({ km }) => km <= best.km + ABOUT_AS_GOOD_KM).flatMap(({ lines }) => lines))]
}

/** The position of the line that goes by this name or id; -1 where there is none. */
export const lineNamed = ({ network }: TransitMap, name: string): number => {
  const wanted = name.trim().toLowerCase()
  const byId = network.lines.findIndex(({ id }) => id.toLowerCase() === wanted)
  return byId >= 0 ? byId : network.lines.findIndex((line) => line.name.toLowerCase() === wanted)
}
