/**
 * Trips over HTTP to the whole server on a PostgreSQL of its own: planned in an open loop and all at once, their stops
 * swapped, and planned with a language model that takes two seconds.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import { TAXONOMY } from "../../src/domain/catalog/taxonomy.ts"
import { layer } from "../../src/layers/postgres/client.ts"
import { fakeAnthropic } from "../../test/fakes/anthropic.ts"
import { type Bar, type Benchmark, numberFlag } from "../benchmark.ts"
import { cpuMillis } from "../cpu.ts"
import { ownPostgres } from "../postgres.ts"
import { freePort, killServer, mintTokens, startServer } from "../server.ts"
import { allAtOnce, type Call, client, type Measured, openLoop, type Reply } from "./load.ts"

const LLM_MS = 2_000
const TRAVELERS = 200
const AHEAD_MS = 20 * 86_400_000

const startDate = new Date(Date.now() + AHEAD_MS).toISOString().slice(0, 10)

const creation = (token: string, constraints: object = {}): Call => ({
  method: "POST",
  path: "/api/v1/trips",
  token,
  body: { city: "seattle", start_date: startDate, days: 3, constraints }
})

interface Planned {
  readonly id: string
  readonly days: ReadonlyArray<{ readonly slots: ReadonlyArray<{ readonly id: string }> }>
  readonly members: ReadonlyArray<{ readonly user_id: string }>
}

const plannedOf = (replies: ReadonlyArray<Reply>): ReadonlyArray<Planned> =>
  replies.filter(({ status }) => status === 201).map(({ text }) => JSON.parse(text) as Planned)

/** Every stop of these trips once, round by round, so that neighbours are not swapped one after another. */
const swapsOf = (trips: ReadonlyArray<Planned>, tokenOf: (userId: string) => string): ReadonlyArray<Call> => {
  const perTrip = trips.map((trip) =>
    trip.days
      .flatMap(({ slots }) => slots)
      .map(
        ({ id }): Call => ({
          method: "PATCH",
          path: `/api/v1/trips/${trip.id}/slots/${id}`,
          token: tokenOf(trip.members[0]!.user_id),
          body: { action: "swap" }
        })
      )
  )
  const longest = Math.max(...perTrip.map((calls) => calls.length))
  return Array.from({ length: longest }, (_, round) => perTrip.flatMap((calls) => calls[round] ?? [])).flat()
}

const subjectOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as { sub: string }).sub

interface Step extends Measured {
  readonly what: string
  /** The server's own figure for the time of the step. */
  readonly loopDelay: number
  readonly cpuPerCall: number
}

const measure = (seconds: number) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "overplanned-bench-trips-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
    const database = yield* ownPostgres(folder)
    const fake = yield* fakeAnthropic
    fake.slow(LLM_MS)
    const base = { dataDirectory: join(folder, "data"), databaseUrl: database.url }

    const steps = yield* Effect.promise(async () => {
      const settings = { ...base, port: await freePort() }
      const tokens = await mintTokens(settings, TRAVELERS)
      const bySubject = new Map(tokens.map((token) => [subjectOf(token), token]))
      const tokenOf = (userId: string) => bySubject.get(userId)!
      const token = (index: number) => tokens[index % tokens.length]!
      const steps: Array<Step> = []

      const on = async (port: number, run: (send: ReturnType<typeof client>["send"]) => Promise<void>) => {
        const connection = client(port)
        try {
          await run(connection.send)
        } finally {
          connection.close()
        }
      }
      const delayOf = async (port: number): Promise<number> => {
        const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
        return Number(/^\w*event_loop_delay_p99_ms\S* ([\d.e+-]+)$/m.exec(text)?.[1] ?? Number.NaN)
      }
      const step = async (
        what: string,
        server: { readonly pid: number; readonly port: number },
        run: () => Promise<Measured & { readonly replies: ReadonlyArray<Reply> }>
      ): Promise<ReadonlyArray<Reply>> => {
        await delayOf(server.port)
        const before = cpuMillis(server.pid)
        const { replies, ...measured } = await run()
        const spent = cpuMillis(server.pid) - before
        steps.push({ what, ...measured, loopDelay: await delayOf(server.port), cpuPerCall: spent / measured.sent })
        const strange = replies.find(({ status }) => status === 0 || (status >= 300 && status !== 422))
        if (strange !== undefined) console.error(`${what}: ${strange.status} ${strange.text.slice(0, 300)}`)
        return replies
      }

      const child = await startServer(settings)
      const server = { pid: child.pid!, port: settings.port }
      try {
        await on(server.port, async (send) => {
          await openLoop(
            send,
            10,
            Array.from({ length: 30 }, (_, index) => creation(token(index)))
          )
          const steady = await step("20 trips/s", server, () =>
            openLoop(
              send,
              20,
              Array.from({ length: 20 * seconds }, (_, index) => creation(token(index)))
            )
          )
          const burst = await step("50 trips at once", server, () =>
            allAtOnce(
              send,
              Array.from({ length: 50 }, (_, index) => creation(token(index)))
            )
          )
          const swaps = swapsOf([...plannedOf(steady), ...plannedOf(burst)], tokenOf)
          const rest = swaps.length - 200
          await step("300 swaps/s", server, () => openLoop(send, 300, swaps.slice(0, Math.min(rest, 300 * seconds))))
          await step("200 swaps at once", server, () => allAtOnce(send, swaps.slice(-200)))
        })
      } finally {
        await killServer(child)
      }

      const withLlm = {
        ...base,
        port: await freePort(),
        more: {
          ANTHROPIC_API_KEY: "a key of the loopback server",
          ANTHROPIC_BASE_URL: fake.url,
          LLM_DAILY_BUDGET_USD: "1000"
        }
      }
      const second = await startServer(withLlm)
      try {
        await on(withLlm.port, async (send) => {
          await step(
            `50 trips at once, Claude takes ${LLM_MS / 1000} s`,
            { pid: second.pid!, port: withLlm.port },
            () =>
              allAtOnce(
                send,
                // Each with a wish of its own: nobody is served from another's cache.
                Array.from({ length: 50 }, (_, index) => creation(token(index), { avoid: [TAXONOMY[index]!.tag] }))
              )
          )
        })
      } finally {
        await killServer(second)
      }
      // What the kills left in the journal is drained by a last start.
      const last = await startServer(settings)
      const planned = steps.filter(({ what }) => what.includes("trips")).reduce((sum, { ok }) => sum + ok, 30)
      const logged = await Effect.runPromise(
        Effect.gen(function* () {
          const sql = yield* SqlClient
          const count = Effect.map(
            sql<{
              n: number
            }>`select count(*)::int as n from behavioral_signals where signal_type = 'candidate_set_logged'`,
            (rows) => rows[0]!.n
          )
          let seen = yield* count
          for (let patience = 300; seen < planned && patience > 0; patience--) {
            yield* Effect.sleep("100 millis")
            seen = yield* count
          }
          return seen
        }).pipe(Effect.provide(layer(Redacted.make(database.url), { maxConnections: 1 })))
      )
      await killServer(last)
      return { steps, planned, logged, calls: fake.calls.length }
    })
    return steps
  })

const LOOP_MS = 20

export const benchmark: Benchmark = {
  summary: "trips over HTTP: planned at a rate and at once, with and without a slow Claude, and their stops swapped",
  options: ["--seconds <count>   of each open loop (20)", "--quick             five seconds of each"],
  run: async (args) => {
    const seconds = args.includes("--quick") ? 5 : numberFlag(args, "seconds", 20)
    const { steps, planned, logged, calls } = await Effect.runPromise(
      measure(seconds).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))
    )
    const limits = [150, 2_000, 100, 2_000, 8_000]
    const bars = steps.flatMap(
      (step, index): ReadonlyArray<Bar> => [
        {
          name: `${step.what}, p95`,
          wanted: `${limits[index]} ms`,
          measured: `${step.p95.toFixed(0)} ms${step.failed > 0 ? `, ${step.failed} failed` : ""}`,
          met: step.p95 < limits[index]! && step.failed === 0
        },
        {
          name: `${step.what}, event-loop delay p99`,
          wanted: `${LOOP_MS} ms`,
          measured: `${step.loopDelay.toFixed(1)} ms`,
          met: step.loopDelay < LOOP_MS
        }
      ]
    )
    return {
      tables: [
        {
          title: "The whole server, PostgreSQL and the generator on one machine",
          columns: [
            "",
            "sent",
            "ok",
            "refused",
            "failed",
            "p50, ms",
            "p95, ms",
            "p99, ms",
            "loop p99, ms",
            "CPU each, ms"
          ],
          rows: steps.map((s) => [
            s.what,
            s.sent,
            s.ok,
            s.refused,
            s.failed,
            s.p50,
            s.p95,
            s.p99,
            s.loopDelay,
            s.cpuPerCall
          ])
        }
      ],
      bars: [
        ...bars,
        {
          name: "candidate sets in the database",
          wanted: `${planned}, one for each trip`,
          measured: String(logged),
          met: logged === planned
        }
      ],
      notes: [`The loopback Claude was asked ${calls} times, for rankings and for narratives.`]
    }
  }
}
