/** What stands in a block: nodes, ways and relations, told to whoever asked for that kind. */
import { BrokenBytes, Fields } from "../../domain/basics/protobuf.ts"

export type Tags = Readonly<Record<string, string>>

export interface Member {
  readonly kind: "node" | "way" | "relation"
  readonly id: number
  readonly role: string
}

/** A kind that nobody asked for is not even decoded. `tags` is `undefined` where there are none. */
export interface Visitor {
  readonly node?: (id: number, lat: number, lon: number, tags: Tags | undefined) => void
  readonly way?: (id: number, tags: Tags | undefined, refs: () => ReadonlyArray<number>) => void
  readonly relation?: (id: number, tags: Tags | undefined, members: () => ReadonlyArray<Member>) => void
}

/** Longer texts are nothing that a place is described with; the tag is passed over. */
const MAX_TEXT_BYTES = 4 * 1024

const MEMBER_KINDS = ["node", "way", "relation"] as const

class Texts {
  readonly #raw: Array<Uint8Array> = []
  readonly #known: Array<string | undefined> = []
  /** Texts that were too long to be kept. */
  tooLong = 0

  constructor(table: Fields) {
    while (table.next()) {
      if (table.field === 1 && table.wire === 2) this.#raw.push(table.bytes())
      else table.skip()
    }
  }

  at(index: number): string | undefined {
    const known = this.#known[index]
    if (known !== undefined) return known
    const raw = this.#raw[index]
    if (raw === undefined) throw new BrokenBytes("a text that it refers to is missing")
    if (raw.length > MAX_TEXT_BYTES) {
      this.tooLong++
      return undefined
    }
    const text = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString("utf8")
    this.#known[index] = text
    return text
  }

  put(tags: Record<string, string>, key: number, value: number): void {
    const [k, v] = [this.at(key), this.at(value)]
    if (k !== undefined && v !== undefined) tags[k] = v
  }
}

interface Scale {
  granularity: number
  lat: number
  lon: number
}

const NANO = 1e-9
const degrees = (offset: number, granularity: number, value: number) =>
  Math.round((offset + granularity * value) * NANO * 1e7) / 1e7

const packed = (fields: Fields): Fields => {
  if (fields.wire !== 2) throw new BrokenBytes("a list is not packed")
  return fields.message()
}

/** `visible=false` marks what was deleted, in files that carry history. */
const isDeleted = (info: Fields): boolean => {
  while (info.next()) {
    if (info.field === 6 && info.wire === 0) return info.unsigned() === 0
    info.skip()
  }
  return false
}

const readDense = (fields: Fields, texts: Texts, scale: Scale, tell: NonNullable<Visitor["node"]>): void => {
  let [ids, lats, lons, words]: Array<Fields | undefined> = []
  while (fields.next()) {
    if (fields.field === 1) ids = packed(fields)
    else if (fields.field === 8) lats = packed(fields)
    else if (fields.field === 9) lons = packed(fields)
    else if (fields.field === 10) words = packed(fields)
    else fields.skip()
  }
  if (ids === undefined || lats === undefined || lons === undefined) return
  let [id, lat, lon] = [0, 0, 0]
  while (ids.more) {
    id += ids.zigzag()
    lat += lats.zigzag()
    lon += lons.zigzag()
    let tags: Record<string, string> | undefined
    while (words?.more === true) {
      const key = words.unsigned()
      if (key === 0) break
      tags ??= {}
      texts.put(tags, key, words.unsigned())
    }
    tell(id, degrees(scale.lat, scale.granularity, lat), degrees(scale.lon, scale.granularity, lon), tags)
  }
}

interface Plain {
  readonly id: number
  readonly tags: Record<string, string> | undefined
  readonly deleted: boolean
  readonly lists: ReadonlyArray<Uint8Array | undefined>
  readonly lat: number
  readonly lon: number
}

/** What plain nodes, ways and relations have in common; their own lists are left as bytes until somebody asks. */
const readPlain = (fields: Fields, texts: Texts, zigzagId: boolean): Plain => {
  let id = 0
  let [keys, values]: Array<Fields | undefined> = []
  let deleted = false
  let [lat, lon] = [0, 0]
  const lists: Array<Uint8Array | undefined> = []
  while (fields.next()) {
    const { field, wire } = fields
    if (field === 1 && wire === 0) id = zigzagId ? fields.zigzag() : fields.unsigned()
    else if (field === 2 && wire === 2) keys = fields.message()
    else if (field === 3 && wire === 2) values = fields.message()
    else if (field === 4 && wire === 2) deleted = isDeleted(fields.message())
    else if (wire === 2) lists[field] = fields.bytes()
    else if (field === 8 && wire === 0) lat = fields.zigzag()
    else if (field === 9 && wire === 0) lon = fields.zigzag()
    else fields.skip()
  }
  let tags: Record<string, string> | undefined
  while (keys?.more === true && values?.more === true) {
    tags ??= {}
    texts.put(tags, keys.unsigned(), values.unsigned())
  }
  return { id, tags, deleted, lists, lat, lon }
}

const sums = (bytes: Uint8Array | undefined): ReadonlyArray<number> => {
  if (bytes === undefined) return []
  const fields = new Fields(bytes)
  const out: Array<number> = []
  let at = 0
  while (fields.more) {
    at += fields.zigzag()
    out.push(at)
  }
  return out
}

const membersOf = (lists: Plain["lists"], texts: Texts): ReadonlyArray<Member> => {
  const roles = new Fields(lists[8] ?? new Uint8Array())
  const kinds = new Fields(lists[10] ?? new Uint8Array())
  return sums(lists[9]).map((id) => ({
    id,
    role: texts.at(roles.unsigned()) ?? "",
    kind: MEMBER_KINDS[kinds.unsigned()] ?? "node"
  }))
}

const readGroup = (group: Fields, texts: Texts, scale: Scale, visitor: Visitor): void => {
  while (group.next()) {
    const { field, wire } = group
    if (wire === 2 && field === 2 && visitor.node !== undefined) readDense(group.message(), texts, scale, visitor.node)
    else if (wire === 2 && field === 1 && visitor.node !== undefined) {
      const { id, tags, deleted, lat, lon } = readPlain(group.message(), texts, true)
      const [y, x] = [degrees(scale.lat, scale.granularity, lat), degrees(scale.lon, scale.granularity, lon)]
      if (!deleted) visitor.node(id, y, x, tags)
    } else if (wire === 2 && field === 3 && visitor.way !== undefined) {
      const { id, tags, deleted, lists } = readPlain(group.message(), texts, false)
      if (!deleted) visitor.way(id, tags, () => sums(lists[8]))
    } else if (wire === 2 && field === 4 && visitor.relation !== undefined) {
      const { id, tags, deleted, lists } = readPlain(group.message(), texts, false)
      if (!deleted) visitor.relation(id, tags, () => membersOf(lists, texts))
    } else group.skip()
  }
}

/** Reads one data block and gives how many texts in it were too long. Throws `BrokenBytes` where it is broken. */
export const readBlock = (bytes: Uint8Array, visitor: Visitor): number => {
  const groups: Array<Fields> = []
  const scale: Scale = { granularity: 100, lat: 0, lon: 0 }
  let texts = new Texts(new Fields(new Uint8Array()))
  const block = new Fields(bytes)
  while (block.next()) {
    if (block.field === 1 && block.wire === 2) texts = new Texts(block.message())
    else if (block.field === 2 && block.wire === 2) groups.push(block.message())
    else if (block.field === 17 && block.wire === 0) scale.granularity = block.unsigned()
    else if (block.field === 19 && block.wire === 0) scale.lat = block.unsigned()
    else if (block.field === 20 && block.wire === 0) scale.lon = block.unsigned()
    else block.skip()
  }
  for (const group of groups) readGroup(group, texts, scale, visitor)
  return texts.tooLong
}
