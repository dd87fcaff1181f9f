/**
 * Where the journal drains to. One call is one transaction: the batch's records and the drainer's progress are stored
 * together or not at all, and a record whose id is stored already is skipped.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { JournalEntry } from "./journal.ts"

/** Where a journal's drain stands. `node` names the journal, not the machine: a new data directory is a new node. */
export interface DrainProgress {
  readonly node: string
  /** The segment (named by its first position) and the bytes into it: `segment + byteOffset` is the position. */
  readonly segment: number
  readonly byteOffset: number
}

/** The store cannot be reached or is overloaded: the same batch may succeed later. */
export class SinkUnavailable extends Schema.TaggedError<SinkUnavailable>()("SinkUnavailable", {
  message: Schema.String
}) {}

/** The store will never take this batch as it is: at least one record in it is bad. Nothing of it was stored. */
export class SinkRejected extends Schema.TaggedError<SinkRejected>()("SinkRejected", {
  message: Schema.String
}) {}

/** Another server owns what these records speak of since before they were written: nobody counts on them, and nothing of the batch was stored. */
export class SinkStale extends Schema.TaggedError<SinkStale>()("SinkStale", {
  message: Schema.String,
  positions: Schema.Array(Schema.Number)
}) {}

export class JournalSink extends Context.Service<
  JournalSink,
  {
    /**
     * A journal goes to work: answers the position up to which it is stored. One never seen counts as stored up to `since`,
     * where what its disk held began when it got this name. One that takes the place of another of its directory, which was not closed, breaks the continuity of trips: what that one acknowledged may be gone, so every trip
     * whose stream may go on gets a new epoch, in the same transaction. `former` are names of its own, before it lost something.
     */
    enroll(node: string, former: ReadonlyArray<string>, since: number): Effect.Effect<number, SinkUnavailable>
    /**
     * A record will never be stored of which none may be missing: whoever follows its key is told, and nobody else. Done twice it
     * is done once. Rejected where nobody can say whom it concerns.
     */
    lose(record: JournalEntry): Effect.Effect<void, SinkUnavailable | SinkRejected>
    /** A journal with nothing left in it stops work: whatever becomes of its disk, nothing is lost with it. */
    close(node: string): Effect.Effect<void, SinkUnavailable>
    /** Stores a batch, in order, and its progress. An empty batch moves the progress alone. */
    apply(
      batch: ReadonlyArray<JournalEntry>,
      progress: DrainProgress
    ): Effect.Effect<void, SinkUnavailable | SinkRejected | SinkStale>
  }
>()("overplanned/JournalSink") {}
