/** A journal that acknowledges only what is in the database. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { MemorySink, note, noteNumber, openJournal } from "../../harness/journal.ts"

describe("acknowledging what is stored", () => {
  it.live("waits for the database, tells in the order of the appends, and fails what the database refuses", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      sink.away = true
      sink.refuses = (entry) => noteNumber(entry) === 2
      const journal = yield* openJournal(new FragileDisk(), sink, { acks: "pg" })
      const told: Array<string> = []
      const waiting = yield* Effect.forEach([1, 2, 3], (n) =>
        Effect.forkChild(
          Effect.matchEffect(journal.commit("trip", [note(n)]), {
            onFailure: (error) => Effect.sync(() => void told.push(`${n} ${error._tag}`)),
            onSuccess: () => Effect.sync(() => void told.push(`${n} stored`))
          }),
          { startImmediately: true }
        )
      )
      // On the disk they are, and nobody was told.
      assert.strictEqual((yield* journal.undrained("trip:a")).length, 3)
      assert.deepEqual(told, [])
      sink.away = false
      yield* Effect.forEach(waiting, Fiber.join)
      assert.deepEqual(told, ["1 stored", "2 JournalWriteFailed", "3 stored"])
      assert.deepEqual(sink.entries.map(noteNumber), [1, 3])
    })
  )

  it.live("tells who still waits at the end that nobody knows", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      sink.away = true
      let told = ""
      yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* openJournal(new FragileDisk(), sink, { acks: "pg" })
          journal.append("trip", [note(1)], (failure) => {
            told = failure?.onDisk ?? "stored"
          })
          yield* journal.undrained("trip:a")
        })
      )
      assert.strictEqual(told, "unknown")
    })
  )
})
