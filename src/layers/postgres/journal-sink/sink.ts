/** Stores what the journal drains: each batch and the drainer's progress in one transaction. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { type JournalEntry, RecordTypes } from "../../../services/journal.ts"
import { JournalSink, SinkRejected, SinkUnavailable } from "../../../services/journal-sink.ts"
import { LateRecords } from "../../../services/late-records.ts"
import { Ownership } from "../../../services/ownership.ts"
import { ProvenSignals } from "../../../services/proven-signals.ts"
import { enroll } from "./enrollment.ts"
import { fence } from "./fence.ts"
import type { SinkHandler } from "./handler.ts"

/**
 * What PostgreSQL will say again however often it is asked: a violated constraint (class 23), a value it cannot take (class
 * 22), or that already the client cannot put into PostgreSQL's form. All else passes or needs an operator: the database away, a deadlock, a table that is not there yet.
 */
export const isRejection = ({ reason }: SqlError): boolean => {
  if (reason._tag === "ConstraintError" || reason._tag === "UniqueViolation") return true
  if (reason.cause instanceof PgTypes.CodecError) return true
  const code = (reason.cause as { readonly code?: unknown } | undefined)?.code
  return typeof code === "string" && (code.startsWith("22") || code.startsWith("23"))
}

const describe = (error: SqlError): string => {
  const cause = error.reason.cause as { readonly message?: unknown } | undefined
  return typeof cause?.message === "string" ? cause.message : error.message
}

const classify = (error: SqlError): SinkRejected | SinkUnavailable =>
  isRejection(error)
    ? new SinkRejected({ message: `PostgreSQL refused the records: ${describe(error)}.` })
    : new SinkUnavailable({ message: `PostgreSQL did not store the records: ${describe(error)}. They wait.` })

const unanswered = (error: SqlError): SinkUnavailable =>
  new SinkUnavailable({ message: `PostgreSQL does not answer: ${describe(error)}.` })

/** The types of these handlers, for the journal to know what it can read. */
export const recordTypes = (handlers: ReadonlyArray<SinkHandler>): Layer.Layer<RecordTypes> =>
  Layer.succeed(RecordTypes)(handlers.flatMap(({ types }) => types))

export const layer = (
  handlers: ReadonlyArray<SinkHandler>
): Layer.Layer<JournalSink, never, SqlClient | LateRecords | Ownership | ProvenSignals> =>
  Layer.effect(
    JournalSink,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const late = yield* LateRecords
      const proven = yield* ProvenSignals
      const { self } = yield* Ownership
      const handlerOf = new Map<string, SinkHandler>()
      for (const handler of handlers) {
        for (const { type } of handler.types) {
          if (handlerOf.has(type)) return yield* Effect.die(`Two sink handlers store records of type "${type}".`)
          handlerOf.set(type, handler)
        }
      }

      const store = (batch: ReadonlyArray<JournalEntry>) => {
        const shares = Map.groupBy(batch, ({ type }) => handlerOf.get(type))
        return Effect.forEach(
          handlers.filter((handler) => shares.has(handler)),
          (handler) => handler.apply(shares.get(handler)!)
        )
      }

      return JournalSink.of({
        enroll: (node, former, since) =>
          Effect.mapError(sql.withTransaction(enroll(sql, node, former, since, self?.directory)), unanswered),
        close: (node) =>
          sql`update journal_progress set closed = true, updated_at = now() where node_id = ${node}`.pipe(
            Effect.asVoid,
            Effect.mapError(unanswered)
          ),
        lose: (record) => {
          const lose = handlerOf.get(record.type)?.lose
          if (lose === undefined) {
            return Effect.fail(new SinkRejected({ message: `Nobody says whom the loss of a ${record.type} concerns.` }))
          }
          return Effect.suspend(() => lose(record)).pipe(
            sql.withTransaction,
            Effect.provideService(SqlClient, sql),
            Effect.mapError(classify),
            Effect.catchDefect((defect) => Effect.fail(new SinkRejected({ message: Cause.pretty(Cause.die(defect)) })))
          )
        },
        apply: (batch, { node, segment, byteOffset }) =>
          fence(sql, self, batch).pipe(
            Effect.andThen(store(batch)),
            Effect.tap(late.stored(batch)),
            Effect.tap(sql`
              insert into journal_progress (node_id, segment, byte_offset, directory)
              values (${node}, ${segment}, ${byteOffset}, ${self?.directory ?? null})
              on conflict (node_id) do update
                set segment = excluded.segment, byte_offset = excluded.byte_offset, updated_at = now()`),
            sql.withTransaction,
            Effect.provideService(SqlClient, sql),
            // A fault in a handler or in the driver must not set good records aside: they wait for a program that works.
            Effect.catchDefect((defect) =>
              Effect.fail(
                new SinkUnavailable({ message: `Storing records failed: ${Cause.pretty(Cause.die(defect))}` })
              )
            ),
            Effect.mapError((error) => (error._tag === "SqlError" ? classify(error) : error)),
            Effect.flatMap((left) =>
              Effect.forEach(left, (onceStored) => onceStored ?? Effect.void, { discard: true })
            ),
            Effect.provideService(ProvenSignals, proven)
          )
      })
    })
  )
