/**
 * An `.osm.pbf` in up to three passes: what is wanted, the ways that wanted relations consist of, and where their nodes
 * lie. Between the passes only numbers are kept, so memory depends on how many places there are, not on the file.
 */
import { Buffer } from "node:buffer"
import { joinRings, type Point, pointInside, type Ring } from "../../domain/basics/shapes.ts"
import { readTags } from "../../domain/catalog/osm/read.ts"
import {
  areaOfTags,
  type ElementKind,
  type Extract,
  Gathering,
  type NamedArea,
  type ReadTags,
  settlementOf,
  TAG_TOO_LONG
} from "./extract.ts"
import { blocksOf } from "./pbf-blocks.ts"
import { type Member, readBlock, type Visitor } from "./pbf-entities.ts"

/** Points of one outline, and of all that are wanted together: what is beyond is left out, and counted. */
const MOST_POINTS_OF_ONE = 50_000
const MOST_POINTS = 6_000_000
/** Other work waits no longer than a block takes. */
const breath = () => new Promise<void>((resolve) => setImmediate(resolve))

interface Wanted<P> {
  readonly kind: ElementKind
  readonly id: number
  readonly place: P | undefined
  readonly area: Omit<NamedArea, "shape"> | undefined
  /** Of a way: its nodes. Of a relation: none before its ways are read. */
  readonly refs: Float64Array
  readonly members: ReadonlyArray<Member>
}

const isOutline = ({ kind, role }: Member) => kind === "way" && (role === "outer" || role === "inner" || role === "")
const isLabel = ({ kind, role }: Member) =>
  kind === "node" && (role === "label" || role === "admin_centre" || role === "entrance")

/** Positions by node id: three columns in the order of the ids. */
class Positions {
  readonly #ids: Float64Array
  readonly #lats: Float64Array
  readonly #lons: Float64Array

  constructor(ids: Float64Array) {
    this.#ids = ids
    this.#lats = new Float64Array(ids.length).fill(Number.NaN)
    this.#lons = new Float64Array(ids.length)
  }

  #find(id: number): number {
    let low = 0
    let high = this.#ids.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const found = this.#ids[middle]!
      if (found === id) return middle
      if (found < id) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  put(id: number, lat: number, lon: number): void {
    const at = this.#find(id)
    if (at < 0) return
    this.#lats[at] = lat
    this.#lons[at] = lon
  }

  of(id: number): Point | undefined {
    const at = this.#find(id)
    return at < 0 || Number.isNaN(this.#lats[at]!) ? undefined : { lat: this.#lats[at]!, lon: this.#lons[at]! }
  }
}

const sortedDistinct = (lists: Iterable<ArrayLike<number>>, size: number): Float64Array => {
  const all = new Float64Array(size)
  let at = 0
  for (const list of lists) for (let i = 0; i < list.length; i++) all[at++] = list[i]!
  all.sort()
  let kept = 0
  for (let i = 0; i < all.length; i++) if (i === 0 || all[i] !== all[i - 1]) all[kept++] = all[i]!
  return all.slice(0, kept)
}

export class PbfReader<P> {
  readonly #path: string
  readonly #progress: (done: number, total: number) => void
  readonly #found: Gathering<P>
  readonly #wanted: Array<Wanted<P>> = []
  #points = 0
  #pass = 0

  constructor(path: string, progress: (done: number, total: number) => void, reads: ReadTags<P>) {
    this.#path = path
    this.#found = new Gathering(reads)
    this.#progress = progress
  }

  async #read(visitor: Visitor): Promise<void> {
    const first = this.#pass === 0
    const before = this.#pass++
    for await (const block of blocksOf(this.#path, (read, size) => this.#progress(before * size + read, 3 * size))) {
      if (block.kind === "header") continue
      try {
        if (block.kind === "broken") throw new Error(block.reason)
        const tooLong = readBlock(block.bytes, visitor)
        if (first) for (let i = 0; i < tooLong; i++) this.#found.leave(TAG_TOO_LONG)
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause)
        if (first) this.#found.brokenAt(`the block at byte ${block.at} is broken: ${reason}`)
      }
      await breath()
    }
  }

  #want(one: Wanted<P>): void {
    const size = one.refs.length
    if (size > MOST_POINTS_OF_ONE || this.#points + size > MOST_POINTS) {
      if (one.place !== undefined) this.#found.leave("has an outline of too many points")
      return
    }
    this.#points += size
    this.#wanted.push(one)
  }

  #first(): Visitor {
    const found = this.#found
    return {
      node: (id, lat, lon, tags) => {
        if (tags === undefined) return
        const place = found.read(tags)
        if (place !== undefined) found.put("node", id, place, { lat, lon })
        const settlement = settlementOf(tags)
        if (settlement !== undefined) found.settlements.push({ ...settlement, lat, lon })
      },
      way: (id, tags, refs) => {
        if (tags === undefined) return
        const place = found.read(tags)
        const area = areaOfTags(tags)
        if (place === undefined && area === undefined) return
        this.#want({ kind: "way", id, place, area, refs: Float64Array.from(refs()), members: [] })
      },
      relation: (id, tags, members) => {
        if (tags === undefined) return
        const place = found.read(tags)
        const area = areaOfTags(tags)
        if (place === undefined && area === undefined) return
        const all = members()
        if (all.length > MOST_POINTS_OF_ONE) {
          if (place !== undefined) found.leave("has an outline of too many points")
          return
        }
        this.#want({ kind: "relation", id, place, area, refs: new Float64Array(), members: all })
      }
    }
  }

  /** The nodes of ways that wanted relations consist of. */
  async #waysOfRelations(): Promise<ReadonlyMap<number, ReadonlyArray<number>>> {
    const ids = new Set<number>()
    for (const { members } of this.#wanted) for (const one of members) if (isOutline(one)) ids.add(one.id)
    const ways = new Map<number, ReadonlyArray<number>>()
    for (const one of this.#wanted) if (one.kind === "way" && ids.delete(one.id)) ways.set(one.id, [...one.refs])
    if (ids.size === 0) return ways
    await this.#read({
      way: (id, _tags, refs) => {
        if (!ids.has(id) || this.#points > MOST_POINTS) return
        const list = refs()
        this.#points += list.length
        ways.set(id, list)
      }
    })
    return ways
  }

  async #positions(ways: ReadonlyMap<number, ReadonlyArray<number>>): Promise<Positions> {
    const labels = this.#wanted.map(({ members }) => members.filter(({ kind }) => kind === "node").map(({ id }) => id))
    const lists: ReadonlyArray<ArrayLike<number>> = [
      ...this.#wanted.map(({ refs }) => refs),
      ...ways.values(),
      ...labels
    ]
    const positions = new Positions(
      sortedDistinct(
        lists,
        lists.reduce((sum, { length }) => sum + length, 0)
      )
    )
    if (this.#wanted.length > 0) await this.#read({ node: (id, lat, lon) => positions.put(id, lat, lon) })
    return positions
  }

  async read(): Promise<Extract<P>> {
    await this.#read(this.#first())
    const ways = await this.#waysOfRelations()
    const positions = await this.#positions(ways)
    for (const one of this.#wanted) this.#place(one, ways, positions)
    this.#progress(1, 1)
    return this.#found
  }

  #place(one: Wanted<P>, ways: ReadonlyMap<number, ReadonlyArray<number>>, positions: Positions): void {
    const pieces =
      one.kind === "way" ? [[...one.refs]] : one.members.filter(isOutline).map(({ id }) => ways.get(id) ?? [])
    const rings = joinRings(pieces).flatMap((ring): ReadonlyArray<Ring> => {
      const points = ring.flatMap((id) => positions.of(id) ?? [])
      return points.length < 3 ? [] : [points]
    })
    if (one.area !== undefined && rings.length > 0) this.#found.areas.push({ ...one.area, shape: { rings } })
    if (one.place === undefined) return
    const onLine = () => {
      const line = pieces.flatMap((piece) => piece.flatMap((id) => positions.of(id) ?? []))
      return line[Math.floor(line.length / 2)]
    }
    const labelled = () => {
      const nodes = one.members.filter(({ kind }) => kind === "node")
      return (nodes.find(isLabel) ?? nodes[0]) === undefined
        ? undefined
        : positions.of((nodes.find(isLabel) ?? nodes[0])!.id)
    }
    this.#found.put(one.kind, one.id, one.place, pointInside({ rings }) ?? onLine() ?? labelled())
  }
}

export const readPbf = (path: string, progress: (done: number, total: number) => void): Promise<Extract> =>
  new PbfReader(path, progress, readTags).read()

/** Whether a file begins as an `.osm.pbf` does: a length, then a header of type `OSMHeader`. */
export const looksLikePbf = (start: Uint8Array): boolean => Buffer.from(start).subarray(0, 64).includes("OSMHeader")
