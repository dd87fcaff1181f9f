/** What PostgreSQL holds of one person: one transaction per step, none of them limited in time as requests are. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { TripId } from "../../../domain/ids.ts"
import { PersonRecords, PersonRecordsUnavailable } from "../../../services/person-records.ts"
import { whyAway } from "../away.ts"
import { removeAccount, removeMentions } from "./account.ts"
import { arrival, conclude } from "./conclusion.ts"
import { heldRows } from "./held.ts"
import { disguiseLoose } from "./loose.ts"
import { disguiseTrip, isAlone } from "./trip.ts"

export interface PersonRecordsOptions {
  /** Combinations that fewer than this many others share are told less precisely. */
  readonly kAnonymity: number
}

/** Pages of exports that are read at a time, whoever they are for: the pool is there for travelers who wait. */
const MOST_PAGES = 2

/** A page may have to look through a whole table, and has its own limit in place of a request's. */
const PAGE_LIMIT = "set local statement_timeout = '60s'"

/** A database that is away for a moment does not cut an export off. */
const PAGE_AGAIN = Schedule.spaced("1 second").pipe(Schedule.upTo({ duration: "10 seconds" }))

const unavailable = (error: SqlError) =>
  new PersonRecordsUnavailable({
    message: `What is held of the person cannot be read or changed right now: ${whyAway(error)}. Nothing is half done: try again shortly.`
  })

export const layer = (options: PersonRecordsOptions): Layer.Layer<PersonRecords, never, SqlClient> =>
  Layer.effect(
    PersonRecords,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const k = options.kAnonymity
      const whole = <A>(step: Effect.Effect<A, SqlError, SqlClient>) =>
        sql
          .withTransaction(Effect.andThen(sql`set local statement_timeout = 0`, step))
          .pipe(Effect.provideService(SqlClient, sql), Effect.mapError(unavailable))

      const exports = yield* Semaphore.make(MOST_PAGES)
      const page = <A>(read: Effect.Effect<A, SqlError>) =>
        exports
          .withPermit(sql.withTransaction(Effect.andThen(sql.unsafe(PAGE_LIMIT), read)))
          .pipe(Effect.retry(PAGE_AGAIN))

      return PersonRecords.of({
        held: (userId) => Stream.mapError(heldRows(sql, userId, page), unavailable),
        trips: (userId) =>
          whole(
            Effect.gen(function* () {
              const rows = yield* sql<{ id: TripId }>`
                select id from trips where user_id = ${userId}
                union select trip_id from trip_members where user_id = ${userId}
                union select trip_id from trip_vetoes where user_id = ${userId}
                union select trip_id from trip_invitations where ${userId} in (invited_user_id, invited_by)
                union select trip_id from trip_events where actor_id = ${userId}
                union select trip_id from behavioral_signals where user_id = ${userId} and trip_id is not null
                union select trip_id from ranking_events where user_id = ${userId} and trip_id is not null
                union select trip_id from decision_outcomes where user_id = ${userId} and trip_id is not null
                union select trip_id from pivot_events where user_id = ${userId}
                union select trip_id from intention_signals where user_id = ${userId} and trip_id is not null
                union select trip_id from door_reports where user_id = ${userId}`
              return yield* Effect.forEach(rows, ({ id }) =>
                Effect.map(isAlone(userId, id), (alone) => ({ id, alone }))
              )
            })
          ),
        disguiseTrip: (userId, tripId) => whole(disguiseTrip(userId, tripId, k)),
        disguiseLoose: (userId) => whole(disguiseLoose(userId, k)),
        removeAccount: (userId) => whole(removeAccount(userId)),
        removeMentions: (userId) => whole(removeMentions(userId)),
        arrival: (jobId) => whole(arrival(jobId)),
        conclude: (userId, jobId, seen) => whole(conclude(userId, jobId, seen))
      })
    })
  )
