/**
 * Takes behavioural signals and answers once they are durable. It never waits for PostgreSQL: what is taken is in the journal,
 * and what the journal cannot take now is refused as a whole, with nothing of it kept.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Signal } from "../domain/signal.ts"
import type { SignalSource } from "../domain/vocabulary.ts"
import type { JournalError, JournalWriteFailed } from "./journal.ts"

export interface SignalReceipt {
  readonly accepted: number
  /** Ids that were taken before, with the same content. */
  readonly duplicates: number
  /** The items that were not taken, each with what is wrong with it. */
  readonly rejected: ReadonlyArray<{ readonly index: number; readonly problem: string }>
}

/** Too many signals in one call, or none at all. */
export class SignalCountRefused extends Schema.TaggedError<SignalCountRefused>()("SignalCountRefused", {
  message: Schema.String
}) {}

export class SignalIntake extends Context.Service<
  SignalIntake,
  {
    /**
     * Judges one item or 1 to 1000 of them, each by itself; the good ones go in. An id that comes again within the
     * remembered ones, or those in the journal at the start, is a duplicate if its content is the same, else a rejection.
     * Beyond that it is taken; storage keeps the first, and counts what came with other content.
     */
    readonly accept: (
      userId: string,
      items: unknown,
      source: SignalSource
    ) => Effect.Effect<SignalReceipt, SignalCountRefused | JournalError>
    /**
     * `accept` for callers that can do without a fiber: up to a hundred signals of which memory knows everything are judged and appended
     * before it returns, and `settled` is told later, once. It says false, and has done nothing, where there is more to it
     * than that: too many items, a trip to be looked up, a journal that refuses. Then `accept` is the road.
     */
    readonly acceptNow: (
      userId: string,
      items: unknown,
      source: SignalSource,
      settled: (outcome: SignalReceipt | JournalWriteFailed) => void
    ) => boolean
    /** The system's own signals (candidate sets, pivots, swaps), by the same road. */
    readonly record: (signals: ReadonlyArray<Signal>) => Effect.Effect<void, JournalError>
  }
>()("overplanned/SignalIntake") {}
