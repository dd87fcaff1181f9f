/**
 * Datasets for training: read as of each event, checked, and published as Parquet with everything needed to trust them
 * and to make them again. A dataset that fails a check is not published; its report says which rows and what to do.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export const DATASETS = [
  "planner",
  "bpr_triples",
  "sequences",
  "pivot_acceptance",
  "vibe_labels",
  "companion_match"
] as const
export type DatasetName = (typeof DATASETS)[number]

export interface DatasetRequest {
  readonly name: DatasetName
  /** Built by the night, over its own days: it takes the place of no dataset that somebody asked for, nor is it compared with one. */
  readonly nightly?: boolean
  /** Unix milliseconds; everything where absent. */
  readonly from?: number
  readonly to?: number
  /** Keeps the rows of a dataset that is refused beside its report, for whoever looks for the reason. */
  readonly keepRefused?: boolean
}

export interface DatasetCheck {
  readonly rule: string
  readonly passed: boolean
  /** What was found; where it failed, which rows and what to do. */
  readonly says: string
}

export interface DatasetSummary {
  readonly name: DatasetName
  readonly folder: string
  readonly rows: Readonly<Record<string, number>>
  /** Rows that were left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>
  readonly checks: ReadonlyArray<DatasetCheck>
  readonly seconds: number
  readonly peak_memory_mb: number
}

/** A check failed: nothing was published. */
export class DatasetRefused extends Schema.TaggedError<DatasetRefused>()("DatasetRefused", {
  message: Schema.String,
  report: Schema.String,
  /** Nothing is known to be wrong but that there is too little of it so far. */
  young: Schema.Boolean
}) {}

export class DatasetFailed extends Schema.TaggedError<DatasetFailed>()("DatasetFailed", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

/** The job that builds all of them every night. */
export const NIGHTLY_DATASETS = "build_daily_datasets"

export class Datasets extends Context.Service<
  Datasets,
  {
    readonly build: (
      request: DatasetRequest,
      onProgress?: (rows: number) => Effect.Effect<void>
    ) => Effect.Effect<DatasetSummary, DatasetRefused | DatasetFailed>
  }
>()("overplanned/Datasets") {}
