import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import type { Extract } from "../../../src/sources/osm/extract.ts"
import { fromElements } from "../../../src/sources/osm/read-overpass.ts"
import { readPbf } from "../../../src/sources/osm/read-pbf.ts"
import { headerBlock, nodesBlock, relationsBlock, waysBlock } from "../../support/osm-file.ts"
import { fc } from "../../support/properties.ts"

const folder = mkdtempSync(join(tmpdir(), "osm-read-"))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const read = (...blocks: ReadonlyArray<Uint8Array>): Promise<Extract> => {
  const path = join(folder, `${files++}.osm.pbf`)
  writeFileSync(path, Buffer.concat(blocks))
  return readPbf(path, () => undefined)
}

const cafe = { amenity: "cafe", name: "Café de la Paix", "name:en": "Peace Café", opening_hours: "Mo-Fr 08:00-18:00" }
const square = [
  { id: 11, lat: 43.7, lon: 7.4 },
  { id: 12, lat: 43.7, lon: 7.41 },
  { id: 13, lat: 43.71, lon: 7.41 },
  { id: 14, lat: 43.71, lon: 7.4 }
]
/** A horseshoe: its centre of gravity lies in the gap. */
const horseshoe = [
  [0, 0],
  [0, 3],
  [3, 3],
  [3, 2],
  [1, 2],
  [1, 1],
  [3, 1],
  [3, 0]
].map(([y, x], i) => ({ id: 20 + i, lat: 43 + y! / 1000, lon: 7 + x! / 1000 }))

const only = (extract: Extract) => {
  assert.lengthOf(extract.places, 1)
  return extract.places[0]!
}

describe("a file of OpenStreetMap", () => {
  it("gives nodes, ways and relations, in whatever order its blocks come", async () => {
    const blocks = [
      relationsBlock([
        {
          id: 5,
          members: [
            { kind: 1, id: 7, role: "outer" },
            { kind: 1, id: 8, role: "outer" }
          ],
          tags: { type: "multipolygon", leisure: "park", name: "Parc" }
        }
      ]),
      waysBlock([
        { id: 6, refs: [11, 12, 13, 14, 11], tags: { tourism: "museum", name: "Musée" } },
        { id: 7, refs: [11, 12, 13] },
        { id: 8, refs: [11, 14, 13] }
      ]),
      nodesBlock([...square, { id: -3, lat: -43.5, lon: -7.25, tags: cafe }])
    ]
    for (const order of [blocks, [...blocks].reverse()]) {
      const extract = await read(headerBlock(), ...order)
      const found = new Map(extract.places.map((one) => [one.ref, one]))
      assert.deepInclude(found.get("node/-3"), { lat: -43.5, lon: -7.25 })
      assert.strictEqual(found.get("node/-3")!.place.names.en, "Peace Café")
      for (const ref of ["way/6", "relation/5"]) {
        assert.approximately(found.get(ref)!.lat, 43.705, 1e-6, ref)
        assert.approximately(found.get(ref)!.lon, 7.405, 1e-6, ref)
      }
      assert.strictEqual(extract.named, 3)
    }
  })

  it("puts a crooked shape where it is, and a line in its middle", async () => {
    const shoe = only(
      await read(
        headerBlock(),
        nodesBlock(horseshoe),
        waysBlock([{ id: 1, refs: [...horseshoe.map(({ id }) => id), 20], tags: { leisure: "garden", name: "Shoe" } }])
      )
    )
    const [y, x] = [(shoe.lat - 43) * 1000, (shoe.lon - 7) * 1000]
    assert.isTrue(y > 0 && y < 3 && x > 0 && x < 3 && !(y > 1 && x > 1 && x < 2), `${y}, ${x}`)
    const line = only(
      await read(
        headerBlock(),
        nodesBlock(square),
        waysBlock([{ id: 2, refs: [11, 12, 13], tags: { man_made: "pier", name: "Jetée" } }])
      )
    )
    assert.deepInclude(line, { lat: 43.7, lon: 7.41 })
  })

  it("passes over a broken block, a lying header and a torn end, says so, and reads the others", async () => {
    const good = (id: number) => nodesBlock([{ id, lat: 43.7, lon: 7.4, tags: { ...cafe, name: `Café ${id}` } }])
    const torn = good(2)
    torn.fill(0xff, 40, torn.length - 4)
    const lying = good(4)
    lying.writeUInt32BE(0xfffffff0)
    const extract = await read(headerBlock(), good(1), torn, good(3), lying, good(5), good(6).subarray(0, 60))
    assert.sameMembers(
      extract.places.map(({ ref }) => ref),
      ["node/1", "node/3", "node/5"]
    )
    assert.isAtLeast(extract.broken.length, 3)
    assert.deepStrictEqual((await read(Buffer.from("no such file at all, only words"))).places, [])
  })

  it("counts what is left out, each with its reason", async () => {
    const tags: ReadonlyArray<Record<string, string>> = [
      cafe,
      { amenity: "cafe" },
      { amenity: "bank", name: "A bank" },
      { highway: "residential", name: "A street" },
      { "disused:amenity": "pub", name: "A pub that was" },
      { amenity: "restaurant", name: "Closed", disused: "yes" },
      { amenity: "bar", name: "Members", access: "private" },
      { amenity: "cafe", name: "x".repeat(300) },
      { name: "A name and nothing else" },
      { amenity: "cafe", name: `${"x".repeat(5_000)}` },
      { building: "yes" }
    ]
    const extract = await read(
      headerBlock(),
      nodesBlock(tags.map((one, i) => ({ id: i + 1, lat: 43.7, lon: 7.4 + i / 1e4, tags: one })))
    )
    assert.lengthOf(extract.places, 1)
    assert.deepStrictEqual(Object.fromEntries(extract.leftOut), {
      "has no name": 2,
      "is no place to visit (amenity=bank)": 1,
      "is no place to visit (highway)": 1,
      "is no more (disused)": 1,
      "is disused": 1,
      "is private": 1,
      "has a name of more than 200 characters": 1,
      "says nothing of what it is": 1,
      "a tag too long to be kept was passed over": 1
    })
    assert.strictEqual(extract.named, 8)
  })
})

describe("an answer of Overpass", () => {
  /** Counted in the text itself, by nothing that reads extracts: every element that has a name. */
  const namedIn = (text: string) => text.split(/(?=\{"type":)/).filter((one) => /"name":"[^"]*[^"\s]/.test(one)).length

  it("has every named element in it, or a counted reason why not, whatever the elements say of themselves", () => {
    const tag = fc.constantFrom(
      ...["amenity=cafe", "amenity=bank", "amenity=restaurant;bar", "amenity=brothel", "tourism=museum", "tourism=yes"],
      ...["leisure=park", "leisure=pitch", "historic=memorial", "historic=yes", "shop=books", "shop=yes", "shop=no"],
      ...["memorial=plaque", "access=private", "disused=yes", "disused:amenity=pub", "opening_hours=closed for now"],
      ...["natural=beach", "highway=residential", "building=yes", "wikidata=Q1", "constructor=yes", "place=suburb"],
      ...["name=Here", "name= ", "name=ここ", "brand=Everywhere"]
    )
    const element = fc.record({
      tags: fc.array(tag, { maxLength: 6 }),
      type: fc.constantFrom("node", "way", "relation"),
      placed: fc.integer({ min: 0, max: 9 })
    })
    fc.assert(
      fc.property(fc.array(element, { maxLength: 60 }), (made) => {
        const elements = made.map(({ placed, tags, type }, i) => ({
          type,
          id: i + 1,
          // Some say nowhere where they are.
          ...(placed === 0 ? {} : type === "node" ? { lat: 43.7, lon: 7.4 } : { center: { lat: 43.7, lon: 7.4 } }),
          tags: Object.fromEntries(tags.map((one) => one.split("=") as [string, string]))
        }))
        const text = JSON.stringify(elements)
        const extract = fromElements(JSON.parse(text))
        const reasons = [...extract.leftOut].reduce((sum, [, count]) => sum + count, 0)
        assert.isAtLeast(extract.places.length + reasons, namedIn(text), text)
        assert.isAtMost(extract.places.length, elements.length)
        assert.isTrue([...extract.leftOut.keys()].every((reason) => reason.length > 5))
      }),
      { numRuns: 300 }
    )
  })

  it("is read with centres, with geometry and with nodes, and what makes no sense is told", () => {
    const way = { type: "way", tags: { leisure: "park", name: "Parc" } }
    const ring = [...square, square[0]!]
    const extract = fromElements([
      { type: "node", id: 1, lat: 43.7, lon: 7.4, tags: cafe },
      { type: "node", id: 1, lat: 43.7, lon: 7.4, tags: cafe },
      { ...way, id: 2, center: { lat: 43.7, lon: 7.4 } },
      { ...way, id: 3, geometry: ring },
      { ...way, id: 4, nodes: ring.map(({ id }) => id) },
      ...square.map((node) => ({ type: "node", ...node })),
      { ...way, id: 5, bounds: { minlat: 43, maxlat: 44, minlon: 7, maxlon: 8 } },
      { ...way, id: 6 },
      { ...way, id: 7, center: { lat: 143.7, lon: 7.4 } },
      { ...way, id: 9, geometry: ring.map(({ lat, lon }) => ({ lat, lon: lon < 7.405 ? 179.99 : -179.99 })) },
      { ...way, id: 10, bounds: { minlat: 43, maxlat: 44, minlon: 179.9, maxlon: -179.8 } },
      ...["constructor", "toString"].map((value, i) => ({
        ...{ type: "node", id: 111 + i, lat: 43.7, lon: 7.4 },
        tags: { tourism: value, name: "What every object knows", description: "x".repeat(5_000) }
      })),
      { type: "area", id: 8 },
      "nonsense",
      null
    ])
    const at = new Map(
      extract.places.map(({ ref, lat, lon }) => [ref, [lat, lon].map((x) => Math.round(x * 1e4) / 1e4)])
    )
    assert.deepStrictEqual(Object.fromEntries(at), {
      "node/1": [43.7, 7.4],
      "way/2": [43.7, 7.4],
      "way/3": [43.705, 7.405],
      "way/4": [43.705, 7.405],
      "way/5": [43.5, 7.5],
      "way/9": [43.705, 180],
      "way/10": [43.5, -179.95]
    })
    assert.deepStrictEqual(Object.fromEntries(extract.leftOut), {
      "a tag too long to be kept was passed over": 2,
      "is no place to visit (tourism=constructor)": 1,
      "is no place to visit (tourism=toString)": 1,
      "has no position in this file": 1,
      "lies nowhere on earth": 1
    })
    assert.lengthOf(extract.broken, 3)
  })
})
