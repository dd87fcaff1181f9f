/**
 * Moves the log into the sink, batch by batch, in the order it was written. The store being away only makes it wait; a batch that
 * the store rejects is halved until the bad record stands alone, which is set aside, and the rest goes on. While the store
 * works on a full batch the next one is read, so that neither waits for the other.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { JournalEntry } from "../../services/journal.ts"
import type { DrainProgress, JournalSink, SinkUnavailable } from "../../services/journal-sink.ts"
import type { MachineShape } from "../../support/machine.ts"
import type { Aside, AsideKind } from "./aside.ts"
import type { Name } from "./name.ts"
import type { Batch, Reader } from "./reader.ts"
import type { Writer } from "./writer-contract.ts"

export interface Drainer {
  readonly drained: () => number
  /** Waits until everything before this position is in the sink. */
  readonly past: (position: number) => Effect.Effect<void>
  /** Tells the drainer that there may be something to do. */
  readonly wake: () => void
  /** The name that the sink knows this journal by; empty before it was asked. */
  readonly name: () => string
  /** Waits until the sink has been asked how far it is. */
  readonly enrolled: Effect.Effect<void>
  /** Works until interrupted. */
  readonly run: Effect.Effect<never>
}

export interface DrainerEvents {
  readonly drained: (position: number, records: number) => void
  readonly waiting: (reason: SinkUnavailable) => void
  /** A record was set aside: it is not in the store, and will not be. */
  readonly refused: (position: number) => void
  /** A record of this key was lost, and is behind us. */
  readonly lost: (key: string) => void
}

/** Between attempts to enroll: nobody is woken up from the store before one succeeded. */
const ENROLLING = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("1 second")])

/**
 * While less than this waits, the drainer rests after a full batch for as long as it took: it shares the event loop and the
 * machine with those who wait for an answer, and nobody waits for it. Beyond, catching up comes first.
 */
const RESTS_BELOW_BYTES = 64 * 1024 * 1024

/** Longest rest: a batch that waited for the store to come back took as long as that was away. */
const LONGEST_REST_MS = 500

/** Between attempts while the store is away. */
const AWAY = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")])

export interface DrainerOptions {
  readonly machine: Pick<MachineShape, "after" | "elapsed">
  /** The name under which the sink keeps this journal's progress, another one after every loss; and those before. */
  readonly node: () => Name
  readonly former: ReadonlyArray<string>
  readonly renew: Effect.Effect<void>
  readonly writer: Writer
  readonly reader: Reader
  readonly aside: Aside
  readonly sink: typeof JournalSink.Service
  /** Where the log on disk begins: what is before must be in the sink. */
  readonly begins: number
  /** Where it ended when it was opened: what was appended since cannot make up for what is gone. */
  readonly ended: number
  readonly batchRecords: number
  /** Waited for before a batch: others need the process more just now. */
  readonly turn: Effect.Effect<void>
  /** Types of which none may be missing. */
  readonly sequenced: ReadonlySet<string>
  readonly events: DrainerEvents
}

/** Those who wait for something to become true; they look again whenever something has changed. */
const makeWaiters = () => {
  const waiting = new Set<() => void>()
  const until = (condition: () => boolean) =>
    Effect.whileLoop({
      while: () => !condition(),
      body: () =>
        Effect.callback<void>((resume) => {
          if (condition()) return resume(Effect.void)
          const resumed = () => resume(Effect.void)
          waiting.add(resumed)
          return Effect.sync(() => waiting.delete(resumed))
        }),
      step: () => {}
    })
  const notify = () => {
    const all = [...waiting]
    waiting.clear()
    for (const resumed of all) resumed()
  }
  return { until, notify, anybody: () => waiting.size > 0 }
}

/** A rest that is ended before its time by whoever begins to wait. */
const makeRest = (after: MachineShape["after"]) => {
  let endRest: (() => void) | undefined
  const rest = (millis: number) =>
    Effect.callback<void>((resume) => {
      const callOff = after(millis, () => end())
      const end = () => {
        callOff()
        endRest = undefined
        resume(Effect.void)
      }
      endRest = end
      return Effect.sync(end)
    })
  return { rest, end: () => endRest?.() }
}

/** Tries for as long as the store is away. */
const patientlyWith =
  (told: DrainerEvents["waiting"]) =>
  <A, E>(
    effect: Effect.Effect<A, E | SinkUnavailable>,
    schedule: Schedule.Schedule<unknown> = AWAY
  ): Effect.Effect<A, Exclude<E, SinkUnavailable>> =>
    effect.pipe(
      Effect.tapError((error) =>
        Effect.sync(() => {
          if ((error as SinkUnavailable)._tag === "SinkUnavailable") told(error as SinkUnavailable)
        })
      ),
      Effect.retry({ schedule, while: (error) => (error as SinkUnavailable)._tag === "SinkUnavailable" })
    ) as Effect.Effect<A, Exclude<E, SinkUnavailable>>

type Patiently = ReturnType<typeof patientlyWith>

/** How the store knows this journal: a new name is told to it before anything else is. */
const makeEnrollment = ({ former, node, sink }: DrainerOptions, patiently: Patiently) => {
  let enrolledAs = ""
  /** Until it goes by the name that it has now. */
  const enroll = Effect.gen(function* () {
    let stored = 0
    while (enrolledAs !== node().name) {
      const { name, since } = node()
      stored = yield* patiently(
        Effect.suspend(() => sink.enroll(name, former, since)),
        ENROLLING
      )
      enrolledAs = name
    }
    return stored
  })
  const forget = () => {
    enrolledAs = ""
  }
  return { enroll, name: () => enrolledAs, forget }
}

/** Stores a batch; `lost` gathers the keys of which a record was lost on the way. */
const makeStore = (
  { aside, events, sequenced, sink }: DrainerOptions,
  patiently: Patiently,
  enroll: Effect.Effect<number>,
  progressAt: (position: number) => DrainProgress,
  lost: Set<string>
) => {
  /** Whether those whom the loss of this record concerns were told; else it concerns everybody. */
  const told = (entry: JournalEntry): Effect.Effect<boolean> =>
    patiently(Effect.suspend(() => sink.lose(entry))).pipe(
      Effect.map(() => {
        lost.add(entry.key)
        return true
      }),
      Effect.catchTag("SinkRejected", () => Effect.succeed(false))
    )

  const keep = (kind: AsideKind, entry: JournalEntry, reason: string, loss = false): Effect.Effect<void> => {
    const { type, version, key, id, payload, position } = entry
    const note = JSON.stringify({ type, version, key, id, payload, position, reason })
    events.refused(position)
    return Effect.promise(() => aside.keep(kind, position, Buffer.from(note), loss))
  }

  const store = (entries: ReadonlyArray<JournalEntry>, through: number): Effect.Effect<void> =>
    patiently(Effect.suspend(() => sink.apply(entries, progressAt(through)))).pipe(
      Effect.catchTag("SinkStale", ({ message, positions }) =>
        Effect.gen(function* () {
          const stale = new Set(positions)
          for (const entry of entries) if (stale.has(entry.position)) yield* keep("stale", entry, message)
          yield* store(
            entries.filter(({ position }) => !stale.has(position)),
            through
          )
        })
      ),
      Effect.catchTag("SinkRejected", (reason) =>
        Effect.gen(function* () {
          const [only] = entries
          if (entries.length > 1) {
            const half = entries.length >> 1
            yield* store(entries.slice(0, half), entries[half - 1]!.position)
            return yield* store(entries.slice(half), through)
          }
          if (only === undefined) return yield* Effect.die(reason)
          const loss = sequenced.has(only.type) && !(yield* told(only))
          yield* keep("rejected", only, reason.message, loss)
          if (loss) yield* enroll
          yield* store([], through)
        })
      )
    )
  return store
}

export const makeDrainer = (options: DrainerOptions): Drainer => {
  const { aside, events, node, reader, writer } = options
  const patiently = patientlyWith(events.waiting)
  const enrollment = makeEnrollment(options, patiently)
  const { enroll } = enrollment
  const { anybody, notify, until } = makeWaiters()
  const { end: endRest, rest } = makeRest(options.machine.after)
  let drained = 0
  let ready = false
  /** The store cannot know of more than this: what was there at the start, and what it was told since. */
  let told = options.ended
  /** Positions whose write failed are in no file before the next segment begins: a start would give them to other records. */
  const progressAt = (passed: number): DrainProgress => {
    const position = Math.min(passed, writer.segments.at(-1)?.end ?? passed)
    const segment = writer.segments.findLast(({ base }) => base <= position)?.base ?? 0
    told = Math.max(told, position)
    return { node: enrollment.name(), segment, byteOffset: position - segment }
  }

  /** Keys of which a record was lost since the last batch. */
  const lost = new Set<string>()
  const store = makeStore(options, patiently, enroll, progressAt, lost)

  const advance = (position: number, records: number) =>
    Effect.promise(async () => {
      drained = position
      await writer.removeThrough(position)
      events.drained(position, records)
      for (const key of lost) events.lost(key)
      lost.clear()
      notify()
    })

  const start = Effect.gen(function* () {
    enrollment.forget()
    let stored = yield* enroll
    // The store has seen more of this journal than the disk holds, or less than was taken off the disk: files were lost or
    // put back from a copy. Under a new name everything that is here goes in again, and what is stored already is skipped by id.
    const lacks = stored < options.begins
    if (lacks || stored > told) {
      yield* lacks ? Effect.promise(() => aside.missing({ from: stored, to: options.begins })) : options.renew
      stored = yield* enroll
    }
    drained = Math.max(drained, stored)
    ready = true
    notify()
  })

  /** Begun only behind a full batch: behind a small one, what is appended meanwhile would miss it and cost a transaction more. */
  const readAhead = ({ through, full }: Batch): Promise<Batch> | undefined => {
    if (!full || writer.durable() <= through) return undefined
    const next = reader.batch(through, options.batchRecords)
    // A disk that fails must not stop what is being stored: the failure is met when it is this batch's turn.
    next.catch(() => {})
    return next
  }

  const run = Effect.gen(function* () {
    yield* start
    let ahead: Promise<Batch> | undefined
    for (;;) {
      yield* until(() => writer.durable() > drained)
      yield* options.turn
      const began = options.machine.elapsed()
      const batch = yield* Effect.promise(() => ahead ?? reader.batch(drained, options.batchRecords))
      // Reading may have found damage, and changed the name.
      if (enrollment.name() !== node().name) yield* enroll
      ahead = readAhead(batch)
      // Also where nothing could be read: what is taken off the disk must have been passed in the store.
      yield* store(batch.entries, batch.through)
      yield* advance(batch.through, batch.entries.length)
      const behind = writer.durable() - drained
      if (batch.full && behind < RESTS_BELOW_BYTES && !anybody()) {
        yield* rest(Math.min(LONGEST_REST_MS, options.machine.elapsed() - began))
      }
    }
  })

  return {
    drained: () => drained,
    past: (position) =>
      Effect.suspend(() => {
        endRest()
        return until(() => drained >= position)
      }),
    wake: notify,
    name: enrollment.name,
    enrolled: until(() => ready),
    run
  }
}
