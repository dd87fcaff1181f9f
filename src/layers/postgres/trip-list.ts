import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { type TripEntry, TripList, TripListUnavailable } from "../../services/trip-list.ts"
import { whyAway } from "./away.ts"

export const layer = Layer.effect(
  TripList,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return TripList.of({
      mine: (userId, { after, limit }) =>
        sql<TripEntry>`
          select t.id, c.slug as city, t.status, t.start_date::text as start_date, t.end_date::text as end_date,
            t.state_version::int as state_version
          from trip_members m join trips t on t.id = m.trip_id join cities c on c.id = t.city_id
          where m.user_id = ${userId} and (${after ?? null}::uuid is null or t.id < ${after ?? null}::uuid)
          order by t.id desc limit ${limit}`.pipe(
          Effect.mapError(
            (error) => new TripListUnavailable({ message: `Trips cannot be listed right now: ${whyAway(error)}.` })
          )
        )
    })
  })
)
