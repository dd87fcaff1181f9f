/**
 * Looks for real services, in the order of the README: the environment, Docker, programs on this machine, and for
 * PostgreSQL at last the embedded one. What is started here is for one run and is thrown away.
 */
import { spawn } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { connect } from "node:net"
import { delimiter, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { type Binaries, bundled, installed } from "../../src/layers/embedded/binaries.ts"
import * as Cluster from "../../src/layers/embedded/cluster.ts"
import { plan } from "../../src/layers/embedded/run-as.ts"
import { layer } from "../../src/layers/postgres/client.ts"
import { type Container, dockerAnswers, startContainer } from "./docker.ts"
import { portToComeBackTo } from "./port.ts"
import type { Running } from "./protocol.ts"

const nothingToStop = () => Promise.resolve()

const given = (variable: string): Running | undefined => {
  const url = process.env[variable]
  if (url === undefined || url === "") return undefined
  return { found: { available: true, backend: variable, url }, stop: nothingToStop }
}

const inDocker = async (container: Container): Promise<Running | undefined> => {
  if (!(await dockerAnswers())) return undefined
  return startContainer(container)
}

const missing = (reason: string): Running => ({ found: { available: false, reason }, stop: nothingToStop })

const throwAwayCluster = (binaries: Binaries, backend: string, folder: string): Promise<Running> =>
  Effect.gen(function* () {
    const home = join(folder, "postgres")
    mkdirSync(home, { recursive: true })
    const how = yield* plan(binaries, home)
    const secret = Cluster.password(home)
    yield* Cluster.initialise(how, binaries, secret, { throwAway: true })
    const port = yield* Cluster.freePort
    const pid = yield* Cluster.start(how, port, { throwAway: true })
    const url = `postgres://${Cluster.USER}:${encodeURIComponent(secret)}@127.0.0.1:${port}/postgres`
    return {
      found: { available: true as const, backend: `${backend} ${binaries.version}`, url },
      stop: () => Effect.runPromise(Cluster.stop(pid))
    }
  }).pipe(Effect.runPromise)

const postgres = async (folder: string): Promise<Running> => {
  const elsewhere =
    given("TEST_DATABASE_URL") ??
    (await inDocker({
      image: "pgvector/pgvector:pg16",
      port: 5432,
      environment: { POSTGRES_USER: "overplanned", POSTGRES_PASSWORD: "overplanned" },
      // The image starts the server once to prepare it and then again for good.
      ready: { log: /ready to accept connections/, times: 2 },
      url: (host, port) => `postgres://overplanned:overplanned@${host}:${port}/overplanned`
    }))
  if (elsewhere !== undefined) return elsewhere
  const local = await Effect.runPromise(installed)
  if (local !== undefined) return throwAwayCluster(local, "this machine's PostgreSQL", folder)
  try {
    return await throwAwayCluster(await Effect.runPromise(bundled), "embedded PostgreSQL", folder)
  } catch (cause) {
    return missing((cause as Error).message)
  }
}

const hasVector = (url: string): Promise<boolean> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const rows = yield* sql`SELECT 1 FROM pg_available_extensions WHERE name = 'vector'`
    return rows.length > 0
  }).pipe(Effect.provide(layer(Redacted.make(url), { maxConnections: 1 })), Effect.runPromise)

export const findPostgres = async (folder: string): Promise<Running> => {
  const { found, stop } = await postgres(folder)
  if (!found.available) return { found, stop }
  return { found: { ...found, pgvector: await hasVector(found.url) }, stop }
}

const onPath = (program: string): boolean =>
  (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)))

const answersPing = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" })
    const finish = (value: boolean) => {
      socket.destroy()
      resolve(value)
    }
    socket.once("connect", () => socket.write("PING\r\n"))
    socket.once("data", (data) => finish(data.toString().startsWith("+PONG")))
    socket.once("error", () => finish(false))
  })

/** Starts a Redis of the caller's own, for tests that stop it; `stop` is final. */
export const startRedis = async (
  folder: string,
  port?: number
): Promise<{ url: string; port: number; pid: number }> => {
  const chosen = port ?? (await portToComeBackTo())
  const begin = () =>
    spawn(
      "redis-server",
      [
        ...["--port", String(chosen), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder],
        ...["--pidfile", join(folder, "redis.pid"), "--databases", "1024"]
      ],
      { stdio: "ignore" }
    )
  let child = begin()
  const deadline = performance.now() + 60_000
  while (!(await answersPing(chosen))) {
    if (performance.now() > deadline) throw new Error("redis-server did not start")
    await new Promise((resolve) => setTimeout(resolve, 10))
    // Who was killed a moment ago may still hold the port.
    if (child.exitCode !== null) child = begin()
  }
  return { url: `redis://127.0.0.1:${chosen}`, port: chosen, pid: child.pid! }
}

export const redisIsInstalled = (): boolean => onPath("redis-server")

export const findRedis = async (folder: string): Promise<Running> => {
  const elsewhere =
    given("TEST_REDIS_URL") ??
    (await inDocker({
      image: "redis:7-alpine",
      port: 6379,
      environment: {},
      ready: { log: /Ready to accept connections/, times: 1 },
      url: (host, port) => `redis://${host}:${port}`
    }))
  if (elsewhere !== undefined) return elsewhere
  if (!redisIsInstalled()) return missing("no Redis: set TEST_REDIS_URL, start Docker or install redis-server")
  const { url, pid } = await startRedis(folder)
  return {
    found: { available: true, backend: "this machine's redis-server", url },
    stop: async () => void process.kill(pid, "SIGTERM")
  }
}

export const findQdrant = async (): Promise<Running> =>
  given("TEST_QDRANT_URL") ??
  (await inDocker({
    image: "qdrant/qdrant:v1.15.4",
    port: 6333,
    environment: {},
    ready: { log: /Qdrant HTTP listening/, times: 1 },
    url: (host, port) => `http://${host}:${port}`
  })) ??
  missing("no Qdrant: set TEST_QDRANT_URL or start Docker")
