/** What we know of a traveler's taste, as data. Made by a `PersonaEncoder`, kept by the UserActor. */
import type { Category } from "../catalog/category.ts"
import type { UserId } from "../ids.ts"
import type { Budget, Pace, PrimaryInterest, SocialMode, TimeOrientation, TripCount } from "../vocabulary.ts"
import { COLD_BELOW_SIGNALS } from "../vocabulary.ts"

/** A value with how sure we are of it, and who says so (`onboarding`, `signals`, `llm`, `import`, `default`). */
export interface Dimension<A> {
  readonly value: A
  readonly confidence: number
  readonly source: string
}

export interface PersonaDimensions {
  readonly pace_preference: Dimension<Pace>
  readonly budget_sensitivity: Dimension<Budget>
  readonly cuisine_openness: Dimension<number>
  readonly social_mode: Dimension<SocialMode>
  readonly time_orientation: Dimension<TimeOrientation>
  readonly primary_interest: Dimension<PrimaryInterest>
  readonly trip_count: Dimension<TripCount>
  /** Affinity in vibe space, one number per tag of the taxonomy, stored as used. */
  readonly category_affinities: Dimension<ReadonlyArray<number>>
}

/** One thing that somebody accepted or passed, newest last. */
export interface SequenceItem {
  readonly node_id: string
  readonly accepted: boolean
  readonly at: number
  /** Known where the node was known when the signal came; the history half of the vector is made of it. */
  readonly category?: Category
  /** It was judged in a discovery slate. */
  readonly swiped?: true
}

export interface Persona {
  readonly user_id: UserId
  readonly dimensions: PersonaDimensions
  /** 128 numbers: 64 of affinity in vibe space, then 64 that encode pace, budget, social mode, time of day, openness, history. */
  readonly vector: Float32Array
  readonly encoder_version: string
  /** Signals that count (see the signal table); below `COLD_BELOW_SIGNALS` the traveler is cold. */
  readonly signal_count: number
  readonly sequence: ReadonlyArray<SequenceItem>
  /** Ids of the cities in whose discovery they have swiped, however long ago, newest last; absent where there is none. */
  readonly explored?: ReadonlyArray<string>
}

export const isCold = (persona: Pick<Persona, "signal_count">): boolean => persona.signal_count < COLD_BELOW_SIGNALS

/** A group is cold while any member is: one trained guess about a stranger spoils everybody's day. */
export const isGroupCold = (members: ReadonlyArray<Pick<Persona, "signal_count">>): boolean => members.some(isCold)
