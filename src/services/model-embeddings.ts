/** Travelers' tastes in the words of a model, as the night worked them out and the database keeps them. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { UserId } from "../domain/ids.ts"

export class ModelEmbeddingsUnavailable extends Schema.TaggedError<ModelEmbeddingsUnavailable>()(
  "ModelEmbeddingsUnavailable",
  { message: Schema.String }
) {}

export interface ModelEmbedding {
  readonly user_id: UserId
  readonly embedding: ArrayLike<number>
}

export interface KeptEmbedding extends ModelEmbedding {
  /** Unix milliseconds: what was said until then is in it. */
  readonly at: number
}

export class ModelEmbeddings extends Context.Service<
  ModelEmbeddings,
  {
    /** Warm travelers of whom this version has no embedding, or whose signals are newer than it, in the order of their ids. */
    readonly outdated: (page: {
      readonly encoderVersion: string
      readonly after: UserId | undefined
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<UserId>, ModelEmbeddingsUnavailable>
    /** Whoever was erased meanwhile gets none. */
    readonly keep: (
      encoderVersion: string,
      embeddings: ReadonlyArray<ModelEmbedding>,
      at: number
    ) => Effect.Effect<void, ModelEmbeddingsUnavailable>
    /** What this version has got since then (Unix milliseconds), page by page. */
    readonly of: (page: {
      readonly encoderVersion: string
      readonly since: number
      readonly after: UserId | undefined
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<KeptEmbedding>, ModelEmbeddingsUnavailable>
    /** The vibes of these places, of whichever city, as far as they have one. */
    readonly vibes: (
      places: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, ArrayLike<number>>, ModelEmbeddingsUnavailable>
  }
>()("overplanned/ModelEmbeddings") {}
