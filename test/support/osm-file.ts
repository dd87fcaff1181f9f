// Writes small files of OpenStreetMap as their makers do: header, dense nodes, ways, relations, each block compressed.
import { deflateSync } from "node:zlib"

const varint = (value: number): Array<number> => {
  const out: Array<number> = []
  let rest = value
  while (rest > 127) {
    out.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return [...out, rest]
}
const zigzag = (value: number) => varint(value < 0 ? -2 * value - 1 : 2 * value)
const bytesField = (field: number, bytes: ArrayLike<number>): Array<number> => [
  ...varint(field * 8 + 2),
  ...varint(bytes.length),
  ...Array.from(bytes)
]
const numberField = (field: number, value: number) => [...varint(field * 8), ...varint(value)]
const deltas = (values: ReadonlyArray<number>) => values.flatMap((value, i) => zigzag(value - (values[i - 1] ?? 0)))

export type Tags = Readonly<Record<string, string>>

export interface OsmNode {
  readonly id: number
  readonly lat: number
  readonly lon: number
  readonly tags?: Tags
}
export interface OsmWay {
  readonly id: number
  readonly refs: ReadonlyArray<number>
  readonly tags?: Tags
}
export interface OsmRelation {
  readonly id: number
  readonly members: ReadonlyArray<{ readonly kind: 0 | 1 | 2; readonly id: number; readonly role: string }>
  readonly tags?: Tags
}

class Strings {
  readonly all: Array<string> = [""]
  of(text: string): number {
    const known = this.all.indexOf(text)
    return known > 0 ? known : this.all.push(text) - 1
  }
}

const frame = (type: string, raw: Uint8Array): Buffer => {
  const blob = Buffer.from([...numberField(2, raw.length), ...bytesField(3, deflateSync(raw))])
  const header = Buffer.from([...bytesField(1, Buffer.from(type)), ...numberField(3, blob.length)])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(header.length)
  return Buffer.concat([length, header, blob])
}

const block = (group: (strings: Strings) => Array<number>): Buffer => {
  const strings = new Strings()
  const inner = group(strings)
  const table = strings.all.flatMap((text) => bytesField(1, Buffer.from(text)))
  return frame("OSMData", Buffer.from([...bytesField(1, table), ...bytesField(2, inner)]))
}

const nano = (degrees: number) => Math.round(degrees * 1e7)

export const nodesBlock = (nodes: ReadonlyArray<OsmNode>): Buffer =>
  block((strings) => {
    const words = nodes.flatMap(({ tags = {} }) => [
      ...Object.entries(tags).flatMap(([key, value]) => [...varint(strings.of(key)), ...varint(strings.of(value))]),
      0
    ])
    return bytesField(2, [
      ...bytesField(1, deltas(nodes.map(({ id }) => id))),
      ...bytesField(8, deltas(nodes.map(({ lat }) => nano(lat)))),
      ...bytesField(9, deltas(nodes.map(({ lon }) => nano(lon)))),
      ...bytesField(10, words)
    ])
  })

const tagLists = (tags: Tags, strings: Strings) => [
  ...bytesField(
    2,
    Object.keys(tags).flatMap((key) => varint(strings.of(key)))
  ),
  ...bytesField(
    3,
    Object.values(tags).flatMap((value) => varint(strings.of(value)))
  )
]

export const waysBlock = (ways: ReadonlyArray<OsmWay>): Buffer =>
  block((strings) =>
    ways.flatMap(({ id, refs, tags = {} }) =>
      bytesField(3, [...numberField(1, id), ...tagLists(tags, strings), ...bytesField(8, deltas(refs))])
    )
  )

export const relationsBlock = (relations: ReadonlyArray<OsmRelation>): Buffer =>
  block((strings) =>
    relations.flatMap(({ id, members, tags = {} }) =>
      bytesField(4, [
        ...numberField(1, id),
        ...tagLists(tags, strings),
        ...bytesField(
          8,
          members.flatMap(({ role }) => varint(strings.of(role)))
        ),
        ...bytesField(9, deltas(members.map((one) => one.id))),
        ...bytesField(
          10,
          members.flatMap(({ kind }) => varint(kind))
        )
      ])
    )
  )

export const headerBlock = (): Buffer =>
  frame(
    "OSMHeader",
    Buffer.from([...bytesField(4, Buffer.from("OsmSchema-V0.6")), ...bytesField(4, Buffer.from("DenseNodes"))])
  )
