/** What people's trips come to, counted by the database. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Counted } from "../../domain/companions/habits.ts"

export interface CountedTrip extends Counted {
  readonly start_date: string
}

interface Row {
  readonly user_id: string
  readonly start_date: string
  readonly city: string
  readonly days: number
  readonly stops: number
  readonly price_sum: number
  readonly first_minute_sum: number
  readonly neighbourhoods: Readonly<Record<string, number>>
}

/** The trips of each of these people, without those that were called off. */
export const readTrips = Effect.fnUntraced(function* (users: ReadonlyArray<string>) {
  const sql = yield* SqlClient
  const rows = yield* sql<Row>`
    with stops as (
      select m.user_id, t.id as trip_id, t.start_date, c.slug as city, s.day_number, n.price_tier,
        c.slug || '/' || n.neighbourhood as corner,
        extract(epoch from (s.starts_at at time zone c.time_zone)::time) / 60 as minute
      from trip_members m
        join trips t on t.id = m.trip_id and t.status <> 'cancelled'
        join cities c on c.id = t.city_id
        join itinerary_slots s on s.trip_id = t.id and s.status <> 'skipped'
        join activity_nodes n on n.id = s.activity_node_id
      where m.user_id = any(${`{${users.join(",")}}`}::uuid[])),
    days as (
      select user_id, trip_id, count(*)::int as days, sum(first)::float8 as first_minute_sum from (
        select user_id, trip_id, day_number, min(minute) as first from stops group by 1, 2, 3) each group by 1, 2),
    corners as (
      select user_id, trip_id, jsonb_object_agg(corner, n) as neighbourhoods from (
        select user_id, trip_id, corner, count(*)::int as n from stops group by 1, 2, 3) each group by 1, 2),
    sums as (
      select user_id, trip_id, min(start_date)::text as start_date, min(city) as city, count(*)::int as stops,
        sum(price_tier)::int as price_sum from stops group by 1, 2)
    select user_id, start_date, city, days, stops, price_sum, first_minute_sum, neighbourhoods
    from sums join days using (user_id, trip_id) join corners using (user_id, trip_id)`
  return Map.groupBy(
    rows.map((row): CountedTrip & { readonly user_id: string } => ({
      user_id: row.user_id,
      start_date: row.start_date,
      days: row.days,
      stops: row.stops,
      priceSum: row.price_sum,
      firstMinuteSum: row.first_minute_sum,
      cities: { [row.city]: row.days },
      neighbourhoods: row.neighbourhoods
    })),
    (trip) => trip.user_id
  )
})

const added = (all: Record<string, number>, more: Readonly<Record<string, number>>) => {
  for (const [name, n] of Object.entries(more)) all[name] = (all[name] ?? 0) + n
}

export const sumOf = (trips: ReadonlyArray<Counted>): Counted => {
  const cities: Record<string, number> = {}
  const neighbourhoods: Record<string, number> = {}
  const sum = { days: 0, stops: 0, priceSum: 0, firstMinuteSum: 0 }
  for (const trip of trips) {
    sum.days += trip.days
    sum.stops += trip.stops
    sum.priceSum += trip.priceSum
    sum.firstMinuteSum += trip.firstMinuteSum
    added(cities, trip.cities)
    added(neighbourhoods, trip.neighbourhoods)
  }
  return { ...sum, cities, neighbourhoods }
}
