/**
 * Who was erased, as keyed hashes: in memory on every node, in `erased_subjects` for the next start. A hash is announced to
 * the other nodes when it is added, and each looks by itself now and then in case it missed one.
 */
import { createHmac } from "node:crypto"
import { PgClient } from "@effect/sql-pg/PgClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { ErasedSubjects, ErasedSubjectsUnavailable } from "../../services/tokens.ts"
import { whyAway } from "./away.ts"

const CHANNEL = "overplanned_erased"

/** How soon a node learns of somebody whose announcement it missed. */
const LOOK_EVERY = "10 seconds"

/** Before the channel is opened again after the database was away. */
const REOPEN = Schedule.spaced("2 seconds")

const unavailable = (error: unknown) =>
  new ErasedSubjectsUnavailable({
    message: `Who was erased cannot be read or written right now: ${whyAway(error)}. Try again shortly.`
  })

/** Every node of a database must be given the same key: it is what makes their hashes agree. */
export const layer = (key: Redacted.Redacted): Layer.Layer<ErasedSubjects, ErasedSubjectsUnavailable, PgClient> =>
  Layer.effect(
    ErasedSubjects,
    Effect.gen(function* () {
      const sql = yield* PgClient
      const clock = yield* Clock.Clock
      const hashOf = (userId: string) => createHmac("sha256", Redacted.value(key)).update(userId).digest("base64url")
      let hashes: ReadonlySet<string> = new Set()
      /** What was added here, until when: a reading that began before must not take it back. */
      const added = new Map<string, number>()
      const listeners = new Set<(userId: string | undefined) => void>()
      const tell = (userId: string | undefined) => {
        for (const listener of listeners) listener(userId)
      }

      const load = Effect.map(
        sql<{ subject_hash: string }>`select subject_hash from erased_subjects where until > now()`,
        (rows) => {
          const now = clock.currentTimeMillisUnsafe()
          for (const [hash, until] of added) if (until <= now) added.delete(hash)
          const before = hashes
          hashes = new Set([...rows.map((row) => row.subject_hash), ...added.keys()])
          if ([...hashes].some((hash) => !before.has(hash))) tell(undefined)
        }
      )
      const has = (userId: string) => hashes.size > 0 && hashes.has(hashOf(userId))
      // Answering anybody before this is known would let the erased back in.
      yield* Effect.mapError(load, unavailable)

      const listen = Effect.scoped(
        Effect.gen(function* () {
          const announcements = yield* sql.listen(CHANNEL)
          yield* load
          for (;;) {
            yield* Queue.take(announcements)
            yield* load
          }
        })
      )
      yield* listen.pipe(
        Effect.catchCause(() => Effect.fail("closed" as const)),
        Effect.retry(REOPEN),
        Effect.ignore,
        Effect.forkScoped
      )
      yield* Effect.ignore(load).pipe(Effect.delay(LOOK_EVERY), Effect.forever, Effect.forkScoped)

      return ErasedSubjects.of({
        has,
        anybody: load.pipe(
          Effect.map(() => hashes.size > 0),
          Effect.mapError(unavailable)
        ),
        among: (userIds) =>
          load.pipe(
            Effect.map(() => (hashes.size === 0 ? [] : [...userIds].filter(has))),
            Effect.mapError(unavailable)
          ),
        add: (userId, until) => {
          const hash = hashOf(userId)
          return sql`
            insert into erased_subjects (subject_hash, until) values (${hash}, ${new Date(until)})
            on conflict (subject_hash) do update set until = greatest(erased_subjects.until, excluded.until)`.pipe(
            Effect.andThen(
              Effect.sync(() => {
                added.set(hash, Math.max(until, added.get(hash) ?? 0))
                hashes = new Set(hashes).add(hash)
                tell(userId)
              })
            ),
            Effect.andThen(sql`select pg_notify(${CHANNEL}, '')`),
            Effect.asVoid,
            Effect.mapError(unavailable)
          )
        },
        onErased: (listener) =>
          Effect.asVoid(
            Effect.acquireRelease(
              Effect.sync(() => listeners.add(listener)),
              () => Effect.sync(() => listeners.delete(listener))
            )
          ),
        purge: sql`delete from erased_subjects where until <= now() returning 1`.pipe(
          Effect.tap(() => load),
          Effect.map((rows) => rows.length),
          Effect.mapError(unavailable)
        )
      })
    })
  )
