/** Joins what a source says now with what all sources said before: which nodes that touches, and which have nobody left. */
import type { CityFileNode } from "../city-file.ts"
import type { ItemProblem } from "../validate.ts"
import { type Described, matchPlaces } from "./match.ts"
import { mergeEntries, type SourceEntry } from "./merge.ts"

export interface KnownEntry extends SourceEntry {
  /** It was in the source once and is not any more. */
  readonly gone: boolean
}

export interface Incoming {
  readonly source: string
  readonly licence: string
  readonly entries: ReadonlyArray<CityFileNode>
  /** Whether these are all that the source has: what is missing is then gone. */
  readonly complete: boolean
  /** Says of an entry why it cannot go in. */
  readonly gate: (entry: CityFileNode) => string | undefined
}

export interface Joined {
  /** Nodes that the source speaks of, or spoke of, put together from all that is said of them. */
  readonly nodes: ReadonlyArray<{ readonly entry: CityFileNode; readonly origin: SourceEntry }>
  readonly stored: ReadonlyArray<SourceEntry>
  /** Keys of entries that the source does not have any more, and of nodes of which nobody speaks any more. */
  readonly goneEntries: ReadonlyArray<string>
  readonly goneNodes: ReadonlyArray<string>
  readonly rejected: ReadonlyArray<ItemProblem>
  /** How many new entries turned out to be places that were there already. */
  readonly joined: number
}

const described = (id: string, { name, names, category, facts, lat, lon, external_ids }: CityFileNode): Described => ({
  id,
  lat,
  lon,
  names: [...new Set([name, ...Object.values(names ?? {})])],
  kind: category,
  website: facts?.website,
  detail: Object.keys(names ?? {}).length + Object.keys(facts ?? {}).length + Object.keys(external_ids ?? {}).length
})

/** Links that sources carry themselves are better than any likeness. */
const linkOf = ({ external_ids }: CityFileNode): string | undefined => external_ids?.wikidata

export const joinSource = (known: ReadonlyArray<KnownEntry>, incoming: Incoming): Joined => {
  const { source, licence, complete, gate } = incoming
  const rejected: Array<ItemProblem> = []
  const entries = incoming.entries.filter((entry) => {
    const reason = gate(entry)
    if (reason !== undefined) rejected.push({ item: entry.key, reason })
    return reason === undefined
  })
  const nodeOfOwn = new Map(known.filter((one) => one.source === source).map((one) => [one.entry.key, one.node_key]))
  const live = known.filter(({ gone }) => !gone)
  const byNode = Map.groupBy(live, ({ node_key }) => node_key)
  // A node that the source speaks of already is no other entry's place.
  const spoken = new Set(entries.flatMap(({ key }) => nodeOfOwn.get(key) ?? []))
  const free = [...byNode].filter(([node, own]) => !spoken.has(node) && own.every((one) => one.source !== source))
  const fresh = entries.filter(({ key }) => !nodeOfOwn.has(key))
  const nodeOfNew = matchNew(fresh, free)
  const stored = entries.map(
    (entry): SourceEntry => ({
      source,
      licence,
      node_key: nodeOfOwn.get(entry.key) ?? nodeOfNew.get(entry.key) ?? entry.key,
      entry
    })
  )
  const here = new Set(entries.map(({ key }) => key))
  const goneEntries = complete
    ? live.filter((one) => one.source === source && !here.has(one.entry.key)).map(({ entry }) => entry.key)
    : []
  const gone = new Set(goneEntries)
  const remaining = Map.groupBy(
    [
      ...live.filter((one) => !(one.source === source && (gone.has(one.entry.key) || here.has(one.entry.key)))),
      ...stored
    ],
    ({ node_key }) => node_key
  )
  const touched = new Set([
    ...stored.map(({ node_key }) => node_key),
    ...goneEntries.flatMap((key) => nodeOfOwn.get(key) ?? [])
  ])
  return {
    nodes: [...touched].flatMap((node) => {
      const all = remaining.get(node)
      return all === undefined ? [] : [mergeEntries(all)]
    }),
    stored,
    goneEntries,
    goneNodes: [...touched].filter((node) => !remaining.has(node)),
    rejected,
    joined: nodeOfNew.size
  }
}

type Group = readonly [node: string, entries: ReadonlyArray<SourceEntry>]

/** Which new entries are places of nodes that are there already. */
const matchNew = (fresh: ReadonlyArray<CityFileNode>, free: ReadonlyArray<Group>): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  if (fresh.length === 0 || free.length === 0) return found
  const merged = free.map(([node, entries]) => [node, mergeEntries(entries).entry] as const)
  const byLink = new Map(
    merged.flatMap(([node, entry]) => {
      const link = linkOf(entry)
      return link === undefined ? [] : [[link, node] as const]
    })
  )
  const taken = new Set<string>()
  for (const entry of fresh) {
    const node = byLink.get(linkOf(entry) ?? "")
    if (node === undefined || taken.has(node)) continue
    taken.add(node)
    found.set(entry.key, node)
  }
  const matches = matchPlaces(
    merged.filter(([node]) => !taken.has(node)).map(([node, entry]) => described(node, entry)),
    fresh.filter(({ key }) => !found.has(key)).map((entry) => described(entry.key, entry))
  )
  for (const { a, b } of matches) found.set(b, a)
  return found
}
