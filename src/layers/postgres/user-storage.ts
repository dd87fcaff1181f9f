/** Travelers in PostgreSQL: `users`, `persona_dimensions`, and the signals that they learn from. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { UserId } from "../../domain/ids.ts"
import { type RawDimension, readDimensions } from "../../domain/persona/dimensions.ts"
import { ACCEPTED, MAX_EXPLORED, MAX_SEQUENCE, PASSED, SWIPES } from "../../domain/user/state.ts"
import { type StoredUser, UserStorage, UserStorageUnavailable } from "../../services/user-storage.ts"
import { Machine } from "../../support/machine.ts"
import { whyAway } from "./away.ts"
import { LESSON_COLUMNS, type LessonRow, lessonOf } from "./lessons.ts"
import { tripsEnded } from "./trips-ended.ts"

const TIMEOUT = "2 seconds"
const AWAY_MILLIS = 5_000

/**
 * Signals that a waking actor reads: more than it remembers, so that what a crash kept from being saved is among them.
 * Verdicts are read beside them: a hundred looks at places must not push what was accepted out of the sequence.
 */
const SIGNALS = 200

interface UserRow {
  readonly signal_count: number
  readonly learnt_until: Date | null
  readonly recent: StoredUser["recent"] | null
  readonly dimensions: Readonly<Record<string, RawDimension>> | null
}

interface SignalRow extends LessonRow {
  readonly known: boolean
}

const VERDICTS = [...ACCEPTED, ...PASSED]

export const layer = Layer.effect(
  UserStorage,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const { elapsed } = yield* Machine
    let awaySince: number | undefined
    const away = (since: number | undefined) =>
      Effect.sync(() => {
        awaySince = since
      })

    const load = Effect.fnUntraced(function* (userId: string, signalIds: ReadonlyArray<string>) {
      const [user] = yield* sql<UserRow>`
        select u.signal_count, u.persona_learnt_until as learnt_until, u.persona_recent as recent,
          (select jsonb_object_agg(d.dimension, jsonb_build_object(
             'value', d.value, 'confidence', d.confidence, 'source', d.source))
           from persona_dimensions d where d.user_id = u.id) as dimensions
        from users u where u.id = ${userId}`
      const rows = yield* sql<SignalRow>`
        with newest as (
          select id, created_at from behavioral_signals
          where user_id = ${userId} and signal_type <> 'candidate_set_logged'
          order by created_at desc, id desc limit ${SIGNALS}
        ), verdicts as (
          select id, created_at from behavioral_signals
          where user_id = ${userId} and signal_type in ${sql.in(VERDICTS)} and activity_node_id is not null
          order by created_at desc, id desc limit ${MAX_SEQUENCE}
        )
        select ${sql.literal(LESSON_COLUMNS)}, s.id = any(${signalIds}::uuid[]) as known
        from behavioral_signals s left join activity_nodes n on n.id = s.activity_node_id
        where s.id in (select id from newest union select id from verdicts)
        order by s.created_at, s.id`
      const explored = yield* sql<{ readonly city_id: string }>`
        select n.city_id from behavioral_signals s join activity_nodes n on n.id = s.activity_node_id
        where s.user_id = ${userId} and s.signal_type in ${sql.in([...SWIPES])}
        group by n.city_id order by max(s.created_at) desc, n.city_id limit ${MAX_EXPLORED}`
      return {
        dimensions: user?.dimensions == null ? undefined : readDimensions(user.dimensions, "stored").dimensions,
        learntUntil: user?.learnt_until?.getTime() ?? 0,
        recent: user?.recent ?? [],
        signalCount: user?.signal_count ?? 0,
        explored: explored.map(({ city_id }) => city_id).reverse(),
        signals: rows.map(({ known: _, ...row }) => lessonOf(row)),
        known: new Set(rows.filter((row) => row.known).map((row) => row.id))
      } satisfies StoredUser
    })

    return UserStorage.of({
      // One snapshot for the count and the signals: what is drained between two looks would be in one of them alone.
      load: (userId, signalIds) =>
        sql
          .withTransaction(
            Effect.andThen(sql`set transaction isolation level repeatable read`, load(userId, signalIds))
          )
          .pipe(
            Effect.timeout(TIMEOUT),
            Effect.tap(() => away(undefined)),
            Effect.tapError(() => away(elapsed())),
            Effect.mapError((cause) => new UserStorageUnavailable({ message: whyAway(cause), cause }))
          ),
      travellers: (tripIds) =>
        sql<{ user_id: UserId; ended: number }>`
          select p.user_id, ${tripsEnded(sql, "p.user_id")} as ended
          from (
            select user_id from trips where id = any(${[...tripIds]}::uuid[])
            union select user_id from trip_members where trip_id = any(${[...tripIds]}::uuid[])) p`.pipe(
          Effect.mapError((cause) => new UserStorageUnavailable({ message: whyAway(cause), cause }))
        ),
      available: () => awaySince === undefined || elapsed() - awaySince > AWAY_MILLIS
    })
  })
)
