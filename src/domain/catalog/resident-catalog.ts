/** Puts a city's nodes together as they are held in memory: hours parsed, vibes in one shared matrix. */
import * as Result from "effect/Result"
import { type Zone, zoneOf } from "../time/zone.ts"
import { VIBE_DIMENSIONS } from "../vocabulary.ts"
import type { City, CityCatalog } from "./city-catalog.ts"
import { doubting } from "./doors.ts"
import { nextChange, openAt, parseHours } from "./hours/hours.ts"
import type { Hours } from "./hours/model.ts"
import { sunOf } from "./hours/sun.ts"
import type { ActivityNode } from "./node.ts"

export interface ResidentParts {
  readonly city: City
  readonly version: number
  /** In order of `node_index`. */
  readonly nodes: ReadonlyArray<ActivityNode>
  readonly retired: ReadonlySet<number>
  /** The matrix when it exists already: workers are handed the one that the process shares. */
  readonly matrix?: Float32Array
  readonly transit?: CityCatalog["transit"]
  readonly walk?: CityCatalog["walk"]
}

const matrixOf = (nodes: ReadonlyArray<ActivityNode>): Float32Array => {
  const matrix = new Float32Array(new SharedArrayBuffer(nodes.length * VIBE_DIMENSIONS * 4))
  for (const [index, node] of nodes.entries()) matrix.set(node.vibe_embedding, index * VIBE_DIMENSIONS)
  return matrix
}

/** Hours that do not parse are hours that nobody knows: the place is answered with "unknown", never left out. */
const hoursOf = (
  nodes: ReadonlyArray<ActivityNode>,
  { country, lat, lon }: City,
  zone: Zone | undefined
): ReadonlyArray<Hours | null> => {
  const asksSun = nodes.some(({ opening_hours: text }) => text !== null && /sun(rise|set)|dawn|dusk/i.test(text))
  const sun = asksSun && zone !== undefined ? sunOf({ lat, lon }, zone) : undefined
  const parsed = new Map<string, Hours | null>()
  return nodes.map(({ opening_hours: text }) => {
    if (text === null) return null
    const known = parsed.get(text)
    if (known !== undefined) return known
    const hours = Result.getOrElse(parseHours(text, country, sun), () => null)
    parsed.set(text, hours)
    return hours
  })
}

export const residentCatalog = (parts: ResidentParts): CityCatalog => {
  const { city, nodes } = parts
  const positions = new Map(nodes.map((node, index) => [node.id as string, index]))
  const home = zoneOf(city.time_zone)
  const hours = hoursOf(nodes, city, home)
  const zones = nodes.map(({ time_zone }): Zone | undefined =>
    time_zone === city.time_zone ? home : zoneOf(time_zone)
  )
  // Few places have reports: the others are asked as they always were.
  const doubts = new Map(
    nodes.flatMap(({ quality_signals: { doors } }, index) => {
      const zone = zones[index]
      if (doors === undefined || zone === undefined) return []
      const written = hours[index] ?? null
      const known = {
        openAt: (millis: number) => openAt(written, zone, millis),
        nextChange: (millis: number) => nextChange(written, zone, millis)?.at
      }
      return [[index, doubting(doors, zone, known)] as const]
    })
  )
  return {
    city,
    ...(parts.transit === undefined ? {} : { transit: parts.transit }),
    ...(parts.walk === undefined ? {} : { walk: parts.walk }),
    version: parts.version,
    nodes,
    matrix: parts.matrix ?? matrixOf(nodes),
    indexOf: (nodeId) => positions.get(nodeId),
    retired: (index) => parts.retired.has(index),
    openAt: (index, millis) => {
      const doubted = doubts.get(index)
      if (doubted !== undefined) return doubted.openAt(millis)
      const zone = zones[index]
      return zone === undefined ? "unknown" : openAt(hours[index] ?? null, zone, millis)
    },
    nextChange: (index, millis) => {
      const doubted = doubts.get(index)
      if (doubted !== undefined) return doubted.nextChange(millis)
      const zone = zones[index]
      return zone === undefined ? undefined : nextChange(hours[index] ?? null, zone, millis)?.at
    }
  }
}
