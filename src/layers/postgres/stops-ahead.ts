import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { type LostStop, StopsAhead, StopsAheadUnavailable } from "../../services/stops-ahead.ts"

export const layer = Layer.effect(
  StopsAhead,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return StopsAhead.of({
      atRetired: (cityId, limit) =>
        sql<LostStop>`
          select n.id as node_id, (extract(epoch from max(i.ends_at)) * 1000)::float8 as until
          from itinerary_slots i join activity_nodes n on n.id = i.activity_node_id
          where n.city_id = ${cityId} and n.retired_at is not null and i.status = 'planned' and i.ends_at > now()
          group by n.id order by min(i.starts_at) limit ${limit}`.pipe(
          Effect.mapError(
            () =>
              new StopsAheadUnavailable({
                message: "Stops at places that left the catalog cannot be looked up: the database does not answer."
              })
          )
        )
    })
  })
)
