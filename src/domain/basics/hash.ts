/**
 * A fast 128-bit hash with good mixing, for ids that must come out the same every time and for noticing changed
 * content. Not cryptographic: never use it where somebody gains from a collision.
 */
import { uuidFromBytes } from "../ids.ts"

const encoder = new TextEncoder()

const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by))

const finish = (x: number) => {
  let h = x ^ (x >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** A text's UTF-8 bytes, and zeros that fill up the last word. Names and ids are ASCII, for which the encoder costs more. */
const bytesOf = (text: string): { readonly bytes: Uint8Array; readonly length: number } => {
  const { length } = text
  const bytes = new Uint8Array(length + 3)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > 127) return encoded(text)
    bytes[i] = code
  }
  return { bytes, length }
}

const encoded = (text: string) => {
  // A character takes three bytes at most.
  const bytes = new Uint8Array(text.length * 3 + 3)
  return { bytes, length: encoder.encodeInto(text, bytes).written }
}

/** Four lanes of 32 bits over the text's UTF-8 bytes. */
const mix = (text: string): Uint32Array<ArrayBuffer> => {
  const { bytes, length } = bytesOf(text)
  let a = 0x9e3779b1
  let b = 0x85ebca77
  let c = 0xc2b2ae3d
  let d = 0x27d4eb2f
  for (let i = 0; i < length; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    a = Math.imul(rotate(a ^ Math.imul(word, 0x239b961b), 15) + b, 5) + 0x561ccd1b
    b = Math.imul(rotate(b ^ Math.imul(word, 0xab0e9789), 16) + c, 5) + 0x0bcaa747
    c = Math.imul(rotate(c ^ Math.imul(word, 0x38b34ae5), 17) + d, 5) + 0x96cd1c35
    d = Math.imul(rotate(d ^ Math.imul(word, 0xa1e38b93), 18) + a, 5) + 0x32ac3b17
  }
  a ^= length
  for (let round = 0; round < 2; round++) {
    a = finish(a + d) + b
    b = finish(b + a) + c
    c = finish(c + b) + d
    d = finish(d + c) + a
  }
  return Uint32Array.of(a, b, c, d)
}

const hex = (lane: number): string => lane.toString(16).padStart(8, "0")

/** 32 hexadecimal digits. */
export const hash128 = (text: string): string => {
  let digits = ""
  for (const lane of mix(text)) digits += hex(lane)
  return digits
}

/**
 * The UUID (version 8) of a name: the same name gives the same id for ever, on every machine. `parts` are joined so
 * that no two lists of parts read alike.
 */
export const uuidOfName = (...parts: ReadonlyArray<string>): string => {
  let name = ""
  for (const part of parts) name += `${part.length}:${part}`
  const bytes = new Uint8Array(mix(name).buffer)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return uuidFromBytes(bytes)
}
