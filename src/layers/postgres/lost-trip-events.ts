/** Changes of trips that cannot be stored, or are missing: written down for one trip, whose stream begins anew, and for no other. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { SqlClient } from "effect/sql/SqlClient"
import type { LostChange } from "../../domain/trip/model.ts"

const lost = Metric.counter("trip_changes_lost_total", {
  description: "Changes of trips that were acknowledged and that the database would not take, or did not have",
  incremental: true
})

/** Says how many of them were not known before; only those give the trip a new epoch. */
export const loseTripEvents = Effect.fnUntraced(function* (
  sql: SqlClient,
  trip: string,
  changes: ReadonlyArray<LostChange>
) {
  const rows = JSON.stringify(changes)
  const [noted] = yield* sql<{ count: number }>`
    with noted as (
      insert into lost_trip_events (trip_id, seq, type)
      select ${trip}, r.seq, r.type from jsonb_to_recordset(${rows}::text::jsonb) as r(seq bigint, type text)
      on conflict do nothing returning 1),
    renewed as (update trips set epoch = gen_random_uuid() where id = ${trip} and exists (select from noted)),
    begun as (
      update trip_snapshots set epoch = gen_random_uuid() where trip_id = ${trip} and exists (select from noted)
        and not exists (select from trips where id = ${trip}))
    select count(*)::int as count from noted`
  if (noted!.count > 0) yield* Metric.update(lost, noted!.count)
  return noted!.count
})
