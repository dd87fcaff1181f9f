/** The journal on local disk: ties the writer, the reader and the drainer together. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import type { Acks } from "../../domain/nodes/standing.ts"
import { Journal, type JournalError, type JournalRecord, RecordTypes, type Settled } from "../../services/journal.ts"
import { JournalSink } from "../../services/journal-sink.ts"
import { Ownership } from "../../services/ownership.ts"
import { Machine } from "../../support/machine.ts"
import { type AsideKind, openAside } from "./aside.ts"
import { makeDrainer } from "./drainer.ts"
import { type FilePort, nodeFiles } from "./files.ts"
import { type DirectoryLocked, lockFile } from "./lock.ts"
import { journalMetrics } from "./metrics.ts"
import { giveName, type Name, readName } from "./name.ts"
import { makeReader } from "./reader.ts"
import { cannotOpen, filesThatMention, quarantineNote, readingIn, visitBacklog } from "./reading.ts"
import { type JournalUnreadable, recover } from "./recovery.ts"
import { StoredAcks } from "./stored-acks.ts"
import { makeHurry, makeWaitingRecords } from "./waiting.ts"
import { openWriter, type WriterEvents, type WriterLimits } from "./writer.ts"

export interface JournalOptions extends WriterLimits {
  readonly directory: string
  /** Who waits is told once it is on this disk, or once it is in the database. Left out: this disk. */
  readonly acks?: Acks
  /** Records that go to the sink in one transaction. */
  readonly batchRecords: number
}

/** What the drainer reads at once; a longer record is read whole all the same. */
const READ_BYTES = 1024 * 1024

/** How long the drainer stands back for others before it stores one more batch all the same. */
const STANDS_BACK = "2 seconds"

/** How long a journal that stops tries to say that nothing is left in it. */
const FAREWELL = "1 second"

/** Before the drainer is started again after a fault of its own, such as a disk that cannot be read. */
const DRAINER_RESTART = "1 second"

/** Who may write, and under which epoch; without one whoever has the directory may. */
export type Fence = Pick<Ownership["Service"], "epoch" | "refusal" | "onOpened">

const UNFENCED: Fence = { epoch: () => 0, refusal: () => undefined, onOpened: () => () => {} }

export const makeJournal = (
  options: JournalOptions,
  files: FilePort,
  ownership = UNFENCED
): Effect.Effect<typeof Journal.Service, JournalUnreadable, RecordTypes | JournalSink | Scope.Scope> =>
  Effect.gen(function* () {
    const types = yield* RecordTypes
    const sink = yield* JournalSink
    const context = yield* Effect.context<never>()
    const machine = yield* Machine
    const fork = Effect.runForkWith(context)
    const count = <Input, State>(metric: Metric.Metric<Input, State>, input: Input) =>
      metric.updateUnsafe(input, context)
    const { directory } = options
    const asideDirectory = `${directory}/aside`

    let named: Name = { name: "", since: 0 }
    const former: Array<string> = []
    const renew = async () => {
      former.push(named.name)
      named = await giveName(files, directory, machine.uuid)
    }
    const storedAcks = options.acks === "pg" ? new StoredAcks() : undefined
    const waiting = makeWaitingRecords(machine.elapsed)
    const hurry = makeHurry()
    const losses = new Set<(key: string | undefined) => Effect.Effect<void> | void>()
    const stop = ownership.onOpened(
      Effect.suspend(() =>
        Effect.forEach([...losses], (listener) => listener(undefined) ?? Effect.void, { discard: true })
      )
    )
    yield* Effect.addFinalizer(() => Effect.sync(stop))
    const farewell = (node: string) => Effect.ignore(Effect.timeout(sink.close(node), FAREWELL))
    const gauges = () => {
      count(journalMetrics.depth, waiting.depth())
      count(journalMetrics.bytes, writer.bytes())
      count(journalMetrics.lag, waiting.lag())
    }
    const noteQuarantined = (position: number, what: AsideKind, until?: number) => {
      count(
        what === "missing"
          ? journalMetrics.missing
          : what === "stale"
            ? journalMetrics.stale
            : journalMetrics.quarantined,
        1
      )
      fork(quarantineNote(directory, asideDirectory, position, what, until))
    }
    const writerEvents = (otherBytes: () => number): WriterEvents => ({
      otherBytes,
      epoch: ownership.epoch,
      committed: (millis, records) => {
        waiting.committed(writer.durable(), records)
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
    })

    const opened = yield* Effect.tryPromise({
      try: async () => {
        await files.makeDirectory(directory)
        named = (await readName(files, directory)) ?? (await giveName(files, directory, machine.uuid))
        const aside = await openAside(files, asideDirectory, noteQuarantined, renew)
        const recovered = await recover(files, directory, aside, types)
        const writer = await openWriter(
          files,
          directory,
          recovered,
          options,
          new Map(types.map(({ type, version }) => [type, version])),
          writerEvents(aside.bytes),
          machine
        )
        return { aside, recovered, writer }
      },
      catch: cannotOpen(directory)
    })
    const { aside, writer } = opened
    const depth = opened.recovered.segments.reduce((sum, segment) => sum + segment.index.count, 0)
    // Told from the start on: what is not there cannot be watched.
    for (const one of [journalMetrics.missing, journalMetrics.quarantined, journalMetrics.stale]) count(one, 0)
    waiting.begin(depth)
    count(journalMetrics.available, 1)

    const reader = makeReader({
      segments: writer.segments,
      durable: writer.durable,
      aside,
      types,
      batchBytes: READ_BYTES,
      recordBytes: options.recordBytes,
      machine
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
      machine,
      turn: Effect.ignore(Effect.timeout(hurry.over, STANDS_BACK)),
      sequenced: new Set(types.flatMap(({ type, sequenced }) => (sequenced === true ? [type] : []))),
      events: {
        refused: (position) => storedAcks?.refused(position),
        drained: (position, records) => {
          storedAcks?.drained(position)
          waiting.drained(position, records, writer.durable())
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
        Effect.promise(() => writer.close().then(() => storedAcks?.close())),
        Effect.suspend(() => (drainer.drained() < writer.durable() ? Effect.void : farewell(drainer.name())))
      )
    )
    yield* drainer.run.pipe(
      Effect.tapCause((cause) => Effect.logError("The drainer stopped and is started again.", cause)),
      Effect.catchCause(() => Effect.sleep(DRAINER_RESTART)),
      Effect.forever,
      Effect.forkScoped
    )

    const write: (typeof Journal.Service)["append"] = (lane, records, settled, urgency) => {
      if (storedAcks === undefined || urgency === "soon") return writer.append(lane, records, settled, urgency)
      const from = writer.appended()
      const outcome = writer.append(lane, records, (failure) => {
        storedAcks.settle(from, "position" in outcome ? outcome.position : from, settled, failure)
        storedAcks.drained(drainer.drained())
      })
      return outcome
    }
    const append: (typeof Journal.Service)["append"] = (lane, records, settled, urgency) => {
      const outcome = ownership.refusal() ?? write(lane, records, settled, urgency)
      if (outcome._tag !== "AppendTicket") count(journalMetrics.refused, 1)
      return outcome
    }
    const reading = readingIn(directory)

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
      first: hurry.first,
      backlog: (newest, visit) =>
        reading(() => visitBacklog(writer, reader, drainer, options.batchRecords, newest, visit)),
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
      search: (mentions) => reading(() => filesThatMention(files, [directory, asideDirectory], mentions)),
      status: Effect.sync(() => ({
        available: writer.available(),
        appended: writer.appended(),
        durable: writer.durable(),
        drained: drainer.drained(),
        depth: waiting.depth(),
        bytes: writer.bytes(),
        limit_bytes: options.diskBytes,
        lag_millis: waiting.lag(),
        quarantined: aside.count()
      }))
    })
  })

/** Nobody else works in this directory until the scope closes. */
export const lockDirectory = (directory: string) =>
  Effect.andThen(
    Effect.tryPromise({ try: () => nodeFiles.makeDirectory(directory), catch: cannotOpen(directory) }),
    lockFile(`${directory}/lock`)
  )

/** The journal in `options.directory`, which is locked already. */
export const layerLocked = (options: JournalOptions) =>
  Layer.effect(
    Journal,
    Effect.flatMap(Ownership, (ownership) => makeJournal(options, nodeFiles, ownership))
  )

/** The journal in `options.directory`, which it locks: one server per data directory. */
export const layer = (
  options: JournalOptions
): Layer.Layer<Journal, JournalUnreadable | DirectoryLocked, RecordTypes | JournalSink | Ownership> =>
  Layer.effect(
    Journal,
    Effect.gen(function* () {
      yield* lockDirectory(options.directory)
      return yield* makeJournal(options, nodeFiles, yield* Ownership)
    })
  )
