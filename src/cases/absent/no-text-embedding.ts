/** No sentence-transformer is set: texts have no vectors. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TextEmbedding, TextEmbeddingUnavailable } from "../../services/text-embedding.ts"

export const layer = Layer.succeed(TextEmbedding, {
  configured: false,
  embed: () =>
    Effect.fail(
      new TextEmbeddingUnavailable({ message: "TEXT_EMBEDDING_MODEL is not set: texts have no vectors here." })
    )
})
