/** The reading side: batches for the drainer, and the records of one key for an activation. */
import type { RecordType } from "../../domain/records/kind.ts"
import type { JournalEntry, JournalRecord } from "../../services/journal.ts"
import type { MachineShape } from "../../support/machine.ts"
import type { Aside } from "./aside.ts"
import {
  claimedLength,
  type Damage,
  frameEpoch,
  frameKey,
  keyHash,
  readFrame,
  SEGMENT_HEADER,
  scanFrames,
  wholeFrame
} from "./frame.ts"
import type { Segment } from "./segment.ts"

export interface Batch {
  readonly entries: ReadonlyArray<JournalEntry>
  /** Everything before this position has been read. */
  readonly through: number
  /** It ended because it was as large as a batch may be: more may wait behind it. */
  readonly full: boolean
}

export interface Reader {
  /** The durable records from a position on, at most `records` of them and about `bytes` long. */
  readonly batch: (from: number, records: number) => Promise<Batch>
  /** The durable records of a key from a position on. */
  readonly ofKey: (key: string, from: number) => Promise<ReadonlyArray<JournalEntry>>
}

/** One read serves all the records of a key that lie this close together. */
const WINDOW = 64 * 1024

/** What is read of the last record in a window before its length is known: most are shorter. */
const FIRST_READ = 1024

/** Frames that are checked before the event loop is given back: less than half a millisecond of the usual ones. */
const SLICE_FRAMES = 200

export const upcaster = (types: ReadonlyArray<RecordType>) => {
  const known = new Map(types.map((type) => [type.type, type]))
  return (record: JournalRecord): JournalRecord => {
    const type = known.get(record.type)
    if (type === undefined || record.version === type.version) return record
    let payload: unknown = JSON.parse(record.payload)
    for (let version = record.version; version < type.version; version++) {
      payload = type.upcast?.[version]?.(payload) ?? payload
    }
    return { ...record, version: type.version, payload: JSON.stringify(payload) }
  }
}

export const makeReader = (options: {
  readonly segments: ReadonlyArray<Segment>
  readonly durable: () => number
  readonly aside: Aside
  readonly types: ReadonlyArray<RecordType>
  readonly batchBytes: number
  readonly recordBytes: number
  readonly machine: Pick<MachineShape, "soon">
}): Reader => {
  const { segments, aside, recordBytes } = options
  const upcast = upcaster(options.types)
  /** Longer than any frame: a stretch of this length without one is damage, not a frame cut off by the chunk's end. */
  const longest = recordBytes + 1024

  const entry = (bytes: Buffer, at: number, length: number, position: number): JournalEntry => ({
    ...upcast(readFrame(bytes, at, length)),
    position,
    epoch: frameEpoch(bytes, at)
  })

  const batch = async (from: number, records: number, size = options.batchBytes): Promise<Batch> => {
    const durable = options.durable()
    const segment = segments.find(({ end }) => end > from)
    if (segment === undefined) return { entries: [], through: durable, full: false }
    const start = Math.max(from, segment.base)
    // Memory of this read alone: one that an interrupted drainer left behind must not write into the next one's.
    const chunk = Buffer.allocUnsafeSlow(Math.min(size, segment.end - start))
    const limit = await segment.read(chunk, start)
    const entries: Array<JournalEntry> = []
    const damages: Array<Damage> = []
    let through = start
    for (let at = 0; ; await new Promise<void>(options.machine.soon)) {
      let room = Math.min(SLICE_FRAMES, records - entries.length)
      const from = at
      damages.push(
        ...scanFrames(chunk, from, limit, start + from, (found, length) => {
          at = found + length
          through = start + at
          entries.push(entry(chunk, found, length, through))
          return --room > 0
        })
      )
      if (room > 0 || entries.length === records) break
    }
    const tail = damages.at(-1)
    const cutOff = tail !== undefined && tail.to === limit && start + limit < segment.end
    if (cutOff && entries.length === 0 && size < longest) return batch(from, records, longest)
    for (const damage of damages) {
      if (cutOff && damage === tail && entries.length > 0) continue
      await aside.keep("damaged", start + damage.from, chunk.subarray(damage.from, damage.to))
      through = Math.max(through, start + damage.to)
    }
    return { entries, through, full: entries.length === records || limit === size }
  }

  const ofKey = async (key: string, from: number): Promise<ReadonlyArray<JournalEntry>> => {
    const found: Array<JournalEntry> = []
    for (const segment of [...segments]) {
      if (segment.end <= from) continue
      const positions = segment.index
        .offsets(keyHash(key))
        .map((offset) => segment.base + offset - SEGMENT_HEADER)
        .filter((position) => position >= from)
      let window = Buffer.alloc(0)
      let start = 0
      const load = async (position: number, size: number) => {
        window = Buffer.allocUnsafe(size)
        window = window.subarray(0, await segment.read(window, position))
        start = position
      }
      for (const [i, position] of positions.entries()) {
        const whole = () => wholeFrame(window, position - start, window.length, position)
        let length = whole()
        if (length === 0) {
          let last = i
          while (last + 1 < positions.length && positions[last + 1]! - position < WINDOW) last++
          await load(position, positions[last]! - position + FIRST_READ)
          length = whole()
        }
        if (length === 0 && window.length >= 8 && claimedLength(window, 0) <= longest) {
          await load(position, claimedLength(window, 0))
          length = whole()
        }
        const at = position - start
        if (length > 0 && frameKey(window, at) === key) found.push(entry(window, at, length, position + length))
      }
    }
    return found
  }

  return { batch, ofKey }
}
