/**
 * The blocks of an `.osm.pbf`, one after another, each decompressed when it is asked for. A broken block is told and
 * passed over: where even its length cannot be believed, the next header is looked for.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { promisify } from "node:util"
import * as zlib from "node:zlib"
import { BrokenBytes, Fields } from "../../domain/basics/protobuf.ts"

/** What the format allows; larger ones are not read. */
const MAX_HEADER = 64 * 1024
const MAX_BLOCK = 32 * 1024 * 1024

/** How a header of a data block begins: its first field is its type. */
const MARK = Buffer.from("\n\u0007OSMData", "latin1")
const SEARCHED = 1024 * 1024

export type Block =
  | { readonly kind: "header" | "data"; readonly bytes: Uint8Array; readonly at: number }
  | { readonly kind: "broken"; readonly reason: string; readonly at: number }

const inflate = promisify(zlib.inflate)

const decompressors: Readonly<Record<number, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  1: async (bytes) => bytes,
  3: (bytes) => inflate(bytes, { maxOutputLength: MAX_BLOCK }),
  7: async (bytes) => zlib.zstdDecompressSync(bytes, { maxOutputLength: MAX_BLOCK })
}
const COMPRESSIONS: Readonly<Record<number, string>> = { 4: "lzma", 5: "bzip2", 6: "lz4" }

const contentOf = async (blob: Uint8Array): Promise<Uint8Array> => {
  const fields = new Fields(blob)
  while (fields.next()) {
    const decompress = decompressors[fields.field]
    if (decompress !== undefined && fields.wire === 2) return await decompress(fields.bytes())
    const unread = COMPRESSIONS[fields.field]
    if (unread !== undefined) throw new BrokenBytes(`it is compressed with ${unread}, which is not read`)
    fields.skip()
  }
  throw new BrokenBytes("it holds no data")
}

const headerOf = (bytes: Uint8Array): { readonly type: string; readonly size: number } => {
  const fields = new Fields(bytes)
  let type = ""
  let size = -1
  while (fields.next()) {
    if (fields.field === 1 && fields.wire === 2) type = Buffer.from(fields.bytes()).toString("latin1")
    else if (fields.field === 3 && fields.wire === 0) size = fields.unsigned()
    else fields.skip()
  }
  if (size < 0 || size > MAX_BLOCK) throw new BrokenBytes("its header gives no size that can be")
  return { type, size }
}

class BlockFile {
  readonly #file: number
  readonly size: number

  constructor(path: string) {
    this.#file = openSync(path, "r")
    this.size = fstatSync(this.#file).size
  }

  read(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    let read = 0
    while (read < length) {
      const more = readSync(this.#file, bytes, read, length - read, at + read)
      if (more === 0) throw new BrokenBytes("the file ends in the middle of it")
      read += more
    }
    return bytes
  }

  /** Where the next header of a data block begins, its length included. */
  find(from: number): number | undefined {
    for (let at = from; at < this.size; at += SEARCHED) {
      const bytes = this.read(at, Math.min(SEARCHED + MARK.length, this.size - at))
      for (let found = bytes.indexOf(MARK); found >= 0; found = bytes.indexOf(MARK, found + 1)) {
        if (at + found - 4 >= from) return at + found - 4
      }
    }
    return undefined
  }

  close(): void {
    closeSync(this.#file)
  }
}

const because = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

/** All blocks from the beginning; `progress` hears how far the file is read. */
export async function* blocksOf(path: string, progress: (read: number, size: number) => void): AsyncGenerator<Block> {
  const file = new BlockFile(path)
  try {
    for (let at = 0; at < file.size; ) {
      progress(at, file.size)
      let next: number | undefined
      try {
        const length = file.read(at, 4).readUInt32BE(0)
        if (length === 0 || length > MAX_HEADER) throw new BrokenBytes("its header gives no length that can be")
        const { type, size } = headerOf(file.read(at + 4, length))
        const blob = file.read(at + 4 + length, size)
        next = at + 4 + length + size
        if (type === "OSMHeader") yield { kind: "header", bytes: await contentOf(blob), at }
        else if (type === "OSMData") yield { kind: "data", bytes: await contentOf(blob), at }
        else throw new BrokenBytes("it is of no known type")
      } catch (cause) {
        yield { kind: "broken", reason: because(cause), at }
        // A block that was read whole ends where its size says, unless its size was what is broken.
        const found = file.find(at + 5)
        next = next === undefined || (found !== undefined && found < next) ? found : next
        if (next === undefined) return
      }
      at = next
    }
    progress(file.size, file.size)
  } finally {
    file.close()
  }
}
