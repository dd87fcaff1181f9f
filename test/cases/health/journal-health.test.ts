import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as HealthDesk from "../../../src/cases/health/health-desk.ts"
import * as JournalHealth from "../../../src/cases/health/journal-health.ts"
import { healthOnDisk } from "../../../src/layers/journal/on-disk.ts"
import { Health } from "../../../src/services/health.ts"
import { Journal } from "../../../src/services/journal.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { MemorySink, note, openJournal } from "../../harness/journal.ts"

const report = Effect.flatMap(Health, (health) => health.report)

const underTest = (disk: FragileDisk, sink: MemorySink) =>
  JournalHealth.layer.pipe(
    Layer.provideMerge(Layer.effect(Journal, openJournal(disk, sink, { diskBytes: 4_000 }))),
    Layer.provideMerge(HealthDesk.layer)
  )

describe("the health of the journal", () => {
  it.live("goes from up over degraded to down as its disk fills, and back when it drains", () => {
    const sink = new MemorySink()
    sink.away = true
    return Effect.gen(function* () {
      const journal = yield* Journal
      const status = Effect.map(report, ([one]) => one!)
      assert.strictEqual((yield* status).status, "up")
      const seen = new Set<string>()
      for (let n = 0; ; n++) {
        const outcome = yield* Effect.exit(journal.commit("system", [note(n)]))
        seen.add((yield* status).status)
        if (outcome._tag === "Failure") break
      }
      assert.deepStrictEqual([...seen], ["up", "degraded", "down"])
      assert.include((yield* status).detail, "disk budget is used up")
      assert.include((yield* status).fix, "JOURNAL_DISK_BUDGET")
      sink.away = false
      yield* journal.drained
      yield* Effect.repeat(status, { until: (now) => now.status === "up" }).pipe(Effect.timeout("30 seconds"))
    }).pipe(Effect.provide(underTest(new FragileDisk(), sink)))
  })

  it.live("is down while the disk takes no writes", () => {
    const disk = new FragileDisk()
    return Effect.gen(function* () {
      const journal = yield* Journal
      disk.fault = (operation) => (operation === "sync" || operation === "open" ? "EIO" : undefined)
      yield* Effect.exit(journal.commit("trip", [note(1)]))
      const [now] = yield* report
      assert.deepInclude(now, { name: "journal", status: "down", detail: "the disk takes no writes" })
    }).pipe(Effect.provide(underTest(disk, new MemorySink())))
  })
})

describe("the journal as the doctor sees it", () => {
  it.live("is measured from outside, and need not exist", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "journal-health-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
      assert.strictEqual((yield* healthOnDisk(join(folder, "none"), 100)).status, "up")
      writeFileSync(join(folder, "1.journal"), Buffer.alloc(79))
      assert.strictEqual((yield* healthOnDisk(folder, 100)).status, "up")
      writeFileSync(join(folder, "2.journal"), Buffer.alloc(1))
      assert.strictEqual((yield* healthOnDisk(folder, 100)).status, "degraded")
      writeFileSync(join(folder, "file"), "")
      assert.strictEqual((yield* healthOnDisk(join(folder, "file", "journal"), 100)).status, "down")
    }).pipe(Effect.scoped)
  )
})
