/**
 * A program that journals notes as fast as it can and says each number once it is durable, until it is killed:
 * `node journal-writer.ts <directory> <first number> [--early]`. With `--early` its disk says "written" before it writes,
 * which is the fault that killing must reveal.
 */
import { writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as NobodyElse from "../../src/cases/absent/nobody-else.ts"
import { type FilePort, nodeFiles } from "../../src/layers/journal/files.ts"
import { layer, makeJournal } from "../../src/layers/journal/journal.ts"
import { Journal, RecordTypes } from "../../src/services/journal.ts"
import { JournalSink } from "../../src/services/journal-sink.ts"
import { journalTypes, MemorySink, note, smallJournal } from "./journal.ts"

const [directory, first, early] = process.argv.slice(2)
const options = { ...smallJournal, directory: directory!, segmentBytes: 64 * 1024, diskBytes: 64 * 1024 * 1024 }

const hasty: FilePort = {
  ...nodeFiles,
  open: async (path, mode) => {
    const file = await nodeFiles.open(path, mode)
    return {
      ...file,
      write: async (bytes, position) => {
        const copy = Buffer.from(bytes)
        setTimeout(() => void file.write(copy, position), 200)
      }
    }
  }
}

/** Nobody listens any more: whoever started this is gone. */
const say = (line: string) => {
  try {
    writeSync(1, `${line}\n`)
  } catch {
    process.exit(1)
  }
}

const sink = new MemorySink()
sink.away = true

const journalLayer = early === undefined ? layer(options) : Layer.effect(Journal, makeJournal(options, hasty))

const program = Effect.gen(function* () {
  const journal = yield* Journal
  say("open")
  let n = Number(first)
  const write = () => {
    for (let i = 0; i < 3; i++) {
      const number = n++
      journal.append("trip", [note(number, `trip:${number % 5}`)], (failure) => {
        if (failure === undefined) say(String(number))
      })
    }
    setImmediate(write)
  }
  write()
  return yield* Effect.never
})

Effect.runFork(
  program.pipe(
    Effect.provide(
      journalLayer.pipe(
        Layer.provide([
          Layer.succeed(RecordTypes)(journalTypes),
          Layer.succeed(JournalSink)(sink.service),
          NobodyElse.layer
        ])
      )
    ),
    Effect.provideService(References.MinimumLogLevel, "None"),
    Effect.tapCause((cause) => Effect.sync(() => say(`failed ${cause}`)))
  )
)
