/** Takes the one document out of a KMZ, which is a zip: as much of it as it claims to be, and never more than the bound. */
import { T } from "./messages.js"

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50

const END_BYTES = 22
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30

/** A comment stands behind the end, of this many bytes at most. */
const LONGEST_COMMENT = 65_535
const MOST_ENTRIES = 1_000

const STORED = 0
const DEFLATED = 8

const findEnd = (view) => {
  const last = view.byteLength - END_BYTES
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) if (view.getUint32(at, true) === END) return at
  throw new Error(T.bring.unreadable)
}

const entriesOf = (bytes, view) => {
  const end = findEnd(view)
  const count = Math.min(MOST_ENTRIES, view.getUint16(end + 10, true))
  let at = view.getUint32(end + 16, true)
  const found = []
  for (let i = 0; i < count && at + ENTRY_BYTES <= bytes.length && view.getUint32(at, true) === ENTRY; i++) {
    const length = view.getUint16(at + 28, true)
    found.push({
      name: new TextDecoder().decode(bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + length)),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      at: view.getUint32(at + 42, true)
    })
    at += ENTRY_BYTES + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return found
}

/** Unpacks until the bound is reached: what a file claims of itself is not believed. */
const inflate = async (packed, most) => {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader()
  const parts = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return new Blob(parts).text()
    size += value.length
    if (size > most) {
      await reader.cancel()
      throw new Error(T.bring.tooMuch)
    }
    parts.push(value)
  }
}

/**
 * The text of the first file in it that ends so.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} ending
 * @param {number} most bytes that it may unpack to
 */
export const readZipped = async (bytes, ending, most) => {
  if (bytes.length < END_BYTES) throw new Error(T.bring.unreadable)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entry = entriesOf(bytes, view).find(({ name }) => name.toLowerCase().endsWith(ending))
  if (entry === undefined || entry.at + LOCAL_BYTES > bytes.length || view.getUint32(entry.at, true) !== LOCAL) {
    throw new Error(T.bring.unreadable)
  }
  const from = entry.at + LOCAL_BYTES + view.getUint16(entry.at + 26, true) + view.getUint16(entry.at + 28, true)
  const packed = bytes.subarray(from, from + entry.packed)
  if (entry.method === STORED && packed.length <= most) return new TextDecoder().decode(packed)
  if (entry.method !== DEFLATED) throw new Error(T.bring.unreadable)
  return inflate(packed, most).catch((error) => {
    throw error instanceof TypeError ? new Error(T.bring.unreadable) : error
  })
}
