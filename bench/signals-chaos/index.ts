/**
 * Signals over HTTP while the server is killed with SIGKILL five times and its database is away for half a minute. Every
 * acknowledged id must be in the database afterwards, exactly once, and no id that nobody sent.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { Agent, request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import { uuidV7 } from "../../src/domain/ids.ts"
import { layer as postgres } from "../../src/layers/postgres/client.ts"
import { startProxy } from "../../test/harness/proxy.ts"
import { type Benchmark, numberFlag } from "../benchmark.ts"
import { percentile } from "../percentile.ts"
import { ownPostgres } from "../postgres.ts"
import { freePort, killServer, mintTokens, type ServerSettings, startServer } from "../server.ts"

/** Longest wait for the drain after the last acknowledgement. */
const DRAIN_MS = 120_000

const newId = () => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)))

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

interface Load {
  readonly port: number
  readonly total: number
  readonly batch: number
  readonly callers: number
  readonly tokens: ReadonlyArray<string>
}

const signal = (id: string, slot: string) => ({
  id,
  signal_type: "slot_accept",
  slot_id: slot,
  occurred_at: new Date().toISOString(),
  context: { time_to_action_ms: 2300, day_part: "evening", position: 3 }
})

/** What a problem document says, cut short. */
const detail = (body: string): string => {
  try {
    return String((JSON.parse(body) as { readonly detail?: unknown }).detail).slice(0, 100)
  } catch {
    return body.slice(0, 100)
  }
}

/** Sends until everything is acknowledged; whatever fails is sent again under the same ids. */
const send = (load: Load, acknowledged: Set<string>, refused: Map<string, number>) => {
  const agent = new Agent({ keepAlive: true, maxSockets: load.callers })
  const latencies: Array<number> = []
  let left = load.total
  const post = (body: string, token: string) =>
    new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
      const call = request(
        {
          host: "127.0.0.1",
          port: load.port,
          path: "/api/v1/signals",
          method: "POST",
          agent,
          headers,
          timeout: 10_000
        },
        (response) => {
          let text = ""
          response.setEncoding("utf8")
          response.on("data", (chunk) => {
            text += chunk
          })
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }))
          response.on("error", reject)
        }
      )
      call.on("timeout", () => call.destroy(new Error("timeout")))
      call.on("error", reject)
      call.end(body)
    })
  const caller = async (token: string) => {
    const slot = newId()
    while (left > 0) {
      const count = Math.min(load.batch, left)
      left -= count
      const ids = Array.from({ length: count }, newId)
      const body = JSON.stringify(ids.map((id) => signal(id, slot)))
      for (;;) {
        const at = performance.now()
        const answer = await post(body, token).catch((cause: Error) => ({ status: 0, body: cause.message }))
        if (answer.status === 202) {
          latencies.push(performance.now() - at)
          const { accepted, duplicates } = JSON.parse(answer.body) as { accepted: number; duplicates: number }
          if (accepted + duplicates !== count) throw new Error(`Not all of a good batch were taken: ${answer.body}`)
          for (const id of ids) acknowledged.add(id)
          break
        }
        const kind = answer.status === 0 ? "no answer" : `${answer.status}: ${detail(answer.body)}`
        refused.set(kind, (refused.get(kind) ?? 0) + 1)
        if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) throw new Error(answer.body)
        await pause(50)
      }
    }
  }
  const done = Promise.all(load.tokens.slice(0, load.callers).map(caller)).finally(() => agent.destroy())
  return { done, latencies }
}

const run = (options: {
  readonly total: number
  readonly batch: number
  readonly callers: number
  readonly kills: number
  readonly outageMillis: number
}) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "overplanned-bench-chaos-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
    const database = yield* ownPostgres(folder)
    const proxy = yield* Effect.promise(() => startProxy(database.port))
    yield* Effect.addFinalizer(() => Effect.sync(() => proxy.close()))
    const settings: ServerSettings = {
      dataDirectory: join(folder, "data"),
      databaseUrl: database.url.replace(`:${database.port}/`, `:${proxy.port}/`),
      port: yield* Effect.promise(freePort)
    }
    return yield* Effect.promise(async () => {
      const tokens = await mintTokens(settings, options.callers)
      let server = await startServer(settings)
      try {
        const acknowledged = new Set<string>()
        const refused = new Map<string, number>()
        const started = performance.now()
        let finished = false
        const { done, latencies } = send({ ...options, port: settings.port, tokens }, acknowledged, refused)
        const sent = done.finally(() => {
          finished = true
        })
        sent.catch(() => {})
        const share = async (part: number) => {
          while (!finished && acknowledged.size < options.total * part) await pause(20)
        }
        let restartMillis = 0
        const kill = async () => {
          const at = performance.now()
          await killServer(server)
          server = await startServer(settings)
          restartMillis = Math.max(restartMillis, performance.now() - at)
        }
        let duringOutage = 0
        for (let i = 1; i <= options.kills; i++) {
          await share(i / (options.kills + 2))
          await kill()
          if (i !== Math.ceil(options.kills / 2)) continue
          const before = acknowledged.size
          proxy.cut()
          await pause(options.outageMillis)
          proxy.mend()
          duringOutage = acknowledged.size - before
        }
        await sent
        const seconds = (performance.now() - started) / 1000
        return {
          acknowledged,
          refused,
          latencies,
          seconds,
          duringOutage,
          restartMillis,
          missing: await missing(database.url, acknowledged)
        }
      } finally {
        await killServer(server)
      }
    })
  })

/** Waits for the drain, then compares: what was acknowledged and is not stored, and what is stored and was never sent. */
const missing = (url: string, acknowledged: ReadonlySet<string>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const deadline = Date.now() + DRAIN_MS
    for (;;) {
      const [row] = yield* sql<{ stored: number }>`select count(*)::int as stored from behavioral_signals`
      if (row!.stored >= acknowledged.size || Date.now() > deadline) break
      yield* Effect.sleep("200 millis")
    }
    const rows = yield* sql<{ id: string }>`select id from behavioral_signals`
    const counts = yield* sql<{ counted: number }>`select sum(signal_count)::int as counted from users`
    const stored = new Set(rows.map(({ id }) => id))
    return {
      lost: [...acknowledged].filter((id) => !stored.has(id)).length,
      twice: rows.length - stored.size,
      invented: [...stored].filter((id) => !acknowledged.has(id)).length,
      counted: counts[0]!.counted
    }
  }).pipe(Effect.provide(postgres(Redacted.make(url), { statementTimeout: "1 minute" })), Effect.runPromise)

export const benchmark: Benchmark = {
  summary: "signals over HTTP while the server is killed and the database is away: nothing acknowledged is lost",
  options: [
    "--signals <count>   how many (200000)",
    "--batch <count>     signals per request (1)",
    "--callers <count>   concurrent requests (500)",
    "--kills <count>     times the server is killed with SIGKILL (5)",
    "--outage <seconds>  how long the database is away, once (30)"
  ],
  run: async (args) => {
    const options = {
      total: numberFlag(args, "signals", 200_000),
      batch: numberFlag(args, "batch", 1),
      callers: numberFlag(args, "callers", 500),
      kills: numberFlag(args, "kills", 5),
      outageMillis: numberFlag(args, "outage", 30) * 1000
    }
    const seen = await Effect.runPromise(
      run(options).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))
    )
    const { lost, twice, invented, counted } = seen.missing
    const exact = (name: string, wanted: number, measured: number) => ({
      name,
      wanted: String(wanted),
      measured: String(measured),
      met: measured === wanted
    })
    return {
      tables: [
        {
          title: `${options.callers} callers, ${options.batch} per request, ${options.kills} kills, ${options.outageMillis / 1000} s without the database`,
          columns: ["acknowledged", "seconds", "during the outage", "slowest restart, ms", "p50, ms", "p99, ms"],
          rows: [
            [
              seen.acknowledged.size,
              seen.seconds,
              seen.duringOutage,
              seen.restartMillis,
              percentile(seen.latencies, 0.5),
              percentile(seen.latencies, 0.99)
            ]
          ]
        },
        { title: "Sent again because of", columns: ["answer", "times"], rows: [...seen.refused] }
      ],
      bars: [
        exact("acknowledged and lost", 0, lost),
        exact("stored twice", 0, twice),
        exact("stored and never acknowledged in the end", 0, invented),
        exact("counted for their travelers", options.total, counted)
      ]
    }
  }
}
