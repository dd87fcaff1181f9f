/** The journal on local disk: ties the writer, the reader and the drainer together. */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import type * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import {
  Journal,
  type JournalError,
  type JournalRecord,
  JournalUnavailable,
  RecordTypes,
  type Settled
} from "../../services/journal.ts"
import { JournalSink } from "../../services/journal-sink.ts"
import { type AsideKind, mentionsAny, openAside } from "./aside.ts"
import { makeDrainer } from "./drainer.ts"
import { type FilePort, nodeFiles, readWhole } from "./files.ts"
import { type DirectoryLocked, lockFile } from "./lock.ts"
import { journalMetrics } from "./metrics.ts"
import { giveName, type Name, readName } from "./name.ts"
import { makeReader } from "./reader.ts"
import { JournalUnreadable, recover } from "./recovery.ts"
import { openWriter, type WriterLimits } from "./writer.ts"

export interface JournalOptions extends WriterLimits {
  readonly directory: string
  /** Records that go to the sink in one transaction. */
  readonly batchRecords: number
}

/** What the drainer reads at once; a longer record is read whole all the same. */
const READ_BYTES = 1024 * 1024

/** How often the age of the log is sampled for the lag, and how many samples are kept. */
const MARK_EVERY_MS = 1000
const MARKS = 3600

/** How long the drainer stands back for others before it stores one more batch all the same. */
const STANDS_BACK = "2 seconds"

/** How long a journal that stops tries to say that nothing is left in it. */
const FAREWELL = "1 second"

/** Before the drainer is started again after a fault of its own, such as a disk that cannot be read. */
const DRAINER_RESTART = "1 second"

export const makeJournal = (
  options: JournalOptions,
  files: FilePort
): Effect.Effect<typeof Journal.Service, JournalUnreadable, RecordTypes | JournalSink | Scope.Scope> =>
  Effect.gen(function* () {
    const types = yield* RecordTypes
    const sink = yield* JournalSink
    const context = yield* Effect.context<never>()
    const fork = Effect.runForkWith(context)
    const count = <Input, State>(metric: Metric.Metric<Input, State>, input: Input) =>
      metric.updateUnsafe(input, context)
    const { directory } = options
    const asideDirectory = `${directory}/aside`

    let named: Name = { name: "", since: 0 }
    const former: Array<string> = []
    const renew = async () => {
      former.push(named.name)
      named = await giveName(files, directory)
    }
    let depth = 0
    let hurrying = 0
    const unhurried = Latch.makeUnsafe(true)
    const losses = new Set<(key: string) => void>()
    let lastMark = 0
    const marks: Array<{ readonly position: number; readonly at: number }> = []
    const farewell = (node: string) => Effect.ignore(Effect.timeout(sink.close(node), FAREWELL))
    const lag = () => (marks[0] === undefined ? 0 : performance.now() - marks[0].at)
    const gauges = () => {
      count(journalMetrics.depth, depth)
      count(journalMetrics.bytes, writer.bytes())
      count(journalMetrics.lag, lag())
    }
    const noteQuarantined = (position: number, what: AsideKind, until?: number) => {
      count(what === "missing" ? journalMetrics.missing : journalMetrics.quarantined, 1)
      fork(
        what === "missing"
          ? Effect.logError(
              `A part of the journal is gone: no file in ${directory} holds its positions from ${position} to ${until}. What was acknowledged there and not stored yet is lost, whoever follows a trip gets it whole, and ${asideDirectory} keeps a note. If the file is somewhere else, stop the server, put it back and start again.`
            )
          : Effect.logError(
              `The journal set something aside at position ${position} (${what}); it is kept in ${asideDirectory}. The rest goes on.`
            )
      )
    }

    const opened = yield* Effect.tryPromise({
      try: async () => {
        await files.makeDirectory(directory)
        named = (await readName(files, directory)) ?? (await giveName(files, directory))
        const aside = await openAside(files, asideDirectory, noteQuarantined, renew)
        const recovered = await recover(files, directory, aside, types)
        const writer = await openWriter(
          files,
          directory,
          recovered,
          options,
          new Map(types.map(({ type, version }) => [type, version])),
          {
            otherBytes: aside.bytes,
            committed: (millis, records) => {
              depth += records
              const now = performance.now()
              if (now - lastMark > MARK_EVERY_MS && marks.length < MARKS) {
                marks.push({ position: writer.durable(), at: now })
                lastMark = now
              }
              count(journalMetrics.commitMillis, millis)
              count(journalMetrics.records, records)
              drainer.wake()
            },
            failed: (cause) => {
              count(journalMetrics.failures, 1)
              count(journalMetrics.available, 0)
              fork(Effect.logError("The journal cannot write; nothing is acknowledged until it can.", cause))
            },
            reopened: () => {
              count(journalMetrics.available, 1)
              fork(Effect.logInfo("The journal writes again."))
              drainer.wake()
            },
            crashed: (cause) => fork(Effect.logError("Whoever waited for the journal failed when told.", cause))
          }
        )
        return { aside, recovered, writer }
      },
      catch: (cause) =>
        cause instanceof JournalUnreadable
          ? cause
          : new JournalUnreadable({
              message: `The journal in ${directory} cannot be opened: ${(cause as Error).message}. Check that the directory is writable and the disk is not full.`
            })
    })
    const { aside, writer } = opened
    depth = opened.recovered.segments.reduce((sum, segment) => sum + segment.index.count, 0)
    count(journalMetrics.available, 1)

    const reader = makeReader({
      segments: writer.segments,
      durable: writer.durable,
      aside,
      types,
      batchBytes: READ_BYTES,
      recordBytes: options.recordBytes
    })
    const drainer = makeDrainer({
      node: () => named,
      former,
      renew: Effect.promise(renew),
      writer,
      reader,
      aside,
      sink,
      begins: opened.recovered.begins,
      batchRecords: options.batchRecords,
      turn: Effect.ignore(Effect.timeout(unhurried.await, STANDS_BACK)),
      sequenced: new Set(types.flatMap(({ type, sequenced }) => (sequenced === true ? [type] : []))),
      events: {
        drained: (position, records) => {
          depth = position >= writer.durable() ? 0 : Math.max(0, depth - records)
          while (marks[0] !== undefined && marks[0].position <= position) marks.shift()
          count(journalMetrics.drained, records)
          gauges()
        },
        lost: (key) => {
          for (const listener of losses) listener(key)
        },
        waiting: (reason) => {
          gauges()
          fork(Effect.logWarning(`The journal waits for the database: ${reason.message}`))
        }
      }
    })
    gauges()
    yield* Effect.addFinalizer(() =>
      Effect.andThen(
        Effect.promise(() => writer.close()),
        Effect.suspend(() => (drainer.drained() < writer.durable() ? Effect.void : farewell(drainer.name())))
      )
    )
    yield* drainer.run.pipe(
      Effect.tapCause((cause) => Effect.logError("The drainer stopped and is started again.", cause)),
      Effect.catchCause(() => Effect.sleep(DRAINER_RESTART)),
      Effect.forever,
      Effect.forkScoped
    )

    const append: (typeof Journal.Service)["append"] = (lane, records, settled, urgency) => {
      const outcome = writer.append(lane, records, settled, urgency)
      if (outcome._tag !== "AppendTicket") count(journalMetrics.refused, 1)
      return outcome
    }
    const reading = <A>(effect: () => Promise<A>) =>
      Effect.tryPromise({
        try: effect,
        catch: (cause) =>
          new JournalUnavailable({
            message: `The journal in ${directory} cannot be read: ${(cause as Error).message}.`,
            retryAfterMillis: 1000
          })
      })

    return Journal.of({
      append,
      commit: (lane: Parameters<typeof append>[0], records: ReadonlyArray<JournalRecord>) =>
        Effect.callback<number, JournalError>((resume) => {
          let position = 0
          const settled: Settled = (failure) => resume(failure ? Effect.fail(failure) : Effect.succeed(position))
          const outcome = append(lane, records, settled)
          if (outcome._tag === "AppendTicket") position = outcome.position
          else resume(Effect.fail(outcome))
        }),
      undrained: (key) =>
        reading(async () => {
          await writer.barrier()
          return reader.ofKey(key, drainer.drained())
        }),
      enrolled: drainer.enrolled,
      onLost: (listener) => {
        losses.add(listener)
        return () => void losses.delete(listener)
      },
      first: (work) =>
        Effect.suspend(() => {
          hurrying++
          unhurried.closeUnsafe()
          return Effect.ensuring(
            work,
            Effect.sync(() => {
              if (--hurrying === 0) unhurried.openUnsafe()
            })
          )
        }),
      backlog: (newest, visit) =>
        reading(async () => {
          const until = writer.durable()
          let from = drainer.drained()
          let behind = 0
          // Whole segments are passed over while enough records lie behind them.
          for (const { base, index } of [...writer.segments].reverse()) {
            behind += index.count
            if (behind < newest) continue
            from = Math.max(from, base)
            break
          }
          while (from < until) {
            const { entries, through } = await reader.batch(from, options.batchRecords)
            visit(entries)
            // What was drained and removed meanwhile gives nothing, and is over.
            from = Math.max(through, drainer.drained())
          }
        }),
      drained: Effect.promise(() => writer.barrier()).pipe(
        Effect.andThen(Effect.suspend(() => drainer.past(writer.durable())))
      ),
      erase: (mentions) =>
        Effect.gen(function* () {
          // The barrier first: what is under way would otherwise land in the new segment.
          yield* reading(() => writer.barrier())
          yield* reading(() => writer.rotate())
          yield* drainer.past(writer.durable())
          yield* reading(() => writer.removeThrough(drainer.drained()))
          return { removed: yield* reading(() => aside.remove(mentions)) }
        }),
      setAside: (key) => reading(() => aside.rejected(key)),
      dropAside: (positions) => reading(() => aside.drop(positions)),
      search: (mentions) =>
        reading(async () => {
          const found: Array<string> = []
          for (const folder of [directory, asideDirectory]) {
            for (const name of await files.list(folder)) {
              if (!/\.(journal|torn|damaged|header|rejected)$/.test(name)) continue
              const path = `${folder}/${name}`
              if (mentionsAny(await readWhole(files, path), mentions)) found.push(path)
            }
          }
          return found
        }),
      status: Effect.sync(() => ({
        available: writer.available(),
        appended: writer.appended(),
        durable: writer.durable(),
        drained: drainer.drained(),
        depth,
        bytes: writer.bytes(),
        limit_bytes: options.diskBytes,
        lag_millis: lag(),
        quarantined: aside.count()
      }))
    })
  })

/** The journal in `options.directory`, which it locks: one server per data directory. */
export const layer = (
  options: JournalOptions
): Layer.Layer<Journal, JournalUnreadable | DirectoryLocked, RecordTypes | JournalSink> =>
  Layer.effect(
    Journal,
    Effect.gen(function* () {
      yield* Effect.promise(() => nodeFiles.makeDirectory(options.directory))
      yield* lockFile(`${options.directory}/lock`)
      return yield* makeJournal(options, nodeFiles)
    })
  )
