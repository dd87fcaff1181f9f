/** The tables that a shadow population fills, their columns, and how a batch of rows goes into one. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export type Row = Readonly<Record<string, unknown>>

/** In the order in which rows refer to one another. */
export const COLUMNS = {
  users: `id uuid, email text, age smallint, interests text[], personality real, onboarding_tags jsonb,
    persona_embedding real[], encoder_version text, persona_text text, created_at timestamptz`,
  persona_dimensions: `id uuid, user_id uuid, dimension text, value text, confidence real, source text,
    updated_at timestamptz, created_at timestamptz`,
  trips: `id uuid, user_id uuid, city_id uuid, start_date date, end_date date, status text, constraints jsonb,
    state_version bigint, epoch uuid, model_name text, model_version text, persona_seed jsonb, created_at timestamptz,
    updated_at timestamptz`,
  trip_members:
    "id uuid, trip_id uuid, user_id uuid, role text, ordinal smallint, joined_at timestamptz, created_at timestamptz",
  trip_snapshots:
    "trip_id uuid, seq bigint, schema_version smallint, state jsonb, created_at timestamptz, updated_at timestamptz",
  itinerary_slots: `id uuid, trip_id uuid, day_number smallint, slot_order smallint, activity_node_id uuid, day_part text,
    starts_at timestamptz, ends_at timestamptz, locked boolean, status text, score real, model_version text,
    created_at timestamptz, updated_at timestamptz`,
  behavioral_signals: `id uuid, user_id uuid, signal_type text, activity_node_id uuid, slot_id uuid, trip_id uuid,
    session_id uuid, context jsonb, source text, weight real, occurred_at timestamptz, created_at timestamptz`,
  ranking_events: `id uuid, user_id uuid, trip_id uuid, session_id uuid, day_number smallint, surface text,
    model_name text, model_version text, candidate_ids uuid[], scores real[], propensities real[], ranked_ids uuid[],
    selected_ids uuid[], user_state jsonb, latency_ms real, source text, occurred_at timestamptz, created_at timestamptz`,
  pivot_events: `id uuid, pivot_id uuid, user_id uuid, trip_id uuid, slot_id uuid, trigger text, detail jsonb,
    options jsonb, source text, origin text, state_version bigint, model_name text, model_version text, response text,
    chosen_option_id uuid, time_to_action_ms bigint, latency_ms real, slots_changed smallint, offered_at timestamptz,
    responded_at timestamptz, created_at timestamptz`,
  decision_outcomes: `id uuid, decision_id uuid, user_id uuid, trip_id uuid, session_id uuid, slot_id uuid,
    activity_node_id uuid, outcome text, source text, occurred_at timestamptz, created_at timestamptz`,
  intention_signals: `id uuid, user_id uuid, trip_id uuid, slot_id uuid, intention text, confidence real, source text,
    occurred_at timestamptz, created_at timestamptz`,
  "exp.events": `event_id uuid, event_type text, unit_id uuid, plan_id uuid, timestamp timestamptz, context jsonb,
    payload jsonb, created_at timestamptz`,
  "exp.persona_snapshots": `id uuid, user_id uuid, valid_from timestamptz, persona jsonb, encoder_version text,
    source text, created_at timestamptz`,
  "exp.constraint_snapshots":
    "id uuid, trip_id uuid, valid_from timestamptz, constraints jsonb, created_at timestamptz",
  "exp.catalog_snapshots": `id uuid, city_id uuid, catalog_version bigint, valid_from timestamptz, nodes integer,
    digest text, summary jsonb, created_at timestamptz`
} as const

export type Table = keyof typeof COLUMNS
export const TABLES = Object.keys(COLUMNS) as ReadonlyArray<Table>

const insertOf = (table: Table): string => {
  const columns = COLUMNS[table]
  const names = columns.split(",").map((column) => column.trim().split(" ")[0]!)
  const quoted = names.map((name) => `"${name}"`).join(", ")
  return `insert into ${table} (${quoted}) select ${quoted} from json_to_recordset($1::json) as r(${columns})`
}

/** A PostgreSQL array literal: taken in several times faster than an array of JSON. */
export const arrayOf = (values: ArrayLike<string | number>): string => `{${Array.from(values).join(",")}}`

/** A user's row may be there already, because a real row refers to it: then it is brought up to date. */
const ON_CONFLICT: Partial<Record<Table, string>> = {
  users: `on conflict (id) do update set email = excluded.email, age = excluded.age, interests = excluded.interests,
    personality = excluded.personality, onboarding_tags = excluded.onboarding_tags,
    persona_embedding = excluded.persona_embedding, encoder_version = excluded.encoder_version,
    persona_text = excluded.persona_text, created_at = excluded.created_at`
}

/** Rows that one statement takes: large enough to be fast, small enough to be slight in memory. */
const ROWS_PER_STATEMENT = 4_000

export const insertRows = Effect.fnUntraced(function* (table: Table, rows: ReadonlyArray<Row>) {
  if (rows.length === 0) return
  const sql = yield* SqlClient
  const statement = `${insertOf(table)} ${ON_CONFLICT[table] ?? ""}`
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    yield* sql.unsafe(statement, [JSON.stringify(rows.slice(from, from + ROWS_PER_STATEMENT))])
  }
})

/** Rows on their way, by table. */
export class Rows {
  readonly #rows = new Map<Table, Array<Row>>()
  size = 0

  add(table: Table, row: Row): void {
    const rows = this.#rows.get(table)
    if (rows === undefined) this.#rows.set(table, [row])
    else rows.push(row)
    this.size++
  }

  of(table: Table): ReadonlyArray<Row> {
    return this.#rows.get(table) ?? []
  }

  clear(): void {
    this.#rows.clear()
    this.size = 0
  }
}
