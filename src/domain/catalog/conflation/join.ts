/** Joins what a source says now with what all sources said before: which nodes that touches, and which have nobody left. */
import { distanceKm } from "../../basics/geo.ts"
import type { Bounds, CityFileNode } from "../city-file.ts"
import { liesWithin } from "../extent.ts"
import { foldName } from "../names.ts"
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
  /** Where the source was looked through: of what lies elsewhere it does not say that it is gone. Everywhere, if left out. */
  readonly covered?: Bounds | undefined
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
  /** Entries that stay though they are missing, as they lie outside of what was looked through. */
  readonly beyond: number
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

/** A link is believed so far: the branches of a chain, and parts of one thing, bear the same. */
const LINKED_KM = 5

/** Metres that a place is moved at most when its source gives it another key. */
const SAME_SPOT_KM = 0.03

/** Places that the source calls by another key now, as where a point becomes an outline: they stay the nodes that they are. */
const underNewKeys = (
  missing: ReadonlyArray<KnownEntry>,
  fresh: ReadonlyArray<CityFileNode>
): ReadonlyMap<string, string> => {
  const called = ({ category, name }: CityFileNode) => `${category}|${foldName(name)}`
  const left = Map.groupBy(missing, ({ entry }) => called(entry))
  const found = new Map<string, string>()
  for (const entry of fresh) {
    const same = left.get(called(entry)) ?? []
    const nearest = same
      .map((one) => ({ one, km: distanceKm(one.entry, entry) }))
      .filter(({ km }) => km <= SAME_SPOT_KM)
      .sort((a, b) => a.km - b.km)[0]
    if (nearest === undefined) continue
    found.set(entry.key, nearest.one.node_key)
    left.set(
      called(entry),
      same.filter((one) => one !== nearest.one)
    )
  }
  return found
}

/** So many missing places beyond the edge, and this share of all, are no closures: less of the city was looked through. */
const MOST_BEYOND = 10
const MOST_BEYOND_SHARE = 0.1

/** Of missing entries those that the source cannot know of, where it was looked through for a part of the city alone. */
const outsideOf = (
  covered: Bounds | undefined,
  missing: ReadonlyArray<KnownEntry>,
  own: ReadonlyArray<KnownEntry>
): ReadonlySet<KnownEntry> => {
  if (covered === undefined) return new Set()
  const outside = missing.filter(({ entry }) => !liesWithin(covered, entry))
  const all = own.filter(({ gone }) => !gone).length
  return new Set(outside.length > Math.max(MOST_BEYOND, MOST_BEYOND_SHARE * all) ? outside : [])
}

export const joinSource = (known: ReadonlyArray<KnownEntry>, incoming: Incoming): Joined => {
  const { source, licence, complete, covered, gate } = incoming
  const rejected: Array<ItemProblem> = []
  const entries = incoming.entries.filter((entry) => {
    const reason = gate(entry)
    if (reason !== undefined) rejected.push({ item: entry.key, reason })
    return reason === undefined
  })
  const here = new Set(entries.map(({ key }) => key))
  const live = known.filter(({ gone }) => !gone)
  const own = known.filter((one) => one.source === source)
  const nodeOfOwn = new Map(own.map((one) => [one.entry.key, one.node_key]))
  const missing = own.filter(({ gone, entry }) => !gone && !here.has(entry.key))
  const renamed = underNewKeys(
    missing,
    entries.filter(({ key }) => !nodeOfOwn.has(key))
  )
  for (const [key, node] of renamed) nodeOfOwn.set(key, node)
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
  const beyond = outsideOf(covered, missing, own)
  const gone = new Set(complete ? missing.filter((one) => !beyond.has(one)).map(({ entry }) => entry.key) : [])
  const remaining = Map.groupBy(
    [
      ...live.filter((one) => !(one.source === source && (gone.has(one.entry.key) || here.has(one.entry.key)))),
      ...stored
    ],
    ({ node_key }) => node_key
  )
  const touched = new Set([
    ...stored.map(({ node_key }) => node_key),
    ...[...gone].flatMap((key) => nodeOfOwn.get(key) ?? [])
  ])
  return {
    nodes: [...touched].flatMap((node) => {
      const all = remaining.get(node)
      return all === undefined ? [] : [mergeEntries(all)]
    }),
    stored,
    goneEntries: [...gone],
    // Also those that a run before this one left, which noted what was gone and was killed before it said so of their nodes.
    goneNodes: [...new Set([...known.map(({ node_key }) => node_key), ...touched])].filter(
      (node) => !remaining.has(node)
    ),
    rejected,
    beyond: complete ? beyond.size : 0,
    joined: nodeOfNew.size
  }
}

type Group = readonly [node: string, entries: ReadonlyArray<SourceEntry>]

/** Which new entries are places of nodes that are there already. */
const matchNew = (fresh: ReadonlyArray<CityFileNode>, free: ReadonlyArray<Group>): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  if (fresh.length === 0 || free.length === 0) return found
  const merged = free.map(([node, entries]) => [node, mergeEntries(entries).entry] as const)
  const byLink = Map.groupBy(merged, ([, entry]) => linkOf(entry))
  const taken = new Set<string>()
  for (const entry of fresh) {
    const link = linkOf(entry)
    const node = (link === undefined ? [] : (byLink.get(link) ?? []))
      .filter(([one]) => !taken.has(one))
      .map(([one, other]) => ({ one, km: distanceKm(other, entry) }))
      .filter(({ km }) => km <= LINKED_KM)
      .sort((a, b) => a.km - b.km)[0]?.one
    if (node === undefined) continue
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
