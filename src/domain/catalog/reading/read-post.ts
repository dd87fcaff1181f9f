/**
 * A post, read: which places of the city it speaks of, how it speaks of each, and who speaks. Pure, and bounded by the length
 * of a cleaned post. What cannot be told is left open: a name of several places stays unplaced, with the reason.
 */
import { distanceKm, type Position } from "../../basics/geo.ts"
import { nameWords } from "../names.ts"
import { MAX_MENTION_QUOTE, MOST_MENTIONS } from "./mention.ts"
import type { NameHit, NamesIndex, ReadablePlace } from "./names-index.ts"
import { roleOf } from "./roles.ts"
import { type Named, sayOf } from "./stance.ts"
import { foldInPlace, type Language, languageOf, type Span, sentencesOf, type Word, wordsOf } from "./text.ts"
import { vibesIn } from "./vibes.ts"
import { type Heard, voiceOf } from "./voice.ts"

const LOCAL_READER = "local@1"

export type Stance = "praise" | "neutral" | "warn"

export interface PlaceMention extends Span {
  /** The id of the place; `null` where several places may be meant, or none is known. */
  readonly place: string | null
  readonly name: string
  /** The words of the text. */
  readonly text: string
  readonly stance: Stance
  /** 0 dislikes it · 1 loves it. */
  readonly sentiment: number
  /** It tells others to stay away. */
  readonly avoid: boolean
  /** How sure the reader is of place and stance together, 0–1. */
  readonly confidence: number
  readonly vibes: Readonly<Record<string, number>>
  /** The sentence that says so, as it stands in the text. */
  readonly quote: string
  /** Why it is not placed. */
  readonly reason?: string
}

export interface Reading extends Heard {
  readonly extractor: string
  readonly language: Language
  readonly mentions: ReadonlyArray<PlaceMention>
  /** Names that only say where something else is. */
  readonly landmarks: ReadonlyArray<string>
}

export interface ReadablePost {
  readonly text: string
  /** The place's name, where the source says it apart from the text. */
  readonly place?: string | undefined
  readonly position?: Position | undefined
}

/** A position may be that of the street corner. */
const NEAR_KM = 0.3
/** What a sentence without a name says of the place that was spoken of. */
const CARRIED = 0.7
/** From here on it is a praise or a warning. */
const CLEAR = 0.5

interface Tally {
  readonly place: ReadablePlace | null
  readonly hit: NameHit
  readonly reason: string | undefined
  score: number
  avoid: boolean
  vibes: Record<string, number>
  quote: Span
  quoteWeight: number
}

/** Which of several places of one name is meant, by the post's position, then by a neighbourhood that it names. */
const choose = (
  candidates: ReadonlyArray<ReadablePlace>,
  post: ReadablePost,
  folded: () => string
): ReadablePlace | string => {
  if (post.position !== undefined) {
    const near = candidates.filter((place) => distanceKm(place, post.position!) < NEAR_KM)
    if (near.length === 1) return near[0]!
    if (candidates.length > 1)
      return near.length === 0 ? "no place of that name is there" : "several places of that name are there"
    // The post was written somewhere else than where it speaks of.
    return candidates[0]!
  }
  if (candidates.length === 1) return candidates[0]!
  const text = folded()
  const there = candidates.filter(({ neighbourhood }) => {
    const words = nameWords(neighbourhood).join(" ")
    return words !== "" && ` ${text} `.includes(` ${words} `)
  })
  return there.length === 1 ? there[0]! : "several places have that name"
}

const round = (x: number) => Math.round(x * 100) / 100
const sentimentOf = (score: number) => round(1 / (1 + Math.exp(-score)))
const sureness = (score: number) => (Math.abs(score) < CLEAR ? 0.5 : 1 - 0.5 * Math.exp(-Math.abs(score) / 2))

const mentionOf = (tally: Tally, text: string): PlaceMention => {
  const { place, hit, score, reason } = tally
  const stance: Stance = score >= CLEAR ? "praise" : score <= -CLEAR ? "warn" : "neutral"
  return {
    place: place?.id ?? null,
    name: place?.name ?? hit.places[0]?.name ?? text.slice(hit.start, hit.end),
    text: text.slice(hit.start, hit.end),
    start: hit.start,
    end: hit.end,
    stance,
    sentiment: sentimentOf(score),
    avoid: tally.avoid && stance === "warn",
    confidence: place === null ? 0 : round(sureness(score)),
    vibes: tally.vibes,
    quote: text.slice(tally.quote.start, tally.quote.end).trim().slice(0, MAX_MENTION_QUOTE),
    ...(reason === undefined ? {} : { reason })
  }
}

interface Taken {
  readonly tallies: Map<string, Tally>
  readonly landmarks: Set<string>
}

/** The tally of a name: one per place, however often the post names it. */
const tallyOf = (taken: Taken, hit: NameHit, sentence: Span, post: ReadablePost, folded: () => string): Tally => {
  const chosen = choose(hit.places, post, folded)
  const key = typeof chosen === "string" ? `?${hit.places.map(({ id }) => id).join()}` : chosen.id
  const known = taken.tallies.get(key)
  if (known !== undefined) return known
  const tally: Tally = {
    place: typeof chosen === "string" ? null : chosen,
    reason: typeof chosen === "string" ? chosen : undefined,
    hit,
    score: 0,
    avoid: false,
    vibes: {},
    quote: sentence,
    quoteWeight: 0
  }
  taken.tallies.set(key, tally)
  return tally
}

const tell = (tally: Tally, score: number, avoid: boolean, sentence: Span) => {
  tally.score += score
  tally.avoid ||= avoid
  if (Math.abs(score) > tally.quoteWeight) {
    tally.quoteWeight = Math.abs(score)
    tally.quote = sentence
  }
}

const addVibes = (tally: Tally, vibes: ReadonlyMap<string, number>) => {
  for (const [tag, weight] of vibes) tally.vibes[tag] = Math.max(tally.vibes[tag] ?? 0, weight)
}

/** The whole post is about the place that its source names. */
const aboutNamed = (index: NamesIndex, post: ReadablePost): NameHit | undefined => {
  if (post.place === undefined) return undefined
  const places = index.named(post.place)
  return places.length === 0 ? undefined : { start: 0, end: 0, places }
}

const readSentences = (
  language: Language,
  folded: string,
  words: ReadonlyArray<Word>,
  hits: ReadonlyArray<NameHit>,
  post: ReadablePost,
  topic: NameHit | undefined
): Taken => {
  const taken: Taken = { tallies: new Map(), landmarks: new Set() }
  const key = () => nameWords(post.text).join(" ")
  const sentences = sentencesOf(folded, hits)
  let current = topic === undefined ? undefined : tallyOf(taken, topic, sentences[0] ?? { start: 0, end: 0 }, post, key)
  let waiting = { score: 0, avoid: false }
  for (const sentence of sentences) {
    const own = hits.filter((hit) => hit.start >= sentence.start && hit.start < sentence.end)
    const named: ReadonlyArray<Named> = own.map((hit) => ({ hit, role: roleOf(language, hit, sentence, folded) }))
    const inside = words.filter((word) => word.start >= sentence.start && word.end <= sentence.end)
    const said = sayOf(language, sentence, folded, inside, named)
    const vibes = vibesIn(language, sentence, folded, inside, own)
    for (const { hit, role } of named) if (role === "landmark") taken.landmarks.add(hit.places[0]!.name)
    const told = said.told.flatMap((one) => {
      if (taken.tallies.size >= MOST_MENTIONS) return []
      const tally = tallyOf(taken, one.named.hit, sentence, post, key)
      tell(tally, one.score, one.avoid, sentence)
      return [tally]
    })
    const one = told.length === 1 ? told[0] : undefined
    if (one !== undefined) {
      addVibes(one, vibes)
      if (waiting.score !== 0 && taken.tallies.size === 1) tell(one, CARRIED * waiting.score, waiting.avoid, sentence)
      current = one
    } else if (told.length > 1) current = told.at(-1)
    else if (named.length === 0) {
      // What nobody is named for is about the place that was spoken of.
      if (current === undefined)
        waiting = { score: waiting.score + said.loose, avoid: waiting.avoid || said.looseAvoid }
      else {
        tell(current, (current.hit === topic ? 1 : CARRIED) * said.loose, said.looseAvoid, sentence)
        addVibes(current, vibes)
      }
    }
    if (told.length > 0) waiting = { score: 0, avoid: false }
  }
  return taken
}

/** Makes a reader of one city's posts. */
export const makeReader =
  (index: NamesIndex) =>
  (post: ReadablePost): Reading => {
    const { text } = post
    const folded = foldInPlace(text)
    const words = wordsOf(text, folded)
    const hits = index.find(folded, words)
    const language = languageOf(
      text,
      folded,
      words.filter((word) => !hits.some((hit) => word.start >= hit.start && word.end <= hit.end))
    )
    const taken = readSentences(language, folded, words, hits, post, aboutNamed(index, post))
    return {
      extractor: LOCAL_READER,
      language,
      ...voiceOf(language, folded),
      mentions: [...taken.tallies.values()].map((tally) => mentionOf(tally, text)),
      landmarks: [...taken.landmarks]
    }
  }
