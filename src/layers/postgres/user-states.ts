/** Sweeps the states that records of pivots referred to while they waited in a journal. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

/** Longer than records are written against one state (half a day) and wait in a journal for a database that is away. */
const KEEP = "7 days"

export const purgeUserStates = Effect.gen(function* () {
  const sql = yield* SqlClient
  const rows = yield* sql`delete from user_states where created_at < now() - ${KEEP}::interval returning 1`
  return rows.length
})
