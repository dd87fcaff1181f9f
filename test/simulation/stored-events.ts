/** What a trip's log is, as the database has it. */
import type { TripEventEnvelope } from "../../src/domain/trip/events.ts"
import type { PgServer } from "./postgres/server.ts"

/** Rows of a trip by number, as the database has them. */
export const storedEvents = (server: PgServer, trip: string): ReadonlyArray<TripEventEnvelope> =>
  [...server.store.scan(undefined, "trip_events")]
    .filter((row) => row["trip_id"] === trip)
    .map((row) => ({
      id: row["id"] as string,
      trip_id: trip,
      seq: row["seq"] as number,
      at: row["occurred_at"] as number,
      actor_id: row["actor_id"] as string | null,
      ...(row["idempotency_key"] === null ? {} : { idempotency_key: row["idempotency_key"] as string }),
      event: row["payload"] as TripEventEnvelope["event"]
    }))
    .sort((a, b) => a.seq - b.seq)
