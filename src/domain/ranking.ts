/**
 * What a ranker is told, and what it answers. Everything that any model of ours will ever need is in the request,
 * so that a new model never needs a new road through the system.
 */
import type { ActivityNode } from "./catalog/node.ts"
import type { Persona } from "./persona/persona.ts"
import type { TripConstraints } from "./plan/model.ts"
import type { DayPart, Surface } from "./vocabulary.ts"

export interface ModelRef {
  readonly name: string
  readonly version: string
}

/** `<name>:<version>`, as it stands in `X-Model-Version` and on every signal that follows from a decision. */
export const modelVersion = (model: ModelRef): string => `${model.name}:${model.version}`

export interface RankingContext {
  readonly surface: Surface
  readonly city: string
  /** The version of the city's catalog that the candidates come from. */
  readonly catalogVersion: number
  readonly constraints?: TripConstraints
  readonly dayPart?: DayPart
  readonly weather?: "clear" | "rain" | "heat" | "cold" | "storm" | "snow"
  readonly groupSize: number
  readonly dayOfTrip?: number
  readonly tripDays?: number
  /** 0 at the start of the trip, 1 at its end. */
  readonly positionInTrip?: number
  readonly requestId?: string
}

/** Which part of which day of a trip places are ranked for. */
export interface RankMoment {
  readonly dayPart: DayPart
  readonly dayOfTrip: number
  readonly positionInTrip: number
  readonly weather: NonNullable<RankingContext["weather"]>
}

export interface Candidate {
  /** Position in the city's catalog matrix. */
  readonly index: number
  readonly node: ActivityNode
  /** Cosine of the node's vibe with the query vector. */
  readonly similarity: number
}

export interface RankRequest {
  readonly members: ReadonlyArray<Persona>
  readonly candidates: ReadonlyArray<Candidate>
  readonly context: RankingContext
  /** Unix milliseconds after which nobody waits for the answer any more. */
  readonly deadline: number
  /** Budget line and ledger subject; never sent to a third party. */
  readonly tripId?: string
}

export interface Reason {
  readonly tag: string
  readonly weight: number
}

export interface Scored {
  readonly index: number
  readonly score: number
  readonly confidence: number
  /** The features that the ranker saw, logged with the decision. */
  readonly features: Readonly<Record<string, number>>
  readonly why: ReadonlyArray<Reason>
}

export interface Ranking {
  readonly model: ModelRef
  /** Every candidate exactly once, best first. */
  readonly items: ReadonlyArray<Scored>
  readonly confidence: number
  readonly latencyMs: number
  /** Set when a better ranker should have answered and could not: said to the traveler. */
  readonly degraded?: {
    readonly reason: "budget" | "timeout" | "unavailable" | "refused" | "malformed"
    readonly message: string
  }
}
