import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { assembleNode } from "../../../src/domain/catalog/assemble.ts"
import type { CityFileNode, CityInfo } from "../../../src/domain/catalog/city-file.ts"
import { cosine } from "../../../src/domain/catalog/embedding.ts"
import { EDITOR_CAP } from "../../../src/domain/catalog/evidence.ts"
import { foldName } from "../../../src/domain/catalog/names.ts"
import { syntheticNodes } from "../../../src/domain/catalog/synthetic.ts"
import { decodeHeader, decodeNodes, makeGate, validateCuratedFile } from "../../../src/domain/catalog/validate.ts"

const folder = join(import.meta.dirname, "../../../data/cities")
const files = readdirSync(folder).filter((name) => name.endsWith(".json"))
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"))

const city: CityInfo = {
  slug: "testville",
  name: "Testville",
  country: "US",
  time_zone: "America/Los_Angeles",
  bounds: { south: 47, west: -123, north: 48, east: -122 },
  centre: { lat: 47.6, lon: -122.3 }
}
const origin = { source: "curated", licence: "Apache-2.0" }
const entry = (key: string, more: Partial<CityFileNode> = {}): CityFileNode => ({
  key,
  name: `The ${key}`,
  neighbourhood: "Centre",
  category: "cafe",
  lat: 47.6,
  lon: -122.3,
  opening_hours: null,
  price_tier: 1,
  vibes: { specialty_coffee: 1, cozy: 0.5 },
  ...more
})

describe("every curated city", () => {
  for (const file of files) {
    it(`${file} keeps all rules of its README`, () => assert.deepStrictEqual(validateCuratedFile(read(file)), []))
  }
})

describe("the validator", () => {
  const good = read("seattle.json")
  const withNode = (change: (node: Record<string, unknown>) => void) => {
    const copy = structuredClone(good)
    change(copy.nodes[0])
    return validateCuratedFile(copy).join("\n")
  }

  it("names the node and what is wrong with it", () => {
    const key = good.nodes[0].key
    for (const [change, expected] of [
      [(node: Record<string, unknown>) => Object.assign(node, { lat: 40.7, lon: -74 }), /outside of Seattle/],
      [(node: Record<string, unknown>) => Object.assign(node, { lat: 470 }), /lat/],
      [(node: Record<string, unknown>) => Object.assign(node, { opening_hours: "whenever" }), /whenever/],
      [(node: Record<string, unknown>) => Object.assign(node, { vibes: { vibey: 1 } }), /vibey/],
      [(node: Record<string, unknown>) => Object.assign(node, { vibes: { cozy: 1 } }), /1 vibes/],
      [(node: Record<string, unknown>) => Object.assign(node, { key: good.nodes[1].key }), /is taken/]
    ] as const) {
      const problems = withNode(change)
      assert.match(problems, expected)
      assert.isTrue(problems.includes(key) || problems.includes(good.nodes[1].key))
    }
  })

  it("sees twins through accents, case and articles, but not across town", () => {
    assert.strictEqual(foldName("The Café Olé & Sons"), foldName("cafe ole and sons"))
    assert.strictEqual(foldName("Dick's"), "dicks")
    assert.strictEqual(foldName("The The"), "the the")
    const gate = makeGate(city)
    assert.isUndefined(gate(entry("a", { name: "Café Olé" })))
    assert.match(gate(entry("b", { name: "The Cafe Ole", lat: 47.6005 })) ?? "", /same place as "a"/)
    assert.isUndefined(gate(entry("c", { name: "The Cafe Ole", lat: 47.7 })))
  })

  it("asks for spread: one kind of place is not a city", () => {
    const monotone = { ...good, nodes: good.nodes.slice(0, 30).map((node: object) => ({ ...node, category: "cafe" })) }
    assert.match(validateCuratedFile(monotone).join("\n"), /categories/)
  })

  it("refuses a file whose city makes no sense", () => {
    const refuse = (change: object) => {
      const result = decodeHeader({ ...good, city: { ...good.city, ...change } })
      return Result.isFailure(result) ? result.failure : "was accepted"
    }
    assert.match(refuse({ time_zone: "Mars/Base" }), /IANA/)
    assert.match(refuse({ centre: { lat: 0, lon: 0 } }), /centre/)
    assert.match(refuse({ slug: "New York" }), /slug/)
    assert.isTrue(Result.isFailure(decodeHeader("not a file")))
  })

  it("lets the good entries of a file in when others are hopeless", () => {
    const { nodes, rejected } = decodeNodes([entry("a"), 7, null, { key: "b" }, entry("c", { lat: Number.NaN })])
    assert.deepStrictEqual(
      nodes.map((node) => node.key),
      ["a"]
    )
    assert.deepStrictEqual(
      rejected.map(({ item }) => item),
      ["node 2", "node 3", "b", "c"]
    )
  })
})

describe("an assembled node", () => {
  it("has its category's defaults where the file is silent", () => {
    const { node } = assembleNode(city, origin, entry("a"))
    assert.strictEqual(node.setting, "indoor")
    assert.deepStrictEqual(node.day_parts, ["morning", "midday", "afternoon"])
    assert.strictEqual(node.time_zone, "America/Los_Angeles")
    assert.strictEqual(node.vibe_embedding.length, 64)
    assert.deepStrictEqual(node.provenance, { "*": { source: "curated", licence: "Apache-2.0" } })
  })

  it("does not depend on the order in which vibes are written", () => {
    const other = { vibes: { cozy: 0.5, specialty_coffee: 1 } }
    assert.deepStrictEqual(assembleNode(city, origin, entry("a", other)), assembleNode(city, origin, entry("a")))
  })

  it("goes in with unknown hours when the hours cannot be read, and says so", () => {
    const { node, notes } = assembleNode(city, origin, entry("a", { opening_hours: "on Tuesdays, mostly" }))
    assert.isNull(node.opening_hours)
    assert.match(notes.join(), /on Tuesdays/)
  })

  it("is overrated when tourist lists praise it and locals warn", () => {
    const quality = { local: { score: 0.5 }, tourist: { score: 0.9 }, avoid: "An hour of queue." }
    const { node, signals, judgement } = assembleNode(city, origin, entry("a", { quality }))
    assert.strictEqual(node.overrated_flag, true)
    assert.strictEqual(node.quality_signals.flagged_by, "editor")
    assert.isAtMost(node.cross_ref_confidence ?? 1, EDITOR_CAP)
    // One person's opinion is not a number of mentions.
    assert.deepStrictEqual(signals, [])
    assert.strictEqual(judgement?.warning, "An hour of queue.")
  })
})

describe("a synthetic city", () => {
  const nodes = [...syntheticNodes(city, 5000, 7)]

  it("is the same for the same seed and another for another", () => {
    assert.deepStrictEqual([...syntheticNodes(city, 50, 7)].slice(0, 3), [...syntheticNodes(city, 50, 7)].slice(0, 3))
    assert.notDeepEqual([...syntheticNodes(city, 50, 8)][0], [...syntheticNodes(city, 50, 7)][0])
  })

  it("passes the same gate and the same schema as any other source", () => {
    const gate = makeGate(city)
    assert.strictEqual(decodeNodes(nodes).rejected.length, 0)
    for (const node of nodes) assert.isUndefined(gate(node))
    for (const node of nodes) assert.deepStrictEqual(assembleNode(city, origin, node).notes, [])
  })

  it("says that it is synthetic wherever one looks", () => {
    for (const { key, name, quality_signals } of nodes) {
      assert.match(key, /^synthetic-/)
      assert.match(name, /^Synthetic /)
      for (const { source } of quality_signals!) assert.match(source, /^synthetic/)
    }
  })

  it("is spread like a real one", () => {
    const assembled = nodes.map((node) => assembleNode(city, origin, node))
    assert.strictEqual(new Set(nodes.map((node) => node.category)).size, 32)
    const overrated = assembled.filter(({ evidence }) => evidence.overrated_flag === true).length
    assert.isTrue(overrated > 50 && overrated < 1500, `${overrated} overrated`)
    const abstained = assembled.filter(({ evidence }) => evidence.overrated_flag === null).length
    assert.isAbove(abstained, 250)
    const known = nodes.filter((node) => node.opening_hours !== null).length
    assert.isTrue(known > 800 && known < 1200, `${known} with hours`)
    const sizes = [...Map.groupBy(nodes, (node) => node.neighbourhood).values()].map((list) => list.length)
    assert.isAbove(Math.max(...sizes), 5 * Math.min(...sizes))
    const cafes = assembled.filter(({ node }) => node.category === "cafe")
    assert.isBelow(cosine(cafes[0]!.node.vibe_embedding, cafes[1]!.node.vibe_embedding), 0.9999)
  })
})
