/**
 * How a post is put to Claude, and what of its answer is believed. The places that a post may speak of are numbered, so that no
 * other can be answered; all words but the quote are from closed vocabularies; and a quote counts only where it stands in the post.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { TAXONOMY } from "../taxonomy.ts"
import { LOCAL_VOICE, MAX_MENTION_QUOTE, MOST_MENTIONS, type ReadMention } from "./mention.ts"
import type { NamesIndex, ReadablePlace } from "./names-index.ts"
import { foldInPlace, wordsOf } from "./text.ts"

/** What every reading by a model begins with: rules do not read again what one has read. */
export const BY_MODEL = "llm:"

/** Rises with the instructions or with what is believed: posts are then read again. */
const READING_VERSION = "1"

export const readerName = (model: string): string => `${BY_MODEL}${model}@${READING_VERSION}`

const TAGS = TAXONOMY.map(({ tag }) => tag)
/** More vibes than this in what one post says of one place are a list, not a judgement. */
const MOST_TAGS = 6

export const PostAnswer = Schema.Struct({
  voice: Schema.Literals(["resident", "visitor", "unclear"]),
  mentions: Schema.Array(
    Schema.Struct({
      place: Schema.Int,
      stance: Schema.Literals(["praise", "neutral", "warn"]),
      avoid: Schema.Boolean,
      sure: Schema.Literals(["certain", "likely", "guess"]),
      vibes: Schema.Array(Schema.Literals(TAGS)),
      quote: Schema.String
    })
  )
})
export type PostAnswer = typeof PostAnswer.Type

export const INSTRUCTIONS = `You read one post about a city and say what it tells of places there.
The data holds a numbered list of places, then the post. A name in the post may belong to several of the numbered places: choose the one that is meant, by neighbourhood or kind, and leave the name out where that cannot be told.
For each numbered place of which the post itself says something, give one mention:
- place: its number.
- stance: praise, warn, or neutral where it is named without a judgement. Take irony for what it means. In a comparison each place has its own stance.
- avoid: true only where the post tells others to stay away.
- sure: how sure you are of place and stance together.
- vibes: words of the vocabulary that the post says of this place; none where it says none.
- quote: the words of the post that say so, copied exactly, character by character, from one sentence.
Leave out places that are only named to say where something else is.
voice: resident where the writer lives there, visitor where the writer travels, unclear where the post does not show it.`

/** Enough for every place that may be mentioned, with its quote. */
export const mostOutputTokens = (places: number): number => 200 + 160 * Math.min(places, MOST_MENTIONS)

/** Whom a post may speak of: whatever its words may name, and whom the reader by rules found. */
export const candidatesOf = (
  index: NamesIndex,
  byId: ReadonlyMap<string, ReadablePlace>,
  text: string,
  found: ReadonlyArray<string>
): ReadonlyArray<ReadablePlace> => {
  const folded = foldInPlace(text)
  const named = index.find(folded, wordsOf(text, folded)).flatMap(({ places }) => places)
  const known = found.flatMap((id) => byId.get(id) ?? [])
  return [...new Map([...known, ...named].map((place) => [place.id, place])).values()].slice(0, MOST_MENTIONS)
}

const oneLine = (text: string) => text.replace(/[\s|]+/g, " ").trim()

export const questionOf = (
  text: string,
  places: ReadonlyArray<ReadablePlace & { readonly category: string }>
): string =>
  `Places:\n${places
    .map(({ name, category, neighbourhood }, n) => `${n + 1}|${oneLine(name)}|${category}|${oneLine(neighbourhood)}`)
    .join("\n")}\n\nPost:\n${text}`

const SURENESS = { certain: 0.9, likely: 0.75, guess: 0.5 } as const
const FEELING = {
  praise: { certain: 0.9, likely: 0.8, guess: 0.65 },
  neutral: { certain: 0.5, likely: 0.5, guess: 0.5 },
  warn: { certain: 0.1, likely: 0.2, guess: 0.35 }
} as const

/** Our fence writes these signs in another way, and a model may copy what it saw. */
const unfenced = (quote: string): string =>
  quote.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")

const quoteIn = (text: string, quote: string): string | undefined =>
  [quote, unfenced(quote)].map((one) => one.trim()).find((one) => one !== "" && text.includes(one))

export interface BelievedReading {
  readonly local_score: number
  readonly mentions: ReadonlyArray<ReadMention>
  /** Mentions that were not believed, each with the reason. */
  readonly refused: ReadonlyArray<string>
}

const scoreOf = (voice: PostAnswer["voice"], before: number): number =>
  voice === "resident" ? Math.max(before, 0.85) : voice === "visitor" ? Math.min(before, 0.15) : before

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(PostAnswer))

/**
 * What of an answer is believed. It fails where nothing of it can be: then what rules have read stands. `places` are the ids in
 * the order in which they were numbered, `before` whose voice it was taken for until now.
 */
export const believed = (
  answer: string,
  text: string,
  places: ReadonlyArray<string>,
  before: number
): Result.Result<BelievedReading, string> => {
  const decoded = decode(answer)
  if (Result.isFailure(decoded)) return Result.fail("The answer does not have the shape that was asked for.")
  const { voice, mentions } = decoded.success
  const local_score = scoreOf(voice, before)
  const refused: Array<string> = []
  const taken = new Map<string, ReadMention>()
  for (const one of mentions) {
    const id = places[one.place - 1]
    const quote = quoteIn(text, one.quote)
    if (id === undefined) refused.push(`place ${one.place} of ${places.length}`)
    else if (quote === undefined) refused.push(`the quote for place ${one.place} does not stand in the post`)
    else if (taken.has(id)) refused.push(`place ${one.place} twice`)
    else {
      taken.set(id, {
        activity_node_id: id,
        voice: local_score < LOCAL_VOICE ? "tourist" : "local",
        stance: one.stance,
        sentiment: FEELING[one.stance][one.sure],
        avoid: one.avoid && one.stance === "warn",
        confidence: SURENESS[one.sure],
        vibe_tags: [...new Set(one.vibes)].slice(0, MOST_TAGS),
        quote: quote.slice(0, MAX_MENTION_QUOTE)
      })
    }
  }
  if (taken.size === 0 && refused.length > 0) return Result.fail(refused[0]!)
  return Result.succeed({ local_score, mentions: [...taken.values()], refused })
}
