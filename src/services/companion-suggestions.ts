/**
 * Who might travel well with somebody: among those who are open to it, nearest in taste first, ordered by the model in
 * production or, without one, by the likeness of their tastes.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { UserId } from "../domain/ids.ts"
import type { ModelRef } from "../domain/ranking.ts"
import type { CompanionAnswer } from "./companion-seekers.ts"
import type { CompanionsUnavailable } from "./companions.ts"
import type { PersonasUnavailable } from "./personas.ts"

export interface Suggestion {
  readonly user_id: UserId
  /** 0–1. */
  readonly score: number
  /** What both have said that they like; nothing else is told of somebody. */
  readonly interests: ReadonlyArray<string>
}

export interface Suggestions {
  readonly open: boolean
  /** What is not known of the traveler yet, without which nobody can be suggested. */
  readonly missing: ReadonlyArray<string>
  readonly model: ModelRef
  readonly suggestions: ReadonlyArray<Suggestion>
  /** Who said yes to them as they did: the newest first. */
  readonly mutual: ReadonlyArray<Omit<Suggestion, "score">>
}

type Failures = CompanionsUnavailable | PersonasUnavailable

export class CompanionSuggestions extends Context.Service<
  CompanionSuggestions,
  {
    /** What is shown is kept, so that answers can be learnt from. */
    readonly of: (userId: UserId, limit: number) => Effect.Effect<Suggestions, Failures>
    /** Open to be suggested and to have others suggested; closed, all of it is forgotten. */
    readonly set: (userId: UserId, open: boolean) => Effect.Effect<void, Failures>
    /** Whether both want to; undefined where nobody showed them this traveler. */
    readonly answer: (
      userId: UserId,
      suggestedId: UserId,
      answer: CompanionAnswer
    ) => Effect.Effect<{ readonly mutual: boolean } | undefined, Failures>
  }
>()("overplanned/CompanionSuggestions") {}
