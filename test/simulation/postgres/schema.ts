/** The tables that the runtime writes and reads while it serves, with what each refuses: as `sql/` has them. */
import { PgFailure, TYPES, type Type } from "./types.ts"

export type Row = Readonly<Record<string, unknown>>

export interface Column {
  readonly name: string
  readonly type: Type
  readonly required: boolean
}

export interface TableShape {
  readonly name: string
  readonly columns: ReadonlyArray<Column>
  readonly key: ReadonlyArray<string>
  readonly unique: ReadonlyArray<ReadonlyArray<string>>
  readonly references: ReadonlyArray<{ readonly column: string; readonly table: string; readonly cascade: boolean }>
  readonly defaults: Row
  readonly checks: ReadonlyArray<(row: Row) => boolean>
}

interface More {
  readonly key?: string
  readonly unique?: ReadonlyArray<string>
  /** `column table`, with a `*` behind what goes with what it refers to. */
  readonly references?: ReadonlyArray<string>
  readonly defaults?: Row
  readonly checks?: ReadonlyArray<(row: Row) => boolean>
}

/** Columns are `name type`, those that must be there with a `!` behind. */
const table = (name: string, columns: string, more: More = {}): TableShape => ({
  name,
  columns: columns.split(",").map((text) => {
    const [column, type] = text.trim().split(" ") as [string, string]
    const plain = type.replace("!", "") as Type
    if (!TYPES.includes(plain)) throw new Error(`No type ${type} is known to the model of PostgreSQL.`)
    return { name: column, type: plain, required: type.endsWith("!") }
  }),
  key: (more.key ?? "id").split(" "),
  unique: (more.unique ?? []).map((one) => one.split(" ")),
  references: (more.references ?? []).map((text) => {
    const [column, to] = text.replace("*", "").split(" ") as [string, string]
    return { column, table: to, cascade: text.endsWith("*") }
  }),
  defaults: more.defaults ?? {},
  checks: more.checks ?? []
})

const oneOf =
  (column: string, ...values: ReadonlyArray<string>) =>
  (row: Row) =>
    row[column] === null || values.includes(row[column] as string)

const between =
  (column: string, least: number, most = Number.POSITIVE_INFINITY) =>
  (row: Row) =>
    row[column] === null || ((row[column] as number) >= least && (row[column] as number) <= most)

const cardinality = (row: Row, column: string) => (row[column] as ReadonlyArray<unknown>).length

const within = (part: string, all: string) => (row: Row) => {
  const whole = new Set(row[all] as ReadonlyArray<unknown>)
  return (row[part] as ReadonlyArray<unknown>).every((one) => whole.has(one))
}

const SOURCE = oneOf("source", "app", "backfill")

const PEOPLE = [
  table(
    "users",
    "id uuid!, signal_count int4!, persona_embedding float4[], encoder_version text, persona_learnt_until timestamptz, persona_recent jsonb, persona_base_at timestamptz, persona_base_learnt_until timestamptz, persona_text text, persona_text_embedding float4[], onboarding_tags jsonb!, age int2, interests text[]!, personality float4, deleted_at timestamptz",
    {
      defaults: { signal_count: 0, onboarding_tags: {}, interests: [] },
      checks: [
        between("age", 0, 130),
        between("personality", 0, 1),
        between("signal_count", 0),
        (row) => row["persona_embedding"] === null || cardinality(row, "persona_embedding") === 128
      ]
    }
  ),
  table("persona_dimensions", "user_id uuid!, dimension text!, value text!, confidence float4!, source text!", {
    key: "user_id dimension",
    references: ["user_id users*"],
    checks: [between("confidence", 0, 1)]
  }),
  table(
    "exp.persona_snapshots",
    "id uuid!, user_id uuid!, valid_from timestamptz!, persona jsonb!, encoder_version text"
  ),
  table(
    "idempotency_receipts",
    "user_id uuid!, idempotency_key text!, request_hash text!, status int2, headers jsonb, body text, expires_at timestamptz!",
    { key: "user_id idempotency_key" }
  )
]

const TRIPS = [
  table(
    "trips",
    "id uuid!, user_id uuid!, city_id uuid!, start_date date!, end_date date!, status text!, constraints jsonb!, state_version int8!, epoch uuid!, model_name text, model_version text, created_at timestamptz!",
    {
      references: ["user_id users", "city_id cities"],
      defaults: { state_version: 0 },
      checks: [
        oneOf("status", "planning", "confirmed", "active", "completed", "shortened", "cancelled"),
        (row) => (row["end_date"] as string) >= (row["start_date"] as string)
      ]
    }
  ),
  table("trip_members", "trip_id uuid!, user_id uuid!, role text!, ordinal int2!, joined_at timestamptz!", {
    key: "trip_id user_id",
    references: ["trip_id trips*", "user_id users"],
    checks: [oneOf("role", "owner", "member"), between("ordinal", 0)]
  }),
  table(
    "trip_invitations",
    "trip_id uuid!, invited_user_id uuid!, invited_by uuid!, status text!, expires_at timestamptz!",
    {
      key: "trip_id invited_user_id",
      references: ["trip_id trips*", "invited_user_id users*", "invited_by users*"],
      checks: [oneOf("status", "open", "accepted", "declined", "withdrawn")]
    }
  ),
  table("trip_vetoes", "trip_id uuid!, user_id uuid!, node_ids uuid[]!, tags text[]!", {
    key: "trip_id user_id",
    references: ["trip_id trips*", "user_id users*"]
  }),
  table(
    "trip_events",
    "id uuid!, trip_id uuid!, seq int8!, type text!, payload jsonb!, schema_version int2!, actor_id uuid, idempotency_key text, occurred_at timestamptz!",
    { unique: ["trip_id seq"], checks: [between("seq", 1)] }
  ),
  table("trip_snapshots", "trip_id uuid!, seq int8!, schema_version int2!, state jsonb!, epoch uuid", {
    key: "trip_id",
    checks: [between("seq", 0)]
  }),
  table("lost_trip_events", "trip_id uuid!, seq int8!, type text, settled_at timestamptz", {
    key: "trip_id seq",
    checks: [between("seq", 1)]
  }),
  table(
    "itinerary_slots",
    "id uuid!, trip_id uuid!, day_number int2!, slot_order int2!, activity_node_id uuid!, day_part text!, starts_at timestamptz!, ends_at timestamptz!, locked bool!, status text!, generated_narrative text, score float4, model_version text",
    {
      references: ["trip_id trips*", "activity_node_id activity_nodes"],
      checks: [
        between("day_number", 1, 21),
        between("slot_order", 0),
        oneOf("day_part", "morning", "midday", "afternoon", "evening", "night"),
        oneOf("status", "planned", "done", "skipped", "removed"),
        (row) => (row["ends_at"] as number) > (row["starts_at"] as number)
      ]
    }
  )
]

const PLACES = [
  table("cities", "id uuid!, slug text!, time_zone text!"),
  table("activity_nodes", "id uuid!, city_id uuid!, category text!, price_tier int2!, vibe_embedding float4[]!", {
    references: ["city_id cities"]
  }),
  table(
    "city_events",
    "id uuid!, city_id uuid!, kind text!, starts_at timestamptz!, until timestamptz!, payload jsonb!, occurred_at timestamptz!",
    {
      references: ["city_id cities*"],
      checks: [
        oneOf("kind", "weather", "closure", "transit"),
        (row) => (row["until"] as number) > (row["starts_at"] as number)
      ]
    }
  )
]

const DECISIONS = [
  table(
    "behavioral_signals",
    "id uuid!, user_id uuid!, signal_type text!, activity_node_id uuid, slot_id uuid, trip_id uuid, session_id uuid, context jsonb!, source text!, weight float4!, model_version text, decision_id uuid, client_model_version text, client_session_id uuid, content_hash text, occurred_at timestamptz!, created_at timestamptz!",
    { references: ["user_id users", "activity_node_id activity_nodes"], checks: [SOURCE] }
  ),
  table(
    "ranking_events",
    "id uuid!, user_id uuid!, trip_id uuid, session_id uuid, day_number int2, surface text!, model_name text!, model_version text!, candidate_ids uuid[]!, scores float4[]!, propensities float4[]!, ranked_ids uuid[]!, selected_ids uuid[]!, user_state jsonb!, shadow_model_name text, shadow_model_version text, shadow_ranked_ids uuid[], shadow_latency_ms float4, arm text, arm_of text, model_failed bool!, latency_ms float4!, occurred_at timestamptz!",
    {
      references: ["user_id users"],
      defaults: { model_failed: false },
      checks: [
        between("latency_ms", 0),
        oneOf("surface", "itinerary", "swap", "pivot", "discovery"),
        within("selected_ids", "candidate_ids"),
        within("ranked_ids", "candidate_ids"),
        (row) =>
          cardinality(row, "scores") === cardinality(row, "candidate_ids") &&
          cardinality(row, "propensities") === cardinality(row, "candidate_ids"),
        (row) => (row["surface"] === "itinerary") === (row["day_number"] !== null),
        oneOf("arm", "candidate", "control"),
        (row) => (row["arm"] === null) === (row["arm_of"] === null),
        between("shadow_latency_ms", 0)
      ]
    }
  ),
  table(
    "pivot_events",
    "id uuid!, pivot_id uuid!, user_id uuid, trip_id uuid!, slot_id uuid, trigger text!, detail jsonb!, options jsonb!, reasons jsonb!, source text!, state_version int8!, model_name text!, model_version text!, response text, chosen_option_id uuid, time_to_action_ms int8, latency_ms float4!, slots_changed int2, offered_at timestamptz!, responded_at timestamptz",
    {
      unique: ["pivot_id"],
      references: ["user_id users"],
      checks: [
        oneOf("trigger", "venue_closed", "weather", "mood", "transit"),
        oneOf("source", "precomputed", "on_demand"),
        oneOf("response", "accept", "dismiss", "ignore"),
        between("time_to_action_ms", 0),
        between("latency_ms", 0),
        (row) => row["response"] === null || (row["response"] === "accept") === (row["chosen_option_id"] !== null)
      ]
    }
  ),
  table(
    "intention_signals",
    "id uuid!, user_id uuid!, trip_id uuid, slot_id uuid, intention text!, confidence float4!, source text!, occurred_at timestamptz!",
    { references: ["user_id users"], checks: [between("confidence", 0, 1)] }
  ),
  table(
    "door_reports",
    "id uuid!, user_id uuid!, trip_id uuid!, slot_id uuid!, activity_node_id uuid!, open bool!, opening_hours text, occurred_at timestamptz!",
    { references: ["user_id users"] }
  ),
  table(
    "decision_outcomes",
    "id uuid!, decision_id uuid!, user_id uuid!, trip_id uuid, session_id uuid, slot_id uuid, activity_node_id uuid!, outcome text!, source text!, occurred_at timestamptz!",
    { references: ["user_id users"], defaults: { source: "app" }, checks: [SOURCE] }
  ),
  table("user_states", "id uuid!, user_ids uuid[]!, state jsonb!"),
  table(
    "exp.events",
    "event_id uuid!, event_type text!, unit_id uuid!, plan_id uuid!, timestamp timestamptz!, context jsonb!, payload jsonb!",
    { key: "event_id", checks: [oneOf("event_type", "plan_generated", "plan_edited", "plan_accepted", "plan_undone")] }
  ),
  table("exp.constraint_snapshots", "id uuid!, trip_id uuid!, valid_from timestamptz!, constraints jsonb!"),
  table("model_registry", "model_name text!, model_version text!, model_type text!, description text!, stage text!", {
    key: "model_name model_version"
  })
]

const BOOKKEEPING = [
  table(
    "journal_progress",
    "node_id text!, segment int8!, byte_offset int8!, closed bool!, updated_at timestamptz!, directory uuid",
    { key: "node_id", defaults: { closed: false } }
  ),
  table(
    "nodes",
    "directory uuid!, incarnation uuid!, name text!, role text!, release text!, place text!, acks text!, address text, until timestamptz!, stopped bool!",
    { key: "directory", defaults: { stopped: false } }
  ),
  table("shard_leases", "shard int2!, directory uuid, incarnation uuid, epoch int4!, since_epoch int4!", {
    key: "shard",
    references: ["directory nodes"],
    defaults: { epoch: 0, since_epoch: 0 }
  }),
  table("shard_tails", "shard int2!, directory uuid!, since_epoch int4!, epoch int4!", {
    key: "shard directory",
    references: ["shard shard_leases", "directory nodes"]
  })
]

export const SCHEMA: ReadonlyMap<string, TableShape> = new Map(
  [...PEOPLE, ...PLACES, ...TRIPS, ...DECISIONS, ...BOOKKEEPING].map((one) => [one.name, one])
)

export const shapeOf = (name: string): TableShape => {
  const shape = SCHEMA.get(name)
  if (shape === undefined) throw new PgFailure("42P01", `relation "${name}" does not exist`)
  return shape
}
