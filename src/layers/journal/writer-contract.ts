/** What the writer is to the rest of the journal, what it keeps within, and how it refuses what is beyond that. */
import {
  type AppendTicket,
  JournalFull,
  type JournalLane,
  type JournalRecord,
  type JournalRefused,
  type Settled,
  type Urgency
} from "../../services/journal.ts"
import type { MachineShape } from "../../support/machine.ts"
import type { FilePort } from "./files.ts"
import { frameBound, frameLength } from "./frame.ts"
import type { Recovered } from "./recovery.ts"
import type { Segment } from "./segment.ts"

export interface WriterLimits {
  /** A segment is closed when it has grown beyond this. */
  readonly segmentBytes: number
  /** All files of the journal together. */
  readonly diskBytes: number
  /** What may wait in memory for the disk; as much again may be on its way there. */
  readonly bufferBytes: number
  /** The longest record. */
  readonly recordBytes: number
  /** How long records that nobody waits for may gather in memory. */
  readonly lingerMillis: number
}

export interface WriterEvents {
  /** Under which epoch what is appended now is owned. */
  readonly epoch: () => number
  /** A group became durable. */
  readonly committed: (millis: number, records: number) => void
  readonly failed: (cause: unknown) => void
  /** Positions were given up that hold nothing: whoever waits for them need not. */
  readonly skipped: () => void
  /** A `settled` threw, which it must not. */
  readonly crashed: (cause: unknown) => void
  readonly reopened: () => void
  /** Bytes on disk besides the segments (what was set aside). */
  readonly otherBytes: () => number
}

export interface Writer {
  readonly append: (
    lane: JournalLane,
    records: ReadonlyArray<JournalRecord>,
    settled: Settled,
    urgency?: Urgency
  ) => AppendTicket | JournalRefused
  /** Resolves when everything appended so far has settled, one way or the other. */
  readonly barrier: () => Promise<void>
  /** Closes the current segment and begins another; rejects while the disk refuses writes. */
  readonly rotate: () => Promise<void>
  /** The segments in order; the last one is being written. */
  readonly segments: ReadonlyArray<Segment>
  /** Deletes the segments that end at or before this position; never the one being written. */
  readonly removeThrough: (position: number) => Promise<number>
  readonly available: () => boolean
  readonly appended: () => number
  readonly durable: () => number
  readonly bytes: () => number
  readonly close: () => Promise<void>
}

export interface WriterParts {
  readonly files: FilePort
  readonly directory: string
  readonly recovered: Pick<Recovered, "segments" | "next" | "ends">
  readonly limits: WriterLimits
  readonly knownVersions: ReadonlyMap<string, number>
  readonly events: WriterEvents
  readonly machine: MachineShape
}

const MEMORY_RETRY_MS = 100
const DISK_RETRY_MS = 5000

export const writerRefusals = (limits: WriterLimits) => ({
  memory: new JournalFull({
    message: `The journal's buffer is full (${limits.bufferBytes} bytes wait for the disk). Try again shortly; if this lasts, the disk is too slow or too small for the load.`,
    budget: "memory",
    retryAfterMillis: MEMORY_RETRY_MS
  }),
  disk: new JournalFull({
    message: `The journal's disk budget is nearly used up (${limits.diskBytes} bytes). Records wait there for the database: check that it is up, or raise the budget.`,
    budget: "disk",
    retryAfterMillis: DISK_RETRY_MS
  }),
  record: new JournalFull({
    message: `A record is longer than the journal takes (${limits.recordBytes} bytes).`,
    budget: "record",
    retryAfterMillis: 0
  })
})

/** Bytes that these records take, exactly where that decides whether they fit; infinite where one is too long. */
export const bytesOf = (records: ReadonlyArray<JournalRecord>, room: number, recordBytes: number): number => {
  let bound = 0
  for (const record of records) bound += frameBound(record)
  if (bound <= room && bound <= recordBytes) return bound
  let exact = 0
  for (const record of records) {
    const length = frameLength(record)
    if (length > recordBytes) return Number.POSITIVE_INFINITY
    exact += length
  }
  return exact
}
