/** Trips that the calendar of their city has something to say to, as they are stored. */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { TripId } from "../../domain/ids.ts"
import { isDueByDate } from "../../domain/trip/lifecycle.ts"
import type { TripStatus } from "../../domain/vocabulary.ts"
import type { TripStorage, TripStorageUnavailable } from "../../services/trip-storage.ts"

/** No zone is further from UTC than 14 hours, and a trip is over by the morning after its last day. */
const MARGIN_MILLIS = 48 * 3_600_000

/** Trips that are read at once to see which of them are due. */
const LOOKED_OVER = 2_000

const BEFORE_ALL = "00000000-0000-0000-0000-000000000000"

interface DatedRow {
  readonly id: TripId
  readonly status: TripStatus
  readonly start_date: string
  readonly end_date: string
  readonly time_zone: string
}

const dateOf = (millis: number): string => new Date(millis).toISOString().slice(0, 10)

/** Those that may be due somewhere on earth: which of them are, their own zone says. */
const perhapsDue = (sql: SqlClient, now: number, after: TripId | undefined) => {
  const [soon, lately] = [dateOf(now + MARGIN_MILLIS), dateOf(now - MARGIN_MILLIS)]
  const from = after ?? BEFORE_ALL
  const columns = sql.literal("id, city_id, status, start_date, end_date")
  // Two halves, each with an index of its own: those that are over are most of all trips, and few of them ended lately.
  return sql<DatedRow>`
    select t.id, t.status, t.start_date::text as start_date, t.end_date::text as end_date, c.time_zone
    from ((select ${columns} from trips
        where status in ('planning', 'confirmed', 'active') and id > ${from}::uuid and start_date <= ${soon}::date
          and (status <> 'active' or end_date <= ${soon}::date)
        order by id limit ${LOOKED_OVER})
      union all
      (select ${columns} from trips one
        where status = 'completed' and end_date >= ${lately}::date and id > ${from}::uuid and start_date <= ${soon}::date
          and (select payload -> 'by_calendar' from trip_events
            where trip_id = one.id and type = 'status_changed' order by seq desc limit 1) = 'true'
        order by id limit ${LOOKED_OVER})) t
      join cities c on c.id = t.city_id
    order by t.id limit ${LOOKED_OVER}`
}

const isDue = ({ end_date, start_date, status, time_zone }: DatedRow, now: number): boolean => {
  const trip = { end_date, start_date, status, time_zone }
  // The others that are completed were left out when they were read.
  return isDueByDate(status === "completed" ? { ...trip, completed_by_calendar: true } : trip, now)
}

type Watched = <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, TripStorageUnavailable>

export const tripsDue = (sql: SqlClient, watched: Watched): TripStorage["Service"]["due"] =>
  Effect.fnUntraced(function* (page) {
    const found: Array<TripId> = []
    for (let after = page.after; ; ) {
      const rows = yield* watched(perhapsDue(sql, page.now, after))
      for (const row of rows) {
        if (isDue(row, page.now) && found.push(row.id) === page.limit) return found
      }
      if (rows.length < LOOKED_OVER) return found
      after = rows.at(-1)!.id
    }
  })
