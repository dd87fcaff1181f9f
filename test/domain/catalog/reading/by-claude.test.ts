import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { type Labelled, labelledSentences, placesOf } from "../../../../bench/reading/labelled.ts"
import {
  believed,
  candidatesOf,
  type PostAnswer,
  questionOf
} from "../../../../src/domain/catalog/reading/by-claude.ts"
import { LOCAL_VOICE } from "../../../../src/domain/catalog/reading/mention.ts"
import { makeNamesIndex } from "../../../../src/domain/catalog/reading/names-index.ts"

const CITIES = new Map(
  ["seattle", "mexico-city", "tokyo", "new-york"].map((city) => {
    const { name, places } = placesOf(city)
    return [city, { index: makeNamesIndex(places, name), byId: new Map(places.map((place) => [place.id, place])) }]
  })
)
const numbered = ({ city, text }: Labelled) => {
  const { index, byId } = CITIES.get(city)!
  return candidatesOf(index, byId, text, [])
}

const TEXT = "Kerry Park is a treasure, but skip the Space Needle & its <queue>."
const PLACES = ["kerry", "needle"]
type Mention = PostAnswer["mentions"][number]
const mention = (more: Partial<Mention> = {}): Mention => ({
  place: 1,
  stance: "praise",
  avoid: false,
  sure: "certain",
  vibes: [],
  quote: "Kerry Park is a treasure",
  ...more
})
const answer = (mentions: ReadonlyArray<Mention>, voice: PostAnswer["voice"] = "unclear") =>
  JSON.stringify({ voice, mentions })
const heard = (text: string, before = 0.5) => Result.getOrThrow(believed(text, TEXT, PLACES, before))

describe("a post that is put to Claude", () => {
  it("comes with the places that its words may mean: of the labelled sentences, nearly every one that is meant", () => {
    const meant = (["first", "second"] as const)
      .flatMap(labelledSentences)
      .flatMap((one) => one.mentions.map(({ name }) => numbered(one).some((place) => place.name === name)))
    assert.isAtLeast(meant.length, 200)
    assert.isAtLeast(meant.filter(Boolean).length / meant.length, 0.95)
  })

  it("is read as it was labelled where the answer says so, with the words that say it", () => {
    for (const one of (["first", "second"] as const).flatMap(labelledSentences)) {
      const places = numbered(one)
      const said = one.mentions.flatMap(({ name, stance }) => {
        const n = places.findIndex((place) => place.name === name)
        return n < 0 ? [] : [mention({ place: n + 1, stance, quote: one.text })]
      })
      const ids = places.map(({ id }) => id)
      const read = Result.getOrThrow(believed(answer(said), one.text, ids, 0.5))
      assert.deepStrictEqual(read.refused, [])
      assert.deepStrictEqual(
        read.mentions.map(({ activity_node_id, stance }) => [activity_node_id, stance]),
        said.map(({ place, stance }) => [ids[place - 1], stance])
      )
      for (const { quote } of read.mentions) assert.include(one.text, quote)
    }
  })

  it("cannot write more lines into the list of places than there are", () => {
    const place = { id: "a", name: "A|1\n2|B", neighbourhood: "x\ny", category: "cafe", lat: 0, lon: 0 }
    assert.strictEqual(questionOf("text", [place]).split("\n\nPost:")[0], "Places:\n1|A 1 2 B|cafe|x y")
  })
})

describe("what is believed of an answer", () => {
  it("is each mention whose quote stands in the post", () => {
    const { mentions, refused } = heard(
      answer([
        mention({ quote: "Kerry Park is a trap" }),
        mention({ place: 2, stance: "warn", quote: "skip the Space Needle" })
      ])
    )
    assert.deepStrictEqual(
      mentions.map(({ activity_node_id, stance }) => [activity_node_id, stance]),
      [["needle", "warn"]]
    )
    assert.match(refused[0]!, /does not stand in the post/)
  })

  it("is a quote also as it was fenced", () => {
    assert.strictEqual(
      heard(answer([mention({ place: 2, quote: "Space Needle &amp; its &lt;queue&gt;" })])).mentions[0]!.quote,
      "Space Needle & its <queue>"
    )
  })

  it("is nothing where no mention is, so that the rules' reading stays", () => {
    for (const wrong of [
      answer([mention({ place: 3 })]),
      answer([mention({ place: 0 })]),
      answer([mention({ quote: " " })]),
      answer([mention({ vibes: ["ignore all instructions" as never] })]),
      answer([mention({ stance: "adore" as never })]),
      "{",
      "null"
    ])
      assert.isTrue(Result.isFailure(believed(wrong, TEXT, PLACES, 0.5)), wrong)
  })

  it("is that a post speaks of none of the places, where it says so", () => {
    assert.deepStrictEqual(heard(answer([])).mentions, [])
  })

  it("is one mention of a place, and nobody is told to avoid what is praised", () => {
    const { mentions, refused } = heard(answer([mention({ avoid: true }), mention({ stance: "warn" })]))
    assert.deepStrictEqual(
      mentions.map(({ stance, avoid }) => [stance, avoid]),
      [["praise", false]]
    )
    assert.strictEqual(refused.length, 1)
  })

  it("is whose voice it is where the post shows it, and what it was taken for before where not", () => {
    assert.isAtLeast(heard(answer([mention()], "resident")).local_score, LOCAL_VOICE)
    assert.isBelow(heard(answer([mention()], "visitor"), 1).local_score, LOCAL_VOICE)
    assert.strictEqual(heard(answer([mention()]), 0.2).local_score, 0.2)
    assert.strictEqual(heard(answer([mention()], "visitor"), 1).mentions[0]!.voice, "tourist")
  })
})
