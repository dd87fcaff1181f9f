/**
 * A real PostgreSQL of our own, in the data directory.
 *
 * The server runs in a session of its own and outlives a `kill -9` of this process: the next one finds it by its pid
 * file and takes it over. Everybody who uses it watches it, and whoever first sees it dead starts it again under the
 * lock, on the same port, so that clients only have to reconnect. The last one to leave stops it, unless somebody is
 * still connected.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { layer as reactivity } from "effect/reactivity/Reactivity"
import { DatabaseServer, DatabaseServerError, type DatabaseServerStatus } from "../../services/database-server.ts"
import { Machine } from "../../support/machine.ts"
import { type Binaries, bundled } from "./binaries.ts"
import * as Cluster from "./cluster.ts"
import * as Home from "./home.ts"
import { alive } from "./process.ts"
import { inUse, locked, register } from "./registry.ts"
import { plan, type RunAs } from "./run-as.ts"

export interface EmbeddedOptions {
  readonly dataDir: string
  /** Another PostgreSQL than the one that came with the dependencies. */
  readonly binaries?: Binaries
  /** Whether root may use a user namespace to become an ordinary user. */
  readonly userNamespaces?: boolean
  /** How long to wait before the next attempt when a restart failed; doubles up to the maximum. */
  readonly restartDelay?: Duration.Input
  readonly maxRestartDelay?: Duration.Input
}

/** A dead process is noticed this soon; looking costs a system call. */
const WATCH = "100 millis"
/** How often the server is asked whether it takes clients, in watches; asking costs it a short-lived process. */
const WATCHES_PER_PROBE = 20
/** A server that runs is given this long to take clients: it may be recovering from a crash. */
const RECOVERY_MILLIS = 60_000
/** Connections that were closed a moment ago may still be counted for as long as this. */
const LEAVE_MILLIS = 500

interface Server {
  readonly folder: string
  readonly plan: RunAs
  readonly port: number
  readonly url: Redacted.Redacted
  readonly leave: () => void
  pid: number
  status: DatabaseServerStatus
}

const UP: DatabaseServerStatus = { state: "up", restarts: 0 }

/** Waits for a server that already runs, until it takes clients or ends; its port then, if it does. */
const adopt = (data: string) =>
  Effect.gen(function* () {
    const { elapsed } = yield* Machine
    const start = elapsed()
    for (;;) {
      const found = Cluster.running(data)
      if (found !== undefined && (yield* Cluster.accepts(found.port))) return found
      // A server that is just starting has a process but no port in its pid file yet.
      const pid = Cluster.processOf(data)
      if (pid === undefined) return undefined
      if (elapsed() - start > RECOVERY_MILLIS) {
        return yield* new DatabaseServerError({
          reason: "busy",
          message: `The embedded PostgreSQL (process ${pid}) runs but takes no clients since a minute; look into its log in ${data}/.., or end that process and try again.`
        })
      }
      yield* Effect.sleep("20 millis")
    }
  })

const choosePort = (folder: string) =>
  Effect.gen(function* () {
    const recorded = Home.recordedPort(folder)
    if (recorded !== undefined && (yield* Cluster.portIsFree(recorded))) return recorded
    return yield* Cluster.freePort
  })

const enter = (options: EmbeddedOptions) =>
  Effect.gen(function* () {
    const folder = yield* Home.open(options.dataDir)
    const binaries = options.binaries ?? (yield* bundled)
    return yield* locked(
      folder,
      Effect.gen(function* (): Effect.fn.Return<Server, DatabaseServerError> {
        const how = yield* plan(
          binaries,
          folder,
          options.userNamespaces === undefined ? {} : { userNamespaces: options.userNamespaces }
        )
        yield* Cluster.checkVersion(how, binaries)
        const secret = Cluster.password(folder)
        yield* Cluster.initialise(how, binaries, secret)
        let found = yield* adopt(how.data)
        if (found === undefined) {
          const port = yield* choosePort(folder)
          found = { port, pid: yield* Cluster.start(how, port) }
        }
        Home.recordPort(folder, found.port)
        const { pid, port } = found
        const url = Redacted.make(`postgres://${Cluster.USER}:${secret}@127.0.0.1:${port}/postgres`)
        return { folder, plan: how, port, url, pid, leave: register(folder), status: UP }
      })
    )
  })

const othersConnected = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.make({ url, maxConnections: 1, connectTimeout: "2 seconds" })
    const { elapsed } = yield* Machine
    const start = elapsed()
    for (;;) {
      const [row] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`
      if (row?.n === 0) return false
      if (elapsed() - start > LEAVE_MILLIS) return true
      yield* Effect.sleep("10 millis")
    }
  }).pipe(
    Effect.scoped,
    Effect.provide(reactivity),
    // A server that cannot be asked has nobody connected whom a stop would hurt.
    Effect.catch(() => Effect.succeed(false))
  )

const exit = (server: Server) =>
  locked(
    server.folder,
    Effect.gen(function* () {
      server.leave()
      if (inUse(server.folder) || (yield* othersConnected(server.url))) return
      const found = Cluster.running(server.plan.data)
      if (found !== undefined) yield* Cluster.stop(found.pid)
    })
  ).pipe(Effect.catch((error) => Effect.logWarning(error.message)))

/** Starts a dead server again, unless somebody else was quicker. */
const revive = (server: Server) =>
  locked(
    server.folder,
    Effect.gen(function* () {
      const found = yield* adopt(server.plan.data)
      return found?.pid ?? (yield* Cluster.start(server.plan, server.port))
    })
  )

const watch = (server: Server, options: EmbeddedOptions) =>
  Effect.gen(function* () {
    const firstDelay = Duration.toMillis(Duration.fromInputUnsafe(options.restartDelay ?? "100 millis"))
    const maxDelay = Duration.toMillis(Duration.fromInputUnsafe(options.maxRestartDelay ?? "10 seconds"))
    let delay = firstDelay
    let restarts = 0
    for (let round = 1; ; round++) {
      yield* Effect.sleep(WATCH)
      if (alive(server.pid)) {
        const asked = round % WATCHES_PER_PROBE === 0 || server.status.state !== "up"
        if (!asked) continue
        const up = yield* Cluster.accepts(server.port)
        server.status = up
          ? { state: "up", restarts }
          : { state: "restarting", restarts, problem: "The embedded PostgreSQL runs but takes no clients." }
        continue
      }
      const problem = "The embedded PostgreSQL ended unexpectedly and is being started again."
      if (server.status.state === "up") yield* Effect.logWarning(problem)
      if (server.status.state !== "down") server.status = { state: "restarting", restarts, problem }
      const revived = yield* Effect.result(revive(server))
      if (revived._tag === "Success") {
        restarts++
        delay = firstDelay
        server.pid = revived.success
        server.status = { state: "up", restarts }
        yield* Effect.logInfo("The embedded PostgreSQL is back.")
      } else {
        server.status = { state: "down", restarts, problem: revived.failure.message }
        yield* Effect.logError(revived.failure.message)
        yield* Effect.sleep(delay)
        delay = Math.min(delay * 2, maxDelay)
      }
    }
  })

export const layer = (options: EmbeddedOptions): Layer.Layer<DatabaseServer, DatabaseServerError> =>
  Layer.effect(
    DatabaseServer,
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(enter(options), exit)
      yield* Effect.forkScoped(watch(server, options))
      return { kind: "embedded" as const, url: server.url, status: Effect.sync(() => server.status) }
    })
  )
