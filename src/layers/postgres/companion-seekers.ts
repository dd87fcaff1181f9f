import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { UserId } from "../../domain/ids.ts"
import { CompanionSeekers, type Known } from "../../services/companion-seekers.ts"
import { CompanionsUnavailable } from "../../services/companions.ts"
import { newId } from "../../support/new-id.ts"
import { whyAway } from "./away.ts"
import { knownPeople } from "./match-people.ts"

const orAway = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.mapError(
    effect,
    (error) =>
      new CompanionsUnavailable({
        message: `Who may be suggested to whom cannot be read or changed right now: ${whyAway(error)}. Try again shortly.`
      })
  )

/** What is remembered of a suggestion besides how it stands: the oldest of more goes. */
const MOST_EARLIER = 50

/** What was there before, with what these columns hold until now. */
const andBefore = (sql: SqlClient, columns: ReadonlyArray<string>) => {
  const held = columns.map((name) => `'${name}', companion_suggestions.${name}`).join(", ")
  return sql`case when jsonb_array_length(companion_suggestions.earlier) >= ${MOST_EARLIER}
    then companion_suggestions.earlier - 0 else companion_suggestions.earlier end
    || jsonb_build_array(jsonb_build_object(${sql.literal(held)}))`
}

export const layer = Layer.effect(
  CompanionSeekers,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const at = (millis: number) => new Date(millis).toISOString()

    const close = (userId: UserId) =>
      sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`delete from companion_seekers where user_id = ${userId}`
          yield* sql`delete from companion_suggestions where ${userId} in (user_id, suggested_id)`
        })
      )

    const open = (userId: UserId) =>
      sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`insert into users (id) values (${userId}) on conflict do nothing`
          yield* sql`insert into companion_seekers (user_id) values (${userId}) on conflict do nothing`
        })
      )

    return CompanionSeekers.of({
      isOpen: (userId) =>
        orAway(Effect.map(sql`select 1 from companion_seekers where user_id = ${userId}`, (rows) => rows.length > 0)),
      set: (userId, isOpen) => orAway(Effect.asVoid((isOpen ? open : close)(userId))),
      mayBeShown: (userId, people) =>
        orAway(
          Effect.map(
            sql<{ id: UserId }>`
              select s.user_id as id from companion_seekers s join users u on u.id = s.user_id
              where s.user_id = any(${[...people]}::uuid[]) and s.user_id <> ${userId} and u.deleted_at is null
                and not exists (select from companion_suggestions c
                  where c.user_id = ${userId} and c.suggested_id = s.user_id and c.answer is not null)
                and not exists (select from companion_suggestions c
                  where c.user_id = s.user_id and c.suggested_id = ${userId} and c.answer = 'declined')
                and not exists (select from companions k
                  where k.user_id = ${userId} and k.companion_id = s.user_id)`,
            (rows) => new Set(rows.map(({ id }) => id))
          )
        ),
      settled: (userId) =>
        orAway(
          Effect.map(
            sql<{ count: number }>`
              select count(*)::int as count from companion_suggestions
              where (user_id = ${userId} and answer is not null) or (suggested_id = ${userId} and answer = 'declined')`,
            ([row]) => row!.count
          )
        ),
      mutual: (userId, limit) =>
        orAway(
          Effect.map(
            sql<{ id: UserId }>`
              select mine.suggested_id as id from companion_suggestions mine
              join companion_suggestions theirs
                on theirs.user_id = mine.suggested_id and theirs.suggested_id = mine.user_id and theirs.answer = 'accepted'
              join users u on u.id = mine.suggested_id and u.deleted_at is null
              where mine.user_id = ${userId} and mine.answer = 'accepted'
              order by greatest(mine.answered_at, theirs.answered_at) desc, mine.suggested_id limit ${limit}`,
            (rows) => rows.map(({ id }) => id)
          )
        ),
      known: (people, now) =>
        orAway(
          Effect.map(
            Effect.provideService(knownPeople(people, now), SqlClient, sql),
            (known) =>
              new Map(
                [...known].map(([id, one]): [UserId, Known] => [
                  id as UserId,
                  "person" in one ? { seeker: { ...one.person!, id: id as UserId } } : { missing: one.missing }
                ])
              )
          )
        ),
      shown: (suggestions, now) => {
        const rows = suggestions.map(({ features, model, position, score, suggestedId, userId }) => ({
          id: newId(now),
          user_id: userId,
          suggested_id: suggestedId,
          model_name: model.name,
          model_version: model.version,
          score,
          position,
          features
        }))
        // Shown again, it is answered as it was shown last; how it was shown before stays known.
        return orAway(
          Effect.asVoid(sql`
            insert into companion_suggestions (id, user_id, suggested_id, model_name, model_version, score, position,
              features, shown_at, created_at)
            select r.id, r.user_id, r.suggested_id, r.model_name, r.model_version, r.score, r.position, r.features,
              ${at(now)}, ${at(now)}
            from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(id uuid, user_id uuid, suggested_id uuid,
              model_name text, model_version text, score real, position smallint, features jsonb)
            join companion_seekers me on me.user_id = r.user_id
            join companion_seekers other on other.user_id = r.suggested_id
            on conflict (user_id, suggested_id) do update set model_name = excluded.model_name,
              model_version = excluded.model_version, score = excluded.score, position = excluded.position,
              features = excluded.features, shown_at = excluded.shown_at,
              earlier = case
                when row(companion_suggestions.model_name, companion_suggestions.model_version, companion_suggestions.score,
                    companion_suggestions.position, companion_suggestions.features)
                  is distinct from row(excluded.model_name, excluded.model_version, excluded.score, excluded.position,
                    excluded.features)
                then ${andBefore(sql, ["model_name", "model_version", "score", "position", "features", "shown_at"])}
                else companion_suggestions.earlier end
            where companion_suggestions.answer is null`)
        )
      },
      answer: (userId, suggestedId, answer, now) =>
        orAway(
          Effect.gen(function* () {
            const changed = yield* sql`
              update companion_suggestions set answer = ${answer}, answered_at = ${at(now)},
                earlier = case when companion_suggestions.answer <> ${answer}
                  then ${andBefore(sql, ["answer", "answered_at"])} else companion_suggestions.earlier end
              where user_id = ${userId} and suggested_id = ${suggestedId} returning id`
            if (changed.length === 0) return undefined
            const back = yield* sql`
              select 1 from companion_suggestions
              where user_id = ${suggestedId} and suggested_id = ${userId} and answer = 'accepted'`
            return { mutual: answer === "accepted" && back.length > 0 }
          })
        )
    })
  })
)
