/**
 * The shadow population: made-up travelers whose behaviour training can begin with, before there is anybody's. For the
 * command line and for the administrators' job alike.
 *
 * It promises: the same seed and day make the same rows; a run replaces the shadow population whole, in one
 * transaction, so that a killed one leaves nothing behind; rows of real people are never touched.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { CatalogUnavailable, UnknownCity } from "./catalog.ts"
import type { SeedError } from "./city-seeder.ts"

export const DEFAULT_SHADOW_USERS = 765
/** Enough people for several million signals; beyond that a seeding would hold its transaction for an hour. */
export const MOST_SHADOW_USERS = 20_000

export interface PopulationRequest {
  readonly users?: number
  readonly seed?: number
  /** The day that counts as today, in days since 1970-01-01: trips under way are under way on it. */
  readonly today?: number
}

export interface CountLine {
  readonly name: string
  readonly count: number
  readonly expected: string
  /** Where the count lies outside of what was expected: why that is right. */
  readonly because: string
}

export interface HitRate {
  readonly hr5: number
  /** Bounds of the 95 % interval, resampled over people. */
  readonly low: number
  readonly high: number
}

/** Three rankers that need no training, on choices made after those that popularity was counted on. */
export interface SignalQuality {
  readonly oracle: HitRate
  readonly popularity: HitRate
  readonly random: HitRate
  readonly choices: number
  readonly users: number
  /** They lie apart in this order, and the oracle is no echo. */
  readonly sound: boolean
}

export interface PopulationSummary {
  readonly counts: Readonly<Record<string, number>>
  readonly lines: ReadonlyArray<CountLine>
  readonly quality: SignalQuality
  readonly cities_seeded: ReadonlyArray<string>
  /** Trips that were spoken of afterwards and did not count as over. */
  readonly statuses_put_right: number
  readonly seconds: number
}

/** The population cannot be seeded as things are. Nothing was changed. */
export class PopulationRefused extends Schema.TaggedError<PopulationRefused>()("PopulationRefused", {
  message: Schema.String,
  /** Whether it may go better another time. */
  retry: Schema.Boolean,
  cause: Schema.optional(Schema.Defect())
}) {}

export type PopulationError = PopulationRefused | SeedError | UnknownCity | CatalogUnavailable

export class ShadowPopulation extends Context.Service<
  ShadowPopulation,
  {
    readonly seed: (
      request: PopulationRequest,
      onProgress?: (done: number, total: number) => Effect.Effect<void>
    ) => Effect.Effect<PopulationSummary, PopulationError>
  }
>()("overplanned/ShadowPopulation") {}
