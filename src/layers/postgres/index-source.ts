import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import {
  type IndexedCity,
  type IndexedPersona,
  IndexSource,
  IndexSourceUnavailable
} from "../../services/index-source.ts"

const unavailable = (cause: unknown) =>
  new IndexSourceUnavailable({
    message: "The vector index cannot be compared with PostgreSQL: the database does not answer.",
    cause
  })

export const layer = Layer.effect(
  IndexSource,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return IndexSource.of({
      cities: Effect.mapError(
        sql<IndexedCity>`
          select c.id::text as id, c.slug, count(n.id)::int as live
          from cities c left join activity_nodes n on n.city_id = c.id and n.retired_at is null
          group by c.id, c.slug order by c.slug`,
        unavailable
      ),
      personaCount: sql<{ count: number }>`
        select count(*)::int as count from companion_seekers s join users u on u.id = s.user_id
        where u.persona_embedding is not null and u.deleted_at is null`.pipe(
        Effect.map(([row]) => row?.count ?? 0),
        Effect.mapError(unavailable)
      ),
      personas: (after, limit) =>
        Effect.mapError(
          sql<IndexedPersona>`
            select u.id::text as user_id, u.persona_embedding from companion_seekers s join users u on u.id = s.user_id
            where u.persona_embedding is not null and u.deleted_at is null
              and s.user_id > ${after ?? "00000000-0000-0000-0000-000000000000"}::uuid
            order by s.user_id limit ${limit}`,
          unavailable
        )
    })
  })
)
