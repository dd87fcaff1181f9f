import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Scope from "effect/Scope"
import { KeyIndex } from "../../../src/layers/journal/key-index.ts"
import { journalMetrics } from "../../../src/layers/journal/metrics.ts"
import type { Journal } from "../../../src/services/journal.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { MemorySink, note, noteNumber, openJournal } from "../../harness/journal.ts"
import { fc } from "../../support/properties.ts"

describe("draining", () => {
  it.live("stores every record once and in order, and deletes what is stored", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      const journal = yield* openJournal(disk, sink)
      for (let n = 1; n <= 200; n += 4)
        yield* journal.commit(
          "trip",
          [n, n + 1, n + 2, n + 3].map((i) => note(i, `trip:${i % 3}`))
        )
      yield* journal.drained
      assert.deepStrictEqual(
        sink.entries.map(noteNumber),
        Array.from({ length: 200 }, (_, i) => i + 1)
      )
      const { depth, drained, durable } = yield* journal.status
      assert.deepStrictEqual([depth, drained], [0, durable])
      assert.isAtMost([...disk.files.keys()].filter((path) => path.endsWith(".journal")).length, 1)
    })
  )

  it.live(
    "waits for a store that is away, takes appends meanwhile, and shows an activation what is not stored yet",
    () =>
      Effect.gen(function* () {
        const sink = new MemorySink()
        sink.away = true
        const journal = yield* openJournal(new FragileDisk(), sink)
        for (let n = 1; n <= 60; n++) yield* journal.commit("trip", [note(n, `trip:${n % 3}`, "z".repeat(n * 20))])
        const seen = yield* journal.undrained("trip:1")
        assert.deepStrictEqual(
          seen.map(noteNumber),
          Array.from({ length: 20 }, (_, i) => 1 + i * 3)
        )
        assert.deepStrictEqual(JSON.parse(seen[19]!.payload), JSON.parse(note(58, "", "z".repeat(1160)).payload))
        const waiting = yield* Effect.forkChild(journal.drained)
        sink.away = false
        yield* Fiber.join(waiting)
        assert.strictEqual(sink.entries.length, 60)
        assert.deepStrictEqual(yield* journal.undrained("trip:1"), [])
      })
  )

  it.live("stands back for work that comes first, but not for ever", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      const journal = yield* openJournal(new FragileDisk(), sink)
      yield* journal.first(
        Effect.gen(function* () {
          yield* journal.commit("trip", [note(1)])
          yield* Effect.sleep("300 millis")
          assert.isEmpty(sink.entries)
        })
      )
      yield* journal.drained
      assert.lengthOf(sink.entries, 1)
      yield* journal.first(Effect.andThen(journal.commit("trip", [note(2)]), journal.drained))
      assert.lengthOf(sink.entries, 2)
    })
  )

  it.live("rests after each batch for as long as it took where nobody waits, and not at all where somebody does", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      sink.delayMillis = 200
      const journal = yield* openJournal(new FragileDisk(), sink, { batchRecords: 2, segmentBytes: 100_000 })
      const notes = (from: number) => Array.from({ length: 10 }, (_, n) => note(from + n))
      /** Of each rest, how long it was beside the batch before it; it counts in whole milliseconds, and a timer may be one early. */
      const rests = (first: number) =>
        sink.times.slice(first + 1).map(({ began }, n) => {
          const before = sink.times[first + n]!
          return (began - before.ended + 2) / (before.ended - before.began)
        })
      yield* journal.commit("trip", notes(1))
      yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => sink.times.length === 5 })
      assert.lengthOf(rests(0), 4)
      for (const rest of rests(0)) assert.isAtLeast(rest, 1)
      yield* journal.commit("trip", notes(11))
      yield* journal.drained
      assert.lengthOf(sink.entries, 20)
      // A busy machine may hold up one of them, and not half.
      const [, second] = rests(5).sort((a, b) => a - b)
      assert.isBelow(second!, 1)
    })
  )

  it.live("sees the append of a moment ago in what is undrained", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      sink.away = true
      const journal = yield* openJournal(new FragileDisk(), sink)
      journal.append("trip", [note(1)], () => {})
      assert.deepStrictEqual((yield* journal.undrained("trip:a")).map(noteNumber), [1])
    })
  )

  it.live("passes nothing on for ever where the journal is closed while a start reads it", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      sink.away = true
      const scope = yield* Scope.make()
      const journal = yield* openJournal(new FragileDisk(), sink).pipe(Scope.provide(scope))
      for (let n = 1; n <= 30; n++) yield* journal.commit("trip", [note(n)])
      yield* Scope.close(scope, Exit.void)
      let visits = 0
      yield* journal.backlog(1_000, () => {
        if (++visits > 1_000) throw new Error("It is still at it.")
      })
      assert.isAtMost(visits, 2)
    })
  )

  it.live("passes on what a start finds undrained: the newest, in order, and nothing that is stored", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      const seenBy = (journal: typeof Journal.Service, newest: number) =>
        Effect.gen(function* () {
          const seen: Array<number> = []
          yield* journal.backlog(newest, (entries) => seen.push(...entries.map(noteNumber)))
          return seen
        })
      const disk = yield* Effect.scoped(
        Effect.gen(function* () {
          const files = new FragileDisk()
          const journal = yield* openJournal(files, sink)
          for (let n = 1; n <= 10; n++) yield* journal.commit("trip", [note(n)])
          yield* journal.drained
          sink.away = true
          for (let n = 11; n <= 60; n++) yield* journal.commit("trip", [note(n, `trip:${n % 3}`)])
          assert.deepStrictEqual(
            yield* seenBy(journal, 1_000),
            Array.from({ length: 50 }, (_, i) => i + 11)
          )
          return files.copy()
        })
      )
      const journal = yield* openJournal(disk, sink)
      const newest = yield* seenBy(journal, 20)
      assert.isAtLeast(newest.length, 20)
      assert.isBelow(newest.length, 40)
      assert.deepStrictEqual(
        newest,
        Array.from({ length: newest.length }, (_, i) => 61 - newest.length + i)
      )
      sink.away = false
      yield* journal.drained
      assert.deepStrictEqual(yield* seenBy(journal, 1_000), [])
    })
  )

  it.live("sets a record aside that the store rejects, and stores all the others", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      sink.refuses = (entry) => [7, 8, 23].includes(noteNumber(entry))
      const journal = yield* openJournal(disk, sink)
      yield* journal.commit(
        "trip",
        Array.from({ length: 30 }, (_, i) => note(i + 1))
      )
      yield* journal.drained
      assert.deepStrictEqual(
        sink.entries.map(noteNumber),
        Array.from({ length: 30 }, (_, i) => i + 1).filter((n) => ![7, 8, 23].includes(n))
      )
      assert.strictEqual((yield* journal.status).quarantined, 3)
      const kept = [...disk.files]
        .filter(([path]) => path.endsWith(".rejected"))
        .map(([, { bytes }]) => bytes.toString())
      assert.include(kept.join(), note(23).id)
    })
  )

  for (const failing of [false, true]) {
    it.live(
      `reads the next batch while the store works on a full one${failing ? ", also from a failing disk" : ""}`,
      () =>
        Effect.gen(function* () {
          const disk = new FragileDisk()
          const sink = new MemorySink()
          sink.away = true
          const journal = yield* openJournal(disk, sink, { segmentBytes: 100_000 })
          const numbers = Array.from({ length: 30 }, (_, i) => i + 1)
          yield* journal.commit(
            "trip",
            numbers.map((n) => note(n))
          )
          const read = Promise.withResolvers<void>()
          let reads = 0
          disk.fault = (operation) => {
            if (operation !== "read" || ++reads !== 2) return undefined
            read.resolve()
            return failing ? "EIO" : undefined
          }
          // The first batch is not stored before the second one was read.
          const apply = sink.service.apply
          const slow = {
            ...sink.service,
            apply: (...given: Parameters<typeof apply>) =>
              Effect.andThen(
                Effect.promise(() => read.promise),
                apply(...given)
              )
          }
          Object.assign(sink.service, slow)
          sink.away = false
          yield* journal.drained
          assert.deepStrictEqual(sink.entries.map(noteNumber), numbers)
          assert.strictEqual(sink.batches, 3)
        })
    )
  }

  it.live("does not rest for as long as the store was away", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      const journal = yield* openJournal(new FragileDisk(), sink, { batchRecords: 2, segmentBytes: 100_000 })
      yield* journal.commit("trip", [note(0)])
      yield* journal.drained
      sink.away = true
      yield* journal.commit("trip", [note(1), note(2), note(3), note(4)])
      const outage = 3_000
      yield* Effect.sleep(outage)
      sink.away = false
      yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => sink.entries.length === 5 })
      const [first, second] = sink.times.slice(-2)
      assert.isBelow(second!.began - first!.ended, outage / 2)
    })
  )

  it.live("goes on where it stood after a restart, also when everything was stored and deleted", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      for (let round = 0; round < 4; round++) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const journal = yield* openJournal(disk, sink)
            yield* journal.commit("trip", [note(round * 2 + 1), note(round * 2 + 2)])
            if (round !== 1) yield* journal.drained
          })
        )
      }
      assert.deepStrictEqual(sink.entries.map(noteNumber), [1, 2, 3, 4, 5, 6, 7, 8])
    })
  )

  it.live("starts over under a new name when the store knows more of it than the disk, and loses nothing", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* openJournal(disk, sink)
          for (let n = 1; n <= 20; n++) yield* journal.commit("trip", [note(n)])
          yield* journal.drained
        })
      )
      for (const path of disk.files.keys()) if (path.endsWith(".journal")) disk.files.delete(path)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* openJournal(disk, sink)
          yield* journal.commit("trip", [note(21)])
          yield* journal.drained
        })
      )
      assert.include(sink.entries.map(noteNumber), 21)
      assert.strictEqual(sink.positions.size, 2)
    })
  )
})

describe("what an operator sees", () => {
  it.live("depth and lag while the store is away, nothing left when it is back, and what was set aside", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      const journal = yield* openJournal(new FragileDisk(), sink)
      const before = (yield* Metric.value(journalMetrics.quarantined)).count
      sink.away = true
      yield* journal.commit("trip", [note(1), note(2), note(3)])
      assert.strictEqual((yield* journal.status).depth, 3)
      sink.refuses = (entry) => noteNumber(entry) === 2
      sink.away = false
      yield* journal.drained
      assert.strictEqual((yield* Metric.value(journalMetrics.depth)).value, 0)
      assert.strictEqual((yield* Metric.value(journalMetrics.lag)).value, 0)
      assert.strictEqual((yield* Metric.value(journalMetrics.available)).value, 1)
      assert.strictEqual((yield* Metric.value(journalMetrics.quarantined)).count, before + 1)
    })
  )
})

describe("erasing", () => {
  it.live("leaves no file that mentions the person, stored, rejected or damaged", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      sink.refuses = (entry) => noteNumber(entry) === 5
      const journal = yield* openJournal(disk, sink)
      for (let n = 1; n <= 10; n++) yield* journal.commit("trip", [note(n, "user:1234", "of 1234")])
      const before = yield* journal.search(["1234"])
      assert.isAbove(before.length, 0)
      const { removed } = yield* journal.erase(["1234"])
      assert.strictEqual(removed, 1)
      assert.deepStrictEqual(yield* journal.search(["1234"]), [])
      for (const [path, { bytes }] of disk.files) assert.isFalse(bytes.includes("1234"), path)
      yield* journal.commit("trip", [note(11)])
      yield* journal.drained
      assert.strictEqual(sink.entries.length, 10)
    })
  )
})

describe("the index of keys", () => {
  it("finds the offsets of every hash, oldest first", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((hash) => ((hash % 97) * 2654435761) % 2 ** 32),
          { maxLength: 3000 }
        ),
        (hashes) => {
          const index = new KeyIndex()
          for (const [i, hash] of hashes.entries()) index.add(hash, i)
          for (const hash of new Set([...hashes, 12345])) {
            assert.deepStrictEqual(
              index.offsets(hash),
              hashes.flatMap((other, i) => (other === hash ? [i] : []))
            )
          }
        }
      ),
      { numRuns: 30 }
    )
  })
})
