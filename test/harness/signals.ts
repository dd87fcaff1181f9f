/** Signals as a client would send them, and people and places for them to speak of. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export const uuidOf = (kind: number, n: number): string =>
  `00000000-0000-7000-8${String(kind).padStart(3, "0")}-${String(n).padStart(12, "0")}`

export const userOf = (n: number) => uuidOf(1, n)
export const tripOf = (n: number) => uuidOf(2, n)
export const nodeOf = (n: number) => uuidOf(3, n)
export const cityOf = (n: number) => uuidOf(4, n)
export const signalId = (n: number) => uuidOf(5, n)

export const item = (n: number, more: Readonly<Record<string, unknown>> = {}) => ({
  id: signalId(n),
  signal_type: "slot_accept",
  activity_node_id: nodeOf(1),
  occurred_at: "2026-05-01T09:30:00Z",
  context: { time_to_action_ms: 2300, day_part: "evening", position: 3 },
  ...more
})

/** Two cities with a place each; user 1 owns trip 1 in the first city, user 2 is a member of it, user 3 a stranger. */
export const seedPeopleAndPlaces = Effect.gen(function* () {
  const sql = yield* SqlClient
  for (const n of [1, 2, 3]) yield* sql`insert into users (id) values (${userOf(n)})`
  for (const n of [1, 2]) {
    yield* sql`
      insert into cities (id, slug, name, country, time_zone, lat, lon)
      values (${cityOf(n)}, ${`city-${n}`}, ${`City ${n}`}, 'US', 'UTC', 0, 0)`
    yield* sql`
      insert into activity_nodes (id, city_id, node_index, name, neighbourhood, category, lat, lon, time_zone, price_tier,
        setting, weather_sensitivity, typical_minutes, day_parts, vibe_tags, vibe_weights, vibe_embedding, taxonomy_version, source_tier,
        content_hash)
      values (${nodeOf(n)}, ${cityOf(n)}, 0, 'Place', 'Here', 'cafe', 0, 0, 'UTC', 1, 'indoor', 0, 30, '{}', '{}', '{}',
        array_fill(0.125::real, array[64]), 'v1', 1, 'x')`
  }
  yield* sql`
    insert into trips (id, user_id, city_id, start_date, end_date, status, epoch)
    values (${tripOf(1)}, ${userOf(1)}, ${cityOf(1)}, '2026-05-01', '2026-05-03', 'active', ${uuidOf(9, 1)})`
  yield* sql`
    insert into trip_members (id, trip_id, user_id, role, ordinal) values (${uuidOf(9, 2)}, ${tripOf(1)}, ${userOf(2)}, 'member', 1)`
})
