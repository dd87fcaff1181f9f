/**
 * One sentence per stop: what it is, why this traveler, what the evidence is. Without an LLM it is put together here,
 * the same words for the same stop; with one, this is what checks the words that came back.
 */
import * as Schema from "effect/Schema"
import { hash128 } from "./basics/hash.ts"
import { categoryWords } from "./catalog/category.ts"
import { whereabouts } from "./catalog/neighbourhoods.ts"
import type { ActivityNode } from "./catalog/node.ts"
import { evidenceForModel, evidenceSentence } from "./catalog/sayings.ts"
import type { Archetype } from "./persona/archetype.ts"
import type { Reason } from "./ranking.ts"
import type { DayPart } from "./vocabulary.ts"

export interface Stop {
  readonly node: ActivityNode
  readonly day: number
  readonly dayPart: DayPart
  readonly why: ReadonlyArray<Reason>
}

/** What the travelers of an archetype come for, in the words of the prompt. */
const COMES_FOR: Readonly<Record<Archetype, string>> = {
  food_and_night: "food and nights out",
  culture_and_shops: "culture and browsing",
  nature_and_rest: "nature and rest"
}

export const NARRATIVE_INSTRUCTIONS = `You write one sentence per stop of a travel plan, at most 30 words, plain and warm, in the second person.
Say what the place is and why it is worth a stop at this time of day for travelers of the kind that the first line describes. Use only facts from the line of the stop; invent no dishes, prices, hours or history. No links, no markup, no exclamation marks.
Each stop is one line: number|name|category|neighbourhood|part of the day|vibes|what speaks for it locally, by kind (an editor's score is one opinion and no count)|editor's note.
Where you rest on the editor's note, say that it is an editor's; never say how many people think something.
Answer with one object per stop: its number and the text.`

export const NarrativeAnswer = Schema.Struct({
  narratives: Schema.Array(Schema.Struct({ n: Schema.Finite, text: Schema.String }))
})
export type NarrativeAnswer = typeof NarrativeAnswer.Type

const line = (text: string) => text.replace(/[|\r\n]+/g, " ").trim()
const words = (word: string) => word.replaceAll("_", " ")

/** Everything that the LLM is told of a stop, and nothing that is one traveler's own: the text may be shared. */
const factsOf = ({ node, dayPart }: Stop): string => {
  return [
    line(node.name),
    node.category,
    line(node.neighbourhood),
    dayPart,
    node.vibe_tags.slice(0, 5).map(words).join(", "),
    evidenceForModel(node, "local"),
    line(node.quality_signals.editor?.local?.note ?? "-")
  ].join("|")
}

export const narrativeData = (stops: ReadonlyArray<Stop>, archetype: Archetype): string =>
  [`travelers who come for ${COMES_FOR[archetype]}`, ...stops.map((stop, i) => `${i + 1}|${factsOf(stop)}`)].join("\n")

/** Under which key a stop's text is kept: whoever would be told the same is told the same. */
export const narrativeKey = (stop: Stop, archetype: Archetype, model: string): string =>
  `narrate1|${encodeURIComponent(model)}|${archetype}|${hash128(factsOf(stop))}`

const MAX_LENGTH = 320
const SUSPICIOUS = /https?:|www\.|[<>{}[\]]|[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\p{Cs}]/u

/** Who is said to have been counted: what a model adds to the rows that it was told of, nobody can vouch for. */
const COUNTED =
  /(?:\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?|millions?|most|many|countless|everyone|everybody)\b)[\w ,.%+-]{0,24}\b(?:reviewers?|reviews?|ratings?|posts?|mentions?|stars?|locals?|visitors?|tourists?|travell?ers?|people|fans?|guests?|customers?)\b/i

/** The texts by stop; `undefined` where none came, or one that nobody should read. */
export const acceptedTexts = (answer: NarrativeAnswer, stops: number): ReadonlyArray<string | undefined> => {
  const texts = new Array<string | undefined>(stops).fill(undefined)
  for (const { n, text } of answer.narratives) {
    const clean = text.trim()
    if (!Number.isInteger(n) || n < 1 || n > stops || texts[n - 1] !== undefined) continue
    if (clean.length < 10 || clean.length > MAX_LENGTH || SUSPICIOUS.test(clean) || COUNTED.test(clean)) continue
    texts[n - 1] = clean
  }
  return texts
}

const joined = (items: ReadonlyArray<string>): string =>
  items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`

const DAY_PART_WORDS: Readonly<Record<DayPart, string>> = {
  morning: "in the morning",
  midday: "around midday",
  afternoon: "in the afternoon",
  evening: "in the evening",
  night: "late at night"
}

/** The sentence without an LLM. */
export const plainNarrative = ({ node, dayPart, why }: Stop): string => {
  const tastes = why.slice(0, 2).map(({ tag }) => words(tag))
  const suits =
    tastes.length > 0
      ? `it shares your taste for ${joined(tastes)}`
      : `it is ${joined(node.vibe_tags.slice(0, 2).map(words))}`
  const place = `${categoryWords(node.category)} ${whereabouts(node.neighbourhood)}`.trim()
  const reason = tastes.length === 0 && node.vibe_tags.length === 0 ? "" : `: ${suits}`
  return `${node.name}, ${place}, ${DAY_PART_WORDS[dayPart]}${reason}. ${evidenceSentence(node)}`
}
