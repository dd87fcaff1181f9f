/** What a heap is made of, and what of it has grown between two looks. */

interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: ReadonlyArray<string>
      readonly node_types: readonly [ReadonlyArray<string>, ...ReadonlyArray<unknown>]
      readonly edge_fields: ReadonlyArray<string>
      readonly edge_types: readonly [ReadonlyArray<string>, ...ReadonlyArray<unknown>]
    }
  }
  readonly nodes: ReadonlyArray<number>
  readonly edges: ReadonlyArray<number>
  readonly strings: ReadonlyArray<string>
}

export interface Share {
  bytes: number
  count: number
}

export type Census = ReadonlyMap<string, Share>

/** Fields that tell one plain object from another. */
const TELLING = 6

/** Bytes and number of everything on the heap, by what it is: a plain object goes by the names of its first fields. */
export const census = (text: string): Census => {
  const { edges, nodes, snapshot, strings }: Snapshot = JSON.parse(text)
  const { edge_fields, edge_types, node_fields, node_types } = snapshot.meta
  const [type, name, size, edgeCount] = ["type", "name", "self_size", "edge_count"].map((one) =>
    node_fields.indexOf(one)
  )
  const [edgeType, edgeName] = ["type", "name_or_index"].map((one) => edge_fields.indexOf(one))
  const property = edge_types[0].indexOf("property")
  const found = new Map<string, Share>()
  let edge = 0
  for (let node = 0; node < nodes.length; node += node_fields.length) {
    const kind = node_types[0][nodes[node + type!]!]!
    const edgesEnd = edge + nodes[node + edgeCount!]! * edge_fields.length
    let label = kind
    if (kind === "object") {
      const fields: Array<string> = []
      for (let at = edge; at < edgesEnd && fields.length < TELLING; at += edge_fields.length) {
        const field = strings[edges[at + edgeName!]!]!
        if (edges[at + edgeType!] === property && field !== "__proto__") fields.push(field)
      }
      const called = strings[nodes[node + name!]!]!
      label = called === "Object" ? `{${fields.join(", ")}}` : called
    } else if (kind === "closure" || kind === "native") label = `${kind} ${strings[nodes[node + name!]!]}`
    edge = edgesEnd
    const share = found.get(label) ?? { bytes: 0, count: 0 }
    share.bytes += nodes[node + size!]!
    share.count++
    found.set(label, share)
  }
  return found
}

/** What has grown most between two looks, by bytes. */
export const grown = (before: Census, after: Census, most: number) =>
  [...after]
    .map(([what, { bytes, count }]) => {
      const was = before.get(what) ?? { bytes: 0, count: 0 }
      return { what, bytes: bytes - was.bytes, count: count - was.count, now: bytes }
    })
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, most)
