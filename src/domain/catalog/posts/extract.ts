/**
 * Vibes, mood and voice of a cleaned post by keywords alone: the extractor for when no model may be asked. What it gives
 * is marked as its own and never becomes a teacher's label.
 */
import { TAXONOMY } from "../taxonomy.ts"

export interface Extraction {
  /** Which extractor and version this is. */
  readonly extractor: string
  /** Tag → weight (0–1]; only tags of the taxonomy. */
  readonly vibes: Readonly<Record<string, number>>
  /** 0 dislikes the place · 0.5 does not say · 1 loves it. */
  readonly sentiment: number
  /** Tells others to stay away. */
  readonly avoid: boolean
  /** 0 sounds like a visitor · 1 like somebody who lives there. */
  readonly local_score: number
}

export const KEYWORD_EXTRACTOR = "keyword@1"

/** Above this a voice counts as local, below as a tourist's. */
export const LOCAL_VOICE = 0.5

const words = (list: string) => list.split(",").map((word) => word.trim())

const POSITIVE = words(
  "love, loved, lovely, great, amazing, excellent, best, favorite, favourite, wonderful, perfect, delicious, recommend, worth it, fantastic, gem, incredible, beautiful, friendly, superb, underrated, must try"
)
const NEGATIVE = words(
  "bad, terrible, awful, worst, disappointing, disappointed, mediocre, bland, rude, dirty, overpriced, overrated, crowded, touristy, meh, boring, rip-off, ripoff, rip off, stale, gross, long line, long lines, hyped"
)
const AVOID = words(
  "avoid, skip it, skip this, tourist trap, not worth, don't bother, do not bother, stay away, waste of time, waste of money, don't go, go elsewhere, overrated, save your money, steer clear"
)
const LOCAL = words(
  "i live, i've lived, we live, local here, as a local, locals know, my neighborhood, my neighbourhood, around the corner, grew up, every week, regulars, for years, we always, my go-to, our go-to, weeknight, seattleite, new yorker, chilango"
)
const VISITOR = words(
  "our trip, my trip, visiting, visited, vacation, holiday, honeymoon, tour guide, our hotel, our hostel, itinerary, bucket list, first time in, day trip, cruise, tripadvisor, we flew, on our way back, souvenir, must-see"
)
const NEGATIONS = new Set([
  "not",
  "no",
  "never",
  "isn't",
  "isnt",
  "wasn't",
  "wasnt",
  "don't",
  "hardly",
  "without",
  "ain't",
  "aren't",
  "less"
])

type Mark = { readonly kind: "tag" | "positive" | "negative" | "avoid" | "local" | "visitor"; readonly tag: string }

/** Phrase → what it means; looked up by runs of words, so the cost does not grow with the lexicon. */
const lexicon: ReadonlyMap<string, ReadonlyArray<Mark>> = (() => {
  const map = new Map<string, Array<Mark>>()
  const add = (phrase: string, mark: Mark) => {
    const key = tokens(phrase).join(" ")
    const marks = map.get(key)
    if (marks === undefined) map.set(key, [mark])
    else marks.push(mark)
  }
  for (const info of TAXONOMY) for (const word of info.words) add(word, { kind: "tag", tag: info.tag })
  for (const [kind, list] of [
    ["positive", POSITIVE],
    ["negative", NEGATIVE],
    ["avoid", AVOID],
    ["local", LOCAL],
    ["visitor", VISITOR]
  ] as const) {
    for (const phrase of list) add(phrase, { kind, tag: "" })
  }
  return map
})()

function tokens(text: string): ReadonlyArray<string> {
  return (
    text
      .toLowerCase()
      .match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu)
      ?.map((word) => word.replace("’", "'")) ?? []
  )
}

const LONGEST_PHRASE = Math.max(...[...lexicon.keys()].map((phrase) => phrase.split(" ").length))

/** Mentions at which a tag weighs two thirds. */
const HALF_MENTIONS = 0.5

export const extractByKeywords = (text: string): Extraction => {
  const list = tokens(text)
  const counts = { positive: 0, negative: 0, avoid: 0, local: 0, visitor: 0 }
  const tags = new Map<string, number>()
  for (let at = 0; at < list.length; at++) {
    const negated = NEGATIONS.has(list[at - 1] ?? "") || NEGATIONS.has(list[at - 2] ?? "")
    let phrase = ""
    for (let length = 1; length <= LONGEST_PHRASE && at + length <= list.length; length++) {
      phrase = length === 1 ? list[at]! : `${phrase} ${list[at + length - 1]!}`
      for (const { kind, tag } of lexicon.get(phrase) ?? []) {
        if (kind === "tag") {
          if (!negated) tags.set(tag, (tags.get(tag) ?? 0) + 1)
        } else if (negated && kind === "positive") counts.negative++
        else if (negated && kind === "negative") counts.positive++
        else if (!(negated && kind === "avoid")) counts[kind]++
      }
    }
  }
  const vibes = Object.fromEntries(
    [...tags]
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, 8)
      .map(([tag, n]) => [tag, Math.round((100 * n) / (n + HALF_MENTIONS)) / 100])
  )
  const { positive, negative, avoid, local, visitor } = counts
  return {
    extractor: KEYWORD_EXTRACTOR,
    vibes,
    sentiment: Math.round((100 * (positive + 1)) / (positive + negative + 2 * avoid + 2)) / 100,
    avoid: avoid > 0,
    local_score: Math.round((100 * (local + 1)) / (local + visitor + 2)) / 100
  }
}
