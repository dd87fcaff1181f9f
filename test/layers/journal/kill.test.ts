import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { nodeFiles } from "../../../src/layers/journal/files.ts"
import { lockFile } from "../../../src/layers/journal/lock.ts"
import { MemorySink, noteNumber, openJournal } from "../../harness/journal.ts"

const WRITER = join(import.meta.dirname, "../../harness/journal-writer.ts")

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-journal-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** Runs the writer until it has acknowledged `count` numbers, kills it with SIGKILL, gives all it had acknowledged. */
const runAndKill = (directory: string, first: number, count: number, ...flags: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const child = spawn(process.execPath, [WRITER, directory, String(first), ...flags], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "" }
    })
    const acknowledged: Array<number> = []
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === "open") continue
      assert.match(line, /^\d+$/)
      acknowledged.push(Number(line))
      if (acknowledged.length === count) child.kill("SIGKILL")
    }
    return acknowledged
  })

const found = (directory: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const sink = new MemorySink()
      const journal = yield* openJournal(nodeFiles, sink, { directory })
      yield* journal.drained
      return sink.entries.map(noteNumber)
    })
  )

describe("a writer killed with SIGKILL", () => {
  it.live("again and again has lost nothing that it acknowledged, and takes its lock again each time", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      const acknowledged: Array<number> = []
      for (let round = 0; round < 4; round++) {
        acknowledged.push(...(yield* runAndKill(directory, round * 1_000_000 + 1, 500 + round * 700)))
      }
      const numbers = yield* found(directory)
      const kept = new Set(numbers)
      assert.deepStrictEqual(
        acknowledged.filter((number) => !kept.has(number)),
        []
      )
      assert.strictEqual(kept.size, numbers.length)
      for (const key of [0, 1, 2, 3, 4]) {
        const ofKey = numbers.filter((number) => number % 5 === key)
        assert.deepStrictEqual(
          ofKey,
          ofKey.toSorted((a, b) => a - b)
        )
      }
    })
  )

  it.live("is a test that a journal which acknowledges before it writes does not pass", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      const acknowledged = yield* runAndKill(directory, 1, 500, "--early")
      const kept = new Set(yield* found(directory))
      assert.isTrue(acknowledged.some((number) => !kept.has(number)))
    })
  )
})

describe("the lock of a data directory", () => {
  it.live("belongs to one server at a time and says so to the other", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "lock")
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* lockFile(path)
          const refusal = yield* Effect.flip(Effect.scoped(lockFile(path)))
          assert.include(refusal.message, "Another server is using this data directory")
        })
      )
      yield* Effect.scoped(lockFile(path))
    })
  )
})
