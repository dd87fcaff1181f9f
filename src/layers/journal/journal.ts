/** The journal on local disk: ties the writer, the reader and the drainer together. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { Journal, type JournalError, RecordTypes, type Settled } from "../../services/journal.ts"
import { JournalSink } from "../../services/journal-sink.ts"
import { Ownership } from "../../services/ownership.ts"
import { Machine } from "../../support/machine.ts"
import { openAside } from "./aside.ts"
import { type Drainer, makeDrainer } from "./drainer.ts"
import { type FilePort, nodeFiles } from "./files.ts"
import { type DirectoryLocked, lockFile } from "./lock.ts"
import { journalMetrics } from "./metrics.ts"
import { giveName, type Name, readName } from "./name.ts"
import { makeReader, type Reader } from "./reader.ts"
import { cannotOpen, filesThatMention, readingIn, visitBacklog } from "./reading.ts"
import { type JournalUnreadable, recover } from "./recovery.ts"
import { StoredAcks } from "./stored-acks.ts"
import { makeHurry, makeWaitingRecords } from "./waiting.ts"
import {
  drainerEvents,
  type Fence,
  type JournalOptions,
  makeNotes,
  tellGauges,
  type Works,
  writerEvents
} from "./works.ts"
import { openWriter } from "./writer.ts"
import type { Writer } from "./writer-contract.ts"

/** What the drainer reads at once; a longer record is read whole all the same. */
const READ_BYTES = 1024 * 1024

/** How long the drainer stands back for others before it stores one more batch all the same. */
const STANDS_BACK = "2 seconds"

/** How long a journal that stops tries to say that nothing is left in it. */
const FAREWELL = "1 second"

/** Before the drainer is started again after a fault of its own, such as a disk that cannot be read. */
const DRAINER_RESTART = "1 second"

const UNFENCED: Fence = { epoch: () => 0, refusal: () => undefined, onOpened: () => () => {} }

type Append = (typeof Journal.Service)["append"]

/** Appends as their owner, and answers when the disk, or the database, has them. */
const appending = ({ notes, ownership, storedAcks, writer }: Works, drainer: Drainer): Append => {
  const write: Append = (lane, records, settled, urgency) => {
    if (storedAcks === undefined || urgency === "soon") return writer.append(lane, records, settled, urgency)
    const from = writer.appended()
    const outcome = writer.append(lane, records, (failure) => {
      storedAcks.settle(from, "position" in outcome ? outcome.position : from, settled, failure)
      storedAcks.drained(drainer.drained())
    })
    return outcome
  }
  return (lane, records, settled, urgency) => {
    const outcome = ownership.refusal() ?? write(lane, records, settled, urgency)
    if (outcome._tag !== "AppendTicket") notes.count(journalMetrics.refused, 1)
    return outcome
  }
}

const committing =
  (append: Append): (typeof Journal.Service)["commit"] =>
  (lane, records) =>
    Effect.callback<number, JournalError>((resume) => {
      let position = 0
      const settled: Settled = (failure) => resume(failure ? Effect.fail(failure) : Effect.succeed(position))
      const outcome = append(lane, records, settled)
      if (outcome._tag === "AppendTicket") position = outcome.position
      else resume(Effect.fail(outcome))
    })

const serviceOf = (works: Works, reader: Reader, drainer: Drainer): typeof Journal.Service => {
  const { aside, asideDirectory, files, hurry, losses, options, waiting, writer } = works
  const { directory } = options
  const reading = readingIn(directory)
  const append = appending(works, drainer)
  return Journal.of({
    append,
    commit: committing(append),
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
}

/** The name of this journal, which its database knows it by, and the ones it had before. */
const makeNaming = (files: FilePort, directory: string, uuid: () => string) => {
  const former: Array<string> = []
  let named: Name = { name: "", since: 0 }
  return {
    former,
    current: () => named,
    read: async () => {
      named = (await readName(files, directory)) ?? (await giveName(files, directory, uuid))
    },
    renew: async () => {
      former.push(named.name)
      named = await giveName(files, directory, uuid)
    }
  }
}

/** Listeners who hear of lost records by key, and, by `undefined`, of a life that others may have written in. */
const makeLosses = Effect.fnUntraced(function* (ownership: Fence) {
  const losses: Works["losses"] = new Set()
  const stop = ownership.onOpened(
    Effect.suspend(() =>
      Effect.forEach([...losses], (listener) => listener(undefined) ?? Effect.void, { discard: true })
    )
  )
  yield* Effect.addFinalizer(() => Effect.sync(stop))
  return losses
})

/** Closes the writer, and tells the database where nothing is left in this journal. */
const closing = ({ storedAcks, writer }: Works, drainer: Drainer, sink: JournalSink["Service"]) =>
  Effect.andThen(
    Effect.promise(() => writer.close().then(() => storedAcks?.close())),
    Effect.suspend(() =>
      drainer.drained() < writer.durable()
        ? Effect.void
        : Effect.ignore(Effect.timeout(sink.close(drainer.name()), FAREWELL))
    )
  )

export const makeJournal = (
  options: JournalOptions,
  files: FilePort,
  ownership = UNFENCED
): Effect.Effect<typeof Journal.Service, JournalUnreadable, RecordTypes | JournalSink | Scope.Scope> =>
  Effect.gen(function* () {
    const types = yield* RecordTypes
    const sink = yield* JournalSink
    const machine = yield* Machine
    const { batchRecords, directory, recordBytes } = options
    const asideDirectory = `${directory}/aside`
    const notes = yield* makeNotes(directory, asideDirectory)
    const naming = makeNaming(files, directory, machine.uuid)
    const waiting = makeWaitingRecords(machine.elapsed)
    const hurry = makeHurry()
    const losses = yield* makeLosses(ownership)
    const opened = yield* Effect.tryPromise({
      try: async () => {
        await files.makeDirectory(directory)
        await naming.read()
        const aside = await openAside(files, asideDirectory, notes.quarantined, naming.renew)
        const recovered = await recover(files, directory, aside, types)
        const knownVersions = new Map(types.map(({ type, version }) => [type, version]))
        const committed = (records: number) => waiting.committed(writer.durable(), records)
        const events = writerEvents(notes, ownership, aside.bytes, committed, () => drainer.wake())
        const writer: Writer = await openWriter({
          ...{ files, directory, recovered, limits: options, knownVersions, events, machine }
        })
        return { aside, recovered, writer }
      },
      catch: cannotOpen(directory)
    })
    const { aside, recovered, writer } = opened
    waiting.begin(
      recovered.segments.reduce((sum, segment) => sum + segment.index.count, 0),
      recovered.next
    )
    notes.count(journalMetrics.available, 1)

    const storedAcks = options.acks === "pg" ? new StoredAcks() : undefined
    const works: Works = {
      ...{ options, files, asideDirectory, ownership, notes, aside, writer, waiting, hurry, storedAcks, losses }
    }
    const reader = makeReader({
      ...{
        segments: writer.segments,
        durable: writer.durable,
        aside,
        types,
        batchBytes: READ_BYTES,
        recordBytes,
        machine
      }
    })
    const drainer: Drainer = makeDrainer({
      node: naming.current,
      former: naming.former,
      renew: Effect.promise(naming.renew),
      ...{ writer, reader, aside, sink, begins: recovered.begins, ended: recovered.next, batchRecords, machine },
      turn: Effect.ignore(Effect.timeout(hurry.over, STANDS_BACK)),
      sequenced: new Set(types.flatMap(({ type, sequenced }) => (sequenced === true ? [type] : []))),
      events: drainerEvents(works)
    })
    tellGauges(works)
    yield* Effect.addFinalizer(() => closing(works, drainer, sink))
    yield* drainer.run.pipe(
      Effect.tapCause((cause) => Effect.logError("The drainer stopped and is started again.", cause)),
      Effect.catchCause(() => Effect.sleep(DRAINER_RESTART)),
      Effect.forever,
      Effect.forkScoped
    )
    return serviceOf(works, reader, drainer)
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
