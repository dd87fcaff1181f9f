import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { openAside } from "../../../src/layers/journal/aside.ts"
import { makeReader } from "../../../src/layers/journal/reader.ts"
import { recover } from "../../../src/layers/journal/recovery.ts"
import type { JournalRecord } from "../../../src/services/journal.ts"
import { realMachine } from "../../../src/support/machine.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { journalTypes, MemorySink, note, noteNumber, openJournal, smallJournal } from "../../harness/journal.ts"

/** What a start finds, without a writer or a drainer. */
const readBack = async (disk: FragileDisk) => {
  const asides: Array<{ readonly position: number; readonly end: number }> = []
  const aside = await openAside(disk, "/journal/aside", (position) => {
    const [path] = [...disk.files.keys()]
      .filter((name) => name.includes(`aside/${String(position).padStart(16, "0")}`))
      .slice(-1)
    asides.push({ position, end: position + disk.files.get(path!)!.bytes.length })
  })
  const { segments, next } = await recover(disk, "/journal", aside, journalTypes)
  const reader = makeReader({
    segments,
    durable: () => next,
    aside,
    types: journalTypes,
    batchBytes: 4096,
    machine: realMachine,
    recordBytes: smallJournal.recordBytes
  })
  const found: Array<JournalRecord> = []
  let at = 0
  while (at < next) {
    const { entries, through } = await reader.batch(at, 100)
    for (const { type, version, key, id, payload } of entries) found.push({ type, version, key, id, payload })
    at = through
  }
  return { found, asides, next }
}

/** A journal of two segments with appends of one and of several records; where each append ends. */
const written = Effect.gen(function* () {
  const disk = new FragileDisk()
  const sink = new MemorySink()
  sink.away = true
  const appends = [[1], [2, 3, 4], [5], [6], [7, 8], [9], [10]]
  const ends: Array<number> = []
  yield* Effect.scoped(
    Effect.gen(function* () {
      const journal = yield* openJournal(disk, sink, { segmentBytes: 500 })
      for (const numbers of appends) {
        ends.push(
          yield* journal.commit(
            "trip",
            numbers.map((n) => note(n))
          )
        )
      }
    })
  )
  return { disk, appends, ends }
})

const segmentsOf = (disk: FragileDisk) => [...disk.files.keys()].filter((path) => path.endsWith(".journal")).sort()

describe("a journal found at start", () => {
  it.live("cut off at any byte holds every append before the cut, and nothing else", () =>
    Effect.gen(function* () {
      const { disk, appends, ends } = yield* written
      const paths = segmentsOf(disk)
      assert.isAtLeast(paths.length, 2)
      const last = paths.at(-1)!
      const base = Number(last.slice(-24, -8))
      const whole = disk.files.get(last)!.bytes
      for (let cut = 0; cut <= whole.length; cut++) {
        const torn = disk.copy()
        torn.put(last, Buffer.from(whole.subarray(0, cut)))
        const { found } = yield* Effect.promise(() => readBack(torn))
        const expected = appends.filter((_, i) => ends[i]! <= Math.max(base, base + cut - 24)).flat()
        assert.deepStrictEqual(found.map(noteNumber), expected, `cut at byte ${cut}`)
        for (const record of found) assert.deepStrictEqual(record, note(noteNumber(record)))
      }
    })
  )

  it.live("damaged at any byte loses nothing but the record that was hit, and keeps that aside", () =>
    Effect.gen(function* () {
      const { disk, appends, ends } = yield* written
      for (const path of segmentsOf(disk)) {
        const whole = disk.files.get(path)!.bytes
        for (let at = 0; at < whole.length; at++) {
          for (const flip of [0x01, 0xff]) {
            const damaged = disk.copy()
            const bytes = Buffer.from(whole)
            bytes[at]! ^= flip
            damaged.put(path, bytes)
            const { found, asides } = yield* Effect.promise(() => readBack(damaged))
            for (const record of found) {
              assert.deepStrictEqual(record, note(noteNumber(record)))
            }
            const numbers = found.map(noteNumber)
            assert.deepStrictEqual(
              numbers,
              [...new Set(numbers)].sort((a, b) => a - b)
            )
            const lost = appends.map((group) => group.filter((n) => !numbers.includes(n)))
            assert.isAtMost(lost.filter((group) => group.length > 0).length, 1, `byte ${at} of ${path}`)
            lost.forEach((group, i) => {
              if (group.length === 0) return
              const start = ends[i - 1] ?? 0
              assert.isTrue(
                asides.some(({ position, end }) => position >= start && end <= ends[i]! && end > position),
                `byte ${at} of ${path}: ${group} vanished without a trace`
              )
            })
            if (at >= 24) assert.isAbove(lost.flat().length, 0, "the damage was not noticed")
            else assert.strictEqual(lost.flat().length, 0, "a damaged header costs no record")
          }
        }
      }
    })
  )

  it.live("goes on after positions it has used, and opens twice to the same content", () =>
    Effect.gen(function* () {
      const { disk, ends } = yield* written
      const first = yield* Effect.promise(() => readBack(disk))
      const again = yield* Effect.promise(() => readBack(disk))
      assert.deepStrictEqual(again.found, first.found)
      assert.strictEqual(first.next, ends.at(-1))
    })
  )

  it.live("written by a newer program stops the start and stays untouched", () =>
    Effect.gen(function* () {
      const { disk } = yield* written
      const before = disk.copy()
      for (const types of [[], [{ type: "other", version: 3 }]]) {
        const exit = yield* Effect.exit(Effect.scoped(openJournal(disk, new MemorySink(), {}, types)))
        assert.isTrue(Exit.isFailure(exit))
        assert.include(String(exit), "JournalUnreadable")
      }
      for (const [path, { bytes }] of before.files) assert.isTrue(bytes.equals(disk.files.get(path)!.bytes), path)
    })
  )

  it.live("written by an older program is read through its upcasters", () =>
    Effect.gen(function* () {
      const { disk } = yield* written
      const sink = new MemorySink()
      const types = [
        {
          type: "note",
          version: 3,
          upcast: {
            1: (payload: unknown) => ({ ...(payload as object), second: true }),
            2: (payload: unknown) => ({ ...(payload as object), third: true })
          }
        }
      ]
      yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* openJournal(disk, sink, {}, types)
          const [undrained] = yield* journal.undrained("trip:a")
          assert.deepStrictEqual(JSON.parse(undrained!.payload), { n: 1, text: "hello", second: true, third: true })
          assert.strictEqual(undrained!.version, 3)
          yield* journal.drained
        })
      )
      assert.strictEqual(sink.entries.length, 10)
      assert.isTrue(sink.entries.every(({ version, payload }) => version === 3 && payload.includes('"third":true')))
    })
  )

  it.live("tells how far it is behind, also where an earlier life left what waits", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      sink.away = true
      yield* Effect.scoped(Effect.flatMap(openJournal(disk, sink), (before) => before.commit("trip", [note(1)])))
      const journal = yield* openJournal(disk, sink)
      yield* Effect.sleep("2 millis")
      assert.isAbove((yield* journal.status).lag_millis, 0)
      sink.away = false
      yield* journal.drained
      assert.strictEqual((yield* journal.status).lag_millis, 0)
    })
  )
})
