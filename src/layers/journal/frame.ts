/**
 * How a record looks on disk. Everything is little-endian.
 *
 * ```
 * segment: "OVPJRNL1" · u64 base position · u32 CRC of the 16 bytes before · u32 gap · frames
 * frame:   u32 CRC of all that follows · u32 length of the frame · u64 position of its first byte
 *          u32 bytes since its group began · u16 version · u8 flags · u8 length of type · u8 length of key · u24 epoch
 *          id (36 characters) · type · key · payload (UTF-8)
 * ```
 * The gap is how far behind the end of the segment before it a segment begins. The epoch is the one under which this server
 * owned what it wrote of; zero where nobody counted, as in older releases.
 * A frame knows its own position, so after a damaged stretch the next whole frame is found by looking for one that is
 * where it says it is, and bytes inside a payload can never pass for a frame. The checksum is the CRC-32 that Node has
 * in native code.
 */
import { crc32 } from "node:zlib"
import type { JournalRecord } from "../../services/journal.ts"

export const SEGMENT_HEADER = 24
const FRAME_HEADER = 28
const ID_LENGTH = 36
export const SMALLEST_FRAME = FRAME_HEADER + ID_LENGTH
const MAGIC = "OVPJRNL1"

/** The frame after this one belongs to the same append: they survive together or not at all. */
const CONTINUES = 1

const TWO_32 = 2 ** 32

export const writeSegmentHeader = (into: Buffer, base: number, gap: number): void => {
  into.write(MAGIC, 0, 8, "latin1")
  writePosition(into, 8, base)
  into.writeUInt32LE(crc32(into.subarray(0, 16)), 16)
  into.writeUInt32LE(Math.min(gap, TWO_32 - 1), 20)
}

/** `"unknown"` is a whole header of a format that this program does not know; `"damaged"` is no header at all. */
export const readSegmentHeader = (bytes: Buffer, base: number): "ok" | "damaged" | "unknown" => {
  if (bytes.length < SEGMENT_HEADER || crc32(bytes.subarray(0, 16)) !== bytes.readUInt32LE(16)) return "damaged"
  if (bytes.toString("latin1", 0, 8) !== MAGIC) return "unknown"
  return readPosition(bytes, 8) === base ? "ok" : "damaged"
}

/** Of a whole header. Where an older release wrote it there was none, or nobody said. */
export const segmentGap = (bytes: Buffer): number => bytes.readUInt32LE(20)

const writePosition = (into: Buffer, at: number, position: number) => {
  into.writeUInt32LE(position % TWO_32, at)
  into.writeUInt32LE(Math.floor(position / TWO_32), at + 4)
}

const readPosition = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * TWO_32

const PRINTABLE = /^[!-~]{1,255}$/

/** Whether a record can be written at all; a record that cannot is a mistake in the program. */
export const malformed = (record: JournalRecord): string | undefined =>
  record.id.length !== ID_LENGTH || !PRINTABLE.test(record.id)
    ? "its id is not a UUID"
    : !PRINTABLE.test(record.key)
      ? "its key is not 1 to 255 printable ASCII characters"
      : !PRINTABLE.test(record.type)
        ? "its type is not 1 to 255 printable ASCII characters"
        : !(record.version >= 1 && record.version <= 65_535 && Number.isInteger(record.version))
          ? "its version is not between 1 and 65535"
          : undefined

/** No frame of this record is longer, whatever its characters. */
export const frameBound = (record: JournalRecord): number =>
  SMALLEST_FRAME + record.type.length + record.key.length + record.payload.length * 3

/** The exact length of this record's frame. */
export const frameLength = (record: JournalRecord): number =>
  SMALLEST_FRAME + record.type.length + record.key.length + Buffer.byteLength(record.payload)

/** Writes the frame at `at`, where there must be room for it; gives its length. */
export const writeFrame = (
  into: Buffer,
  at: number,
  record: JournalRecord,
  position: number,
  groupStart: number,
  continues: boolean,
  epoch = 0
): number => {
  const { type, key } = record
  let end = at + FRAME_HEADER
  into.writeUInt16LE(record.version, at + 20)
  into[at + 22] = continues ? CONTINUES : 0
  into[at + 23] = type.length
  into[at + 24] = key.length
  into.writeUIntLE(epoch, at + 25, 3)
  end += into.write(record.id + type + key, end, "latin1")
  end += into.write(record.payload, end)
  into.writeUInt32LE(end - at, at + 4)
  writePosition(into, at + 8, position)
  into.writeUInt32LE(position - groupStart, at + 16)
  into.writeUInt32LE(crc32(into.subarray(at + 4, end)), at)
  return end - at
}

/** The length of the whole, undamaged frame at `at` that begins at `position`; 0 if there is none. */
export const wholeFrame = (bytes: Buffer, at: number, limit: number, position: number): number => {
  if (at + SMALLEST_FRAME > limit) return 0
  if (bytes.readUInt32LE(at + 8) !== position % TWO_32 || readPosition(bytes, at + 8) !== position) return 0
  const length = bytes.readUInt32LE(at + 4)
  if (length < SMALLEST_FRAME + bytes[at + 23]! + bytes[at + 24]! || at + length > limit) return 0
  return crc32(bytes.subarray(at + 4, at + length)) === bytes.readUInt32LE(at) ? length : 0
}

/** The length that the frame at `at` says it has, whole or not; for deciding how much more to read. */
export const claimedLength = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at + 4)

export const frameContinues = (bytes: Buffer, at: number): boolean => (bytes[at + 22]! & CONTINUES) !== 0

export const frameGroupStart = (bytes: Buffer, at: number): number =>
  readPosition(bytes, at + 8) - bytes.readUInt32LE(at + 16)

export const frameVersion = (bytes: Buffer, at: number): number => bytes.readUInt16LE(at + 20)

export const frameEpoch = (bytes: Buffer, at: number): number => bytes.readUIntLE(at + 25, 3)

export const frameType = (bytes: Buffer, at: number): string =>
  bytes.toString("latin1", at + SMALLEST_FRAME, at + SMALLEST_FRAME + bytes[at + 23]!)

export const frameKey = (bytes: Buffer, at: number): string => {
  const start = at + SMALLEST_FRAME + bytes[at + 23]!
  return bytes.toString("latin1", start, start + bytes[at + 24]!)
}

/** FNV-1a over the key's characters: the same from the bytes of a frame and from the text. */
export const frameKeyHash = (bytes: Buffer, at: number): number => {
  const start = at + SMALLEST_FRAME + bytes[at + 23]!
  const end = start + bytes[at + 24]!
  let hash = 0x811c9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash >>> 0
}

export const keyHash = (key: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

const payloadAt = (bytes: Buffer, at: number): number => at + SMALLEST_FRAME + bytes[at + 23]! + bytes[at + 24]!

const framePayload = (bytes: Buffer, at: number, length: number): string =>
  bytes.toString("utf8", payloadAt(bytes, at), at + length)

export const frameId = (bytes: Buffer, at: number): string =>
  bytes.toString("latin1", at + FRAME_HEADER, at + SMALLEST_FRAME)

export const readFrame = (bytes: Buffer, at: number, length: number): JournalRecord => ({
  type: frameType(bytes, at),
  version: frameVersion(bytes, at),
  key: frameKey(bytes, at),
  id: frameId(bytes, at),
  payload: framePayload(bytes, at, length)
})

/** A stretch of bytes that holds no whole frame. */
export interface Damage {
  readonly from: number
  readonly to: number
}

/**
 * Walks the frames in `bytes[start, limit)`, where `start` has the position `position`, until `onFrame` says `false`. A
 * damaged stretch is skipped up to the next frame that is where it says it is, and reported; one that reaches `limit` may
 * be a frame cut off there.
 */
export const scanFrames = (
  bytes: Buffer,
  start: number,
  limit: number,
  position: number,
  onFrame: (at: number, length: number) => boolean
): ReadonlyArray<Damage> => {
  const damages: Array<Damage> = []
  let at = start
  while (at < limit) {
    let length = wholeFrame(bytes, at, limit, position + at - start)
    if (length === 0) {
      const from = at
      do {
        at++
        length = wholeFrame(bytes, at, limit, position + at - start)
      } while (length === 0 && at < limit)
      damages.push({ from, to: at })
      if (length === 0) break
    }
    if (!onFrame(at, length)) break
    at += length
  }
  return damages
}
