import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { JournalWriteFailed } from "../../../src/services/journal.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { MemorySink, note, noteNumber, openJournal } from "../../harness/journal.ts"
import { fc } from "../../support/properties.ts"

const turns = (count: number) =>
  Effect.promise(async () => {
    for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
  })

interface Story {
  /** Each step appends this many records under one of three keys, then lets the disk work for some turns. */
  readonly steps: ReadonlyArray<{ readonly records: number; readonly key: number; readonly turns: number }>
  /** What the loss of power spares, sector by sector. */
  readonly luck: ReadonlyArray<boolean>
}

const stories: fc.Arbitrary<Story> = fc.record({
  steps: fc.array(
    fc.record({
      records: fc.integer({ min: 1, max: 6 }),
      key: fc.integer({ min: 0, max: 2 }),
      turns: fc.integer({ min: 0, max: 8 })
    }),
    { minLength: 1, maxLength: 25 }
  ),
  luck: fc.array(fc.boolean(), { minLength: 1, maxLength: 40 })
})

/** Plays a story, loses power at its end, starts again; says what is wrong with what is found then. */
const faultsAfterPowerLoss = (story: Story, lies: boolean): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const away = new MemorySink()
      away.away = true
      const scope = yield* Scope.make()
      const journal = yield* openJournal(disk, away).pipe(Scope.provide(scope))
      disk.lies = lies
      const appends: Array<{ readonly numbers: ReadonlyArray<number>; acknowledged: boolean }> = []
      let n = 0
      for (const step of story.steps) {
        const numbers = Array.from({ length: step.records }, () => ++n)
        const append = { numbers, acknowledged: false }
        appends.push(append)
        journal.append(
          "trip",
          numbers.map((number) => note(number, `trip:${step.key}`, "x".repeat(50 * step.turns))),
          (failure) => {
            append.acknowledged = failure === undefined
          }
        )
        yield* turns(step.turns)
      }
      let flip = 0
      const acknowledged = appends.filter((append) => append.acknowledged).flatMap(({ numbers }) => numbers)
      const after = disk.losePower(() => story.luck[flip++ % story.luck.length]!)
      const sink = new MemorySink()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const again = yield* openJournal(after, sink)
          yield* again.enrolled
          yield* again.drained
        })
      )
      const found = sink.entries.map(noteNumber)
      const faults: Array<string> = []
      const before = disk.files.get("/journal/identity")?.bytes.toString().slice(0, 36)
      if (sink.enrolled.at(-1) !== before) faults.push("a new name, as if something had been lost")
      for (const number of acknowledged) if (!found.includes(number)) faults.push(`lost ${number}`)
      if (found.some((number, i) => number !== i + 1)) faults.push(`a gap: ${found}`)
      for (const { numbers } of appends) {
        const here = numbers.filter((number) => found.includes(number)).length
        if (here !== 0 && here !== numbers.length) faults.push(`half of ${numbers}`)
      }
      return faults
    })
  )

describe("a record that the database would never take", () => {
  it.live("is refused before it is acknowledged, with all that was appended with it, and the log goes on", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      const journal = yield* openJournal(new FragileDisk(), sink)
      yield* journal.commit("trip", [note(1)])
      for (const text of ["\u0000", "a\ud800", "\udc00b"]) {
        const refused = yield* Effect.flip(journal.commit("trip", [note(2), note(3, "trip:a", text)]))
        assert.strictEqual(refused._tag, "JournalUnstorable")
        assert.match(refused.message, /cannot be stored/)
      }
      const huge = { ...note(4), payload: JSON.stringify({ n: 4, share: [1e39] }) }
      assert.strictEqual((yield* Effect.flip(journal.commit("trip", [huge])))._tag, "JournalUnstorable")
      // A weight of our own that has faded away is nothing to refuse a record for: it is zero.
      const faded = {
        ...note(6),
        payload: JSON.stringify({ n: 6, text: "5e-324", weights: [0.5, 5e-324, -1e-45], x: { y: 1e-38 } })
      }
      yield* journal.commit("trip", [note(7), faded, note(8)])
      yield* journal.commit("trip", [
        note(5, "trip:a", "a backslash and \\u0000 are no NUL, nor is 5e-324 here a number")
      ])
      yield* journal.drained
      assert.deepStrictEqual(sink.entries.map(noteNumber), [1, 7, 6, 8, 5])
      const kept = sink.entries.find((entry) => noteNumber(entry) === 6)!
      assert.deepStrictEqual(JSON.parse(kept.payload), { n: 6, text: "5e-324", weights: [0.5, 0, 0], x: { y: 0 } })
      assert.strictEqual((yield* journal.status).quarantined, 0)
    }).pipe(Effect.scoped)
  )
})

describe("losing power", () => {
  it("loses nothing acknowledged, leaves no gap and no half append, whatever sectors survive", async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        assert.deepStrictEqual(await faultsAfterPowerLoss(story, false), [])
      }),
      { numRuns: 150 }
    )
  })

  it("is a test that a journal which acknowledges before the sync does not pass", async () => {
    const steps = Array.from({ length: 10 }, (_, i) => ({ records: 2, key: i % 3, turns: 6 }))
    const faults = await faultsAfterPowerLoss({ steps, luck: [false] }, true)
    assert.include(faults, "lost 1")
  })
})

describe("records that nobody waits for", () => {
  it.effect("gather until somebody waits, and are durable before that one is told", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const journal = yield* openJournal(disk, new MemorySink(), { lingerMillis: 60_000 })
      const settled: Array<string> = []
      journal.append("trip", [note(1)], () => settled.push("first"), "soon")
      journal.append("trip", [note(2)], () => settled.push("second"), "soon")
      yield* turns(20)
      assert.deepStrictEqual(settled, [])
      journal.append("trip", [note(3)], () => settled.push("third"))
      yield* journal.drained
      assert.deepStrictEqual(settled, ["first", "second", "third"])
    })
  )

  it.effect("are read by an activation, and on disk when the journal is closed", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const away = new MemorySink()
      away.away = true
      yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* openJournal(disk, away, { lingerMillis: 60_000 })
          journal.append("trip", [note(1, "trip:1")], () => {}, "soon")
          assert.deepStrictEqual((yield* journal.undrained("trip:1")).map(noteNumber), [1])
          journal.append("trip", [note(2, "trip:1")], () => {}, "soon")
        })
      )
      const sink = new MemorySink()
      yield* (yield* openJournal(disk, sink)).drained
      assert.deepStrictEqual(sink.entries.map(noteNumber), [1, 2])
    })
  )

  it.live("leave by themselves after the linger", () =>
    Effect.gen(function* () {
      const journal = yield* openJournal(new FragileDisk(), new MemorySink(), { lingerMillis: 5 })
      yield* Effect.callback<void>((resume) => {
        journal.append("trip", [note(1)], () => resume(Effect.void), "soon")
      })
      assert.strictEqual((yield* journal.status).durable, (yield* journal.status).appended)
    })
  )
})

describe("a disk that fails", () => {
  const failing = (code: string, operation: "write" | "sync") =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      sink.away = true
      const journal = yield* openJournal(disk, sink)
      yield* journal.commit("trip", [note(1)])
      let broken = true
      disk.fault = (at) => (broken && at === operation ? code : undefined)
      const outcomes: Array<string> = []
      const tell = (name: string) => (failure: JournalWriteFailed | undefined) =>
        outcomes.push(`${name} ${failure?.onDisk ?? "durable"}`)
      journal.append("trip", [note(2)], tell("second"))
      yield* turns(1)
      journal.append("trip", [note(3)], tell("third"))
      while (outcomes.length < 2) yield* turns(1)
      const refused = journal.append("trip", [note(4)], tell("fourth"))
      const readable = yield* journal.undrained("trip:a")
      broken = false
      while (!(yield* journal.status).available) yield* turns(1)
      yield* journal.commit("trip", [note(5)])
      sink.away = false
      yield* journal.drained
      return {
        outcomes,
        refused: refused._tag,
        readable: readable.map(noteNumber),
        stored: sink.entries.map(noteNumber),
        disk
      }
    })

  it.live("fails everyone who waits, in order, refuses until it works, and keeps none of what failed", () =>
    Effect.gen(function* () {
      for (const [code, operation] of [
        ["EIO", "sync"],
        ["EIO", "write"],
        ["ENOSPC", "write"]
      ] as const) {
        const { outcomes, refused, readable, stored, disk } = yield* failing(code, operation)
        assert.match(outcomes.join(), /^second (no|unknown),third (no|unknown)$/)
        assert.strictEqual(refused, "JournalUnavailable")
        assert.deepStrictEqual(readable, [1])
        assert.deepStrictEqual(stored, [1, 5])
        const sink = new MemorySink()
        const again = yield* openJournal(
          disk.losePower(() => true),
          sink
        )
        yield* again.drained
        assert.notInclude(sink.entries.map(noteNumber), 2)
        assert.notInclude(sink.entries.map(noteNumber), 3)
      }
    })
  )

  it.live("takes writes again when a full disk has room", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      sink.away = true
      const journal = yield* openJournal(disk, sink)
      yield* journal.commit("trip", [note(1)])
      disk.capacity = 500
      const exit = yield* Effect.exit(journal.commit("trip", [note(2, "trip:a", "x".repeat(900))]))
      assert.include(String(exit), "JournalWriteFailed")
      assert.isTrue(Exit.isFailure(yield* Effect.exit(journal.commit("trip", [note(3)]))))
      disk.capacity = Number.POSITIVE_INFINITY
      while (!(yield* journal.status).available) yield* turns(1)
      yield* journal.commit("trip", [note(4)])
      assert.deepStrictEqual((yield* journal.undrained("trip:a")).map(noteNumber), [1, 4])
    })
  )

  it.live(
    "tells a group as unknown that it could not take back; the next start reads what survived of it, and goes on",
    () =>
      Effect.gen(function* () {
        for (const survives of [false, true]) {
          const disk = new FragileDisk()
          const away = new MemorySink()
          away.away = true
          const journal = yield* openJournal(disk, away).pipe(Scope.provide(yield* Scope.make()))
          yield* journal.commit("trip", [note(1)])
          disk.fault = (at) => (at === "write" ? undefined : "EIO")
          const exit = yield* Effect.exit(journal.commit("trip", [note(2)]))
          assert.include(JSON.stringify(exit), '"onDisk":"unknown"')

          const sink = new MemorySink()
          const again = yield* openJournal(
            disk.losePower(() => survives),
            sink
          )
          yield* again.commit("trip", [note(3)])
          yield* again.drained
          assert.deepStrictEqual(sink.entries.map(noteNumber), survives ? [1, 2, 3] : [1, 3])
        }
      }).pipe(Effect.scoped)
  )

  it.live("has nothing to wait for while the disk refuses writes and all that it holds is stored", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const journal = yield* openJournal(disk, new MemorySink())
      yield* journal.commit("trip", [note(1)])
      yield* journal.drained
      disk.fault = (at) => (at === "write" ? "EIO" : undefined)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(journal.commit("trip", [note(2)]))))
      yield* journal.drained
      assert.isFalse((yield* journal.status).available)
    })
  )
})

describe("budgets", () => {
  it.live("refuse signals first, trip writes later, and give room back as the database takes records", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      sink.away = true
      const journal = yield* openJournal(new FragileDisk(), sink, { diskBytes: 20_000 })
      let n = 0
      const fill = (lane: "signal" | "trip" | "system") =>
        Effect.gen(function* () {
          for (;;) {
            const exit = yield* Effect.exit(journal.commit(lane, [note(++n)]))
            if (Exit.isFailure(exit))
              return { used: (yield* journal.status).bytes / 20_000, exit: JSON.stringify(exit) }
          }
        })
      const signals = yield* fill("signal")
      assert.include(signals.exit, '"budget":"disk"')
      assert.approximately(signals.used, 0.8, 0.02)
      const trips = yield* fill("trip")
      assert.approximately(trips.used, 0.95, 0.02)
      assert.approximately((yield* fill("system")).used, 1, 0.02)
      sink.away = false
      yield* journal.drained
      yield* journal.commit("signal", [note(++n)])
      assert.isBelow((yield* journal.status).bytes, 3000)
    })
  )

  it.live("bound the memory and the length of a record", () =>
    Effect.gen(function* () {
      const journal = yield* openJournal(new FragileDisk(), new MemorySink(), { bufferBytes: 4096, recordBytes: 2000 })
      let taken = 0
      let told = 0
      let refused = ""
      while (refused === "") {
        const outcome = journal.append("trip", [note(++taken)], () => told++)
        if (outcome._tag === "JournalFull") refused = outcome.budget
      }
      assert.strictEqual(refused, "memory")
      assert.isBelow(taken, 4096 / 80)
      yield* journal.drained
      assert.strictEqual(told, taken - 1)
      const long = journal.append("trip", [note(1000, "trip:a", "é".repeat(1500))], () => {})
      assert.isTrue(long._tag === "JournalFull" && long.budget === "record")
      yield* journal.commit("trip", [note(1001, "trip:a", "é".repeat(900))])
    })
  )
})
