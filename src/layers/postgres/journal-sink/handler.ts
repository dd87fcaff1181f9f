/** What a family of journal records brings along to be stored: one file per family, listed by the composition root. */
import type * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { JournalEntry, RecordType } from "../../../services/journal.ts"
import type { SinkRejected } from "../../../services/journal-sink.ts"

export interface SinkHandler {
  /** The record types it stores; no other handler may name them. */
  readonly types: ReadonlyArray<RecordType>
  /**
   * Stores records of its types, in the order of the log, inside the drainer's transaction. It must skip ids that are
   * stored already (`on conflict do nothing`), because a crash makes the drainer repeat itself. A violated constraint or a
   * value that PostgreSQL cannot take makes the drainer look for the one bad record and set it aside, as does `SinkRejected`;
   * any other failure or defect makes it wait and try again. Handlers run in the order of the list, so put first what others refer to.
   */
  readonly apply: (records: ReadonlyArray<JournalEntry>) => Effect.Effect<void, SqlError | SinkRejected, SqlClient>
}

/** The payloads of records as one JSON array, without parsing them: what `jsonb_to_recordset` takes. */
export const payloadsOf = (records: ReadonlyArray<JournalEntry>): string =>
  `[${records.map(({ payload }) => payload).join()}]`
