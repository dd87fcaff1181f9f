/** The runtime's own client of SQL, on connections to the model of PostgreSQL. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Stream from "effect/Stream"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import * as Errors from "effect/sql/SqlError"
import type { SimulatedMachine } from "../machine.ts"
import type { Row } from "./schema.ts"
import { type PgServer, Session } from "./server.ts"
import { PgFailure } from "./types.ts"

const reasonOf = (cause: PgFailure) => {
  const props = { cause, message: cause.message, operation: "query" }
  const { code } = cause
  if (code.startsWith("08")) return new Errors.ConnectionError(props)
  if (code === "23505") return new Errors.UniqueViolation({ ...props, constraint: "unknown" })
  if (code.startsWith("23")) return new Errors.ConstraintError(props)
  if (code === "40P01") return new Errors.DeadlockError(props)
  if (code === "57014") return new Errors.StatementTimeoutError(props)
  return new Errors.UnknownError(props)
}

/** When a client that is not answered any more asks the server to cut its statement short: as the runtime's own client does. */
const CUT_SHORT_AFTER_MILLIS = 10

const connectionOf = (server: PgServer, machine: SimulatedMachine, session: Session): Connection => {
  const execute = (text: string, params: ReadonlyArray<unknown>) =>
    Effect.callback<ReadonlyArray<Row>, Errors.SqlError>((resume) => {
      let over = false
      let ended = () => {}
      server.ask(session, text, params, (result) => {
        if (!machine.alive) return server.close(session)
        over = true
        ended()
        resume(
          result instanceof PgFailure
            ? Effect.fail(new Errors.SqlError({ reason: reasonOf(result) }))
            : Effect.succeed(result)
        )
      })
      // Whoever is interrupted waits until their statement is over: the end of its transaction must not overtake it.
      return Effect.callback<void>((drained) => {
        if (over) return drained(Effect.void)
        ended = () => drained(Effect.void)
        machine.after(CUT_SHORT_AFTER_MILLIS, () => {
          if (!over) server.cutShort(session)
        })
      })
    })
  const unused = () => Effect.die("The model of PostgreSQL gives rows as objects only.")
  return {
    execute,
    executeUnprepared: execute,
    executeRaw: execute,
    executeStream: () => Stream.die("The model of PostgreSQL streams nothing."),
    executeValues: unused,
    executeValuesUnprepared: unused
  }
}

/** Nobody is told anything over a channel: who waits looks again by and by. */
const listens = (client: SqlClient.SqlClient): PgClient.PgClient =>
  Object.assign(client, { listen: () => Effect.never }) as unknown as PgClient.PgClient

/** A transaction whose connection is lost is a failure and no defect: as in the runtime's own client. */
const whoseLossIsAFailure = (client: SqlClient.SqlClient): SqlClient.SqlClient => {
  const { withTransaction } = client
  return Object.assign(client, {
    withTransaction: <R, E, A>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | Errors.SqlError, R> =>
      Effect.catchDefect(withTransaction(effect), (defect) =>
        Errors.isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect)
      )
  })
}

export const layer = (server: PgServer, machine: SimulatedMachine) =>
  Layer.effectContext(
    Effect.map(
      SqlClient.make({
        acquirer: Effect.acquireRelease(
          Effect.sync(() => new Session(machine)),
          (session) => Effect.sync(() => server.close(session))
        ).pipe(Effect.map((session) => connectionOf(server, machine, session))),
        compiler: PgClient.makeCompiler(),
        driver: "model",
        spanAttributes: []
      }),
      (client) => {
        const whole = listens(whoseLossIsAFailure(client))
        return Context.make(SqlClient.SqlClient, whole as SqlClient.SqlClient).pipe(
          Context.add(PgClient.PgClient, whole)
        )
      }
    )
  ).pipe(Layer.provide(Reactivity.layer))
