/**
 * The road of a signal inside the process: judged and journaled in batches of 100 while the database is away, then drained
 * into a PostgreSQL that flushes. Meanwhile ten thousand resident trips in the same process are asked for pivots.
 */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import * as NobodyElse from "../../src/cases/absent/nobody-else.ts"
import * as NobodyListens from "../../src/cases/absent/nobody-listens.ts"
import * as Intake from "../../src/cases/signals/journaled-intake.ts"
import * as RememberedSlates from "../../src/cases/signals/remembered-slates.ts"
import { uuidV7 } from "../../src/domain/ids.ts"
import * as FileJournal from "../../src/layers/journal/journal.ts"
import * as MemoryIndex from "../../src/layers/memory/vector-index.ts"
import * as CatalogStore from "../../src/layers/postgres/catalog-store.ts"
import { layer as postgres } from "../../src/layers/postgres/client.ts"
import * as PostgresErased from "../../src/layers/postgres/erased-subjects.ts"
import * as PostgresJobs from "../../src/layers/postgres/jobs.ts"
import { Journal } from "../../src/services/journal.ts"
import { JournalSink, SinkUnavailable } from "../../src/services/journal-sink.ts"
import { SignalIntake } from "../../src/services/signal-intake.ts"
import { SignalReferences } from "../../src/services/signal-references.ts"
import { fromCurated } from "../../src/sources/city-files.ts"
import { seedCity } from "../../src/sources/seed-city.ts"
import { journalSink, recordTypes } from "../../src/wiring/journal-sink.ts"
import { type Benchmark, numberFlag } from "../benchmark.ts"
import { cpuMillis } from "../cpu.ts"
import { percentile } from "../percentile.ts"
import { ownPostgres } from "../postgres.ts"
import { RESIDENT, residentTrips } from "./pivots.ts"

const BATCH = 100
const CALLERS = 64
const USERS = 1000

/** How long pivots are asked before the drain, to compare with. */
const CALM = "5 seconds"

const id = (random: Uint8Array<ArrayBuffer>) => uuidV7(Date.now(), crypto.getRandomValues(random))

const DECISION = "5f0c1c1e-0d4c-8a5e-9c1e-0d4c5a5e9c1e"

/** Every signal speaks of a trip and a place of the user's; what the intake asks of memory is answered as in a warm server. */
const references = Layer.succeed(
  SignalReferences,
  SignalReferences.of({
    trip: () => ({ visible: true, city_id: "" }),
    stop: (_, __, ___, trip_id) =>
      trip_id === null
        ? undefined
        : {
            trip_id,
            activity_node_id: null,
            decision: { decision_id: DECISION, model_version: "local_ranker:1", session_id: DECISION }
          },
    offer: () => undefined,
    lookUp: () => Effect.succeed(new Map()),
    hasNode: () => true
  })
)

const measure = (total: number) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "overplanned-bench-signals-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
    const server = yield* ownPostgres(folder)
    /** While it is shut the drainer tries again every few seconds: the drain begins with the first batch that is let in. */
    const gate = { open: false, passed: 0 }
    // Nobody was erased, which the sink asks the database for with every batch, as in the server.
    const erased = PostgresErased.layer(Redacted.make("a key for the benchmark"))
    const jobs = PostgresJobs.layer({ ...PostgresJobs.jobsDefaults, node: "bench" })
    const gated = Layer.effect(
      JournalSink,
      Effect.map(JournalSink, (sink) =>
        JournalSink.of({
          enroll: sink.enroll,
          close: sink.close,
          lose: sink.lose,
          apply: (batch, progress) =>
            Effect.suspend(() => {
              if (!gate.open) return Effect.fail(new SinkUnavailable({ message: "kept shut" }))
              if (gate.passed === 0) gate.passed = performance.now()
              return sink.apply(batch, progress)
            })
        })
      )
    ).pipe(Layer.provide(journalSink), Layer.provide([jobs, erased]))
    const journal = FileJournal.layer({
      directory: join(folder, "journal"),
      segmentBytes: 64 * 1024 * 1024,
      diskBytes: 8 * 1024 * 1024 * 1024,
      bufferBytes: 64 * 1024 * 1024,
      recordBytes: 4 * 1024 * 1024,
      lingerMillis: 20,
      batchRecords: 1000
    }).pipe(Layer.provide([gated, recordTypes]), Layer.provide(NobodyElse.layer))
    const intake = Intake.layer({
      maxAheadMillis: 300_000,
      maxAgeMillis: 864e5,
      rememberedIds: 200_000,
      lookUpMillis: 100
    })
    const context = yield* Layer.build(
      intake.pipe(
        Layer.provideMerge(journal),
        Layer.provide([references, erased, NobodyListens.toSignals, RememberedSlates.layer]),
        Layer.provideMerge(postgres(Redacted.make(server.url), { statementTimeout: "1 minute" }))
      )
    )

    return yield* Effect.gen(function* () {
      const signals = yield* SignalIntake
      const log = yield* Journal
      const sql = yield* SqlClient
      const random = new Uint8Array(10)
      const users = Array.from({ length: USERS }, () => id(random))
      const subject = { trip_id: id(random), slot_id: id(random), session_id: id(random) }
      yield* Effect.flatMap(fromCurated("seattle"), seedCity).pipe(
        Effect.provide(Layer.merge(CatalogStore.layer, MemoryIndex.layer))
      )
      const places = yield* sql<{ id: string }>`select id from activity_nodes`

      const latencies: Array<number> = []
      let sent = 0
      const caller = Effect.gen(function* () {
        while (sent < total) {
          sent += BATCH
          const batch = Array.from({ length: BATCH }, (_, i) => ({
            id: id(random),
            signal_type: i % 3 === 0 ? "slot_view" : "slot_accept",
            ...subject,
            activity_node_id: places[(sent + i) % places.length]!.id,
            occurred_at: new Date().toISOString(),
            context: { time_to_action_ms: 2300, day_part: "evening", position: i % 20, group_size: 2, weather: "rain" }
          }))
          const at = performance.now()
          yield* signals.accept(users[(sent / BATCH) % USERS]!, batch, "app")
          latencies.push(performance.now() - at)
        }
      })
      const began = process.cpuUsage()
      const started = performance.now()
      yield* Effect.all(
        Array.from({ length: CALLERS }, () => caller),
        { concurrency: "unbounded" }
      )
      const acceptSeconds = (performance.now() - started) / 1000
      const taking = process.cpuUsage(began)

      const trips = yield* residentTrips
      const calm = trips.ask()
      yield* Effect.sleep(CALM)
      const before = calm()

      gate.open = true
      yield* Effect.repeat(Effect.sleep("1 millis"), { until: () => gate.passed > 0 })
      const stopAsking = trips.ask()
      const cpu = { store: cpuMillis(server.pid), here: process.cpuUsage() }
      yield* log.drained
      const drainSeconds = (performance.now() - gate.passed) / 1000
      const pivots = { before, meanwhile: stopAsking() }
      const here = process.cpuUsage(cpu.here)
      const drainCpu = {
        store: ((cpuMillis(server.pid) - cpu.store) * 1000) / total,
        here: (here.user + here.system) / total
      }
      const intakeCpu = (taking.user + taking.system) / total
      const [row] = yield* sql<{ stored: number }>`select count(*)::int as stored from behavioral_signals`
      return {
        acceptSeconds,
        intakeCpu,
        drainSeconds,
        latencies,
        pivots,
        drainCpu,
        stored: row!.stored,
        version: server.version
      }
    }).pipe(Effect.provide(context))
  })

const timesOf = (latencies: Array<number>) => [
  latencies.length,
  percentile(latencies, 0.5),
  percentile(latencies, 0.99),
  Math.max(...latencies.slice(0, 100_000))
]

const perSecond = (rate: number) => `${Math.round(rate).toLocaleString("en-US")} signals/s`

export const benchmark: Benchmark = {
  summary: "signals judged and journaled in batches of 100, then drained into PostgreSQL beside pivots",
  options: ["--signals <count>   how many (1000000)"],
  run: async (args) => {
    const total = numberFlag(args, "signals", 1_000_000)
    const seen = await Effect.runPromise(
      measure(total).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))
    )
    const accepted = total / seen.acceptSeconds
    const drained = total / seen.drainSeconds
    const { before, meanwhile } = seen.pivots
    const p99 = percentile(meanwhile, 0.99)
    return {
      tables: [
        {
          title: `${total.toLocaleString("en-US")} signals, ${CALLERS} callers, PostgreSQL ${seen.version} on the same machine`,
          columns: ["", "signals/s", "p50, ms", "p99, ms"],
          rows: [
            [
              "accepted durable, per batch of 100",
              accepted,
              percentile(seen.latencies, 0.5),
              percentile(seen.latencies, 0.99)
            ],
            ["drained", drained, "", ""]
          ]
        },
        {
          title: `Pivots of ${RESIDENT.toLocaleString("en-US")} resident trips, from the instant they were due to their offers`,
          columns: ["", "pivots", "p50, ms", "p99, ms", "worst, ms"],
          rows: [
            ["before", ...timesOf(before)],
            ["during the drain", ...timesOf(meanwhile)]
          ]
        }
      ],
      notes: [
        `Taking one signal cost ${seen.intakeCpu.toFixed(1)} µs of CPU, its share of the journal's writing included.`,
        `Draining one signal cost ${seen.drainCpu.store.toFixed(1)} µs of CPU in PostgreSQL and ${seen.drainCpu.here.toFixed(1)} µs here: what a core to themselves would allow, whatever else ran.`
      ],
      bars: [
        { name: "accepted", wanted: "20,000 signals/s", measured: perSecond(accepted), met: accepted >= 20_000 },
        { name: "drained", wanted: "20,000 signals/s", measured: perSecond(drained), met: drained >= 20_000 },
        {
          name: "pivots beside the drain, p99",
          wanted: "5 ms",
          measured: `${p99.toFixed(2)} ms`,
          met: p99 <= 5
        },
        {
          name: "stored exactly once",
          wanted: String(total),
          measured: String(seen.stored),
          met: seen.stored === total
        }
      ]
    }
  }
}
