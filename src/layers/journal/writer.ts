/**
 * The writing side: appends gather in memory while the disk works, and each time a sync ends everything gathered
 * meanwhile becomes the next group. So a lone append waits for one sync, and a thousand wait for one sync too; there is
 * no timer. Only what nobody waits for lingers: a write and a sync for each would cost more than all else about it.
 *
 * A failed write or sync is final for its file: what the kernel still holds of it can no longer be known. The file is cut back
 * to what was durable, everyone who waits is told, and the log goes on in a new segment once the disk takes one.
 */

import {
  type JournalRecord,
  JournalUnavailable,
  JournalWriteFailed,
  LANE_SHARE,
  type Settled
} from "../../services/journal.ts"
import type { OpenFile } from "./files.ts"
import { malformed, SEGMENT_HEADER, writeFrame } from "./frame.ts"
import { createSegmentFile, Segment } from "./segment.ts"
import { storableRecords } from "./storable-records.ts"
import { bytesOf, type Writer, type WriterLimits, type WriterParts, writerRefusals } from "./writer-contract.ts"

/** Both buffers start here and double up to the limit. */
const FIRST_BUFFER = 256 * 1024

/** Records that nobody waits for leave before their time when there are this many bytes of them. */
const LINGER_BYTES = FIRST_BUFFER

/** Room that a disk must prove to have before writes are taken again after a failure, so that "full" does not flap. */
const REOPEN_RESERVE = 1024 * 1024

/** How long between attempts to reopen the log: short at first, because most failures pass. */
const REOPEN_DELAYS = [50, 100, 250, 500, 1000]

interface Group {
  buffer: Buffer<ArrayBuffer>
  used: number
  start: number
  records: number
  settled: Array<Settled>
  /** Somebody waits for it. */
  urgent: boolean
}

const describe = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const emptyGroup = (buffer: Buffer<ArrayBuffer>, start: number): Group => ({
  buffer,
  used: 0,
  start,
  records: 0,
  settled: [],
  urgent: false
})

const firstBuffer = ({ bufferBytes }: WriterLimits) => Buffer.allocUnsafeSlow(Math.min(FIRST_BUFFER, bufferBytes))

class SegmentWriter implements Writer {
  readonly segments: Array<Segment>
  readonly #parts: WriterParts
  readonly #refusals: ReturnType<typeof writerRefusals>
  /** Appends of nothing wait too; they are bounded as if each were the shortest record. */
  readonly #mostWaiting: number
  readonly #rotations: Array<{ readonly resolve: () => void; readonly reject: (cause: unknown) => void }> = []
  #next: number
  #durable: number
  #segmentBytes: number
  #file: OpenFile | undefined
  #active!: Segment
  #unavailable: JournalUnavailable | undefined
  #pumping: Promise<void> | undefined
  #stopped: JournalUnavailable | undefined
  #wakeReopen: (() => void) | undefined
  #lingering: (() => void) | undefined
  #pending: Group
  #spare: Buffer<ArrayBuffer>

  constructor(parts: WriterParts) {
    const { limits, recovered } = parts
    this.#parts = parts
    this.#refusals = writerRefusals(limits)
    this.#mostWaiting = limits.bufferBytes / 64
    this.segments = [...recovered.segments]
    this.#next = recovered.next
    this.#durable = recovered.next
    this.#segmentBytes = this.segments.reduce((sum, segment) => sum + segment.bytes, 0)
    this.#pending = emptyGroup(firstBuffer(limits), this.#next)
    this.#spare = firstBuffer(limits)
  }

  /** Begins a segment of its own behind all that is there. */
  open(): Promise<void> {
    return this.#begin(this.#next, 0)
  }

  readonly available = () => this.#unavailable === undefined
  readonly appended = () => this.#next
  readonly durable = () => this.#durable
  readonly bytes = () => this.#segmentBytes + (this.#next - this.#durable) + this.#parts.events.otherBytes()

  readonly append: Writer["append"] = (lane, given, settled, urgency = "now") => {
    if (this.#stopped !== undefined || this.#unavailable !== undefined) return (this.#stopped ?? this.#unavailable)!
    const { knownVersions, limits } = this.#parts
    for (const record of given) {
      const fault =
        knownVersions.get(record.type) === record.version ? malformed(record) : "its type or version is not registered"
      if (fault !== undefined) throw new TypeError(`A record of type "${record.type}" cannot be journaled: ${fault}.`)
    }
    const records = storableRecords(given)
    if ("_tag" in records) return records
    const { buffer, settled: waiting, used } = this.#pending
    const size = bytesOf(records, buffer.length - used, limits.recordBytes)
    if (size > limits.bufferBytes) return this.#refusals.record
    if (used + size > limits.bufferBytes || waiting.length >= this.#mostWaiting) return this.#refusals.memory
    if (size > 0 && this.bytes() + size > limits.diskBytes * LANE_SHARE[lane]) return this.#refusals.disk
    if (used + size > buffer.length) this.#grow(used + size)
    this.#gather(records)
    waiting.push(settled)
    if (urgency === "now" || this.#pending.used >= LINGER_BYTES) this.#hurry()
    else this.#linger()
    return { _tag: "AppendTicket", position: this.#next }
  }

  /** Resolves with everything that was appended so far settled. */
  readonly barrier = (): Promise<void> =>
    new Promise((resolve) => {
      if (this.#durable === this.#next) return resolve()
      this.#pending.settled.push(() => resolve())
      this.#hurry()
    })

  readonly rotate = (): Promise<void> =>
    new Promise((resolve, reject) => {
      if (this.#unavailable !== undefined) return reject(this.#unavailable)
      this.#rotations.push({ resolve, reject })
      this.#schedule()
    })

  readonly removeThrough = async (position: number): Promise<number> => {
    let removed = 0
    while (this.segments.length > 1 && this.segments[0]!.end <= position) {
      const segment = this.segments.shift()!
      await segment.remove()
      this.#segmentBytes -= segment.bytes
      removed++
    }
    if (removed > 0) await this.#parts.files.syncDirectory(this.#parts.directory)
    return removed
  }

  readonly close = async (): Promise<void> => {
    this.#stopped = new JournalUnavailable({
      message: "The journal is closed: the server is stopping.",
      retryAfterMillis: REOPEN_DELAYS.at(-1)!
    })
    this.#wakeReopen?.()
    this.#lingering?.()
    if (this.#pending.settled.length > 0) this.#hurry()
    await this.#pumping
    await this.#closeFile()
    await Promise.all(this.segments.map((segment) => segment.closeReader()))
  }

  async #begin(base: number, reserve: number): Promise<void> {
    const { directory, files, recovered } = this.#parts
    const gap = base - (this.segments.at(-1)?.end ?? recovered.ends)
    const created = await createSegmentFile(files, directory, base, gap, reserve)
    await this.#closeFile()
    this.#file = created
    this.#active = new Segment(files, directory, base)
    this.segments.push(this.#active)
    this.#segmentBytes += SEGMENT_HEADER
  }

  /** At most once per descriptor: its number may belong to somebody else a moment later. */
  async #closeFile(): Promise<void> {
    const open = this.#file
    this.#file = undefined
    await open?.close().catch(() => {})
  }

  #grow(needed: number): void {
    const pending = this.#pending
    let size = pending.buffer.length
    while (size < needed) size *= 2
    const wider = Buffer.allocUnsafeSlow(Math.min(size, this.#parts.limits.bufferBytes))
    pending.buffer.copy(wider, 0, 0, pending.used)
    pending.buffer = wider
  }

  /** Writes the records behind what waits for the disk already. */
  #gather(records: ReadonlyArray<JournalRecord>): void {
    const pending = this.#pending
    const epoch = this.#parts.events.epoch()
    for (let i = 0; i < records.length; i++) {
      const position = pending.start + pending.used
      const continues = i < records.length - 1
      pending.used += writeFrame(pending.buffer, pending.used, records[i]!, position, pending.start, continues, epoch)
    }
    pending.records += records.length
    this.#next = pending.start + pending.used
  }

  /** A turn of the loop later, so that everything that arrived in this one shares the first group. */
  #schedule(): void {
    this.#pumping ??= new Promise<void>(this.#parts.machine.soon).then(() => this.#pump())
  }

  #hurry(): void {
    this.#pending.urgent = true
    this.#schedule()
  }

  #linger(): void {
    this.#lingering ??= this.#parts.machine.after(this.#parts.limits.lingerMillis, () => {
      this.#lingering = undefined
      if (this.#pending.settled.length > 0) this.#hurry()
    })
  }

  #due(): boolean {
    return this.#pending.urgent || this.#rotations.length > 0
  }

  async #pump(): Promise<void> {
    let durableNow: ReadonlyArray<Settled> = []
    for (;;) {
      const idle = !this.#due()
      const group = this.#pending
      if (!idle) this.#pending = emptyGroup(this.#spare, this.#next)
      // The disk works on the next group while those who waited for the last one are told.
      const writing = idle ? undefined : this.#write(group)
      this.#release(durableNow, undefined)
      durableNow = []
      if (writing === undefined) {
        if (!this.#due()) break
        continue
      }
      try {
        await writing
        durableNow = group.settled
      } catch (cause) {
        await this.#fail(cause, group)
      }
      this.#spare = group.buffer
    }
    this.#pumping = undefined
  }

  #release(waiting: ReadonlyArray<Settled>, failure: JournalWriteFailed | undefined): void {
    for (const settled of waiting) {
      try {
        settled(failure)
      } catch (cause) {
        this.#parts.events.crashed(cause)
      }
    }
  }

  async #write(group: Group): Promise<void> {
    const { events, limits, machine } = this.#parts
    const started = machine.elapsed()
    const rotating = this.#rotations.length > 0 || this.#active.bytes >= limits.segmentBytes
    if (rotating && this.#active.end > this.#active.base) await this.#begin(group.start, 0)
    for (const { resolve } of this.#rotations.splice(0)) resolve()
    if (group.used === 0) return
    await this.#file!.write(group.buffer.subarray(0, group.used), this.#active.offset(group.start))
    if (this.#file!.writesThrough !== true) await this.#file!.sync()
    this.#active.extend(group.buffer, group.used)
    this.#segmentBytes += group.used
    this.#durable = group.start + group.used
    events.committed(machine.elapsed() - started, group.records)
  }

  async #fail(cause: unknown, group: Group): Promise<void> {
    const { directory, events } = this.#parts
    const unavailable = new JournalUnavailable({
      message: `The journal cannot write to ${directory}: ${describe(cause)}. Reading goes on; writes are taken again as soon as the disk takes them.`,
      retryAfterMillis: REOPEN_DELAYS.at(-1)!
    })
    this.#unavailable = unavailable
    events.failed(cause)
    const clean = await this.#cutBack(this.#active)
    const failure = new JournalWriteFailed({
      message: `The write could not be made durable: ${describe(cause)}. It does not count; send it again.`,
      onDisk: clean ? "no" : "unknown"
    })
    const waiting = [...group.settled, ...this.#pending.settled]
    this.#pending = emptyGroup(this.#pending.buffer, this.#next)
    // Positions are never handed out twice: the log goes on after those that failed.
    this.#durable = this.#next
    this.#release(waiting, failure)
    events.skipped()
    for (const { reject } of this.#rotations.splice(0)) reject(unavailable)
    await this.#reopen(cause, clean)
  }

  /** Tries until the disk takes a new segment, or the journal is closed. */
  async #reopen(cause: unknown, cutBack: boolean): Promise<void> {
    let clean = cutBack
    for (let attempt = 0; this.#stopped === undefined; attempt++) {
      try {
        clean = clean || (await this.#cutBack(this.#active))
        if (!clean) throw cause
        await this.#begin(this.#next, REOPEN_RESERVE)
        this.#unavailable = undefined
        this.#parts.events.reopened()
        return
      } catch {
        await new Promise<void>((resolve) => {
          const delay = REOPEN_DELAYS[Math.min(attempt, REOPEN_DELAYS.length - 1)]!
          const callOff = this.#parts.machine.after(delay, resolve)
          this.#wakeReopen = () => resolve(callOff())
        })
      }
    }
  }

  /** Takes back what a failed group may have left in its file, through a new descriptor. */
  async #cutBack(segment: Segment): Promise<boolean> {
    await this.#closeFile()
    try {
      const again = await this.#parts.files.open(segment.path, "write")
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
}

export const openWriter = async (parts: WriterParts): Promise<Writer> => {
  const writer = new SegmentWriter(parts)
  await writer.open()
  return writer
}
