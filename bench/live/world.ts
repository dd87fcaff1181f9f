/** The whole server with thousands of trips under way, and all that it stands on in the benchmark's hands. */
import { type ChildProcess, execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import * as jose from "jose"
import { layer } from "../../src/layers/postgres/client.ts"
import { ownPostgres } from "../postgres.ts"
import { freePort, killServer, SECRET, type ServerSettings, startServer } from "../server.ts"
import { userId } from "../stream/fixture.ts"

export interface LiveWorld {
  readonly database: Effect.Success<ReturnType<typeof ownPostgres>>
  readonly settings: ServerSettings
  readonly server: () => ChildProcess
  /** Whatever lives here now in place of it. */
  readonly replace: (server: ChildProcess) => void
  readonly tokens: ReadonlyArray<string>
}

const tokenOf = (user: string) =>
  new jose.SignJWT({ role: "traveler" })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime("12h")
    .sign(new TextEncoder().encode(SECRET))

/** One number of `/metrics`, summed over its labels that match. */
export const metricOf = async (port: number, name: string, labels = ""): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return text
    .split("\n")
    .filter((line) => !line.startsWith("#") && line.split(/[{ ]/)[0]!.endsWith(name) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0)
}

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** Until a number of `/metrics` is what it should be. */
export const metricReaches = async (
  port: number,
  [name, labels]: readonly [name: string, labels: string],
  enough: (value: number) => boolean,
  millis: number
): Promise<void> => {
  const deadline = performance.now() + millis
  for (;;) {
    const value = await metricOf(port, name, labels).catch(() => Number.NaN)
    if (enough(value)) return
    if (performance.now() > deadline) throw new Error(`${name} is ${value} after ${millis / 1000} s.`)
    await pause(200)
  }
}

/** Longest that the first server may take until its trips are in memory: a busy machine takes its time. */
const RESIDENT_MS = 900_000

export const JOURNAL_DEPTH = ["journal_depth_records", ""] as const
export const TRIPS_RESIDENT = ["actors_resident", 'kind="trip"'] as const

/** Starts everything; the settings may speak of more. Stopped with the scope. */
export const liveWorld = (trips: number, more: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-bench-live-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
    )
    const database = yield* ownPostgres(folder)
    const dataDirectory = join(folder, "data")
    mkdirSync(dataDirectory)
    console.error(`${trips} trips are put under way…`)
    yield* Effect.promise(() =>
      promisify(execFile)(process.execPath, [
        "--max-old-space-size=6000",
        new URL("./prepare.ts", import.meta.url).pathname,
        dataDirectory,
        database.url,
        String(trips)
      ])
    )
    const settings: ServerSettings = {
      dataDirectory,
      databaseUrl: database.url,
      port: yield* Effect.promise(freePort),
      more
    }
    let server: ChildProcess = yield* Effect.promise(() => startServer(settings))
    yield* Effect.addFinalizer(() => Effect.promise(() => killServer(server)))
    yield* Effect.promise(() => metricReaches(settings.port, TRIPS_RESIDENT, (count) => count >= trips, RESIDENT_MS))
    const world: LiveWorld = {
      database,
      settings,
      server: () => server,
      replace: (next) => {
        server = next
      },
      tokens: yield* Effect.promise(() => Promise.all(Array.from({ length: trips }, (_, n) => tokenOf(userId(n)))))
    }
    return world
  })

/** Of what was acknowledged, what the database lacks, or has twice. */
export const missingOf = (url: string, acknowledged: { answers: ReadonlySet<string>; signals: ReadonlySet<string> }) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const answers = yield* sql<{ key: string }>`
      select idempotency_key as key from trip_events where idempotency_key is not null`
    const signals = yield* sql<{ id: string }>`select id from behavioral_signals where signal_type = 'slot_view'`
    const gaps = yield* sql<{ trips: number }>`
      select count(*)::int as trips
      from (select trip_id from trip_events group by trip_id having max(seq) <> count(*)) as broken`
    const keys = new Set(answers.map(({ key }) => key))
    const ids = new Set(signals.map(({ id }) => id))
    return {
      lost:
        [...acknowledged.answers].filter((key) => !keys.has(key)).length +
        [...acknowledged.signals].filter((id) => !ids.has(id)).length,
      twice: answers.length - keys.size,
      gaps: gaps[0]!.trips
    }
  }).pipe(Effect.provide(layer(Redacted.make(url), { statementTimeout: "1 minute" })), Effect.runPromise)
