/** Whether an erasure is done: a last look, under the lock that whoever stores late records for the person takes too. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

/** The columns that name a person, for a last look. */
const NAMING = [
  ["users", "id"],
  ["trips", "user_id"],
  ["trip_members", "user_id"],
  ["trip_events", "actor_id"],
  ["behavioral_signals", "user_id"],
  ["ranking_events", "user_id"],
  ["decision_outcomes", "user_id"],
  ["pivot_events", "user_id"],
  ["intention_signals", "user_id"],
  ["door_reports", "user_id"],
  ["companion_suggestions", "user_id"],
  ["companion_suggestions", "suggested_id"],
  ["exp.events", "unit_id"],
  ["exp.persona_snapshots", "user_id"],
  ["idempotency_receipts", "user_id"],
  ["llm_ledger", "user_id"],
  ["llm_spend", "subject"]
] as const

const remains = Effect.fnUntraced(function* (person: string) {
  const sql = yield* SqlClient
  for (const [table, column] of NAMING) {
    const rows = yield* sql`
      select 1 from ${sql.literal(table)} where ${sql.literal(column)} = ${person} limit 1`
    if (rows.length > 0) return true
  }
  return false
})

interface JobRow {
  readonly late: string | null
}

export const arrival = Effect.fnUntraced(function* (jobId: string) {
  const sql = yield* SqlClient
  const [job] = yield* sql<JobRow>`select payload ->> 'late' as late from jobs where id = ${jobId}`
  return job?.late ?? undefined
})

export const conclude = Effect.fnUntraced(function* (person: string, jobId: string, seen: string | undefined) {
  const sql = yield* SqlClient
  const [job] = yield* sql<JobRow>`select payload ->> 'late' as late from jobs where id = ${jobId} for update`
  if ((job?.late ?? undefined) !== seen || (yield* remains(person))) return false
  yield* sql`update jobs set payload = '{}', dedupe_key = null, progress = null where id = ${jobId}`
  return true
})
