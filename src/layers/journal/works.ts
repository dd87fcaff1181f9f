/** What an opened journal consists of, and what is measured and logged of it. */
import * as Effect from "effect/Effect"
import type * as Metric from "effect/Metric"
import type { Acks } from "../../domain/nodes/standing.ts"
import type { Ownership } from "../../services/ownership.ts"
import type { Aside, AsideKind } from "./aside.ts"
import type { DrainerEvents } from "./drainer.ts"
import type { FilePort } from "./files.ts"
import { journalMetrics } from "./metrics.ts"
import { quarantineNote, staleNote } from "./reading.ts"
import type { StoredAcks } from "./stored-acks.ts"
import type { makeHurry, makeWaitingRecords } from "./waiting.ts"
import type { Writer, WriterEvents, WriterLimits } from "./writer-contract.ts"

export interface JournalOptions extends WriterLimits {
  readonly directory: string
  /** Who waits is told once it is on this disk, or once it is in the database. Left out: this disk. */
  readonly acks?: Acks
  /** Records that go to the sink in one transaction. */
  readonly batchRecords: number
}

/** Who may write, and under which epoch; without one whoever has the directory may. */
export type Fence = Pick<Ownership["Service"], "epoch" | "refusal" | "onOpened">

/** What is measured and logged of a journal; nobody waits for either. */
/** An owner whose place was taken may have thousands of records that do not count any more: they are told of as they become ten times as many. */
const isPowerOfTen = (count: number): boolean => Number.isInteger(Math.log10(count))

export const makeNotes = Effect.fnUntraced(function* (directory: string, asideDirectory: string) {
  const context = yield* Effect.context<never>()
  const fork = Effect.runForkWith(context)
  const count = <Input, State>(metric: Metric.Metric<Input, State>, input: Input) => metric.updateUnsafe(input, context)
  // Told from the start on: what is not there cannot be watched.
  for (const one of [journalMetrics.missing, journalMetrics.quarantined, journalMetrics.stale]) count(one, 0)
  let staleRecords = 0
  return {
    count,
    fork,
    quarantined: (position: number, what: AsideKind, until?: number) => {
      const { missing, quarantined, stale } = journalMetrics
      count(what === "missing" ? missing : what === "stale" ? stale : quarantined, 1)
      if (what !== "stale") return void fork(quarantineNote(directory, asideDirectory, position, what, until))
      staleRecords++
      if (isPowerOfTen(staleRecords)) fork(staleNote(asideDirectory, position, staleRecords))
    }
  }
})

export type Notes = Effect.Success<ReturnType<typeof makeNotes>>

/** What an opened journal consists of, and who listens to it. */
export interface Works {
  readonly options: JournalOptions
  readonly files: FilePort
  readonly asideDirectory: string
  readonly ownership: Fence
  readonly notes: Notes
  readonly aside: Aside
  readonly writer: Writer
  readonly waiting: ReturnType<typeof makeWaitingRecords>
  readonly hurry: ReturnType<typeof makeHurry>
  readonly storedAcks: StoredAcks | undefined
  readonly losses: Set<(key: string | undefined) => Effect.Effect<void> | void>
}

export const tellGauges = ({ notes, waiting, writer }: Pick<Works, "notes" | "waiting" | "writer">) => {
  notes.count(journalMetrics.depth, waiting.depth())
  notes.count(journalMetrics.bytes, writer.bytes())
  notes.count(journalMetrics.lag, waiting.lag())
}

/** What becomes of the writer's groups: `drainer` is woken for each. */
export const writerEvents = (
  { count, fork }: Notes,
  ownership: Fence,
  otherBytes: () => number,
  committed: (records: number) => void,
  wake: () => void
): WriterEvents => ({
  otherBytes,
  epoch: ownership.epoch,
  committed: (millis, records) => {
    committed(records)
    count(journalMetrics.commitMillis, millis)
    count(journalMetrics.records, records)
    wake()
  },
  failed: (cause) => {
    count(journalMetrics.failures, 1)
    count(journalMetrics.available, 0)
    fork(Effect.logError("The journal cannot write; nothing is acknowledged until it can.", cause))
  },
  skipped: wake,
  reopened: () => {
    count(journalMetrics.available, 1)
    fork(Effect.logInfo("The journal writes again."))
    wake()
  },
  crashed: (cause) => fork(Effect.logError("Whoever waited for the journal failed when told.", cause))
})

export const drainerEvents = (works: Works): DrainerEvents => {
  const { losses, notes, storedAcks, waiting, writer } = works
  return {
    refused: (position) => storedAcks?.refused(position),
    drained: (position, records) => {
      storedAcks?.drained(position)
      waiting.drained(position, records, writer.durable())
      notes.count(journalMetrics.drained, records)
      tellGauges(works)
    },
    lost: (key) => {
      for (const listener of losses) listener(key)
    },
    waiting: (reason) => {
      tellGauges(works)
      notes.fork(Effect.logWarning(`The journal waits for the database: ${reason.message}`))
    }
  }
}
