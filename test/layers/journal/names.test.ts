/** A journal keeps its name for as long as nothing that it acknowledged can have been lost. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { journalMetrics } from "../../../src/layers/journal/metrics.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { journalTypes, MemorySink, note, noteNumber, openJournal } from "../../harness/journal.ts"

/** One life: writes these notes and ends, with nothing left to drain if the store is there. */
const life = (disk: FragileDisk, sink: MemorySink, numbers: ReadonlyArray<number>, types = journalTypes) =>
  Effect.scoped(
    Effect.gen(function* () {
      const journal = yield* openJournal(disk, sink, { segmentBytes: 100_000 }, types)
      for (const n of numbers) yield* journal.commit("trip", [note(n)])
      if (sink.away) return
      yield* journal.drained
      yield* journal.enrolled
    })
  )

const segmentWith = (disk: FragileDisk, n: number) =>
  [...disk.files].find(([path, { bytes }]) => path.endsWith(".journal") && bytes.includes(note(n).id))!

const damage = (disk: FragileDisk, n: number) => {
  const [path, { bytes }] = segmentWith(disk, n)
  const damaged = Buffer.from(bytes)
  const at = damaged.indexOf(note(n).id)
  damaged[at] = damaged[at]! ^ 0xff
  disk.put(path, damaged)
}

/** Of what was acknowledged while the store was away, this record is damaged before the next life finds it. */
const damagedWhileAway = Effect.fnUntraced(function* (n: 2 | 3) {
  const disk = new FragileDisk()
  const sink = new MemorySink()
  yield* life(disk, sink, [1])
  sink.away = true
  yield* life(disk, sink, [2, 3])
  damage(disk, n)
  sink.away = false
  yield* life(disk, sink, [4])
  return { disk, sink }
})

describe("the name of a journal", () => {
  it.live("stays through restarts, outages and a torn tail, and is closed when nothing is left", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      yield* life(disk, sink, [1, 2])
      assert.deepStrictEqual(sink.closed, sink.enrolled)
      sink.away = true
      yield* life(disk, sink, [3, 4])
      assert.strictEqual(sink.closed.length, 1, "something is left")
      const [path, { bytes }] = segmentWith(disk, 4)
      // Half of what would have been the next group made it.
      disk.put(path, Buffer.concat([bytes, bytes.subarray(bytes.indexOf(note(4).id) - 24, bytes.length - 5)]))
      sink.away = false
      yield* life(disk, sink, [5])
      assert.strictEqual(new Set(sink.enrolled).size, 1)
      assert.deepStrictEqual(sink.entries.map(noteNumber), [1, 2, 3, 4, 5])
    })
  )

  it.live("is another one, once, when a record that was acknowledged turns out damaged", () =>
    Effect.gen(function* () {
      const { disk, sink } = yield* damagedWhileAway(2)
      yield* life(disk, sink, [5])
      const [first, second, third] = sink.enrolled
      assert.notStrictEqual(second, first)
      assert.strictEqual(third, second)
      assert.notInclude(sink.entries.map(noteNumber), 2)
      assert.includeMembers(sink.entries.map(noteNumber), [1, 3, 4, 5])
    })
  )

  it.live("is another one also when it was the very last record, and the end is cut off like a torn one", () =>
    Effect.gen(function* () {
      const { sink } = yield* damagedWhileAway(3)
      assert.strictEqual(new Set(sink.enrolled).size, 2)
      assert.deepStrictEqual(sink.entries.map(noteNumber), [1, 2, 4])
    })
  )

  it.live("is another one when the store knows more than the disk holds, and when the directory is new", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      yield* life(disk, sink, [1, 2])
      disk.files.delete(segmentWith(disk, 2)[0])
      yield* life(disk, sink, [3])
      yield* life(new FragileDisk(), sink, [4])
      assert.strictEqual(new Set(sink.enrolled).size, 3)
      assert.deepStrictEqual(sink.entries.map(noteNumber), [1, 2, 3, 4])
    })
  )

  it.live("is another one also where more was written since than is gone, before the store said how far it is", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      const life = (disk: FragileDisk, numbers: ReadonlyArray<number>) =>
        Effect.scoped(
          Effect.gen(function* () {
            const journal = yield* openJournal(disk, sink)
            for (const n of numbers) yield* journal.commit("trip", [note(n)])
            sink.away = false
            yield* journal.drained
          })
        )
      const disk = new FragileDisk()
      yield* life(disk, [1])
      const copy = disk.copy()
      yield* life(disk, [2, 3])
      sink.away = true
      const later = Array.from({ length: 10 }, (_, i) => i + 4)
      yield* life(copy, later)
      assert.deepStrictEqual(sink.entries.map(noteNumber), [1, 2, 3, ...later], "acknowledged, and passed over")
      assert.strictEqual(new Set(sink.enrolled).size, 2)
    })
  )

  it.live("stays when the store will never take a record of a stream, and those who follow it were told", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      sink.refuses = (entry) => noteNumber(entry) === 2
      const disk = new FragileDisk()
      const types = [{ type: "note", version: 1, sequenced: true } as const]
      const told: Array<string> = []
      yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* openJournal(disk, sink, {}, types)
          const stop = journal.onLost((key) => void told.push(`${key} ${sink.entries.map(noteNumber)}`))
          for (const n of [1, 2, 3]) yield* journal.commit("trip", [note(n, `trip:${n}`)])
          yield* journal.drained
          stop()
        })
      )
      yield* life(disk, sink, [4], types)
      assert.strictEqual(new Set(sink.enrolled).size, 1)
      assert.deepStrictEqual(sink.lost.map(noteNumber), [2])
      assert.lengthOf(told, 1)
      assert.match(told[0]!, /^trip:2 1/)
      assert.deepStrictEqual(sink.entries.map(noteNumber), [1, 3, 4])
    })
  )

  it.live("changes when nobody can say whom the loss of such a record concerns, and not for any other record", () =>
    Effect.gen(function* () {
      for (const sequenced of [false, true]) {
        const sink = new MemorySink()
        sink.tellsNobody = true
        sink.refuses = (entry) => noteNumber(entry) === 2
        const disk = new FragileDisk()
        const types = sequenced ? [{ type: "note", version: 1, sequenced } as const] : journalTypes
        yield* life(disk, sink, [1, 2, 3], types)
        yield* life(disk, sink, [4], types)
        assert.strictEqual(new Set(sink.enrolled).size, sequenced ? 2 : 1)
        assert.deepStrictEqual(sink.entries.map(noteNumber), [1, 3, 4])
      }
    })
  )
})

/** Each note in a segment of its own, none of them stored. */
const inManyFiles = (numbers: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const disk = new FragileDisk()
    const sink = new MemorySink()
    sink.away = true
    yield* small(disk, sink, numbers)
    sink.away = false
    return { disk, sink }
  })

const small = (disk: FragileDisk, sink: MemorySink, numbers: ReadonlyArray<number>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const journal = yield* openJournal(disk, sink, { segmentBytes: 100 })
      for (const n of numbers) yield* journal.commit("trip", [note(n)])
      if (sink.away) return (yield* journal.status).quarantined
      yield* journal.drained
      yield* journal.enrolled
      return (yield* journal.status).quarantined
    })
  )

const segmentIsEmpty = (disk: FragileDisk, path: string) => disk.files.get(path)!.bytes.length <= 24

const notes = (disk: FragileDisk) => [...disk.files.keys()].filter((path) => path.endsWith(".missing"))

describe("a file of the journal that is gone", () => {
  it.live("is noticed wherever it lay, once, and the rest is stored", () =>
    Effect.gen(function* () {
      for (const gone of [[1], [2], [3], [4], [1, 2], [2, 3], [2, 4], [3, 4], [1, 2, 3, 4]]) {
        const { disk, sink } = yield* inManyFiles([1, 2, 3, 4])
        const before = disk.files.get("/journal/identity")!.bytes.toString()
        for (const n of gone) disk.files.delete(segmentWith(disk, n)[0])
        // The empty one that the end of a life leaves behind says nothing of those before it.
        if (gone.includes(4))
          for (const path of disk.files.keys())
            if (path.endsWith(".journal") && segmentIsEmpty(disk, path)) disk.files.delete(path)
        const left = [1, 2, 3, 4].filter((n) => !gone.includes(n))
        const counted = (yield* Metric.value(journalMetrics.missing)).count
        assert.isAtLeast(yield* small(disk, sink, [5]), 1, `${gone} of four`)
        assert.isAbove((yield* Metric.value(journalMetrics.missing)).count, counted)
        assert.isNotEmpty(notes(disk), `${gone} of four`)
        assert.notStrictEqual(sink.enrolled.at(-1), before, `${gone} of four`)
        assert.deepStrictEqual(sink.entries.map(noteNumber), [...left, 5], `${gone} of four`)
        const name = sink.enrolled.at(-1)
        yield* small(disk, sink, [6])
        yield* small(disk, sink, [7])
        assert.strictEqual(sink.enrolled.at(-1), name, `${gone} of four: once`)
      }
    })
  )

  it.live(
    "is noticed once also while the store stays away, and after some of the log was stored and taken off the disk",
    () =>
      Effect.gen(function* () {
        const { disk, sink } = yield* inManyFiles([1, 2, 3])
        yield* small(disk, sink, [4])
        assert.strictEqual(notes(disk).length, 0)
        const first = sink.enrolled.at(-1)
        sink.away = true
        yield* small(disk, sink, [5, 6, 7])
        disk.files.delete(segmentWith(disk, 6)[0])
        const nameOf = () => disk.files.get("/journal/identity")!.bytes.toString()
        yield* small(disk, sink, [8])
        const renewed = nameOf()
        assert.notStrictEqual(renewed, first)
        yield* small(disk, sink, [9])
        yield* small(disk, sink, [])
        assert.strictEqual(nameOf(), renewed)
        assert.strictEqual(notes(disk).length, 1)
        sink.away = false
        yield* small(disk, sink, [10])
        assert.strictEqual(nameOf(), renewed)
        assert.deepStrictEqual(sink.entries.map(noteNumber), [1, 2, 3, 4, 5, 7, 8, 9, 10])
      })
  )

  it.live(
    "is not taken for one where a server stops before its disk takes writes again: nothing after it is passed over",
    () =>
      Effect.gen(function* () {
        let disk = new FragileDisk()
        const sink = new MemorySink()
        sink.away = true
        yield* Effect.scoped(
          Effect.gen(function* () {
            const journal = yield* openJournal(disk, sink)
            yield* journal.commit("trip", [note(1)])
            disk.fault = (at) => (at === "write" ? "EIO" : undefined)
            yield* Effect.exit(journal.commit("trip", [note(2, "trip:a", "x".repeat(1_500))]))
            sink.away = false
            yield* journal.drained
          })
        )
        // The file of the segment that was about to begin was never synced.
        disk = disk.losePower(() => false)
        // The store does not answer before more was written than what failed.
        sink.away = true
        yield* small(disk, sink, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
        sink.away = false
        yield* small(disk, sink, [21])
        assert.deepStrictEqual(sink.entries.map(noteNumber), [1, ...Array.from({ length: 19 }, (_, i) => i + 3)])
        assert.strictEqual(new Set(sink.enrolled).size, 1)
      })
  )

  it.live("is not taken for one where writes failed or a tail was torn: those positions were given to nobody", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      sink.away = true
      yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* openJournal(disk, sink)
          yield* journal.commit("trip", [note(1)])
          disk.fault = (at) => (at === "write" ? "EIO" : undefined)
          yield* Effect.exit(journal.commit("trip", [note(2)]))
          disk.fault = () => undefined
          while (!(yield* journal.status).available) yield* Effect.sleep(5)
          yield* journal.commit("trip", [note(3)])
        })
      )
      const [path, { bytes }] = segmentWith(disk, 3)
      disk.put(path, Buffer.concat([bytes, bytes.subarray(bytes.indexOf(note(3).id) - 24, bytes.length - 5)]))
      yield* small(disk, sink, [4])
      yield* small(disk, sink, [5])
      sink.away = false
      yield* small(disk, sink, [6])
      yield* small(disk, sink, [7])
      assert.strictEqual(new Set(sink.enrolled).size, 1)
      assert.deepStrictEqual(notes(disk), [])
      assert.deepStrictEqual(sink.entries.map(noteNumber), [1, 3, 4, 5, 6, 7])
    })
  )
})
