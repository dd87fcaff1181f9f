/** What the product promises of its own catalogs, beyond what the validator asks of any curated file. */
import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { CityFileHeader, CityFileNode } from "../../src/domain/catalog/city-file.ts"

const folder = new URL("../../data/cities/", import.meta.url)

const read = (slug: string) => {
  const text = readFileSync(new URL(`${slug}.json`, folder), "utf8")
  const header = Schema.decodeUnknownSync(CityFileHeader)(JSON.parse(text))
  return { text, header, nodes: header.nodes.map((node) => Schema.decodeUnknownSync(CityFileNode)(node)) }
}

/** Beyond these, a city has too little to fill four days without repeating itself. */
const MINIMUM: Readonly<Record<string, number>> = { seattle: 130, "new-york": 90 }

const share = <A>(all: ReadonlyArray<A>, test: (item: A) => boolean) => all.filter(test).length / all.length

describe("the curated catalogs", () => {
  it("are those of the cities that the product opens with", () => {
    const slugs = readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => name.replace(".json", ""))
    assert.sameMembers(slugs, Object.keys(MINIMUM))
  })

  for (const [slug, minimum] of Object.entries(MINIMUM)) {
    describe(slug, () => {
      const { header, nodes } = read(slug)

      it("is marked as curated, has its own name, and has enough places in enough neighbourhoods", () => {
        assert.strictEqual(header.source, "curated")
        assert.strictEqual(header.city.slug, slug)
        assert.isAtLeast(nodes.length, minimum)
        assert.isAtLeast(new Set(nodes.map((node) => node.neighbourhood)).size, 12)
      })

      it("knows the hours of about a third and admits not to know the others", () => {
        const known = share(nodes, (node) => node.opening_hours !== null)
        assert.isTrue(known >= 0.3 && known <= 0.6, `${Math.round(known * 100)} % have hours`)
      })

      it("tells locals' places from tourists' ones: a third are in no tourist list, ten are famous and not worth it", () => {
        assert.isAtLeast(
          share(nodes, (node) => node.quality?.tourist === undefined),
          1 / 3
        )
        const overrated = nodes.filter(
          ({ quality }) => (quality?.tourist?.score ?? 0) >= 0.7 && (quality?.local?.score ?? 1) <= 0.4
        )
        assert.isAtLeast(overrated.length, 10)
        assert.isAtLeast(overrated.filter(({ quality }) => quality?.avoid !== undefined).length, 8)
      })

      it("says of every place, in one sentence, why a local would go or not", () => {
        for (const node of nodes) assert.isAtLeast(node.quality?.local?.note?.length ?? 0, 10, node.key)
      })

      it("describes every place in three to six vibes, one of which fits it well", () => {
        for (const node of nodes) {
          const weights = Object.values(node.vibes)
          assert.isTrue(weights.length >= 3 && weights.length <= 6, node.key)
          assert.isAtLeast(Math.max(...weights), 0.5, node.key)
        }
      })

      it("is written in the order of its keys, so that a change shows where it belongs", () => {
        const keys = nodes.map((node) => node.key)
        assert.deepStrictEqual(keys, [...keys].sort())
      })
    })
  }
})
