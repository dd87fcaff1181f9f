/** An answer of Overpass in JSON, however it was asked for: `out center`, `out geom`, or ways with their nodes. */
import { joinRings, type Point, pointInside, type Ring } from "../../domain/basics/shapes.ts"
import { CUT_OFF } from "../../domain/catalog/osm/answer-scan.ts"
import { readTags } from "../../domain/catalog/osm/read.ts"
import type { Tags } from "../../domain/catalog/osm/rule.ts"
import { scanAnswerFile } from "../../support/answer-file.ts"
import {
  areaOfTags,
  type ElementKind,
  type Extract,
  Gathering,
  type ReadTags,
  settlementOf,
  TAG_TOO_LONG
} from "./extract.ts"

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const MOST_TAGS = 500
const LONGEST = 4 * 1024

const tagsOf = (element: Json, passOver: () => void): Tags => {
  const tags: Record<string, string> = {}
  if (!isObject(element.tags)) return tags
  for (const [key, value] of Object.entries(element.tags).slice(0, MOST_TAGS)) {
    if (typeof value !== "string") continue
    if (value.length <= LONGEST) tags[key] = value
    else passOver()
  }
  return tags
}

const pointOf = (value: unknown): Point | undefined =>
  isObject(value) && typeof value.lat === "number" && typeof value.lon === "number"
    ? { lat: value.lat, lon: value.lon }
    : undefined

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

type Nodes = ReadonlyMap<number, Point>

/** What has lines: a way itself, and the ways among the members of a relation. */
const partsOf = (element: Json): ReadonlyArray<Json> =>
  element.type === "way"
    ? [element]
    : listOf(element.members).flatMap((member) => (isObject(member) && member.type === "way" ? [member] : []))

const drawn = (part: Json): ReadonlyArray<Point> => listOf(part.geometry).flatMap((one) => pointOf(one) ?? [])

/** Lines as they stand in an element: from `geometry`, or from its nodes where those are in the file. */
const linesOf = (element: Json, nodes: Nodes): ReadonlyArray<ReadonlyArray<Point>> =>
  partsOf(element).map((part) => {
    const line = drawn(part)
    return line.length > 0 ? line : listOf(part.nodes).flatMap((id) => nodes.get(Number(id)) ?? [])
  })

/** The nodes whose positions are missing in an element that has lines. */
const missingNodes = (element: Json): ReadonlyArray<number> =>
  partsOf(element).flatMap((part) => (drawn(part).length > 0 ? [] : listOf(part.nodes).map(Number)))

/** Rings out of lines: points are told apart by where they lie. */
const ringsOf = (lines: ReadonlyArray<ReadonlyArray<Point>>): ReadonlyArray<Ring> => {
  const points: Array<Point> = []
  const numbers = new Map<string, number>()
  const numbered = lines.map((line) =>
    line.map((point) => {
      const key = `${point.lat},${point.lon}`
      let number = numbers.get(key)
      if (number === undefined) {
        number = points.push(point) - 1
        numbers.set(key, number)
      }
      return number
    })
  )
  return joinRings(numbered).map((ring) => ring.map((number) => points[number]!))
}

const middleOfBounds = (bounds: unknown): Point | undefined => {
  if (!isObject(bounds)) return undefined
  const [south, north, west, east] = [bounds.minlat, bounds.maxlat, bounds.minlon, bounds.maxlon].map(Number)
  const lat = (south! + north!) / 2
  const middle = (west! + (west! > east! ? east! + 360 : east!)) / 2
  const lon = middle > 180 ? middle - 360 : middle
  return Number.isFinite(lat) && Number.isFinite(lon) ? { lat, lon } : undefined
}

const KINDS: ReadonlySet<unknown> = new Set<ElementKind>(["node", "way", "relation"])

/** Nodes that are looked up for outlines; what is beyond has its centre. */
const MOST_NODES = 6_000_000

interface Found<P> {
  readonly element: Json
  readonly kind: ElementKind
  readonly place: P | undefined
  readonly settlement: ReturnType<typeof settlementOf>
  readonly area: ReturnType<typeof areaOfTags>
}

/** Elements one by one: one that makes no sense is counted and the others go on. */
class ElementGathering<P> {
  readonly found: Gathering<P>
  /** Nodes that outlines consist of: they stand elsewhere in the file, which is gone through once more for them. */
  readonly missing = new Set<number>()
  readonly #nodes = new Map<number, Point>()
  readonly #waiting: Array<Found<P>> = []
  readonly #seen = new Set<string>()
  #count = 0

  constructor(reads: ReadTags<P>) {
    this.found = new Gathering(reads)
  }

  take(element: unknown): void {
    this.#count++
    if (!isObject(element) || !KINDS.has(element.type) || !Number.isSafeInteger(element.id)) {
      this.found.brokenAt(`element ${this.#count} is none: it has no type and id`)
      return
    }
    const [kind, id] = [element.type as ElementKind, element.id as number]
    const tags = tagsOf(element, () => this.found.leave(TAG_TOO_LONG))
    // Most of a file are the corners of houses.
    if (Object.keys(tags).length === 0) return
    // Unions of queries give an element more than once.
    if (this.#seen.has(`${kind}/${id}`)) return
    this.#seen.add(`${kind}/${id}`)
    const place = this.found.read(tags)
    const [settlement, area] = [settlementOf(tags), areaOfTags(tags)]
    if (place === undefined && settlement === undefined && area === undefined) return
    const one: Found<P> = { element, kind, place, settlement, area }
    const missing = kind === "node" || this.missing.size > MOST_NODES ? [] : missingNodes(element)
    for (const node of missing) this.missing.add(node)
    if (missing.length > 0) this.#waiting.push(one)
    else this.#put(one)
  }

  /** Where a missing node lies. */
  locate(element: unknown): void {
    if (!isObject(element) || element.type !== "node" || !this.missing.has(Number(element.id))) return
    const at = pointOf(element)
    if (at !== undefined) this.#nodes.set(Number(element.id), at)
  }

  end(): Extract<P> {
    for (const one of this.#waiting) this.#put(one)
    return this.found
  }

  #put({ area, element, kind, place, settlement }: Found<P>): void {
    const lines = kind === "node" ? [] : linesOf(element, this.#nodes)
    const rings = kind === "node" ? [] : ringsOf(lines)
    const middle = lines.flat()[Math.floor(lines.flat().length / 2)]
    const at =
      kind === "node"
        ? pointOf(element)
        : (pointInside({ rings }) ??
          pointOf(element.center) ??
          middle ??
          middleOfBounds(element.bounds) ??
          pointOf(element))
    if (area !== undefined && rings.length > 0) this.found.areas.push({ ...area, shape: { rings } })
    if (settlement !== undefined && at !== undefined) this.found.settlements.push({ ...settlement, ...at })
    if (place !== undefined) this.found.put(kind, element.id as number, place, at)
  }
}

/** The same of elements that are in memory. */
export const fromElements = (elements: ReadonlyArray<unknown>): Extract => {
  const gathering = new ElementGathering(readTags)
  for (const element of elements) gathering.take(element)
  for (const element of elements) gathering.locate(element)
  return gathering.end()
}

/** Throws where the file is no answer of Overpass at all. What is cut off is told, and what stands before it counts. */
export const readOverpassWith = async <P>(
  path: string,
  reads: ReadTags<P>,
  progress: (bytesRead: number) => void = () => undefined
): Promise<Extract<P>> => {
  const gathering = new ElementGathering(reads)
  const { problem, remark } = await scanAnswerFile(path, (element) => gathering.take(element), progress)
  if (problem !== undefined && problem !== CUT_OFF) throw new Error(`${problem}: ask Overpass for [out:json]`)
  if (gathering.missing.size > 0) await scanAnswerFile(path, (element) => gathering.locate(element))
  if (problem !== undefined) gathering.found.brokenAt(`the file is cut off: ${problem}`)
  if (remark !== undefined) gathering.found.brokenAt(`Overpass remarks: ${remark}`)
  return gathering.end()
}

export const readOverpass = (path: string, progress?: (bytesRead: number) => void): Promise<Extract> =>
  readOverpassWith(path, readTags, progress)
