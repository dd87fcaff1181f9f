/**
 * What an LLM is asked about a traveler, and how far it is believed: it may fill in what nobody said and refine what was
 * guessed, never contradict what the traveler said, and it is never sure.
 */
import * as Schema from "effect/Schema"
import { explain } from "../catalog/embedding.ts"
import { Budget, Pace, PrimaryInterest, SocialMode, TimeOrientation } from "../vocabulary.ts"
import { personaText } from "./onboarding.ts"
import type { Dimension, PersonaDimensions, SequenceItem } from "./persona.ts"

const proposal = <S extends Schema.Top>(value: S) => Schema.NullOr(Schema.Struct({ value, confidence: Schema.Finite }))

export const PersonaReading = Schema.Struct({
  text: Schema.String,
  pace_preference: proposal(Pace),
  budget_sensitivity: proposal(Budget),
  social_mode: proposal(SocialMode),
  time_orientation: proposal(TimeOrientation),
  primary_interest: proposal(PrimaryInterest)
})
export type PersonaReading = typeof PersonaReading.Type

export const READING_INSTRUCTIONS = `You read what is known of a traveler: what they said, and which kinds of places they took or passed, newest last.
Write two sentences about what they like and how they travel, for somebody who plans their day; name nothing that could identify them.
For each dimension give the value that fits best and your confidence from 0 to 1, or null where nothing speaks for any value.`

/** Items that are told: tastes older than these stand in the affinities already. */
const TOLD_ITEMS = 30

export const readingData = (dimensions: PersonaDimensions, sequence: ReadonlyArray<SequenceItem>): string => {
  const tastes = explain(dimensions.category_affinities.value, 8, 0.2).map(({ tag }) => tag)
  const items = sequence
    .slice(-TOLD_ITEMS)
    .flatMap(({ accepted, category }) =>
      category === undefined ? [] : [`${accepted ? "took" : "passed"} ${category}`]
    )
  return [`said and learnt: ${personaText(dimensions, tastes)}`, `did: ${items.join(", ") || "nothing yet"}`].join("\n")
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

export const withReading = (dimensions: PersonaDimensions, reading: PersonaReading): PersonaDimensions => ({
  ...dimensions,
  pace_preference: believed(dimensions.pace_preference, reading.pace_preference),
  budget_sensitivity: believed(dimensions.budget_sensitivity, reading.budget_sensitivity),
  social_mode: believed(dimensions.social_mode, reading.social_mode),
  time_orientation: believed(dimensions.time_orientation, reading.time_orientation),
  primary_interest: believed(dimensions.primary_interest, reading.primary_interest)
})

/** The text, if it can be shown and stored; `undefined` otherwise. */
export const readableText = (text: string): string | undefined => {
  const clean = text.trim()
  return clean.length < 10 || clean.length > LONGEST_TEXT || /[<>{}]|https?:/.test(clean) ? undefined : clean
}
