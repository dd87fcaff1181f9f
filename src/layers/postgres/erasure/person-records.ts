/** What PostgreSQL holds of one person: one transaction per step, none of them limited in time as requests are. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { TripId } from "../../../domain/ids.ts"
import { PersonRecords, PersonRecordsUnavailable } from "../../../services/person-records.ts"
import { removeAccount, removeMentions } from "./account.ts"
import { arrival, conclude } from "./conclusion.ts"
import { heldRows } from "./held.ts"
import { disguiseLoose } from "./loose.ts"
import { disguiseTrip, isAlone } from "./trip.ts"

export interface PersonRecordsOptions {
  /** Combinations that fewer than this many others share are told less precisely. */
  readonly kAnonymity: number
}

const code = (error: SqlError): string => {
  const cause = error.reason.cause as { readonly code?: unknown } | undefined
  return typeof cause?.code === "string" ? `${error.reason._tag}, ${cause.code}` : error.reason._tag
}

/** The database's own words may name the person, so only its code is repeated. */
const unavailable = (error: SqlError) =>
  new PersonRecordsUnavailable({
    message: `The database did not do its part (${code(error)}). Nothing is half done; it is tried again.`
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

      return PersonRecords.of({
        held: (userId) => Stream.mapError(heldRows(sql, userId), unavailable),
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
                union select trip_id from pivot_events where user_id = ${userId}
                union select trip_id from intention_signals where user_id = ${userId} and trip_id is not null`
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
