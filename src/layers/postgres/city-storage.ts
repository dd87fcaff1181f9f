/** Cities' events in PostgreSQL: `city_events`. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { MAX_CITY_EVENTS } from "../../domain/city/decide.ts"
import type { CityEvent } from "../../domain/city/model.ts"
import { CityStorage, CityStorageUnavailable } from "../../services/city-storage.ts"
import { whyAway } from "./away.ts"

const TIMEOUT = "2 seconds"

export const layer = Layer.effect(
  CityStorage,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return CityStorage.of({
      current: (city, now) =>
        sql<{ id: string; city_id: string; occurred_at: Date; payload: CityEvent }>`
          select id, city_id, occurred_at, payload from city_events
          where city_id = ${city} and until > ${new Date(now)}
          order by occurred_at, id limit ${MAX_CITY_EVENTS}`.pipe(
          Effect.timeout(TIMEOUT),
          Effect.map((rows) =>
            rows.map(({ id, city_id, occurred_at, payload }) => ({
              id,
              city_id,
              at: occurred_at.getTime(),
              event: payload
            }))
          ),
          Effect.mapError((cause) => new CityStorageUnavailable({ message: whyAway(cause), cause }))
        )
    })
  })
)
