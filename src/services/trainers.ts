/**
 * Trains models from published datasets, judges them on decisions that came later, and registers them for staging. What is
 * in production is never touched: a model gets there by promotion alone.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export const TRAINABLE = [
  "bpr",
  "sasrec",
  "u_sasrec",
  "two_tower",
  "dlrm",
  "pivot_acceptance",
  "match_compatibility"
] as const
/** The kind of the job that trains a model: `{model}`. */
export const TRAIN_MODEL = "train_model"
export type TrainableModel = (typeof TRAINABLE)[number]

/** How a run is getting on. */
export interface TrainingProgress {
  readonly epoch: number
  readonly most_epochs: number
  readonly loss: number
  readonly examples_per_second: number
  readonly eta_s: number
}

export interface TrainedModel {
  readonly model: TrainableModel
  readonly version: string
  /** Where the artefact lies, with its card, its learning curve and its evaluation. */
  readonly folder: string
  readonly artifact_sha256: string
  readonly dataset: string
  readonly rows: Readonly<Record<string, number>>
  readonly epochs: number
  readonly seconds: number
  /** The evaluation as a table of text. */
  readonly table: string
  /** What keeps it from more than staging, in sentences. */
  readonly notes: ReadonlyArray<string>
}

export interface EvaluatedModel {
  readonly model: TrainableModel
  readonly version: string
  readonly dataset: string
  /** The page that a person can read. */
  readonly page: string
  readonly table: string
  readonly evaluation: unknown
}

/** What was asked for cannot be trained or judged; nothing was registered. Trying again changes nothing unless `retry`. */
export class TrainingRefused extends Schema.TaggedError<TrainingRefused>()("TrainingRefused", {
  message: Schema.String,
  retry: Schema.Boolean
}) {}

export class Trainers extends Context.Service<
  Trainers,
  {
    readonly train: (
      model: TrainableModel,
      onProgress?: (progress: TrainingProgress) => void
    ) => Effect.Effect<TrainedModel, TrainingRefused>
    /** Judges a registered version on the newest dataset; the newest version where none is named. */
    readonly evaluate: (model: TrainableModel, version?: string) => Effect.Effect<EvaluatedModel, TrainingRefused>
  }
>()("overplanned/Trainers") {}
