/**
 * Looks for what may be left of somebody who was erased. Each store is searched for their id and words, and for what was
 * theirs alone, as far as their own export says what that was; the database is also asked whether what is left could be
 * put together again.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Marks } from "../domain/erasure/marks.ts"
import { isUuid } from "../domain/ids.ts"
import type { VectorIndex } from "./vector-index.ts"

/** A store cannot be read: whether something is left in it is not known. */
export class StoreNotSearched extends Schema.TaggedError<StoreNotSearched>()("StoreNotSearched", {
  message: Schema.String
}) {}

export interface Trace {
  /** Where: a table and column, a file, a key. */
  readonly where: string
  /** What was found there, in words that do not repeat it. */
  readonly what: string
}

export interface TraceStore {
  readonly name: string
  readonly search: (marks: Marks) => Effect.Effect<ReadonlyArray<Trace>, StoreNotSearched>
}

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
