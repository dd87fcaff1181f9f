import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { UserId } from "../../domain/ids.ts"
import { Companions, CompanionsUnavailable } from "../../services/companions.ts"
import { whyAway } from "./away.ts"

const unavailable = (error: unknown) =>
  new CompanionsUnavailable({
    message: `Who may plan with whom cannot be read or changed right now: ${whyAway(error)}. Try again shortly.`
  })

const ids = (rows: ReadonlyArray<{ readonly id: UserId }>) => rows.map((row) => row.id)

export const layer = Layer.effect(
  Companions,
  Effect.gen(function* () {
    const sql = yield* SqlClient

    const namedBy = (userId: UserId) =>
      Effect.map(
        sql<{ id: UserId }>`
          select companion_id as id from companions where user_id = ${userId} order by created_at, companion_id`,
        ids
      )

    return Companions.of({
      namedBy: (userId) => Effect.mapError(namedBy(userId), unavailable),
      name: (userId, companions) => {
        const others = [...new Set(companions)].filter((companion) => companion !== userId)
        const everybody = [userId, ...others].sort()
        return sql
          .withTransaction(
            Effect.gen(function* () {
              // One after another for each person, and everybody's rows in one order: nobody waits in a circle.
              yield* sql`select pg_advisory_xact_lock(hashtextextended(${userId}, 0))`
              yield* sql`insert into users (id) select unnest(${everybody}::uuid[]) on conflict do nothing`
              yield* sql`delete from companions where user_id = ${userId} and companion_id <> all (${others}::uuid[])`
              yield* sql`
                insert into companions (id, user_id, companion_id)
                select gen_random_uuid(), ${userId}, named from unnest(${others}::uuid[]) as named
                on conflict do nothing`
              return yield* namedBy(userId)
            })
          )
          .pipe(Effect.mapError(unavailable))
      },
      consenting: (planner, people) =>
        people.length === 0
          ? Effect.succeed(new Set<UserId>())
          : sql<{ id: UserId }>`
              select user_id as id from companions
              where companion_id = ${planner} and user_id = any (${people as Array<UserId>}::uuid[])`.pipe(
              Effect.map((rows) => new Set(ids(rows))),
              Effect.mapError(unavailable)
            )
    })
  })
)
