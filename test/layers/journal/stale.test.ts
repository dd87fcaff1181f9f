import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { journalTypes, MemorySink, note, noteNumber, openJournal } from "../../harness/journal.ts"
import { logged } from "../../harness/logged.ts"

describe("draining after another server took this one's place", () => {
  it.live("keeps what does not count any more aside, stores the rest, and does not fill the log with it", () => {
    const { layer, lines } = logged()
    return Effect.gen(function* () {
      const disk = new FragileDisk()
      const sink = new MemorySink()
      const counts = (n: number) => n % 5 === 0
      sink.stale = (entry) => !counts(noteNumber(entry))
      const journal = yield* openJournal(disk, sink, { diskBytes: 16 * 1024 * 1024 }, journalTypes, "Error")
      for (let n = 1; n <= 150; n++) yield* journal.commit("trip", [note(n)])
      yield* journal.drained
      const wanted = Array.from({ length: 30 }, (_, i) => (i + 1) * 5)
      assert.deepStrictEqual(sink.entries.map(noteNumber), wanted)
      const aside = [...disk.files.keys()].filter((path) => path.endsWith(".stale"))
      assert.strictEqual(aside.length, 120)
      assert.deepStrictEqual(
        lines.map((line) => /set (\w+) record/.exec(line)?.[1]),
        ["a", "10", "100"]
      )
    }).pipe(Effect.scoped, Effect.provide(layer))
  })
})
