/** `PersonaHistory` in PostgreSQL. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { UserId } from "../../domain/ids.ts"
import { type RawDimension, readDimensions } from "../../domain/persona/dimensions.ts"
import { PersonaHistory, PersonaHistoryUnavailable, type StoredPersona } from "../../services/persona-history.ts"
import { LESSON_COLUMNS, type LessonRow, lessonOf } from "./lessons.ts"
import { tripsEnded } from "./trips-ended.ts"

type Raw = Readonly<Record<string, RawDimension>>

interface Row {
  readonly user_id: UserId
  readonly dimensions: Raw
  readonly learnt_until: Date
  readonly base: Raw | null
  readonly base_learnt_until: Date | null
  readonly trips_ended: number
  readonly behind: boolean
}

const unavailable = (error: { readonly message: string }) =>
  new PersonaHistoryUnavailable({ message: `The history of personas cannot be read (${error.message}).` })

const storedOf = (row: Row): StoredPersona => ({
  user_id: row.user_id,
  dimensions: readDimensions(row.dimensions, "stored").dimensions,
  learntUntil: row.learnt_until.getTime(),
  base:
    row.base === null || row.base_learnt_until === null
      ? undefined
      : { dimensions: readDimensions(row.base, "onboarding").dimensions, learntUntil: row.base_learnt_until.getTime() },
  tripsEnded: row.trips_ended,
  behind: row.behind
})

export const layer = Layer.effect(
  PersonaHistory,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return PersonaHistory.of({
      changed: ({ after, limit, since }) =>
        sql<Row>`
          select u.id as user_id, u.persona_learnt_until as learnt_until, u.persona_base_learnt_until as base_learnt_until, b.persona as base,
            d.dimensions, w.behind, ${tripsEnded(sql, "u.id")} as trips_ended
          from users u
          join lateral (
            select jsonb_object_agg(dimension, jsonb_build_object(
              'value', value, 'confidence', confidence, 'source', source)) as dimensions
            from persona_dimensions where user_id = u.id) d on d.dimensions is not null
          left join lateral (
            select persona from exp.persona_snapshots
            where user_id = u.id and valid_from = u.persona_base_at limit 1) b on true
          cross join lateral (
            select exists (select from behavioral_signals s
              where s.user_id = u.id and s.created_at > u.persona_learnt_until
                and s.signal_type <> 'candidate_set_logged') as behind) w
          where u.deleted_at is null and u.id > coalesce(${after ?? null}::uuid, '00000000-0000-0000-0000-000000000000')
            and (u.persona_learnt_until > ${new Date(since)} or w.behind)
          order by u.id limit ${limit}`.pipe(
          Effect.mapBoth({ onSuccess: (rows) => rows.map(storedOf), onFailure: unavailable })
        ),
      lessons: ({ after, limit, until, userId }) =>
        sql<LessonRow>`
          select ${sql.literal(LESSON_COLUMNS)}
          from behavioral_signals s left join activity_nodes n on n.id = s.activity_node_id
          where s.user_id = ${userId} and s.signal_type <> 'candidate_set_logged' and s.created_at <= ${new Date(until)}
            and (s.created_at, s.id) > (${new Date(after?.at ?? 0)}, ${after?.id ?? "00000000-0000-0000-0000-000000000000"}::uuid)
          order by s.created_at, s.id limit ${limit}`.pipe(
          Effect.mapBoth({ onSuccess: (rows) => rows.map(lessonOf), onFailure: unavailable })
        )
    })
  })
)
