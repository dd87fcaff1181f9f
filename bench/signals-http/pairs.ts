/**
 * What taking signals costs beside another release: both servers run, and take the same load in turns. Nothing is drained
 * meanwhile, for the table is held: how far a drain gets while it is measured depends on whatever else the machine does.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import { layer } from "../../src/layers/postgres/client.ts"
import { median, type Report } from "../benchmark.ts"
import { ownPostgres } from "../postgres.ts"
import { freePort, killServer, mintTokens, startServer } from "../server.ts"
import { wrk } from "./load.ts"
import { writeTravelers } from "./travelers.ts"

const LOADS = [
  { what: "empty", batch: 0 },
  { what: "one signal", batch: 1 },
  { what: "a hundred signals", batch: 100 }
] as const

const CONNECTIONS = 50

/** Rounds of every load before anything counts: both programs are to be compiled by then. */
const WARMING = 3

/** What may be added to what a request cost. */
const BAR = 1.1

interface Options {
  /** The folder of the other release, with what it depends on installed. */
  readonly before: string
  readonly pairs: number
  readonly seconds: number
  readonly travelers: number
}

/** Nobody stores a signal until the scope ends. */
const held = Effect.fnUntraced(function* (url: string) {
  const context = yield* Layer.build(layer(Redacted.make(url)))
  const locked = yield* Deferred.make<void>()
  yield* SqlClient.pipe(
    Effect.flatMap((sql) =>
      sql`lock table behavioral_signals in access exclusive mode`.pipe(
        Effect.andThen(Deferred.succeed(locked, undefined)),
        Effect.andThen(Effect.never),
        sql.withTransaction
      )
    ),
    Effect.provide(context),
    Effect.forkScoped
  )
  yield* Deferred.await(locked)
})

const started = Effect.fnUntraced(function* (folder: string, travelers: number, root: string | undefined) {
  mkdirSync(folder)
  const { url } = yield* ownPostgres(folder, root === undefined ? undefined : join(root, "sql"))
  const port = yield* Effect.promise(freePort)
  const settings = {
    dataDirectory: join(folder, "data"),
    databaseUrl: url,
    port,
    root,
    more: { JOURNAL_DISK_BUDGET: "16GiB" }
  }
  const server = yield* Effect.acquireRelease(
    Effect.promise(() => startServer(settings)),
    (child) => Effect.promise(() => killServer(child))
  )
  const who = join(folder, "travelers")
  yield* Effect.promise(async () =>
    writeTravelers(who, `http://127.0.0.1:${port}`, await mintTokens(settings, travelers))
  )
  yield* held(url)
  const take = (batch: number, seconds: number) =>
    Effect.promise(() => wrk(server.pid!, port, who, { batch, connections: CONNECTIONS, seconds }))
  return { take }
})

const measure = ({ before, pairs, seconds, travelers }: Options) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "overplanned-bench-signals-pairs-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
    const older = yield* started(join(folder, "before"), travelers, before)
    const ours = yield* started(join(folder, "now"), travelers, undefined)
    for (let round = 0; round < WARMING; round++) {
      for (const { batch } of LOADS) for (const { take } of [older, ours]) yield* take(batch, seconds)
    }
    const rows: Array<{ what: string; pair: number; was: number; now: number; failed: number }> = []
    for (let pair = 1; pair <= pairs; pair++) {
      for (const { batch, what } of LOADS) {
        // Each goes first as often as second.
        const first = pair % 2 === 0 ? ours : older
        const one = yield* first.take(batch, seconds)
        const other = yield* (first === ours ? older : ours).take(batch, seconds)
        const [theirs, now] = first === ours ? [other, one] : [one, other]
        rows.push({ what, pair, was: theirs.cpuMicros, now: now.cpuMicros, failed: theirs.failed + now.failed })
      }
    }
    return rows
  }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))

export const pairs = async (options: Options): Promise<Report> => {
  const rows = await Effect.runPromise(measure(options))
  const bars = LOADS.map(({ what }) => {
    const theirs = rows.filter((row) => row.what === what)
    const ratio = median(theirs.map(({ now, was }) => now / was))
    const was = median(theirs.map((row) => row.was))
    const now = median(theirs.map((row) => row.now))
    return {
      name: `${what}, median of ${theirs.length} pairs`,
      wanted: `${BAR} of before`,
      measured: `${ratio.toFixed(2)} (${was.toFixed(0)} µs before, ${now.toFixed(0)} now)`,
      met: ratio <= BAR
    }
  })
  return {
    tables: [
      {
        title: `Server CPU per request, ${CONNECTIONS} connections, ${options.seconds} seconds each in turns, nothing drained meanwhile`,
        columns: ["pair", "request", "before, µs", "now, µs", "ratio", "failed"],
        rows: rows.map(({ failed, now, pair, was, what }) => [pair, what, was, now, now / was, failed])
      }
    ],
    bars
  }
}
