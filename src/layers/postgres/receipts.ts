/** Drained receipts, read back for requests that come again. */

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { Receipt } from "../../domain/records/kinds.ts"
import { ReceiptStore, ReceiptsUnavailable } from "../../services/idempotency.ts"

/** A repetition waits no longer than this for an absent database. */
const PATIENCE = "500 millis"

const unavailable = new ReceiptsUnavailable({ message: "Receipts cannot be read: the database does not answer." })

const patiently = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.timeoutOrElse(
    Effect.mapError(effect, () => unavailable),
    { duration: PATIENCE, orElse: () => Effect.fail(unavailable) }
  )

export const layer = Layer.effect(
  ReceiptStore,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return ReceiptStore.of({
      recent: (limit) =>
        patiently(
          Effect.map(
            sql<{ user_id: string; idempotency_key: string }>`
              select user_id, idempotency_key from idempotency_receipts
              where expires_at > now() order by expires_at desc limit ${limit}`,
            (newestFirst) => newestFirst.toReversed()
          )
        ),
      find: (userId, key) =>
        patiently(
          Effect.map(
            sql<Omit<Receipt, "expires_at"> & { readonly expires_at: number }>`
              select user_id, idempotency_key, request_hash, status, headers, body,
                (extract(epoch from expires_at) * 1000)::double precision as expires_at
              from idempotency_receipts
              where user_id = ${userId} and idempotency_key = ${key} and expires_at > now()`,
            ([row]) => row
          )
        ),
      purge: sql`delete from idempotency_receipts where expires_at <= now() returning 1`.pipe(
        Effect.mapBoth({ onSuccess: (rows) => rows.length, onFailure: () => unavailable })
      )
    })
  })
)
