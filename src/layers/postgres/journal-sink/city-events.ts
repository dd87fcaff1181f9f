/** Stores what happened in cities. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { payloadsOfKind } from "../../../domain/records/kind.ts"
import { CITY_EVENT } from "../../../domain/records/kinds.ts"
import type { SinkHandler } from "./handler.ts"

export const cityEventsHandler: SinkHandler = {
  types: [CITY_EVENT],
  apply: Effect.fnUntraced(function* (records) {
    const sql = yield* SqlClient
    const rows = payloadsOfKind(CITY_EVENT, records).map(({ id, city_id, at, event }) => {
      return {
        id,
        city_id,
        kind: event.kind,
        starts_at: new Date(event.from),
        until: new Date(event.until),
        payload: event,
        occurred_at: new Date(at)
      }
    })
    yield* sql`
      insert into city_events (id, city_id, kind, starts_at, until, payload, occurred_at)
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(
        id uuid, city_id uuid, kind text, starts_at timestamptz, until timestamptz, payload jsonb,
        occurred_at timestamptz)
      on conflict (id) do nothing`
  })
}
