import { assert, describe, it } from "@effect/vitest"
import type { CityFileNode } from "../../../../src/domain/catalog/city-file.ts"
import { joinSource, type KnownEntry } from "../../../../src/domain/catalog/conflation/join.ts"

const entry = (key: string, name: string, more: Partial<CityFileNode> = {}): CityFileNode => ({
  key,
  name,
  neighbourhood: "Centre",
  category: "museum",
  lat: 45,
  lon: 7,
  opening_hours: null,
  price_tier: 2,
  vibes: { history: 0.6 },
  ...more
})

const join = (
  known: ReadonlyArray<KnownEntry>,
  source: string,
  entries: ReadonlyArray<CityFileNode>,
  complete = true
) => joinSource(known, { source, licence: `licence of ${source}`, entries, complete, gate: () => undefined })

const kept = (known: ReadonlyArray<KnownEntry>, source: string, entries: ReadonlyArray<CityFileNode>) => {
  const { stored, goneEntries } = join(known, source, entries)
  const written = new Set(stored.map((one) => `${one.source}|${one.entry.key}`))
  return [
    ...known
      .filter((one) => !written.has(`${one.source}|${one.entry.key}`))
      .map((one) => (one.source === source && goneEntries.includes(one.entry.key) ? { ...one, gone: true } : one)),
    ...stored.map((one) => ({ ...one, gone: false }))
  ]
}

const ours = entry("civic-museum", "Museo Civico", { quality: { local: { score: 0.8, note: "Quiet on weekdays." } } })
const theirs = entry("osm-way-1", "Museo Civico", {
  lat: 45.0003,
  names: { local: "Museo Civico", en: "Civic Museum" },
  opening_hours: "Tu-Su 10:00-18:00",
  facts: { wheelchair: "yes" },
  external_ids: { osm: "way/1" },
  source_tier: 3
})

describe("several sources of one city", () => {
  it("make one node of one place, each field from whoever knows it best, with its source and licence", () => {
    const known = kept([], "curated", [ours])
    const { nodes, joined } = join(known, "osm", [theirs])
    assert.strictEqual(joined, 1)
    assert.lengthOf(nodes, 1)
    const { entry: merged, origin } = nodes[0]!
    assert.strictEqual(origin.source, "curated")
    assert.deepInclude(merged, {
      key: "civic-museum",
      lat: 45.0003,
      opening_hours: "Tu-Su 10:00-18:00",
      source_tier: 1,
      quality: ours.quality!
    })
    assert.deepStrictEqual(merged.facts, { wheelchair: "yes" })
    assert.deepStrictEqual(merged.provenance, {
      "*": { source: "curated", licence: "licence of curated" },
      position: { source: "osm", licence: "licence of osm" },
      opening_hours: { source: "osm", licence: "licence of osm" },
      facts: { source: "osm", licence: "licence of osm" }
    })
  })

  it("come in any order, again and again, and a node keeps the key of its first entry for ever", () => {
    let known = kept([], "osm", [theirs])
    known = kept(known, "curated", [ours])
    assert.deepStrictEqual([...new Set(known.map((one) => one.node_key))], ["osm-way-1"])
    assert.deepStrictEqual(kept(known, "curated", [ours]), known)
    const again = join(known, "osm", [{ ...theirs, name: "Something else altogether", lat: 45.2 }])
    assert.deepStrictEqual(
      again.nodes.map(({ entry: one }) => one.key),
      ["osm-way-1"]
    )
  })

  it("lose a place also where the run that missed it was killed before it said so", () => {
    const known = kept(kept([], "osm", [theirs]), "osm", [])
    assert.isTrue(known[0]!.gone)
    assert.deepStrictEqual(join(known, "osm", []).goneNodes, ["osm-way-1"])
  })

  it("lose nothing that lies outside of an extract of a part of the city", () => {
    const all = Array.from({ length: 60 }, (_, i) => entry(`osm-node-${i}`, `Place ${i}`, { lat: 45 + i / 1000 }))
    const known = kept([], "osm", all)
    const part = { south: 44.99, north: 45.0305, west: 6.9, east: 7.1 }
    const of = (entries: ReadonlyArray<CityFileNode>) =>
      joinSource(known, { source: "osm", licence: "a", entries, complete: true, covered: part, gate: () => undefined })
    const centre = of(all.slice(0, 30))
    assert.deepStrictEqual([centre.goneEntries, centre.beyond], [["osm-node-30"], 29])
    const edge = of(all.slice(0, 56))
    assert.deepStrictEqual([edge.goneEntries.length, edge.beyond], [4, 0], "a few at the edge have closed")
  })

  it("keep a place's node where its source calls it by another key", () => {
    const known = kept([], "osm", [theirs])
    const outlined = { ...theirs, key: "osm-relation-7", lat: theirs.lat + 0.0001 }
    const { nodes, goneNodes } = join(known, "osm", [outlined, entry("osm-node-3", "Another")])
    assert.deepStrictEqual(
      [nodes.map(({ entry: one }) => one.key).sort(), goneNodes],
      [["osm-node-3", "osm-way-1"], []]
    )
    assert.deepStrictEqual(
      join(known, "osm", [{ ...outlined, lat: 45.01 }]).goneNodes,
      ["osm-way-1"],
      "far away it is another place of that name"
    )
  })

  it("lose a place only when nobody speaks of it any more, and find it again under its old key", () => {
    let known = kept(kept([], "curated", [ours]), "osm", [theirs])
    const left = join(known, "osm", [])
    assert.deepStrictEqual([left.goneEntries, left.goneNodes], [["osm-way-1"], []])
    assert.isNull(left.nodes[0]!.entry.opening_hours)
    assert.deepStrictEqual(join(known, "osm", [], false).goneEntries, [])
    known = kept(known, "osm", [])
    assert.deepStrictEqual(join(known, "curated", []).goneNodes, ["civic-museum"])
    known = kept(known, "curated", [])
    assert.deepStrictEqual(
      join(known, "osm", [theirs]).nodes.map(({ entry: one }) => one.key),
      ["civic-museum"]
    )
  })

  it("believe whoever looked at the hours last, where both say when", () => {
    const old = entry("wv-1", "Museo Civico", { opening_hours: "Mo-Su 09:00-17:00", checked: "2026-05-01" })
    const dated = { ...theirs, checked: "2021-01-01" }
    const { nodes } = join(kept([], "osm", [dated]), "wikivoyage", [old])
    assert.strictEqual(nodes[0]!.entry.opening_hours, "Mo-Su 09:00-17:00")
    const undated = join(kept([], "osm", [theirs]), "wikivoyage", [old])
    assert.strictEqual(undated.nodes[0]!.entry.opening_hours, "Tu-Su 10:00-18:00")
  })

  it("are joined by a link that both carry, whatever their names, and never two entries of one source", () => {
    const linked = entry("a", "Kunsthalle", { external_ids: { wikidata: "Q5" } })
    const other = entry("b", "The White Cube", { external_ids: { wikidata: "Q5" }, lat: 45.01 })
    assert.strictEqual(join(kept([], "osm", [linked]), "overture", [other]).joined, 1)
    // Branches of a chain bear one link: the nearest is meant, and none in the next town.
    const branch = (key: string, lat: number) => entry(key, `Kunsthalle ${key}`, { ...linked, key, lat })
    const branches = kept([], "osm", [branch("north", 45.2), branch("south", 45)])
    const { stored } = join(branches, "overture", [
      { ...other, lat: 45.19 },
      { ...other, key: "far", name: "Elsewhere", lat: 46 }
    ])
    assert.deepStrictEqual(
      stored.map(({ node_key }) => node_key),
      ["north", "far"]
    )
    const twins = [entry("c", "Museo Civico"), entry("d", "Museo Civico", { lat: 45.004 })]
    assert.lengthOf(join(kept([], "curated", [ours]), "osm", twins).nodes, 2)
  })
})
