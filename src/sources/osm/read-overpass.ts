/** An answer of Overpass in JSON, however it was asked for: `out center`, `out geom`, or ways with their nodes. */
import { readFileSync } from "node:fs"
import { joinRings, type Point, pointInside, type Ring } from "../../domain/basics/shapes.ts"
import { readTags } from "../../domain/catalog/osm/read.ts"
import type { Tags } from "../../domain/catalog/osm/rule.ts"
import { areaOfTags, type ElementKind, type Extract, Gathering, type ReadTags, settlementOf } from "./extract.ts"

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const MOST_TAGS = 500
const LONGEST = 4 * 1024

const tagsOf = (element: Json): Tags => {
  const tags: Record<string, string> = {}
  if (!isObject(element.tags)) return tags
  for (const [key, value] of Object.entries(element.tags).slice(0, MOST_TAGS)) {
    if (typeof value === "string" && value.length <= LONGEST) tags[key] = value
  }
  return tags
}

const pointOf = (value: unknown): Point | undefined =>
  isObject(value) && typeof value.lat === "number" && typeof value.lon === "number"
    ? { lat: value.lat, lon: value.lon }
    : undefined

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** Lines as they stand in an element: from `geometry`, or from its nodes where those are in the file. */
const linesOf = (element: Json, nodes: ReadonlyMap<number, Point>): ReadonlyArray<ReadonlyArray<Point>> => {
  const line = (from: Json) => {
    const drawn = listOf(from.geometry).flatMap((one) => pointOf(one) ?? [])
    return drawn.length > 0 ? drawn : listOf(from.nodes).flatMap((id) => nodes.get(Number(id)) ?? [])
  }
  if (element.type === "way") return [line(element)]
  return listOf(element.members).flatMap((member) => (isObject(member) && member.type === "way" ? [line(member)] : []))
}

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
  const lon = (west! + east!) / 2
  return Number.isFinite(lat) && Number.isFinite(lon) ? { lat, lon } : undefined
}

const KINDS: ReadonlySet<unknown> = new Set<ElementKind>(["node", "way", "relation"])

/** The elements of an answer, read one by one: one that makes no sense is counted and the others go on. */
export const fromElements = (elements: ReadonlyArray<unknown>): Extract => gatherElements(elements, readTags)

/** The same for whoever reads tags in another way. */
export const gatherElements = <P>(elements: ReadonlyArray<unknown>, reads: ReadTags<P>): Extract<P> => {
  const found = new Gathering(reads)
  const nodes = new Map<number, Point>()
  for (const one of elements) {
    const at = isObject(one) && one.type === "node" ? pointOf(one) : undefined
    if (at !== undefined) nodes.set(Number((one as Json).id), at)
  }
  const seen = new Set<string>()
  elements.forEach((one, index) => {
    if (!isObject(one) || !KINDS.has(one.type) || !Number.isSafeInteger(one.id)) {
      found.brokenAt(`element ${index + 1} is none: it has no type and id`)
      return
    }
    const [kind, id] = [one.type as ElementKind, one.id as number]
    // Unions of queries give an element more than once.
    if (seen.has(`${kind}/${id}`)) return
    seen.add(`${kind}/${id}`)
    const tags = tagsOf(one)
    const place = found.read(tags)
    const [settlement, area] = [settlementOf(tags), areaOfTags(tags)]
    if (place === undefined && settlement === undefined && area === undefined) return
    const lines = kind === "node" ? [] : linesOf(one, nodes)
    const rings = kind === "node" ? [] : ringsOf(lines)
    const middle = lines.flat()[Math.floor(lines.flat().length / 2)]
    const at =
      kind === "node"
        ? pointOf(one)
        : (pointInside({ rings }) ?? pointOf(one.center) ?? middle ?? middleOfBounds(one.bounds) ?? pointOf(one))
    if (area !== undefined && rings.length > 0) found.areas.push({ ...area, shape: { rings } })
    if (settlement !== undefined && at !== undefined) found.settlements.push({ ...settlement, ...at })
    if (place !== undefined) found.put(kind, id, place, at)
  })
  return found
}

/** Throws where the file is no answer of Overpass at all. */
export const readOverpass = (path: string): Extract => {
  const answer: unknown = JSON.parse(readFileSync(path, "utf8"))
  if (!isObject(answer) || !Array.isArray(answer.elements)) {
    throw new Error("it is JSON without a list of elements: ask Overpass for [out:json]")
  }
  const extract = fromElements(answer.elements)
  // Overpass says here when it ran out of time or memory: what follows is missing without another sign.
  return typeof answer.remark === "string"
    ? { ...extract, broken: [...extract.broken, `Overpass remarks: ${answer.remark.slice(0, 200)}`] }
    : extract
}
