/** As much of ZIP as feeds of transit need: entries that are stored or deflated, read in pieces, over bytes that may be broken anywhere. */
import { createReadStream } from "node:fs"
import type { FileHandle } from "node:fs/promises"
import { createInflateRaw } from "node:zlib"

const END = 0x06054b50
const DIRECTORY = 0x02014b50
const ENTRY = 0x04034b50
/** The end is looked for in so many bytes: its comment is no longer. */
const TAIL = 65_557
const MOST_ENTRIES = 1_000
const MOST_DIRECTORY_BYTES = 4 * 1024 * 1024

export interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly packed: number
  readonly size: number
  readonly at: number
}

const piece = async (file: FileHandle, at: number, length: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, at)
  if (bytesRead !== length) throw new Error("it ends in the middle")
  return bytes
}

/** What is in the archive, by name. */
export const zipEntries = async (file: FileHandle): Promise<ReadonlyArray<ZipEntry>> => {
  const { size } = await file.stat()
  const tail = await piece(file, Math.max(0, size - TAIL), Math.min(size, TAIL))
  let end = tail.length - 22
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--
  if (end < 0) throw new Error("it is no ZIP archive")
  const [count, length, begins] = [
    tail.readUInt16LE(end + 10),
    tail.readUInt32LE(end + 12),
    tail.readUInt32LE(end + 16)
  ]
  if (count > MOST_ENTRIES || length > MOST_DIRECTORY_BYTES) throw new Error("its directory is larger than any feed's")
  const directory = await piece(file, begins, length)
  const entries: Array<ZipEntry> = []
  for (let i = 0, at = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY)
      throw new Error("its directory is broken")
    const [name, extra, comment] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset)) as [
      number,
      number,
      number
    ]
    entries.push({
      name: directory.toString("utf8", at + 46, at + 46 + name),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      at: directory.readUInt32LE(at + 42)
    })
    at += 46 + name + extra + comment
  }
  return entries
}

/** An entry's bytes, unpacked, in pieces; no more than its directory says. */
export async function* zipBytes(path: string, file: FileHandle, entry: ZipEntry): AsyncGenerator<Buffer> {
  const head = await piece(file, entry.at, 30)
  if (head.readUInt32LE(0) !== ENTRY) throw new Error(`${entry.name} is broken`)
  const begins = entry.at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28)
  if (entry.packed === 0) return
  const packed = createReadStream(path, { start: begins, end: begins + entry.packed - 1 })
  if (entry.method !== 0 && entry.method !== 8) throw new Error(`${entry.name} is packed in a way that is not read`)
  const unpacked = entry.method === 0 ? packed : packed.pipe(createInflateRaw())
  // An error of the file does not travel through a pipe by itself.
  if (unpacked !== packed) packed.on("error", (error) => unpacked.destroy(error))
  let left = entry.size
  for await (const bytes of unpacked) {
    left -= bytes.length
    if (left < 0) throw new Error(`${entry.name} is larger than the archive says`)
    yield bytes
  }
}
