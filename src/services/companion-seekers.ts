/**
 * Travelers who are open to be suggested to each other as companions, and what became of it. Nobody else is ever read here;
 * whoever is no longer open is forgotten with all that was suggested and answered of them.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { MatchFeatures, Traveler } from "../domain/companions/features.ts"
import type { UserId } from "../domain/ids.ts"
import type { ModelRef } from "../domain/ranking.ts"
import type { CompanionsUnavailable } from "./companions.ts"

export const COMPANION_ANSWERS = ["accepted", "declined"] as const
export type CompanionAnswer = (typeof COMPANION_ANSWERS)[number]

export interface Seeker extends Traveler {
  readonly id: UserId
}

/** Somebody as a suggestion needs them, or what is not known of them yet. */
export type Known = { readonly seeker: Seeker } | { readonly missing: ReadonlyArray<string> }

export interface Shown {
  readonly userId: UserId
  readonly suggestedId: UserId
  readonly model: ModelRef
  readonly score: number
  readonly position: number
  readonly features: MatchFeatures
}

type Doing<A> = Effect.Effect<A, CompanionsUnavailable>

export class CompanionSeekers extends Context.Service<
  CompanionSeekers,
  {
    readonly isOpen: (userId: UserId) => Doing<boolean>
    readonly set: (userId: UserId, open: boolean) => Doing<void>
    /** Of these people, those who may be shown: open, not answered yet, and not known to each other. */
    readonly mayBeShown: (userId: UserId, people: ReadonlyArray<UserId>) => Doing<ReadonlySet<UserId>>
    /** How many have been answered already, or turned this traveler down: what a search finds in vain. */
    readonly settled: (userId: UserId) => Doing<number>
    /** Who accepted this traveler and was accepted by them, the newest first. */
    readonly mutual: (userId: UserId, limit: number) => Doing<ReadonlyArray<UserId>>
    readonly known: (people: ReadonlyArray<UserId>, now: number) => Doing<ReadonlyMap<UserId, Known>>
    /** Keeps who was shown, where both are still open. */
    readonly shown: (suggestions: ReadonlyArray<Shown>, now: number) => Doing<void>
    /** Whether the other has accepted as well; undefined where no such suggestion was shown. */
    readonly answer: (
      userId: UserId,
      suggestedId: UserId,
      answer: CompanionAnswer,
      now: number
    ) => Doing<{ readonly mutual: boolean } | undefined>
  }
>()("overplanned/CompanionSeekers") {}
