/**
 * The whole server as a process, mistreated at random: killed, told to stop, stopped where it stands, its database
 * frozen. Afterwards everything that was acknowledged is there, once; no stream had a gap that it was not told of; and no
 * pivot of a trip in memory went unanswered while the database was away.
 *
 * CHAOS_SECONDS says for how long (30), CHAOS_SEED which faults (1, or `random`); a failing run prints
 * its seed.
 */
import { randomInt } from "node:crypto"
import { mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { seededRandom } from "../../src/domain/basics/random.ts"
import { freePort } from "../../src/layers/embedded/cluster.ts"
import { layer } from "../../src/layers/postgres/client.ts"
import { type OwnPostgres, startPostgres } from "../harness/own-postgres.ts"
import { dayAhead, type Server, scratchFolder, startServer, type Traveler, traveler, until } from "../support/server.ts"
import { asksForPivots, changesItsPlan, followsItsTrip, type Promised, sendsSignals } from "./travelers.ts"

const SECONDS = Number(process.env["CHAOS_SECONDS"] ?? 30)
/** The same ones each time, unless others are asked for: what lands must not hang on the luck of a draw. */
const SEED = process.env["CHAOS_SEED"] === "random" ? randomInt(2 ** 31) : Number(process.env["CHAOS_SEED"] ?? 1)

/** Between two faults. */
const CALM_MS = 1_500

const TRAVELERS = 3

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

const rest = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

describe.skipIf(process.platform !== "linux")("a server that is mistreated", () => {
  const scratch = scratchFolder()
  const random = seededRandom(SEED)
  let database: OwnPostgres
  let server: Server
  let environment: Readonly<Record<string, string>>
  let travelers: ReadonlyArray<{ readonly who: Traveler; readonly trip: Json }>
  let healthy = true

  beforeAll(async () => {
    const folder = join(scratch.path, "own")
    mkdirSync(folder)
    database = await startPostgres(folder)
    const port = await Effect.runPromise(freePort)
    environment = { DATABASE_URL: database.url, PORT: String(port), RATE_LIMIT: "off" }
    server = await startServer(environment, scratch.path)
    travelers = await Promise.all(
      Array.from({ length: TRAVELERS }, async () => {
        const who = await traveler(() => server)
        const made = await who.call("POST", "/trips", { city: "seattle", start_date: dayAhead(1), days: 2 })
        assert.strictEqual(made.status, 201, JSON.stringify(made.body).slice(0, 300))
        for (const status of ["confirmed", "active"]) await who.call("PATCH", `/trips/${made.body.id}`, { status })
        return { who, trip: made.body }
      })
    )
  }, 60_000)
  afterAll(async () => {
    database?.thaw()
    if (server !== undefined) {
      process.kill(server.pid, "SIGCONT")
      await server.stop()
    }
    await database?.stop()
    scratch.remove()
  })

  /** Answers again, and has its trips in memory. */
  const looksAfterTrips = () =>
    until(
      "every trip after a start",
      async () => {
        for (const { trip, who } of travelers) {
          const read = await who.call("GET", `/trips/${trip.id}`).catch(() => undefined)
          if (read?.status !== 200) return false
        }
        return true
      },
      60_000
    )

  const restart = (signal: "SIGKILL" | "SIGTERM") => async () => {
    healthy = false
    await server.stop(signal)
    server = await startServer(environment, scratch.path)
    await looksAfterTrips()
    healthy = true
  }

  const FAULTS: ReadonlyArray<readonly [name: string, run: () => Promise<void>]> = [
    ["killed", restart("SIGKILL")],
    ["told to stop", restart("SIGTERM")],
    [
      "stopped where it stands",
      async () => {
        healthy = false
        process.kill(server.pid, "SIGSTOP")
        await rest(500 + random() * 2_000)
        process.kill(server.pid, "SIGCONT")
        await looksAfterTrips()
        healthy = true
      }
    ],
    [
      "without an answer of its database",
      async () => {
        database.freeze()
        await rest(1_000 + random() * 4_000)
        database.thaw()
      }
    ]
  ]

  it(
    `keeps its promises for ${SECONDS} s (seed ${SEED})`,
    async () => {
      const promised: Promised = { writes: new Map(), signals: new Set(), pivots: 0, unanswered: [], broken: [] }
      let over = false
      const around = { url: () => server.url, over: () => over, healthy: () => healthy }
      const doing = travelers.flatMap(({ who, trip }) => [
        changesItsPlan(around, promised, who, trip),
        asksForPivots(around, promised, who, trip),
        sendsSignals(around, promised, who, trip),
        followsItsTrip(around, promised, who, trip)
      ])
      const counts = new Map<string, number>()
      const until_ = performance.now() + SECONDS * 1_000
      while (performance.now() < until_) {
        await rest(CALM_MS)
        const [name, run] = FAULTS[Math.floor(random() * FAULTS.length)]!
        counts.set(name, (counts.get(name) ?? 0) + 1)
        await run()
      }
      await rest(CALM_MS)
      over = true
      await Promise.all(doing)
      const what = `CHAOS_SEED=${SEED}: ${[...counts].map(([name, n]) => `${name} ${n}`).join(", ")}`

      assert.deepStrictEqual(promised.broken.slice(0, 5), [], what)
      assert.deepStrictEqual(promised.unanswered.slice(0, 5), [], what)
      assert.isAbove(promised.pivots, 0, what)
      assert.isAbove(promised.writes.size, 0, what)
      await until(
        "a journal that is drained",
        async () => /(^|\D)0 records ahead of the database/.test(await (await fetch(`${server.url}/ready`)).text()),
        60_000
      )
      assert.deepStrictEqual(readdirSync(join(scratch.path, "journal", "aside")), [], what)
      const client = ManagedRuntime.make(layer(Redacted.make(database.url), { maxConnections: 1 }))
      const rows = (query: (sql: SqlClient) => Effect.Effect<ReadonlyArray<Json>, unknown>) =>
        client.runPromise(Effect.flatMap(SqlClient, query))
      const events = await rows(
        (sql) => sql`select trip_id, seq, idempotency_key as key from trip_events order by trip_id, seq`
      )
      const stored = await rows((sql) => sql`select id from behavioral_signals where signal_type = 'slot_view'`)
      await client.dispose()

      for (const { trip } of travelers) {
        const numbers = events.filter((one) => one.trip_id === trip.id).map((one) => Number(one.seq))
        assert.deepStrictEqual(
          numbers,
          numbers.map((_, i) => i + 1),
          `${what}: the events of ${trip.id} have no gap`
        )
      }
      const kept = Map.groupBy(events, (one) => one.key as string)
      const wrong = [...promised.writes].filter(([key, { trip, version }]) => {
        const found = kept.get(key)
        return found?.length !== 1 || found[0].trip_id !== trip || Number(found[0].seq) > version
      })
      assert.deepStrictEqual(wrong.slice(0, 5), [], `${what}: ${wrong.length} of ${promised.writes.size} writes`)
      const ids = new Set(stored.map((one) => one.id as string))
      assert.strictEqual(ids.size, stored.length)
      const lost = [...promised.signals].filter((id) => !ids.has(id))
      assert.deepStrictEqual(lost.slice(0, 5), [], `${what}: ${lost.length} of ${promised.signals.size} signals`)
    },
    120_000 + SECONDS * 3_000
  )
})
