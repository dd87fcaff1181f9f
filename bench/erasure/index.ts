/** How long it takes to erase a traveler with a long past, among others, and whether the checker finds nothing afterwards. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { SqlClient } from "effect/sql/SqlClient"
import { type Export, marksOf } from "../../src/domain/erasure/marks.ts"
import { ownSignalRecord } from "../../src/domain/records/signal.ts"
import { fileTraces } from "../../src/layers/files/traces.ts"
import { layer as postgres } from "../../src/layers/postgres/client.ts"
import { postgresTraces } from "../../src/layers/postgres/erasure/traces.ts"
import { Erasure } from "../../src/services/erasure.ts"
import { Journal } from "../../src/services/journal.ts"

import { crowd, house, K, livePast, signalOf } from "../../test/harness/departed.ts"
import { type Benchmark, numberFlag } from "../benchmark.ts"
import { ownPostgres } from "../postgres.ts"

/** Records in one append. */
const BATCH = 500

const measure = (signals: number, others: number) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-bench-erasure-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
    )
    const server = yield* ownPostgres(folder)
    const data = join(folder, "data")
    const context = yield* Layer.build(
      house(data).pipe(Layer.provideMerge(postgres(Redacted.make(server.url), { statementTimeout: "5 minutes" })))
    )
    return yield* Effect.gen(function* () {
      const sql = yield* SqlClient
      const journal = yield* Journal
      const erasure = yield* Erasure
      yield* crowd
      const { user, alone, owned, joined } = yield* livePast(1)
      const trips = [alone, owned, joined, undefined]
      for (let done = 0; done < signals; done += BATCH) {
        const records = Array.from({ length: Math.min(BATCH, signals - done) }, (_, i) => {
          const trip = trips[i % trips.length]
          return signalOf(user, trip === undefined ? {} : { trip_id: trip.id, session_id: trip.session_id })
        })
        yield* journal.commit(
          "signal",
          records.map((one) => ownSignalRecord(one, one.occurred_at))
        )
      }
      yield* journal.drained
      yield* sql`
        insert into behavioral_signals (id, user_id, signal_type, activity_node_id, trip_id, source, weight, occurred_at, context)
        select gen_random_uuid(), s.user_id, s.signal_type, s.activity_node_id, s.trip_id, s.source, s.weight, s.occurred_at, s.context
        from (select * from behavioral_signals where user_id <> ${user} and activity_node_id is not null limit 5) s,
          generate_series(1, ${Math.ceil(others / 5)}::int)`
      yield* sql`analyze`
      const [count] = yield* sql<{ mine: number; all: number }>`
        select count(*) filter (where user_id = ${user})::int as mine, count(*)::int as all from behavioral_signals`

      const exporting = performance.now()
      const text = yield* Stream.runFold(
        yield* erasure.held(user),
        () => "",
        (all, part) => all + part
      )
      const exportMillis = performance.now() - exporting
      const marks = marksOf(user, JSON.parse(text) as Export)

      const { job_id } = yield* erasure.request(user)
      const loop = monitorEventLoopDelay({ resolution: 1 })
      loop.enable()
      const started = performance.now()
      const steps: Array<{ readonly step: string; readonly at: number }> = []
      yield* erasure.handler.run({
        id: job_id,
        attempt: 1,
        payload: { user_id: user },
        progress: (value) => void steps.push({ ...(value as { readonly step: string }), at: performance.now() })
      })
      const ended = performance.now()
      loop.disable()
      const checking = performance.now()
      const stores = [yield* postgresTraces(K), fileTraces(data)]
      const found = (yield* Effect.forEach(stores, (store) => store.search(marks))).flat()
      const took = steps.map(({ step, at }, i) => [step, (steps[i + 1]?.at ?? ended) - at] as const)
      return {
        ...count!,
        exportMillis,
        exportBytes: text.length,
        eraseMillis: ended - started,
        loopMillis: loop.percentile(99) / 1e6,
        checkMillis: performance.now() - checking,
        found,
        steps: took,
        version: server.version
      }
    }).pipe(Effect.provide(context))
  })

export const benchmark: Benchmark = {
  summary: "a traveler with 10,000 signals erased among the signals of others, and looked for afterwards",
  options: ["--signals <count>   of the traveler (10000)", "--others <count>    signals of everybody else (200000)"],
  run: async (args) => {
    const signals = numberFlag(args, "signals", 10_000)
    const others = numberFlag(args, "others", 200_000)
    const seen = await Effect.runPromise(
      measure(signals, others).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"))
    )
    const count = (value: number) => value.toLocaleString("en-US")
    return {
      tables: [
        {
          title: `A traveler with ${count(seen.mine)} of ${count(seen.all)} signals, PostgreSQL ${seen.version} on the same machine`,
          columns: ["", "ms"],
          rows: [
            [`export of ${count(seen.exportBytes)} bytes`, seen.exportMillis],
            ["erasure", seen.eraseMillis],
            ...seen.steps.map(([step, millis]): [string, number] => [`  ${step}`, millis]),
            ["event loop's delay meanwhile, p99", seen.loopMillis],
            ["search for what is left", seen.checkMillis]
          ]
        }
      ],
      bars: [
        {
          name: "erased",
          wanted: "under 5 s",
          measured: `${(seen.eraseMillis / 1000).toFixed(2)} s`,
          met: seen.eraseMillis < 5_000
        },
        {
          name: "found afterwards",
          wanted: "nothing",
          measured:
            seen.found.length === 0 ? "nothing" : seen.found.map((one) => `${one.where}: ${one.what}`).join("; "),
          met: seen.found.length === 0
        }
      ]
    }
  }
}
