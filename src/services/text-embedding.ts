/**
 * Sentences as unit vectors, by a sentence-transformer that somebody put on this machine. Without one the service says
 * so, and whoever wanted a vector goes on without: nothing on the way of a trip depends on it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export class TextEmbeddingUnavailable extends Schema.TaggedError<TextEmbeddingUnavailable>()(
  "TextEmbeddingUnavailable",
  { message: Schema.String, cause: Schema.optional(Schema.Defect()) }
) {}

export class TextEmbedding extends Context.Service<
  TextEmbedding,
  {
    readonly configured: boolean
    /** One unit vector per text, in the order of the texts. Long texts are cut at what the model can read. */
    readonly embed: (
      texts: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<Float32Array>, TextEmbeddingUnavailable>
  }
>()("overplanned/TextEmbedding") {}
