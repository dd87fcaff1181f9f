/**
 * The writing side: appends gather in memory while the disk works, and each time a sync ends everything gathered
 * meanwhile becomes the next group. So a lone append waits for one sync, and a thousand wait for one sync too; there is
 * no timer. Only what nobody waits for lingers: a write and a sync for each would cost more than all else about it.
 *
 * A failed write or sync is final for its file: what the kernel still holds of it can no longer be known. The file is cut back
 * to what was durable, everyone who waits is told, and the log goes on in a new segment once the disk takes one.
 */

import {
  type AppendTicket,
  JournalFull,
  type JournalLane,
  type JournalRecord,
  type JournalRefused,
  JournalUnavailable,
  JournalWriteFailed,
  LANE_SHARE,
  type Settled,
  type Urgency
} from "../../services/journal.ts"
import type { MachineShape } from "../../support/machine.ts"
import type { FilePort, OpenFile } from "./files.ts"
import { frameBound, frameLength, malformed, SEGMENT_HEADER, writeFrame } from "./frame.ts"
import type { Recovered } from "./recovery.ts"
import { createSegmentFile, Segment } from "./segment.ts"
import { storableRecords } from "./storable-records.ts"

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

/** Both buffers start here and double up to the limit. */
const FIRST_BUFFER = 256 * 1024

/** Records that nobody waits for leave before their time when there are this many bytes of them. */
const LINGER_BYTES = FIRST_BUFFER

/** Room that a disk must prove to have before writes are taken again after a failure, so that "full" does not flap. */
const REOPEN_RESERVE = 1024 * 1024

/** How long between attempts to reopen the log: short at first, because most failures pass. */
const REOPEN_DELAYS = [50, 100, 250, 500, 1000]

const MEMORY_RETRY_MS = 100
const DISK_RETRY_MS = 5000

export interface WriterEvents {
  /** Under which epoch what is appended now is owned. */
  readonly epoch: () => number
  /** A group became durable. */
  readonly committed: (millis: number, records: number) => void
  readonly failed: (cause: unknown) => void
  /** A `settled` threw, which it must not. */
  readonly crashed: (cause: unknown) => void
  readonly reopened: () => void
  /** Bytes on disk besides the segments (what was set aside). */
  readonly otherBytes: () => number
}

interface Group {
  buffer: Buffer<ArrayBuffer>
  used: number
  start: number
  records: number
  settled: Array<Settled>
  /** Somebody waits for it. */
  urgent: boolean
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

const describe = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

export const openWriter = async (
  files: FilePort,
  directory: string,
  recovered: Pick<Recovered, "segments" | "next" | "ends">,
  limits: WriterLimits,
  knownVersions: ReadonlyMap<string, number>,
  events: WriterEvents,
  machine: MachineShape
): Promise<Writer> => {
  const segments = [...recovered.segments]
  let next = recovered.next
  let durable = recovered.next
  let segmentBytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  let file: OpenFile | undefined
  let active: Segment
  let unavailable: JournalUnavailable | undefined
  let pumping: Promise<void> | undefined
  let stopped: JournalUnavailable | undefined
  let wakeReopen: (() => void) | undefined
  const rotations: Array<{ readonly resolve: () => void; readonly reject: (cause: unknown) => void }> = []
  let lingering: (() => void) | undefined
  const emptyGroup = (buffer: Buffer<ArrayBuffer>): Group => ({
    buffer,
    used: 0,
    start: next,
    records: 0,
    settled: [],
    urgent: false
  })
  let pending = emptyGroup(Buffer.allocUnsafeSlow(Math.min(FIRST_BUFFER, limits.bufferBytes)))
  let spare = Buffer.allocUnsafeSlow(Math.min(FIRST_BUFFER, limits.bufferBytes))

  const begin = async (base: number, reserve: number) => {
    const gap = base - (segments.at(-1)?.end ?? recovered.ends)
    const created = await createSegmentFile(files, directory, base, gap, reserve)
    await closeFile()
    file = created
    active = new Segment(files, directory, base)
    segments.push(active)
    segmentBytes += SEGMENT_HEADER
  }
  /** At most once per descriptor: its number may belong to somebody else a moment later. */
  const closeFile = async () => {
    const open = file
    file = undefined
    await open?.close().catch(() => {})
  }
  await begin(next, 0)
  const refusals = {
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
  }

  /** Appends of nothing wait too; they are bounded as if each were the shortest record. */
  const mostWaiting = limits.bufferBytes / 64

  const sizeOf = (records: ReadonlyArray<JournalRecord>, room: number): number => {
    let bound = 0
    for (const record of records) bound += frameBound(record)
    if (bound <= room && bound <= limits.recordBytes) return bound
    let exact = 0
    for (const record of records) {
      const length = frameLength(record)
      if (length > limits.recordBytes) return Number.POSITIVE_INFINITY
      exact += length
    }
    return exact
  }

  const grow = (needed: number) => {
    let size = pending.buffer.length
    while (size < needed) size *= 2
    const wider = Buffer.allocUnsafeSlow(Math.min(size, limits.bufferBytes))
    pending.buffer.copy(wider, 0, 0, pending.used)
    pending.buffer = wider
  }

  const append: Writer["append"] = (lane, given, settled, urgency = "now") => {
    if (stopped !== undefined || unavailable !== undefined) return (stopped ?? unavailable)!
    for (const record of given) {
      const fault =
        knownVersions.get(record.type) === record.version ? malformed(record) : "its type or version is not registered"
      if (fault !== undefined) throw new TypeError(`A record of type "${record.type}" cannot be journaled: ${fault}.`)
    }
    const records = storableRecords(given)
    if ("_tag" in records) return records
    const size = sizeOf(records, pending.buffer.length - pending.used)
    if (size > limits.bufferBytes) return refusals.record
    if (pending.used + size > limits.bufferBytes || pending.settled.length >= mostWaiting) return refusals.memory
    if (size > 0 && bytes() + size > limits.diskBytes * LANE_SHARE[lane]) return refusals.disk
    if (pending.used + size > pending.buffer.length) grow(pending.used + size)
    const epoch = events.epoch()
    for (let i = 0; i < records.length; i++) {
      const position = pending.start + pending.used
      const continues = i < records.length - 1
      pending.used += writeFrame(pending.buffer, pending.used, records[i]!, position, pending.start, continues, epoch)
    }
    pending.records += records.length
    pending.settled.push(settled)
    next = pending.start + pending.used
    if (urgency === "now" || pending.used >= LINGER_BYTES) hurry()
    else linger()
    return { _tag: "AppendTicket", position: next }
  }

  /** A turn of the loop later, so that everything that arrived in this one shares the first group. */
  const schedule = () => {
    pumping ??= new Promise<void>(machine.soon).then(pump)
  }

  const hurry = () => {
    pending.urgent = true
    schedule()
  }

  const linger = () => {
    lingering ??= machine.after(limits.lingerMillis, () => {
      lingering = undefined
      if (pending.settled.length > 0) hurry()
    })
  }

  const due = () => pending.urgent || rotations.length > 0

  const pump = async () => {
    let durableNow: ReadonlyArray<Settled> = []
    for (;;) {
      const idle = !due()
      const group = pending
      if (!idle) pending = emptyGroup(spare)
      // The disk works on the next group while those who waited for the last one are told.
      const writing = idle ? undefined : write(group)
      release(durableNow, undefined)
      durableNow = []
      if (writing === undefined) {
        if (!due()) break
        continue
      }
      try {
        await writing
        durableNow = group.settled
      } catch (cause) {
        await fail(cause, group)
      }
      spare = group.buffer
    }
    pumping = undefined
  }

  const release = (waiting: ReadonlyArray<Settled>, failure: JournalWriteFailed | undefined) => {
    for (const settled of waiting) {
      try {
        settled(failure)
      } catch (cause) {
        events.crashed(cause)
      }
    }
  }

  const write = async (group: Group) => {
    const started = machine.elapsed()
    if ((rotations.length > 0 || active.bytes >= limits.segmentBytes) && active.end > active.base) {
      await begin(group.start, 0)
    }
    for (const { resolve } of rotations.splice(0)) resolve()
    if (group.used === 0) return
    await file!.write(group.buffer.subarray(0, group.used), active.offset(group.start))
    if (file!.writesThrough !== true) await file!.sync()
    active.extend(group.buffer, group.used)
    segmentBytes += group.used
    durable = group.start + group.used
    events.committed(machine.elapsed() - started, group.records)
  }

  const fail = async (cause: unknown, group: Group) => {
    unavailable = new JournalUnavailable({
      message: `The journal cannot write to ${directory}: ${describe(cause)}. Reading goes on; writes are taken again as soon as the disk takes them.`,
      retryAfterMillis: REOPEN_DELAYS.at(-1)!
    })
    events.failed(cause)
    let clean = await cutBack(active)
    const failure = new JournalWriteFailed({
      message: `The write could not be made durable: ${describe(cause)}. It does not count; send it again.`,
      onDisk: clean ? "no" : "unknown"
    })
    const waiting = [...group.settled, ...pending.settled]
    pending = emptyGroup(pending.buffer)
    // Positions are never handed out twice: the log goes on after those that failed.
    durable = next
    release(waiting, failure)
    for (const { reject } of rotations.splice(0)) reject(unavailable)
    for (let attempt = 0; stopped === undefined; attempt++) {
      try {
        clean = clean || (await cutBack(active))
        if (!clean) throw cause
        await begin(next, REOPEN_RESERVE)
        unavailable = undefined
        events.reopened()
        return
      } catch {
        await new Promise<void>((resolve) => {
          const callOff = machine.after(REOPEN_DELAYS[Math.min(attempt, REOPEN_DELAYS.length - 1)]!, resolve)
          wakeReopen = () => resolve(callOff())
        })
      }
    }
  }

  /** Takes back what a failed group may have left in its file, through a new descriptor. */
  const cutBack = async (segment: Segment): Promise<boolean> => {
    await closeFile()
    try {
      const again = await files.open(segment.path, "write")
      try {
        if ((await again.size()) > segment.bytes) await again.truncate(segment.bytes)
        await again.sync()
      } finally {
        await again.close()
      }
      return true
    } catch {
      return false
    }
  }

  const bytes = () => segmentBytes + (next - durable) + events.otherBytes()

  return {
    append,
    barrier: () =>
      new Promise((resolve) => {
        if (durable === next) return resolve()
        pending.settled.push(() => resolve())
        hurry()
      }),
    rotate: () =>
      new Promise((resolve, reject) => {
        if (unavailable !== undefined) return reject(unavailable)
        rotations.push({ resolve, reject })
        schedule()
      }),
    segments,
    removeThrough: async (position) => {
      let removed = 0
      while (segments.length > 1 && segments[0]!.end <= position) {
        const segment = segments.shift()!
        await segment.remove()
        segmentBytes -= segment.bytes
        removed++
      }
      if (removed > 0) await files.syncDirectory(directory)
      return removed
    },
    available: () => unavailable === undefined,
    appended: () => next,
    durable: () => durable,
    bytes,
    close: async () => {
      stopped = new JournalUnavailable({
        message: "The journal is closed: the server is stopping.",
        retryAfterMillis: REOPEN_DELAYS.at(-1)!
      })
      wakeReopen?.()
      lingering?.()
      if (pending.settled.length > 0) hurry()
      await pumping
      await closeFile()
      await Promise.all(segments.map((segment) => segment.closeReader()))
    }
  }
}
