import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { attributionsFor } from "../../domain/catalog/attribution.ts"

/** Whose work the places are that rows speak of: their licences ask to be named wherever what they gave goes. */
export const owedTo = Effect.gen(function* () {
  const sql = yield* SqlClient
  const named = yield* sql<{ source: string; licence: string }>`
    select distinct split_part(said.value ->> 'source', ':', 1) as source, said.value ->> 'licence' as licence
    from activity_nodes n cross join lateral jsonb_each(n.provenance) said`
  return attributionsFor(named.map((one) => ({ provenance: { "*": one } })))
})
