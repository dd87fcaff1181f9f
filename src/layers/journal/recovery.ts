/**
 * What the journal does with the files it finds at start. First everything is read and a plan is made, without touching a
 * byte; only when all of it can be understood are tails cut and damaged stretches set aside.
 */

import * as Schema from "effect/Schema"
import type { RecordType } from "../../domain/records/kind.ts"
import type { Aside, AsideKind } from "./aside.ts"
import { holesBetween, readHead } from "./continuity.ts"
import type { FilePort } from "./files.ts"
import {
  claimedLength,
  frameContinues,
  frameGroupStart,
  frameKeyHash,
  frameType,
  frameVersion,
  readSegmentHeader,
  SEGMENT_HEADER,
  SMALLEST_FRAME,
  scanFrames,
  segmentGap
} from "./frame.ts"
import { Segment, segmentBases } from "./segment.ts"

/** The journal on disk was written by a newer program. Nothing was changed. */
export class JournalUnreadable extends Schema.TaggedError<JournalUnreadable>()("JournalUnreadable", {
  message: Schema.String
}) {}

export interface Recovered {
  /** The segments that hold frames, in order. */
  readonly segments: Array<Segment>
  /** Where the log goes on: after everything that was ever written. */
  readonly next: number
  /** Where what is kept of it ends: before `next` if the rest was torn. */
  readonly ends: number
  /** Where it begins: what was before has been stored, or is lost. */
  readonly begins: number
}

interface Plan {
  readonly segment: Segment
  readonly gap: number
  readonly size: number
  readonly setAside: ReadonlyArray<{
    readonly kind: AsideKind
    readonly position: number
    readonly bytes: Buffer
    /** Whether something that was acknowledged may be in it. */
    readonly loss: boolean
  }>
}

/** What a disk writes whole or not at all. */
const SECTOR = 512

/** Whether a sector in this stretch was never written: from where the last group begins, it reads as zeros. */
const holdsUnwrittenSector = (bytes: Buffer, from: number, to: number, group: number): boolean => {
  for (let sector = from - (from % SECTOR); sector < to; sector += SECTOR) {
    const part = bytes.subarray(Math.max(sector, group), sector + SECTOR)
    if (part.every((byte) => byte === 0)) return true
  }
  return false
}

/** More than any record has: a frame that says so was not cut short, its length is what was damaged. */
const ABSURD_LENGTH = 64 * 1024 * 1024

/**
 * Whether an end that cannot be read may have been whole once. A write that a crash cut short leaves a sector that was never
 * written, or a file that ends within the frame; where there is neither, the disk gave back other bytes than it took.
 */
const wasWhole = (bytes: Buffer, from: number, group: number): boolean => {
  if (from + SMALLEST_FRAME > bytes.length) return false
  const length = claimedLength(bytes, from)
  if (length < ABSURD_LENGTH && from + length > bytes.length) return false
  return !holdsUnwrittenSector(bytes, from, bytes.length, Math.min(group, from))
}

/**
 * Where a segment's log really ends. Within the last group nothing was acknowledged before all of it was on disk, so an
 * unwritten hole ends the log there, even when later sectors made it; and an append that is not complete goes whole.
 */
const logEnd = (
  bytes: Buffer,
  frames: ReadonlyArray<number>,
  damages: ReadonlyArray<{ readonly from: number; readonly to: number }>,
  base: number
): number => {
  const last = frames.at(-1)
  if (last === undefined) return SEGMENT_HEADER
  const lastGroup = SEGMENT_HEADER + frameGroupStart(bytes, last) - base
  const cut = damages.find(
    ({ from, to }) => to === bytes.length || (from >= lastGroup && holdsUnwrittenSector(bytes, from, to, lastGroup))
  )
  let count = cut === undefined ? frames.length : frames.findIndex((at) => at > cut.from)
  if (count === -1) count = frames.length
  let end = cut === undefined ? bytes.length : cut.from
  while (count > 0 && frameContinues(bytes, frames[count - 1]!)) end = frames[--count]!
  return end
}

const planSegment = async (
  files: FilePort,
  directory: string,
  base: number,
  known: ReadonlyMap<string, number>
): Promise<Plan> => {
  const segment = new Segment(files, directory, base)
  const bytes = await segment.readAll()
  const header = readSegmentHeader(bytes, base)
  if (header === "unknown") {
    throw new JournalUnreadable({
      message: `The journal segment ${segment.path} has a format that this program does not know. It was not touched. Start the newer program that wrote it, or let that one drain it first.`
    })
  }
  const frames: Array<number> = []
  const damages = scanFrames(bytes, SEGMENT_HEADER, bytes.length, base, (at) => frames.push(at) > 0)
  for (const at of frames) {
    const type = frameType(bytes, at)
    const version = frameVersion(bytes, at)
    if (version > (known.get(type) ?? 0)) {
      throw new JournalUnreadable({
        message: `The journal segment ${segment.path} holds a record of type "${type}", version ${version}, which this program does not know. It was not touched. Start the newer program that wrote it, or let that one drain it first.`
      })
    }
  }
  const end = Math.min(bytes.length, logEnd(bytes, frames, damages, base))
  const copy = (kind: AsideKind, from: number, to: number, loss: boolean) => ({
    kind,
    position: base + from - SEGMENT_HEADER,
    bytes: Buffer.from(bytes.subarray(from, to)),
    loss
  })
  const cut = damages.find(({ from }) => from >= end)
  for (const at of frames) if (at < end) segment.index.add(frameKeyHash(bytes, at), at)
  segment.end = base + Math.max(0, end - SEGMENT_HEADER)
  return {
    segment,
    gap: header === "ok" ? segmentGap(bytes) : 0,
    size: bytes.length,
    setAside: [
      ...(header === "damaged" && bytes.length >= SEGMENT_HEADER
        ? [
            {
              kind: "header" as const,
              position: base,
              bytes: Buffer.from(bytes.subarray(0, SEGMENT_HEADER)),
              loss: false
            }
          ]
        : []),
      ...damages.filter(({ from }) => from < end).map(({ from, to }) => copy("damaged", from, to, true)),
      ...(end < bytes.length
        ? [copy("torn", end, bytes.length, cut !== undefined && wasWhole(bytes, cut.from, cut.from))]
        : [])
    ]
  }
}

export const recover = async (
  files: FilePort,
  directory: string,
  aside: Aside,
  types: ReadonlyArray<RecordType>
): Promise<Recovered> => {
  const known = new Map(types.map(({ type, version }) => [type, version]))
  const plans: Array<Plan> = []
  for (const base of segmentBases(await files.list(directory))) {
    plans.push(await planSegment(files, directory, base, known))
  }
  const segments: Array<Segment> = []
  let next = 0
  for (const { segment, size, setAside } of plans) {
    for (const { kind, position, bytes, loss } of setAside) await aside.keep(kind, position, bytes, loss)
    if (size > segment.bytes) {
      const file = await files.open(segment.path, "write")
      try {
        await file.truncate(segment.bytes)
        await file.sync()
      } finally {
        await file.close()
      }
    }
    next = Math.max(next, segment.base + Math.max(0, size - SEGMENT_HEADER))
    segments.push(segment)
  }
  for (const hole of holesBetween(plans.map(({ gap, segment: { base, end } }) => ({ base, end, gap })))) {
    if (!aside.accounts(hole)) await aside.missing(hole)
  }
  const [first] = plans
  const last = plans.at(-1)
  const head = await readHead(files, directory)
  if (head !== undefined && !((last?.segment.base ?? -1) >= head)) await aside.missing({ from: next, to: head || next })
  return {
    // An empty segment at the very end is made anew by the writer, under the same name.
    segments: segments.filter(({ base }) => base !== next),
    next,
    ends: last === undefined ? next : last.segment.base === next ? Math.max(0, next - last.gap) : last.segment.end,
    begins: first === undefined ? next : Math.max(0, first.segment.base - first.gap)
  }
}
