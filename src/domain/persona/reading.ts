/**
 * What an LLM is asked about a traveler, and how far it is believed: it may fill in what nobody said and refine what was
 * guessed, never contradict what the traveler said, and it is never sure.
 */
import * as Schema from "effect/Schema"
import { isStorableText } from "../basics/storable.ts"
import { explain } from "../catalog/embedding.ts"
import { tagIndex, VIBE_TAGS } from "../catalog/taxonomy.ts"
import { Budget, Pace, PrimaryInterest, type SignalType, SocialMode, TimeOrientation } from "../vocabulary.ts"
import { personaText } from "./onboarding.ts"
import type { Dimension, PersonaDimensions, SequenceItem } from "./persona.ts"

const share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

const proposal = <S extends Schema.Top>(value: S) => Schema.NullOr(Schema.Struct({ value, confidence: share }))

export const PersonaReading = Schema.Struct({
  text: Schema.String,
  pace_preference: proposal(Pace),
  budget_sensitivity: proposal(Budget),
  cuisine_openness: proposal(share),
  social_mode: proposal(SocialMode),
  time_orientation: proposal(TimeOrientation),
  primary_interest: proposal(PrimaryInterest),
  affinities: Schema.Array(Schema.Struct({ tag: Schema.Literals(VIBE_TAGS), weight: share }))
})
export type PersonaReading = typeof PersonaReading.Type

/** Tags that a reading may propose: beyond, it would say that everybody likes everything. */
const MOST_AFFINITIES = 12

export const READING_INSTRUCTIONS = `You read what is known of a traveler: what they said, and what they did with which kinds of places, newest last.
Write two sentences about what they like and how they travel, for somebody who plans their day; name nothing that could identify them.
For each dimension give the value that fits best and your confidence from 0 to 1, or null where nothing speaks for any value. cuisine_openness is 0 for somebody who eats what they know and 1 for somebody who tries everything.
As affinities give the tags, at most ${MOST_AFFINITIES}, that they would enjoy, each with a weight from 0 to 1: also those that follow from what they said and did and that nobody named.`

/** Items that are told: tastes older than these stand in the affinities already. */
const TOLD_ITEMS = 30

/** Tastes that are told, with their weight. */
const TOLD_TASTES = 16
const TASTE_FROM = 0.1

/** A signal as a reader is told of it: its kind, and the tags of its place. */
export interface ReadSignal {
  readonly signal_type: SignalType
  readonly tags: ReadonlyArray<string>
}

export const readingData = (
  dimensions: PersonaDimensions,
  sequence: ReadonlyArray<SequenceItem>,
  signals: ReadonlyArray<ReadSignal>
): string => {
  const tastes = explain(dimensions.category_affinities.value, TOLD_TASTES, TASTE_FROM)
  const said = personaText(
    dimensions,
    tastes.map(({ tag }) => tag)
  )
  const told = signals
    .slice(-TOLD_ITEMS)
    .map(({ signal_type, tags }) => (tags.length === 0 ? signal_type : `${signal_type} of ${tags.join(" and ")}`))
  const items = sequence
    .slice(-TOLD_ITEMS)
    .flatMap(({ accepted, category }) =>
      category === undefined ? [] : [`${accepted ? "took" : "passed"} ${category}`]
    )
  return [
    `said and learnt: ${said}`,
    `tags, by weight: ${tastes.map(({ tag, weight }) => `${tag} ${weight.toFixed(2)}`).join(", ") || "none"}`,
    `did: ${items.join(", ") || "nothing yet"}`,
    `signals: ${told.join(", ") || "none yet"}`
  ].join("\n")
}

/** The most that a reading counts, however sure it says it is. */
const MOST_BELIEVED = 0.7
const LONGEST_TEXT = 600

const believed = <A>(
  now: Dimension<A>,
  proposed: { readonly value: A; readonly confidence: number } | null
): Dimension<A> => {
  if (proposed === null || now.source === "onboarding") return now
  const confidence = Math.min(MOST_BELIEVED, Math.max(0, proposed.confidence))
  return confidence > now.confidence ? { value: proposed.value, confidence, source: "llm" } : now
}

/** How strong a taste may become that was only read, as a share of the strongest that was stated or learnt. */
const READ_TASTE = 0.6

/**
 * Tastes that nobody stated are filled in, each below the strongest that somebody did; what was stated or learnt stays, also
 * that a taste is not theirs. Reading the same again changes nothing more.
 */
const withAffinities = (
  now: PersonaDimensions["category_affinities"],
  proposed: PersonaReading["affinities"]
): PersonaDimensions["category_affinities"] => {
  const strongest = Math.max(0, ...now.value)
  const value = [...now.value]
  for (const { tag, weight } of proposed.slice(0, MOST_AFFINITIES)) {
    const at = tagIndex(tag)!
    if (value[at]! >= 0) value[at] = Math.max(value[at]!, weight * READ_TASTE * strongest)
  }
  return { ...now, value }
}

export const withReading = (dimensions: PersonaDimensions, reading: PersonaReading): PersonaDimensions => ({
  ...dimensions,
  pace_preference: believed(dimensions.pace_preference, reading.pace_preference),
  budget_sensitivity: believed(dimensions.budget_sensitivity, reading.budget_sensitivity),
  cuisine_openness: believed(dimensions.cuisine_openness, reading.cuisine_openness),
  category_affinities: withAffinities(dimensions.category_affinities, reading.affinities),
  social_mode: believed(dimensions.social_mode, reading.social_mode),
  time_orientation: believed(dimensions.time_orientation, reading.time_orientation),
  primary_interest: believed(dimensions.primary_interest, reading.primary_interest)
})

/** The text, if it can be shown and stored; `undefined` otherwise. */
export const readableText = (text: string): string | undefined => {
  const clean = text.trim()
  return clean.length < 10 || clean.length > LONGEST_TEXT || /[<>{}]|https?:/.test(clean) || !isStorableText(clean)
    ? undefined
    : clean
}
