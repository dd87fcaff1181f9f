/** What one would recognise an erased person by: told by their id alone, or by the export they took before they left. */

export interface Marks {
  /** Words that must not stand anywhere: the id, the address. */
  readonly texts: ReadonlyArray<string>
  /** Ids of rows, sessions and trips that were theirs alone. */
  readonly ids: ReadonlyArray<string>
  /** Moments at which they did something, to the millisecond. */
  readonly instants: ReadonlyArray<string>
}

type Row = Readonly<Record<string, unknown>>
export type Export = { readonly user_id: string; readonly held: Readonly<Record<string, ReadonlyArray<Row>>> }

/** Rows that are about the person whoever else the trip belongs to, by the name of their id. */
const OWN_ROWS: Readonly<Record<string, string>> = {
  persona_dimensions: "id",
  companions: "id",
  companion_suggestions: "id",
  trip_links: "id",
  push_subscriptions: "id",
  push_notes: "id",
  behavioral_signals: "id",
  ranking_events: "id",
  decision_outcomes: "id",
  pivot_events: "id",
  intention_signals: "id",
  door_reports: "id",
  "exp.events": "event_id",
  "exp.persona_snapshots": "id",
  idempotency_receipts: "id"
}

/** Ids that a trip shares with its members' rows: the person's own only where the trip was theirs alone. */
const TRIP_IDS = ["trip_id", "session_id", "slot_id", "pivot_id", "decision_id", "epoch"]

const TIMES = ["occurred_at", "offered_at", "responded_at", "timestamp", "valid_from"]
const TIMED = [
  "behavioral_signals",
  "ranking_events",
  "decision_outcomes",
  "pivot_events",
  "intention_signals",
  "door_reports",
  "exp.events"
]

const text = (value: unknown): value is string => typeof value === "string" && value !== ""

/** On the hour, anybody's moment may look like it. */
const exact = (value: unknown): value is string => text(value) && !/T\d\d:00:00(\.0+)?(Z|[+-]\d\d:\d\d)$/.test(value)

export const marksOf = (userId: string, taken: Export | undefined): Marks => {
  if (taken === undefined) return { texts: [userId], ids: [], instants: [] }
  const rows = (table: string) => taken.held[table] ?? []
  const shared = new Set(
    rows("trip_members")
      .filter((one) => one.user_id !== userId)
      .map((one) => one.trip_id)
  )
  const alone = (row: Row) => !shared.has(row.trip_id)
  const ids = new Set<string>()
  const add = (value: unknown) => {
    if (text(value)) ids.add(value)
  }
  for (const [table, key] of Object.entries(OWN_ROWS)) {
    // Signals of companions answer the decisions of the trips that they shared.
    for (const row of rows(table)) if (table !== "ranking_events" || alone(row)) add(row[key])
  }
  for (const trip of rows("trips")) {
    if (shared.has(trip.id)) continue
    add(trip.id)
    add(trip.epoch)
  }
  for (const slot of rows("itinerary_slots")) if (alone(slot)) add(slot.id)
  for (const member of rows("trip_members")) if (member.user_id === userId) add(member.id)
  for (const table of TIMED) {
    for (const row of rows(table)) if (alone(row)) for (const key of TRIP_IDS) add(row[key])
  }
  const instants = TIMED.flatMap((table) => rows(table).flatMap((row) => TIMES.map((key) => row[key]).filter(exact)))
  const words = rows("users")
    .flatMap((user) => [user.email, user.persona_text])
    .filter(text)
  return { texts: [userId, ...words], ids: [...ids], instants: [...new Set(instants)] }
}
