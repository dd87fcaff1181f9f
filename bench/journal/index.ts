/** What the journal costs: the append itself, until it is durable with few and many under way, and reading a key back. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { nodeFiles } from "../../src/layers/journal/files.ts"
import { makeJournal } from "../../src/layers/journal/journal.ts"
import { type JournalRecord, RecordTypes } from "../../src/services/journal.ts"
import { JournalSink } from "../../src/services/journal-sink.ts"
import { type Benchmark, flag, median } from "../benchmark.ts"
import { percentile } from "../percentile.ts"

const TOTAL = 400_000
const BODY = JSON.stringify({ signal_type: "slot_accept", context: { time_to_action_ms: 2300, text: "x".repeat(200) } })

const record = (n: number): JournalRecord => ({
  type: "note",
  version: 1,
  key: `user:00000000-0000-7000-8000-${String(n % 1000).padStart(12, "0")}`,
  id: `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`,
  payload: BODY
})

const throughput = (journal: Effect.Success<ReturnType<typeof makeJournal>>, inFlight: number) =>
  Effect.promise(
    () =>
      new Promise<{
        readonly perSecond: number
        readonly p50: number
        readonly p99: number
        readonly appendMicros: number
      }>((resolve) => {
        const latencies: Array<number> = []
        const started = performance.now()
        let next = 0
        let done = 0
        let appending = 0
        const total = inFlight === 1 ? 5000 : TOTAL
        const send = () => {
          const n = next++
          if (n >= total) return
          const one = [record(n)]
          const at = performance.now()
          const outcome = journal.append("trip", one, (failure) => {
            if (failure !== undefined) throw failure
            latencies.push(performance.now() - at)
            if (++done === total) {
              resolve({
                perSecond: (total / (performance.now() - started)) * 1000,
                p50: percentile(latencies, 0.5),
                p99: percentile(latencies, 0.99),
                appendMicros: (appending / total) * 1000
              })
            }
            send()
          })
          appending += performance.now() - at
          if (outcome._tag !== "AppendTicket") throw outcome
        }
        for (let i = 0; i < inFlight; i++) send()
      })
  )

const measure = (parent: string) =>
  Effect.gen(function* () {
    const directory = mkdtempSync(join(parent, "overplanned-bench-journal-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(directory, { recursive: true })))
    const journal = yield* makeJournal(
      {
        directory,
        segmentBytes: 64 * 1024 * 1024,
        diskBytes: 2 * 1024 * 1024 * 1024,
        bufferBytes: 64 * 1024 * 1024,
        recordBytes: 1024 * 1024,
        lingerMillis: 20,
        batchRecords: 1000
      },
      nodeFiles
    )
    const appends: Array<ReadonlyArray<number>> = []
    for (const inFlight of [1, 64, 500, 5000]) {
      const { perSecond, p50, p99, appendMicros } = yield* throughput(journal, inFlight)
      appends.push([inFlight, perSecond, appendMicros, p50, p99])
    }
    const reads: Array<number> = []
    let found = 0
    for (let i = 0; i < 50; i++) {
      const at = performance.now()
      found = (yield* journal.undrained(record(i).key)).length
      reads.push(performance.now() - at)
    }
    return { appends, reads, found }
  })

export const benchmark: Benchmark = {
  summary: "durable appends per second, their latency, and reading back one key of a million records",
  options: ["--directory <path>   whose disk is measured (the system's folder for temporary files)"],
  run: async (args) => {
    const { appends, reads, found } = await Effect.runPromise(
      measure(flag(args, "directory") ?? tmpdir()).pipe(
        Effect.scoped,
        Effect.provideService(RecordTypes, [{ type: "note", version: 1 }]),
        // A store that is away: nothing but the journal is measured.
        Effect.provideService(
          JournalSink,
          JournalSink.of({
            enroll: () => Effect.succeed(0),
            close: () => Effect.void,
            lose: () => Effect.void,
            apply: () => Effect.never
          })
        ),
        Effect.provideService(References.MinimumLogLevel, "None")
      )
    )
    return {
      tables: [
        {
          title: "Durable appends of about 400 bytes, one record each",
          columns: ["in flight", "records/s", "append, µs", "durable p50, ms", "durable p99, ms"],
          rows: appends
        },
        {
          title: `Reading back the ${found} undrained records of one key among 1,000`,
          columns: ["p50, ms", "p99, ms"],
          rows: [[median(reads), percentile(reads, 0.99)]]
        }
      ],
      bars: []
    }
  }
}
