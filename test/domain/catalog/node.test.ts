import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { hash128 } from "../../../src/domain/basics/hash.ts"
import { CATEGORIES, categoryInfo } from "../../../src/domain/catalog/category.ts"
import { CityFileNode } from "../../../src/domain/catalog/city-file.ts"
import { cityIdOf, nodeIdOf } from "../../../src/domain/catalog/node.ts"
import { isVibeTag } from "../../../src/domain/catalog/taxonomy.ts"
import { isUuid } from "../../../src/domain/ids.ts"
import { DAY_PART_MINUTES, DAY_PARTS, dayPartAt } from "../../../src/domain/time/day-part.ts"
import { fc } from "../../support/properties.ts"

describe("ids of the catalog", () => {
  it("are UUIDs, the same for the same city and key, for ever", () => {
    assert.strictEqual(nodeIdOf("seattle", "kerry-park"), nodeIdOf("seattle", "kerry-park"))
    fc.assert(fc.property(fc.string(), fc.string(), (city, key) => assert.isTrue(isUuid(nodeIdOf(city, key)))))
  })

  it("differ between cities, between keys, and where parts are cut elsewhere", () => {
    assert.notStrictEqual(nodeIdOf("a", "bc"), nodeIdOf("ab", "c"))
    assert.notStrictEqual(nodeIdOf("seattle", "x"), nodeIdOf("tokyo", "x"))
    assert.notStrictEqual<string>(cityIdOf("seattle"), nodeIdOf("seattle", ""))
    const ids = new Set(Array.from({ length: 100_000 }, (_, i) => nodeIdOf("big", `n${i}`)))
    assert.strictEqual(ids.size, 100_000)
  })

  it("change in about half of their bits when one character changes", () => {
    const bits = (hex: string) => BigInt(`0x${hex}`)
    const ones = (n: bigint) => n.toString(2).replaceAll("0", "").length
    let total = 0
    for (let i = 0; i < 500; i++) total += ones(bits(hash128(`node ${i}`)) ^ bits(hash128(`node ${i + 1}`)))
    assert.approximately(total / 500, 64, 3)
  })
})

describe("categories", () => {
  it("each say how long one stays, when one goes, and what such a place is like", () => {
    for (const category of CATEGORIES) {
      const info = categoryInfo(category)
      assert.isAtLeast(info.day_parts.length, 1)
      assert.isTrue(info.typical_minutes >= 5 && info.typical_minutes <= 1440)
      for (const tag of Object.keys(info.vibes)) assert.isTrue(isVibeTag(tag), `${category}: ${tag}`)
    }
  })
})

describe("parts of the day", () => {
  it("tile the 24 hours as their minutes say", () => {
    for (let minute = 0; minute < 1440; minute++) {
      const holding = DAY_PARTS.filter((part) => {
        const { from, to } = DAY_PART_MINUTES[part]
        return (minute >= from && minute < to) || (minute + 1440 >= from && minute + 1440 < to)
      })
      assert.deepStrictEqual(holding, [dayPartAt(minute)])
    }
  })
})

describe("an entry of a city file", () => {
  const entry = {
    key: "kerry-park",
    name: "Kerry Park",
    neighbourhood: "Queen Anne",
    category: "viewpoint",
    lat: 47.6295,
    lon: -122.3599,
    opening_hours: null,
    price_tier: 0,
    vibes: { scenic_view: 1 },
    quality: { local: { score: 0.6 } }
  }
  const problem = (value: unknown): string => {
    const result = Schema.decodeUnknownResult(CityFileNode)(value)
    return result._tag === "Failure" ? String(result.failure) : ""
  }

  it("needs nothing but what differs from its category", () => assert.strictEqual(problem(entry), ""))

  it("is refused, with the field, when it is off the planet, weighs a tag that does not exist, or invents a category", () => {
    assert.include(problem({ ...entry, lat: 147 }), "lat")
    assert.include(problem({ ...entry, vibes: { vibey: 1 } }), "vibey")
    assert.include(problem({ ...entry, category: "cantina" }), "category")
    assert.include(problem({ ...entry, vibes: { cozy: 1.2 } }), "cozy")
  })
})
