/** Who travels well together: match events to learn it from, and what they are worth. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export const MATCH_TYPES = ["solo", "group"] as const
export type MatchType = (typeof MATCH_TYPES)[number]

export interface MatchRequest {
  readonly count: number
  readonly type: MatchType
  readonly seed: number
  /** Where the files go. */
  readonly folder: string
}

export interface MatchSummary {
  readonly folder: string
  readonly synthetic: number
  readonly real: number
  readonly train: number
  readonly validation: number
  /** People who could not take part, by reason. */
  readonly skipped: Readonly<Record<string, number>>
  /** Dimensions that were read from an older vocabulary or from a trip's seed. */
  readonly mapped: number
}

export interface MatchAnalysis {
  readonly rows: number
  readonly duplicates: number
  readonly features: ReadonlyArray<{
    readonly name: string
    readonly distinct: number
    readonly needed: number
    readonly at_default: number
  }>
  readonly auc: number
  readonly accuracy: number
  /** Fifth and ninety-fifth percentile of the predictions. */
  readonly spread: readonly [number, number]
  /** What is wrong with the data; empty where nothing is. */
  readonly problems: ReadonlyArray<string>
}

export class MatchRefused extends Schema.TaggedError<MatchRefused>()("MatchRefused", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export class MatchData extends Context.Service<
  MatchData,
  {
    /** Writes `match_events.jsonl`, `train.csv` and `val.csv`. */
    readonly generate: (request: MatchRequest) => Effect.Effect<MatchSummary, MatchRefused>
    /** Judges the files of a folder and adds its plots. */
    readonly analyze: (folder: string) => Effect.Effect<MatchAnalysis, MatchRefused>
  }
>()("overplanned/MatchData") {}
