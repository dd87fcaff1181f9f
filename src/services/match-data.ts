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

/** What is missing of somebody before they can be matched; nothing where they are whole. */
export interface Wholeness {
  readonly id: string
  readonly shadow: boolean
  readonly missing: ReadonlyArray<string>
}

/** Why two people are said to go together, feature by feature. */
export interface MatchExplanation {
  readonly features: ReadonlyArray<{
    readonly name: string
    readonly value: number
    /** Of the matches that the score was learnt from. */
    readonly usual: number
    /** What it adds to the log-odds of a good match against a usual one. */
    readonly contribution: number
  }>
  /** The log-odds of a usual match. */
  readonly base: number
  /** The chance that it goes well, 0–1. */
  readonly score: number
  /** Matches that the score was learnt from. */
  readonly learnt_from: number
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
    /** Everybody, or the one that is named, and what is missing of them. */
    readonly check: (only?: string) => Effect.Effect<ReadonlyArray<Wholeness>, MatchRefused>
    /** The features of two people, and what the simplest of learners makes of them. */
    readonly explain: (one: string, other: string) => Effect.Effect<MatchExplanation, MatchRefused>
  }
>()("overplanned/MatchData") {}
