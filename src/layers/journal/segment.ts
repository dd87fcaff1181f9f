/** One file of the log: its frames from position `base` on, and which keys they belong to. */
import { writeHead } from "./continuity.ts"
import type { FilePort, OpenFile } from "./files.ts"
import { readWhole } from "./files.ts"
import { claimedLength, frameKeyHash, SEGMENT_HEADER, writeSegmentHeader } from "./frame.ts"
import { KeyIndex } from "./key-index.ts"

const SUFFIX = ".journal"

const segmentPath = (directory: string, base: number): string =>
  `${directory}/${String(base).padStart(16, "0")}${SUFFIX}`

/** The base positions of the segments among these names, in order. */
export const segmentBases = (names: ReadonlyArray<string>): Array<number> =>
  names
    .filter((name) => /^\d{16}\.journal$/.test(name))
    .map((name) => Number(name.slice(0, 16)))
    .sort((a, b) => a - b)

export class Segment {
  readonly base: number
  readonly path: string
  readonly index = new KeyIndex()
  /** The position after its last durable frame. */
  end: number
  #files: FilePort
  #reader: Promise<OpenFile> | undefined
  #reads = 0
  #readEnded: (() => void) | undefined
  #closed = false

  constructor(files: FilePort, directory: string, base: number) {
    this.#files = files
    this.base = base
    this.end = base
    this.path = segmentPath(directory, base)
  }

  /** Its size on disk. */
  get bytes(): number {
    return SEGMENT_HEADER + this.end - this.base
  }

  offset(position: number): number {
    return SEGMENT_HEADER + position - this.base
  }

  /** Takes note of the whole frames in `bytes[0, length)`, just made durable at the segment's end. */
  extend(bytes: Buffer, length: number): void {
    const offset = this.offset(this.end)
    for (let at = 0; at < length; at += claimedLength(bytes, at)) this.index.add(frameKeyHash(bytes, at), offset + at)
    this.end += length
  }

  /** Reads up to `into.length` durable bytes from a position on; gives how many: none once it is removed. */
  async read(into: Buffer, position: number): Promise<number> {
    if (this.#closed) return 0
    this.#reads++
    try {
      this.#reader ??= this.#files.open(this.path, "read")
      const reader = await this.#reader
      return await reader.read(into.subarray(0, Math.min(into.length, this.end - position)), this.offset(position))
    } finally {
      this.#reads--
      this.#readEnded?.()
    }
  }

  readAll(): Promise<Buffer> {
    return readWhole(this.#files, this.path)
  }

  /** Waits for the reads under way: a descriptor closed under a read may be another file by then. */
  async closeReader(): Promise<void> {
    this.#closed = true
    while (this.#reads > 0) {
      await new Promise<void>((resolve) => {
        this.#readEnded = resolve
      })
    }
    const reader = this.#reader
    this.#reader = undefined
    if (reader !== undefined) await (await reader).close()
  }

  async remove(): Promise<void> {
    await this.closeReader()
    await this.#files.remove(this.path)
  }
}

/** Makes the file of a segment that begins `gap` behind the end of the one before, with room proven by writing `reserve` bytes that are taken back. */
export const createSegmentFile = async (
  files: FilePort,
  directory: string,
  base: number,
  gap: number,
  reserve: number
): Promise<OpenFile> => {
  const file = await files.open(segmentPath(directory, base), "write")
  try {
    const header = Buffer.alloc(SEGMENT_HEADER + reserve)
    writeSegmentHeader(header, base, gap)
    await file.write(header, 0)
    await file.sync()
    await file.truncate(SEGMENT_HEADER)
    await file.sync()
    await files.syncDirectory(directory)
    await writeHead(files, directory, base)
    return file
  } catch (cause) {
    await file.close().catch(() => {})
    throw cause
  }
}
