/**
 * What was under way when somebody left, or lay in the journal of a node that was away, is stored when their erasure may be
 * done already, and would bring them back. So whoever stores records tells of them here, within the transaction that
 * stores them: the erasure of everybody named in them is queued again, once however often it is asked for.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { JournalEntry } from "./journal.ts"
import type { SinkUnavailable } from "./journal-sink.ts"

export class LateRecords extends Context.Service<
  LateRecords,
  { readonly stored: (records: ReadonlyArray<JournalEntry>) => Effect.Effect<void, SinkUnavailable> }
>()("overplanned/LateRecords") {}
