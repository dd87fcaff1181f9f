import { assert, describe, it } from "@effect/vitest"
import { judgeReading, labelledSentences, readerOf } from "../../../../bench/reading/labelled.ts"
import { makeNamesIndex } from "../../../../src/domain/catalog/reading/names-index.ts"
import { makeReader } from "../../../../src/domain/catalog/reading/read-post.ts"
import { isVibeTag } from "../../../../src/domain/catalog/taxonomy.ts"
import { fc } from "../../../support/properties.ts"

const seattle = readerOf("seattle")
const read = (text: string) => seattle({ text })
const stances = (text: string) => Object.fromEntries(read(text).mentions.map(({ name, stance }) => [name, stance]))

describe("reading a post", () => {
  for (const half of ["first", "second"] as const) {
    for (const language of ["en", "es", "ja"]) {
      it(`understands the ${half} half of the labelled sentences in ${language}`, () => {
        const quality = judgeReading(labelledSentences(half).filter((one) => one.language === language))
        assert.isAtLeast(quality.sentences, 30)
        assert.isAtLeast(quality.f1, 0.8, quality.mistakes.join("\n"))
        assert.isAtLeast(quality.stance_accuracy, 0.8, quality.mistakes.join("\n"))
        assert.isAtLeast(quality.voice_accuracy, 0.8, quality.mistakes.join("\n"))
      })
    }
  }

  it("takes the place next to another one for neither of them", () => {
    const { mentions, landmarks } = read("The ramen place next to Uwajimaya is the best in town.")
    assert.deepStrictEqual(mentions, [])
    assert.deepStrictEqual(landmarks, ["Uwajimaya"])
    assert.deepStrictEqual(stances("Kerry Park, next to the ramen place, is lovely."), { "Kerry Park": "praise" })
  })

  it("takes no warning of a line for one of where else to go, nor praise for what turned a warning around", () => {
    assert.notStrictEqual(stances("Avoid the Space Needle line by going to Volunteer Park.")["Volunteer Park"], "warn")
    assert.deepStrictEqual(stances("Zeitgeist Coffee never rushed us."), { "Zeitgeist Coffee": "praise" })
    assert.deepStrictEqual(stances("Zeitgeist Coffee rushed us out."), { "Zeitgeist Coffee": "warn" })
    const { mentions } = readerOf("mexico-city")({ text: "El Moro está sobrevalorado, mejor vayan a otra." })
    assert.deepStrictEqual(
      mentions.map(({ stance }) => stance),
      ["warn"]
    )
  })

  it("tells several places of one post apart", () => {
    assert.deepStrictEqual(
      stances(
        "Canon makes wonderful drinks. Then we went to The Crab Pot, which was awful. Met a friend at Zeitgeist Coffee."
      ),
      { Canon: "praise", "The Crab Pot": "warn", "Zeitgeist Coffee": "neutral" }
    )
  })

  it("carries on about the place it spoke of, and shows the words that say so", () => {
    const [mention] = read("We went to Kerry Park last night. Never again.").mentions
    assert.deepInclude(mention, { name: "Kerry Park", stance: "warn", avoid: true, quote: "Never again." })
    const text = "Finally found it. The pasta at Spinasse is superb."
    const found = read(text).mentions[0]!
    assert.strictEqual(text.slice(found.start, found.end), "Spinasse")
    assert.include(text, found.quote)
  })

  it("leaves open which of several places of one name is meant, until something tells", () => {
    const [open] = read("Third Place Books is a treasure.").mentions
    assert.isNull(open!.place)
    assert.match(open!.reason!, /several places/)
    assert.strictEqual(
      read("Third Place Books is a treasure of Ravenna.").mentions[0]!.place,
      "third-place-books-ravenna"
    )
    const there = seattle({ text: "Third Place Books is a treasure.", position: { lat: 47.6757, lon: -122.3063 } })
    assert.strictEqual(there.mentions[0]!.name, "Third Place Books Ravenna")
  })

  it("takes what the source names for what the post is about", () => {
    const { mentions } = seattle({ text: "A tourist trap by now, skip it and walk on.", place: "Kerry Park" })
    assert.strictEqual(mentions.length, 1)
    assert.deepInclude(mentions[0], { name: "Kerry Park", stance: "warn", avoid: true })
  })

  it("knows what a denial, a question, hearsay and mockery do to a word", () => {
    assert.deepStrictEqual(stances("Kerry Park is not good."), { "Kerry Park": "warn" })
    assert.deepStrictEqual(stances("Kerry Park is not bad."), { "Kerry Park": "praise" })
    assert.deepStrictEqual(stances("Is Kerry Park any good?"), { "Kerry Park": "neutral" })
    assert.deepStrictEqual(stances("My cousin says Kerry Park is good."), { "Kerry Park": "neutral" })
    assert.deepStrictEqual(stances("What a joy, waiting an hour at Kerry Park."), { "Kerry Park": "warn" })
  })

  it("finds vibes where they are said, and not where they are denied", () => {
    assert.containsAllKeys(read("Canon is cozy and romantic.").mentions[0]!.vibes, ["cozy", "romantic"])
    assert.notProperty(read("Canon is not romantic at all.").mentions[0]!.vibes, "romantic")
  })

  it("does not take everyday words for names", () => {
    assert.deepStrictEqual(read("My daughter drew a unicorn, and we met at the station.").mentions, [])
    assert.deepStrictEqual(stances("Unicorn is a wonderful bar."), { Unicorn: "praise" })
  })

  it("leaves a language it does not know without a stance", () => {
    const reading = read("Nous avons été dans la ville avec des amis et Kerry Park est une merveille pour tous.")
    assert.strictEqual(reading.language, "other")
    assert.deepStrictEqual(
      reading.mentions.map(({ stance }) => stance),
      ["neutral"]
    )
  })

  it("gives an answer within bounds to any text", () => {
    const words = fc.constantFrom(
      "Kerry Park",
      "Canon",
      "not",
      "never",
      "love",
      "avoid",
      ",",
      "but",
      "?",
      "。",
      "とんき",
      "美味しくない",
      "no",
      "\u0000",
      "'",
      "İ"
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 200 }),
          fc.array(words, { maxLength: 60 }).map((list) => list.join(" "))
        ),
        (text) => {
          const reading = read(text)
          for (const { start, end, confidence, sentiment, vibes } of reading.mentions) {
            assert.isTrue(0 <= start && start < end && end <= text.length)
            assert.isTrue(confidence >= 0 && confidence <= 1 && sentiment >= 0 && sentiment <= 1)
            assert.isTrue(Object.keys(vibes).every(isVibeTag))
          }
          assert.isAtMost(reading.mentions.length, 40)
        }
      )
    )
  })

  it("finds names in characters within longer texts, and branches without their branch", () => {
    const japanese = makeReader(
      makeNamesIndex([
        { id: "a", name: "一蘭 渋谷店", neighbourhood: "", lat: 35.6, lon: 139.7 },
        { id: "b", name: "Berg", names: { local: "ベルク" }, neighbourhood: "", lat: 35.7, lon: 139.7 }
      ])
    )
    assert.deepStrictEqual(
      japanese({ text: "昨日は一蘭に行った。ベルクールではない。" }).mentions.map(({ place }) => place),
      ["a"]
    )
  })
})
