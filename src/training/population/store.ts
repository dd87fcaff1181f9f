/** Takes the shadow population out of the database, and only that. Runs inside the seeder's transaction. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { PopulationRefused } from "../../services/shadow-population.ts"
import { SHADOW_EMAIL_PATTERN } from "./profile.ts"

/** Statements of a seeding are long by nature; the limit for requests is not for them. */
export const STATEMENT_TIMEOUT = "10min"

/** One seeding at a time, and nobody's row mistaken for one of ours. Fills `shadow_users` for this transaction. */
export const begin = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`select pg_advisory_xact_lock(hashtext('seed-training-data'))`
  yield* sql.unsafe(`set local statement_timeout = '${STATEMENT_TIMEOUT}'`)
  yield* sql`create temporary table shadow_users on commit drop as
    select id from users where email like ${SHADOW_EMAIL_PATTERN}`
  yield* sql`create temporary table shadow_trips on commit drop as
    select t.id from trips t join shadow_users s on s.id = t.user_id`
  const guests = yield* sql<{ trip_id: string; members: number }>`
    select m.trip_id, count(*)::int as members from trip_members m
    where m.trip_id in (select id from shadow_trips) and m.user_id not in (select id from shadow_users)
    group by m.trip_id order by m.trip_id limit 5`
  if (guests.length > 0) {
    return yield* new PopulationRefused({
      message: `Real travelers are members of shadow trips (${guests.map((trip) => trip.trip_id).join(", ")}). Seeding would take those trips from them. Take the travelers off these trips, then seed again.`,
      retry: false
    })
  }
})

/** Tables that name the trip of a row, or else the user; each is emptied of the shadow population's rows. */
const BY_TRIP = ["pivot_events", "trip_events", "trip_snapshots", "exp.constraint_snapshots"]
const BY_USER = [
  "intention_signals",
  "ranking_events",
  "decision_outcomes",
  "behavioral_signals",
  "exp.persona_snapshots",
  "persona_dimensions"
]

/** Every row of the shadow population but its users, who keep their ids: a real row may name them. */
export const takeOut = Effect.gen(function* () {
  const sql = yield* SqlClient
  for (const table of BY_TRIP) yield* sql.unsafe(`delete from ${table} where trip_id in (select id from shadow_trips)`)
  for (const table of BY_USER) yield* sql.unsafe(`delete from ${table} where user_id in (select id from shadow_users)`)
  yield* sql`delete from exp.events where unit_id in (select id from shadow_users)`
  yield* sql`delete from trips where id in (select id from shadow_trips)`
  yield* sql`delete from quality_signals where source like 'shadow\\_%'`
  yield* sql`delete from exp.catalog_snapshots where summary ->> 'origin' = 'shadow'`
})

/** Shadow users beyond this population: gone, unless a real trip or a real companion holds on to them. */
export const takeOutSurplus = Effect.fnUntraced(function* (users: ReadonlyArray<string>) {
  const sql = yield* SqlClient
  yield* sql`
    delete from users u using shadow_users s
    where u.id = s.id and not (u.id = any(${users as Array<string>}::uuid[]))
      and not exists (select 1 from trip_members m where m.user_id = u.id)
      and not exists (select 1 from companions c where u.id in (c.user_id, c.companion_id))`
})
