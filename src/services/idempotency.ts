/**
 * Receipts for writes that carry an `Idempotency-Key`: a repeated request is answered with the first answer, a key
 * used for another request is refused, and a repetition that arrives while the first is under way is told to wait.
 *
 * A receipt is durable before its answer leaves. Keys are kept in memory (a bounded number, read back from journal and store at start), so
 * that a write never waits for the database to learn that its key is new; the answer of an old one is read from the
 * store. Where the store is down and memory does not know the key, the write goes ahead: trips, pivots and signals
 * are idempotent by their own ids as well.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Receipt } from "../domain/records/kinds.ts"
import type { JournalError } from "./journal.ts"

export class ReceiptsUnavailable extends Schema.TaggedError<ReceiptsUnavailable>()("ReceiptsUnavailable", {
  message: Schema.String
}) {}

/** Where drained receipts are read back from. */
export class ReceiptStore extends Context.Service<
  ReceiptStore,
  {
    /** The keys of the newest receipts, oldest first. */
    readonly recent: (
      limit: number
    ) => Effect.Effect<
      ReadonlyArray<{ readonly user_id: string; readonly idempotency_key: string }>,
      ReceiptsUnavailable
    >
    readonly find: (userId: string, key: string) => Effect.Effect<Receipt | undefined, ReceiptsUnavailable>
    /** Forgets receipts that nothing is replayed from any longer; gives how many. For a nightly job. */
    readonly purge: Effect.Effect<number, ReceiptsUnavailable>
  }
>()("overplanned/ReceiptStore") {}

export type Opening =
  | { readonly _tag: "first" }
  | { readonly _tag: "replay"; readonly receipt: Receipt }
  | { readonly _tag: "other_request" }
  | { readonly _tag: "under_way" }

export class Idempotency extends Context.Service<
  Idempotency,
  {
    /** Takes the key where it is new: whoever gets `first` closes it or abandons it, also when the sender is gone. Interrupted, it takes nothing. */
    readonly open: (userId: string, key: string, requestHash: string) => Effect.Effect<Opening>
    /** Keeps the answer; it may leave once this succeeds. */
    readonly close: (
      userId: string,
      key: string,
      answer: Pick<Receipt, "request_hash" | "status" | "headers" | "body">
    ) => Effect.Effect<void, JournalError>
    /** For erasure: nothing of this person is remembered here any more, nor what others were told of them. */
    readonly forget: (userId: string) => Effect.Effect<void>
    /** The write failed: the key is free again. */
    readonly abandon: (userId: string, key: string) => Effect.Effect<void>
  }
>()("overplanned/Idempotency") {}
