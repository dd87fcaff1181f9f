/**
 * A city's catalog as it is held in memory: immutable, one object per catalog version, shared by every trip.
 * `index` is a node's position in the city's matrix; positions are append-only, so an index that a running trip
 * holds stays valid in later versions (a retired node keeps its place and is never offered).
 */
import type { TravelModel } from "../basics/geo.ts"
import type { TransitNetwork } from "../transit/network.ts"
import type { Open } from "../vocabulary.ts"
import type { ActivityNode } from "./node.ts"

export interface City {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly country: string
  readonly time_zone: string
  readonly lat: number
  readonly lon: number
  readonly languages?: ReadonlyArray<string>
  readonly currency?: string | null
  /** How fast one gets around; the default model where nobody said. */
  readonly travel?: TravelModel
}

export interface CityCatalog {
  readonly city: City
  /** Its lines, where a feed of them was seeded. */
  readonly transit?: TransitNetwork
  /** Minutes on foot over the streets between two neighbouring places, where a routing engine said them. */
  readonly walk?: (from: number, to: number) => number | undefined
  readonly version: number
  readonly nodes: ReadonlyArray<ActivityNode>
  /** `nodes.length` × 64 vibe embeddings, unit length, over a SharedArrayBuffer so that workers see the same bytes. */
  readonly matrix: Float32Array
  readonly indexOf: (nodeId: string) => number | undefined
  readonly retired: (index: number) => boolean
  /** Whether the node is open at a Unix time in milliseconds, in its own time zone. Microseconds; never throws. */
  readonly openAt: (index: number, millis: number) => Open
  /** When that answer next changes, in Unix milliseconds; undefined when it never does or is unknown. */
  readonly nextChange: (index: number, millis: number) => number | undefined
}

export interface PlaceInCity {
  readonly city: City
  readonly node: ActivityNode
}

/** A place by its id alone, whichever of these cities it lies in. */
export const placeAmong = (catalogs: Iterable<CityCatalog>, nodeId: string): PlaceInCity | undefined => {
  for (const { city, indexOf, nodes } of catalogs) {
    const index = indexOf(nodeId)
    if (index !== undefined) return { city, node: nodes[index]! }
  }
  return undefined
}
