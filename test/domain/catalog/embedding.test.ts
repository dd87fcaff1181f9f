import { assert, describe, it } from "@effect/vitest"
import {
  cosine,
  explain,
  smoothingRowSums,
  tagVector,
  vibeEmbedding,
  vibeEmbeddingOf
} from "../../../src/domain/catalog/embedding.ts"
import { TAG_GROUPS, TAXONOMY, VIBE_TAGS } from "../../../src/domain/catalog/taxonomy.ts"
import { fc } from "../../support/properties.ts"

const tag = fc.constantFrom(...VIBE_TAGS)
const weights = fc.dictionary(tag, fc.double({ min: 0.05, max: 1, noNaN: true }), { minKeys: 1, maxKeys: 10 })
const length = (v: Float32Array) => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0))

describe("the taxonomy", () => {
  it("has exactly 64 distinct tags, each in a group, defined, and suggested by words", () => {
    assert.strictEqual(new Set(VIBE_TAGS).size, 64)
    assert.strictEqual(TAXONOMY.length, 64)
    assert.isAtLeast(TAG_GROUPS.length, 6)
    for (const info of TAXONOMY) {
      assert.match(info.tag, /^[a-z]+(_[a-z]+)*$/)
      assert.match(info.means, /^[A-Z].+\.$/)
      assert.isAtLeast(info.words.length, 4, info.tag)
      for (const word of info.words) assert.strictEqual(word, word.toLowerCase().trim())
    }
  })

  it("relates every tag to others that exist, once per pair, with weights between 0 and 1, both ways", () => {
    for (const info of TAXONOMY) {
      assert.isAtLeast(info.related.length, 1, info.tag)
      assert.strictEqual(new Set(info.related.map((r) => r.tag)).size, info.related.length, info.tag)
      for (const { tag, weight } of info.related) {
        const other = TAXONOMY.find((candidate) => candidate.tag === tag)
        assert.isDefined(other, `${info.tag} → ${tag}`)
        assert.notStrictEqual(tag, info.tag)
        assert.isTrue(weight > 0 && weight < 1)
        assert.strictEqual(other!.related.find((back) => back.tag === info.tag)?.weight, weight)
      }
    }
  })

  it("smooths little enough that the space stays invertible", () => {
    for (const sum of smoothingRowSums()) assert.isBelow(sum, 1)
  })
})

describe("the vibe embedding", () => {
  it("has unit length and no negative dimension", () => {
    fc.assert(
      fc.property(weights, (w) => {
        const v = vibeEmbedding(w)
        assert.strictEqual(v.length, 64)
        assert.approximately(length(v), 1, 1e-5)
        assert.isTrue(v.every((x) => x >= 0))
      })
    )
  })

  it("does not depend on the order of the tags", () => {
    fc.assert(
      fc.property(weights, (w) => {
        const entries = Object.entries(w)
        const reversed = vibeEmbedding(Object.fromEntries([...entries].reverse()))
        assert.isAbove(cosine(vibeEmbedding(w), reversed), 1 - 1e-9)
        const columns = vibeEmbeddingOf(
          entries.map(([name]) => name),
          entries.map(([, weight]) => weight)
        )
        assert.deepStrictEqual(columns, vibeEmbedding(w))
      })
    )
  })

  it("moves towards a tag, never away from it, when that tag's weight rises", () => {
    fc.assert(
      fc.property(weights, tag, fc.double({ min: 0.01, max: 2, noNaN: true }), (w, name, more) => {
        const before = cosine(vibeEmbedding(w), tagVector(name))
        const after = cosine(vibeEmbedding({ ...w, [name]: (w[name] ?? 0) + more }), tagVector(name))
        assert.isAtLeast(after, before - 1e-6)
      })
    )
  })

  it("only depends on the proportions of the weights", () => {
    fc.assert(
      fc.property(weights, fc.double({ min: 0.1, max: 10, noNaN: true }), (w, factor) => {
        const scaled = Object.fromEntries(Object.entries(w).map(([name, x]) => [name, x * factor]))
        assert.isAbove(cosine(vibeEmbedding(w), vibeEmbedding(scaled)), 1 - 1e-6)
      })
    )
  })

  it("is explained back into exactly the tags it was made of, in proportion", () => {
    fc.assert(
      fc.property(weights, (w) => {
        const strongest = Math.max(...Object.values(w))
        const told = explain(vibeEmbedding(w), 64)
        assert.sameMembers(
          told.map((t) => t.tag),
          Object.keys(w)
        )
        for (const { tag, weight } of told) assert.approximately(weight, w[tag]! / strongest, 1e-3)
      })
    )
  })

  it("puts related tags nearer to each other than strangers", () => {
    assert.isAbove(cosine(tagVector("romantic"), tagVector("date_night")), 0.3)
    assert.isBelow(cosine(tagVector("hiking"), tagVector("fine_dining")), 0.05)
  })

  it("of nothing is the zero vector, which explains as nothing", () => {
    const nothing = vibeEmbedding({ cozy: 0, unheard_of: 3 })
    assert.strictEqual(length(nothing), 0)
    assert.deepStrictEqual(explain(nothing), [])
  })
})
