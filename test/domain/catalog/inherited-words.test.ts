/** Words that every object knows, where outside text is looked up in a table of ours: they are words like any other, of which nothing is known. */
import { assert, describe, it } from "@effect/vitest"
import { attributionsFor } from "../../../src/domain/catalog/attribution.ts"
import { placeFacts } from "../../../src/domain/catalog/facts.ts"
import { vibesOfTags } from "../../../src/domain/catalog/osm/vibes.ts"
import { countedSaying } from "../../../src/domain/catalog/sayings.ts"
import { tableOf } from "../../../src/domain/itinerary/table-hours.ts"

describe.each(["constructor", "toString", "hasOwnProperty", "__proto__"])("the word %s", (word) => {
  it("says nothing of a place", () => {
    const tags = { wheelchair: word, alcohol: word, children: word, "diet:vegan": word }
    assert.deepStrictEqual(placeFacts(tags), {})
    const cafe = { category: "cafe" } as const
    assert.deepStrictEqual(vibesOfTags({ cuisine: word }, cafe), vibesOfTags({}, cafe))
  })

  it("is a source that is named as it is, and a country that eats at the usual hours", () => {
    const [owed] = attributionsFor([{ provenance: { "*": { source: word, licence: "CC0" } } }])
    assert.deepStrictEqual(owed, { source: word, licence: "CC0", text: `${word} (CC0)`, url: null })
    assert.strictEqual(
      countedSaying({ kind: "posts", voice: "local", source: word, count: 2, score: 0.5, licence: null }),
      `2 posts by locals on ${word}`
    )
    assert.strictEqual(tableOf(word), tableOf("nowhere"))
  })
})
