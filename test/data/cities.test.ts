/** What the product promises of its own catalogs, beyond what the validator asks of any curated file. */
import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { assembleNode } from "../../src/domain/catalog/assemble.ts"
import { categoryInfo } from "../../src/domain/catalog/category.ts"
import { CityFileHeader, CityFileNode } from "../../src/domain/catalog/city-file.ts"
import { openSpans, parseHours } from "../../src/domain/catalog/hours/hours.ts"
import { dayNumber } from "../../src/domain/time/calendar.ts"
import { DAY_PART_MINUTES, DAY_PARTS } from "../../src/domain/time/day-part.ts"

const folder = new URL("../../data/cities/", import.meta.url)

const read = (slug: string) => {
  const header = Schema.decodeUnknownSync(CityFileHeader)(
    JSON.parse(readFileSync(new URL(`${slug}.json`, folder), "utf8"))
  )
  return { header, nodes: header.nodes.map((node) => Schema.decodeUnknownSync(CityFileNode)(node)) }
}

/** Beyond these, a city has too little to fill four days without repeating itself. */
const MINIMUM: Readonly<Record<string, number>> = {
  seattle: 130,
  "new-york": 90,
  "mexico-city": 90,
  tokyo: 70
}

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
      const assembled = nodes.map((node) => assembleNode(header.city, header, node))

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

      it("holds places to see through: famous, disliked by locals, warned of, and flagged by the detector alone", () => {
        const flagged = assembled.filter(({ evidence }) => evidence.overrated_flag === true)
        const meant = nodes.filter(
          ({ quality }) => (quality?.tourist?.score ?? 0) >= 0.7 && (quality?.local?.score ?? 1) <= 0.4
        )
        assert.sameMembers(
          flagged.map(({ node }) => node.name),
          meant.map((node) => node.name)
        )
        assert.isAtLeast(flagged.length, 10)
        assert.isAtLeast(flagged.filter(({ node }) => node.quality_signals.editor?.warning != null).length, 10)
      })

      it("never calls a place overrated that no tourist list names, and those are a third of all", () => {
        const missed = assembled.filter(({ evidence }) => evidence.summary.editor?.tourist == null)
        assert.isAtLeast(missed.length, nodes.length / 3)
        for (const { node } of missed) assert.isFalse(node.overrated_flag, node.name)
      })

      it("offers a full day in every part of it, indoors too, for little money", () => {
        for (const part of DAY_PARTS) {
          const cheapAndDry = assembled.filter(
            ({ node }) => node.day_parts.includes(part) && node.setting !== "outdoor" && node.price_tier <= 2
          )
          assert.isAtLeast(cheapAndDry.length, 12, part)
        }
        const meals = assembled.filter(({ node }) => categoryInfo(node.category).meal)
        assert.isAtLeast(meals.length, 16)
      })

      it("sends nobody to a place at a time of day when it is never open", () => {
        const monday = dayNumber(2026, 6, 1)
        for (const { node } of assembled) {
          if (node.opening_hours === null) continue
          const hours = Result.getOrThrow(parseHours(node.opening_hours, header.city.country))
          const week = Array.from({ length: 7 }, (_, i) => openSpans(hours, monday + i)).flat()
          for (const part of node.day_parts) {
            const { from, to } = DAY_PART_MINUTES[part]
            const longest = Math.max(...week.map((span) => Math.min(span.to, to) - Math.max(span.from, from)))
            assert.isAtLeast(longest, 45, `${node.name}, ${part}`)
          }
        }
      })

      it("calls weather-proof what has a roof and not what has none", () => {
        for (const { node } of assembled) {
          if (node.setting === "indoor") assert.isAtMost(node.weather_sensitivity, 0.2, node.name)
          if (node.setting === "outdoor") assert.isAtLeast(node.weather_sensitivity, 0.3, node.name)
        }
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
