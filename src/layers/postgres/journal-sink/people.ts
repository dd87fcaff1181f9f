/** Stores travelers at their first token, and the receipts of their writes. Listed first: others refer to users. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { RECEIPT, USER_SEEN } from "../../../domain/records/kinds.ts"
import { payloadsOf, type SinkHandler } from "./handler.ts"

export const usersHandler: SinkHandler = {
  types: [USER_SEEN],
  apply: Effect.fnUntraced(function* (records) {
    const sql = yield* SqlClient
    yield* sql`
      insert into users (id, created_at)
      select r.user_id, to_timestamp(r.at / 1000.0)
      from jsonb_to_recordset(${payloadsOf(sql, records)}::jsonb) as r(user_id uuid, at double precision)
      on conflict do nothing`
  })
}

export const receiptsHandler: SinkHandler = {
  types: [RECEIPT],
  apply: Effect.fnUntraced(function* (records) {
    const sql = yield* SqlClient
    // A key that comes again after its receipt ran out takes the old one's place; within a batch the newest stands.
    yield* sql`
      insert into idempotency_receipts as kept (
        id, user_id, idempotency_key, request_hash, status, headers, body, expires_at)
      select distinct on (r.user_id, r.idempotency_key)
        gen_random_uuid(), r.user_id, r.idempotency_key, r.request_hash, r.status, r.headers, r.body,
        to_timestamp(r.expires_at / 1000.0)
      from jsonb_to_recordset(${payloadsOf(sql, records)}::jsonb) as r(
        user_id uuid, idempotency_key text, request_hash text, status smallint, headers jsonb, body text,
        expires_at double precision)
      order by r.user_id, r.idempotency_key, r.expires_at desc
      on conflict (user_id, idempotency_key) do update set
        request_hash = excluded.request_hash, status = excluded.status, headers = excluded.headers,
        body = excluded.body, expires_at = excluded.expires_at
      where kept.expires_at < excluded.expires_at`
  })
}
