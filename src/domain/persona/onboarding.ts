/**
 * What a traveler says about themselves on the first screen, as dimensions and a taste. The keys are free: some name a
 * dimension, the others are topics whose words are looked up in the taxonomy. What is not understood is said, not
 * guessed.
 */

import * as Schema from "effect/Schema"
import { entryOf } from "../basics/entry-of.ts"
import { isStorableText, StorableNumber, Text } from "../basics/storable.ts"
import { embedDense } from "../catalog/embedding.ts"
import { TAXONOMY, tagIndex } from "../catalog/taxonomy.ts"
import { type PrimaryInterest, VIBE_DIMENSIONS } from "../vocabulary.ts"
import { DEFAULT_CONFIDENCE, defaultDimensions, readWord } from "./dimensions.ts"
import { INTEREST_TAGS, INTERESTS } from "./interests.ts"
import type { Dimension, PersonaDimensions } from "./persona.ts"

const LONGEST_WORD = 64
const Word = Text(LONGEST_WORD)
const words = Schema.Array(Word).check(Schema.isMaxLength(64))

const OnboardingTags = Schema.Record(Schema.String, Schema.Union([Word, StorableNumber, Schema.Boolean, words])).check(
  Schema.isMaxProperties(64),
  // Asked of the whole: a key that is not of a record's kind would be left out without a word.
  Schema.makeFilter(
    (tags: object) =>
      Object.keys(tags).every((key) => key.length <= LONGEST_WORD && isStorableText(key)) ||
      `names a topic that is longer than ${LONGEST_WORD} characters, or that holds one that cannot be stored`
  )
)
export const Onboarding = Schema.Struct({
  tags: OnboardingTags,
  age: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 130 }))),
  interests: Schema.optionalKey(words),
  /** 0 introvert … 1 extrovert. */
  personality: Schema.optionalKey(StorableNumber.check(Schema.isBetween({ minimum: 0, maximum: 1 })))
}).annotate({ identifier: "Onboarding" })
export type Onboarding = typeof Onboarding.Type

const DIMENSION_KEYS = {
  pace: "pace_preference",
  pace_preference: "pace_preference",
  budget: "budget_sensitivity",
  budget_sensitivity: "budget_sensitivity",
  social: "social_mode",
  social_mode: "social_mode",
  companions: "social_mode",
  party: "social_mode",
  time: "time_orientation",
  rhythm: "time_orientation",
  time_orientation: "time_orientation",
  trips: "trip_count",
  trip_count: "trip_count",
  interest: "primary_interest",
  primary_interest: "primary_interest"
} as const

const OPENNESS_WORDS: Readonly<Record<string, number>> = {
  picky: 0.15,
  familiar: 0.2,
  cautious: 0.3,
  open: 0.75,
  curious: 0.8,
  adventurous: 0.9,
  anything: 0.95
}

/** Topics a screen may ask about, beside the names of the interests themselves. */
const TOPIC_INTEREST: Readonly<Record<string, PrimaryInterest>> = {
  drinks: "nightlife",
  nature: "outdoors",
  art: "culture",
  arts: "culture",
  museums: "culture",
  history: "culture",
  music: "nightlife",
  cuisine: "food",
  relaxation: "wellness",
  sport: "outdoors",
  sports: "outdoors"
}

const normal = (word: string) =>
  word
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, " ")
const singular = (word: string) => (word.length > 3 && word.endsWith("s") ? word.slice(0, -1) : word)

/** How strongly a word speaks for each tag: the tag's own name, one of its words, a part of either. Worked out once: people say many words. */
const TAGS_OF_WORD: ReadonlyMap<string, ReadonlyArray<readonly [number, number]>> = (() => {
  const found = new Map<string, Array<readonly [number, number]>>()
  for (const info of TAXONOMY) {
    const name = normal(info.tag)
    const suggestions = info.words.map((suggestion) => singular(normal(suggestion)))
    const strongestFirst: ReadonlyArray<readonly [number, ReadonlyArray<string>]> = [
      [1, [singular(name)]],
      [0.9, suggestions],
      [0.7, name.split(" ").map(singular)],
      [0.5, suggestions.flatMap((suggestion) => suggestion.split(" "))]
    ]
    const weights = new Map<string, number>()
    for (const [weight, words] of strongestFirst) {
      for (const word of words) if (!weights.has(word)) weights.set(word, weight)
    }
    for (const [word, weight] of weights) {
      const tags = found.get(word)
      if (tags === undefined) found.set(word, [[info.index, weight]])
      else tags.push([info.index, weight])
    }
  }
  return found
})()

const tagsOfWord = (word: string): ReadonlyArray<readonly [number, number]> =>
  TAGS_OF_WORD.get(singular(normal(word))) ?? []

const interestOfTopic = (topic: string): PrimaryInterest | undefined => {
  const word = normal(topic)
  return INTERESTS.find((interest) => interest === word) ?? entryOf(TOPIC_INTEREST, word)
}

export interface Onboarded {
  readonly dimensions: PersonaDimensions
  /** Words that mean nothing to us; shown to the traveler, never an error. */
  readonly unknown: ReadonlyArray<string>
}

const GIVEN = 1
/** A primary interest that follows from the topics somebody spoke about. */
const INFERRED = 0.6
/** Share of the taste that the primary interest gives where words were given too. */
const INTEREST_SHARE = 0.35

/** The weight each pole of a personality lends: strongest at the ends, nothing in the middle. */
const PERSONALITY_TAGS = {
  introvert: ["quiet", "cozy", "solo_friendly", "literary"],
  extrovert: ["lively", "group_friendly", "festive", "people_watching"]
}

/** A taste that is there, leaning towards what somebody comes for: what trips have taught of it is not theirs to say again. */
const leaning = (known: ReadonlyArray<number>, towards: ReadonlyArray<number>): ReadonlyArray<number> => {
  const length = Math.hypot(...known)
  return known.map((one, at) => one * (1 - INTEREST_SHARE) + towards[at]! * length * INTEREST_SHARE)
}

/** What was not spoken of stays as it was `before`: who tells another pace keeps the taste that their trips taught. */
export const personaFromOnboarding = (
  onboarding: Onboarding,
  before: PersonaDimensions = defaultDimensions()
): Onboarded => {
  const unknown: Array<string> = []
  const taste = new Float64Array(VIBE_DIMENSIONS)
  const spoken = new Map<PrimaryInterest, number>()
  const dimensions: Record<string, Dimension<unknown>> = {}
  const given = <A>(value: A, confidence: number): Dimension<A> => ({ value, confidence, source: "onboarding" })

  const listen = (word: string, weight: number): boolean => {
    const interest = interestOfTopic(word)
    const tags = tagsOfWord(word)
    if (interest !== undefined) spoken.set(interest, (spoken.get(interest) ?? 0) + weight)
    for (const [tag, strength] of tags) taste[tag]! += weight * strength
    return interest !== undefined || tags.length > 0
  }

  for (const [key, answer] of Object.entries(onboarding.tags)) {
    const topic = normal(key).replaceAll(" ", "_")
    const answers = Array.isArray(answer) ? answer : [answer]
    const name = entryOf(DIMENSION_KEYS, topic)
    if (name !== undefined) {
      const read = readWord(name, answers[0])
      if (read === undefined) unknown.push(`${key}: ${answers[0] ?? ""}`)
      else dimensions[name] = given(read[0], read[1])
    } else if (topic === "cuisine_openness" || topic === "openness") {
      const value = typeof answers[0] === "number" ? answers[0] : entryOf(OPENNESS_WORDS, normal(String(answers[0])))
      if (value === undefined || !(value >= 0 && value <= 1)) unknown.push(`${key}: ${answers[0] ?? ""}`)
      else dimensions["cuisine_openness"] = given(value, GIVEN)
    } else {
      const named = answers.filter((one) => one !== false)
      const interest = interestOfTopic(key)
      if (interest !== undefined && named.length > 0) {
        spoken.set(interest, (spoken.get(interest) ?? 0) + 0.5 + 0.5 * named.length)
      }
      for (const one of named) {
        const word = typeof one === "string" ? one : key
        if (!listen(word, 1) && interest === undefined) unknown.push(word)
      }
    }
  }
  const namesLikes = spoken.size > 0 || taste.some((weight) => weight > 0)
  for (const word of onboarding.interests ?? []) if (!listen(word, 0.8)) unknown.push(word)
  const outgoing = (onboarding.personality ?? 0.5) - 0.5
  for (const tag of PERSONALITY_TAGS[outgoing < 0 ? "introvert" : "extrovert"]) {
    taste[tagIndex(tag)!]! += Math.abs(outgoing)
  }

  const strongest = [...spoken].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0]
  if (dimensions["primary_interest"] === undefined && strongest !== undefined) {
    dimensions["primary_interest"] = given(strongest, INFERRED)
  }
  const interest = dimensions["primary_interest"]?.value as PrimaryInterest | undefined
  const said = taste.reduce((sum, weight) => sum + weight, 0)
  if (interest !== undefined) {
    const lent = Object.entries(INTEREST_TAGS[interest])
    const sum = lent.reduce((total, [, weight]) => total + weight, 0)
    const share = said === 0 ? 1 : (said * INTEREST_SHARE) / (1 - INTEREST_SHARE)
    for (const [tag, weight] of lent) taste[tagIndex(tag)!]! += (weight / sum) * share
  }
  if (said > 0 || interest !== undefined) {
    const made = Array.from(embedDense(taste))
    const known = before.category_affinities
    dimensions["category_affinities"] =
      namesLikes || known.source === "default"
        ? given(made, said > 0 ? GIVEN : INFERRED)
        : { ...known, value: leaning(known.value, made) }
  }
  return { dimensions: { ...before, ...dimensions } as PersonaDimensions, unknown }
}

/** A sentence about the traveler, without any name or number that leads to them. */
export const personaText = (dimensions: PersonaDimensions, tastes: ReadonlyArray<string>): string => {
  const sure = (dimension: Dimension<string>) =>
    dimension.confidence > DEFAULT_CONFIDENCE ? dimension.value.replaceAll("_", " ") : undefined
  const parts = [
    ["pace", sure(dimensions.pace_preference)],
    ["budget", sure(dimensions.budget_sensitivity)],
    ["travels", sure(dimensions.social_mode)],
    ["rhythm", sure(dimensions.time_orientation)],
    ["comes for", sure(dimensions.primary_interest)],
    ["experience", sure(dimensions.trip_count)]
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  const openness = dimensions.cuisine_openness
  if (openness.confidence > DEFAULT_CONFIDENCE) parts.push(`openness to food: ${openness.value.toFixed(1)}`)
  if (tastes.length > 0) parts.push(`likes: ${tastes.map((tag) => tag.replaceAll("_", " ")).join(", ")}`)
  return parts.length === 0 ? "nothing known yet" : parts.join("; ")
}
