/** The account itself, and the mentions of it that other rows still carry. */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

/**
 * The names that they had in data sets, which nothing leads to them from then on. Models that were trained with them are counted
 * as such, without saying with whom: in the same statement, so that nobody is counted twice.
 */
const leaveModels = Effect.fnUntraced(function* (person: string) {
  const sql = yield* SqlClient
  yield* sql`
    with gone as (delete from dataset_pseudonyms where user_id = ${person} returning family, created_at)
    update model_registry m set people_erased = m.people_erased + 1
    from gone where m.lineage ->> 'dataset' = gone.family and m.training_date >= gone.created_at`
})

/**
 * Who was shown to whom goes; what was answered stays for learning, with somebody unknown in their place, another in each row, and
 * less exact in time and likeness.
 */
const leaveSuggestions = Effect.fnUntraced(function* (person: string) {
  const sql = yield* SqlClient
  const unknownIn = (column: string) =>
    sql`case when ${sql.literal(column)} = ${person} then gen_random_uuid() else ${sql.literal(column)} end`
  yield* sql`delete from companion_suggestions where answer is null and ${person} in (user_id, suggested_id)`
  yield* sql`
    update companion_suggestions set id = gen_random_uuid(), user_id = ${unknownIn("user_id")},
      suggested_id = ${unknownIn("suggested_id")}, score = round(score::numeric, 1),
      features = (select jsonb_object_agg(key, round(value::text::numeric, 2)) from jsonb_each(features)),
      shown_at = date_trunc('day', shown_at), answered_at = date_trunc('day', answered_at),
      created_at = date_trunc('day', created_at), earlier = '[]'
    where ${person} in (user_id, suggested_id)`
})

/** Personas, consents, invitations and vetoes go with the account, by cascade. */
export const removeAccount = Effect.fnUntraced(function* (person: string) {
  const sql = yield* SqlClient
  yield* sql`delete from exp.persona_snapshots where user_id = ${person}`
  yield* sql`delete from user_states where user_ids @> ${[person]}::uuid[]`
  // What they found at doors is taken back: the places are counted again without them.
  yield* sql`delete from door_reports where user_id = ${person}`
  yield* leaveSuggestions(person)
  yield* sql`delete from sign_in_codes where user_id = ${person}`
  yield* sql`delete from idempotency_receipts where user_id = ${person}`
  yield* sql`update llm_ledger set user_id = null, trip_id = null where user_id = ${person}`
  yield* sql`delete from llm_spend where subject = ${person}`
  yield* sql`delete from jobs where kind <> 'erase_user' and (dedupe_key like ${`%${person}%`}
    or payload::text like ${`%${person}%`}) and state <> 'running'`
  yield* leaveModels(person)
  yield* sql`delete from users where id = ${person}`
})

/** Columns whose text may name people in passing: what others did, and what was answered to them. */
const MENTIONING = [
  ["trip_events", "payload", "jsonb"],
  ["trip_snapshots", "state", "jsonb"],
  ["trips", "persona_seed", "jsonb"],
  ["trips", "constraints", "jsonb"],
  ["behavioral_signals", "context", "jsonb"],
  ["ranking_events", "user_state", "jsonb"],
  ["pivot_events", "detail", "jsonb"],
  ["pivot_events", "options", "jsonb"],
  ["exp.events", "payload", "jsonb"],
  ["exp.events", "context", "jsonb"],
  ["exp.persona_snapshots", "persona", "jsonb"],
  ["exp.constraint_snapshots", "constraints", "jsonb"],
  ["idempotency_receipts", "body", "text"],
  ["jobs", "progress", "jsonb"],
  ["jobs", "result", "jsonb"],
  ["jobs", "error", "text"]
] as const

/** Each mention becomes somebody unknown, a different one each time. */
export const removeMentions = Effect.fnUntraced(function* (person: string) {
  const sql = yield* SqlClient
  for (const [table, column, type] of MENTIONING) {
    const name = sql.literal(column)
    yield* sql`
      update ${sql.literal(table)} set ${name} = replace(${name}::text, ${person}, gen_random_uuid()::text)::${sql.literal(type)}
      where ${name}::text like ${`%${person}%`}`
  }
  yield* sql`update trip_events set actor_id = ${randomUUID()} where actor_id = ${person}`
})
