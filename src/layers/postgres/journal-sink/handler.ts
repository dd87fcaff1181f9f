/** What a family of journal records brings along to be stored: one file per family, listed by the composition root. */
import type * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import type { RecordType } from "../../../domain/records/kind.ts"
import type { JournalEntry } from "../../../services/journal.ts"
import type { SinkRejected } from "../../../services/journal-sink.ts"
import type { ProvenSignals } from "../../../services/proven-signals.ts"

/** What is left to do once it is certain that the records are stored: counting, telling. It must not fail. */
export type OnceStored = Effect.Effect<void, never, ProvenSignals>

export interface SinkHandler {
  /** The record types it stores; no other handler may name them. */
  readonly types: ReadonlyArray<RecordType>
  /**
   * Stores records of its types, in the order of the log, inside the drainer's transaction. It must skip ids that are
   * stored already (`on conflict do nothing`), because a crash makes the drainer repeat itself. A violated constraint or a
   * value that PostgreSQL cannot take makes the drainer look for the one bad record and set it aside, as does `SinkRejected`;
   * any other failure or defect makes it wait and try again. Handlers run in the order of the list, so put first what others refer to.
   */
  readonly apply: (
    records: ReadonlyArray<JournalEntry>
  ) => Effect.Effect<OnceStored | void, SqlError | SinkRejected, SqlClient>
  /** For sequenced records: writes down that this one will never be stored, for those whom it concerns alone. */
  readonly lose?: (record: JournalEntry) => Effect.Effect<void, SqlError, SqlClient>
}

/** The payloads of records as one JSON array, for `json_to_recordset`. */
export const payloadsOf = (sql: SqlClient, records: ReadonlyArray<JournalEntry>): Fragment =>
  sql`${`[${records.map(({ payload }) => payload).join(",")}]`}::text`
