/** Looks for a person in the vector index. */
import * as Effect from "effect/Effect"
import { isUuid } from "../../domain/ids.ts"
import { StoreNotSearched, type TraceStore } from "../../services/trace-search.ts"
import type { VectorIndex } from "../../services/vector-index.ts"

export const vectorTraces = (index: typeof VectorIndex.Service): TraceStore => ({
  name: `vector index (${index.name})`,
  search: (marks) =>
    index.countOf("persona_embedding", marks.texts.filter(isUuid)).pipe(
      Effect.map((points) =>
        points === 0 ? [] : [{ where: "persona_embedding", what: "a point under the person's id" }]
      ),
      Effect.mapError((error) => new StoreNotSearched({ message: error.message }))
    )
})
