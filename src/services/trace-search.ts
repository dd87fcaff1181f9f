/**
 * Looks for what may be left of somebody who was erased. Each store is searched for their id and words, and for what was
 * theirs alone, as far as their own export says what that was; the database is also asked whether what is left could be
 * put together again.
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Marks } from "../domain/erasure/marks.ts"

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
