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

const NOT_ASCII = /[^\x00-\x7f]/

const encoded = (text: string) => {
  // A character takes three bytes at most; zeros fill up the last word.
  const bytes = new Uint8Array(text.length * 3 + 3)
  return { bytes, length: encoder.encodeInto(text, bytes).written }
}

/** What is left of an ASCII text, filled up with zeros. */
const lastWord = (text: string, from: number): number => {
  let word = 0
  for (let i = from; i < text.length; i++) word |= text.charCodeAt(i) << (8 * (i - from))
  return word
}

const asciiWord = (text: string, i: number): number =>
  i + 3 < text.length
    ? text.charCodeAt(i) |
      (text.charCodeAt(i + 1) << 8) |
      (text.charCodeAt(i + 2) << 16) |
      (text.charCodeAt(i + 3) << 24)
    : lastWord(text, i)

/**
 * Four lanes of 32 bits over the text's UTF-8 bytes. Names, ids and most of what is hashed are ASCII, whose characters are its
 * bytes: a copy of them would cost as much again as the hash.
 */
const mix = (text: string): Uint32Array<ArrayBuffer> => {
  const wide = NOT_ASCII.test(text) ? encoded(text) : undefined
  const bytes = wide?.bytes
  const length = wide?.length ?? text.length
  // Whole numbers of 32 bits from the first to the last: sums that grow past them cost twice as much.
  let a = 0x9e3779b1 | 0
  let b = 0x85ebca77 | 0
  let c = 0xc2b2ae3d | 0
  let d = 0x27d4eb2f
  for (let i = 0; i < length; i += 4) {
    const word =
      bytes === undefined
        ? asciiWord(text, i)
        : bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    a = (Math.imul(rotate(a ^ Math.imul(word, 0x239b961b), 15) + b, 5) + 0x561ccd1b) | 0
    b = (Math.imul(rotate(b ^ Math.imul(word, 0xab0e9789), 16) + c, 5) + 0x0bcaa747) | 0
    c = (Math.imul(rotate(c ^ Math.imul(word, 0x38b34ae5), 17) + d, 5) + 0x96cd1c35) | 0
    d = (Math.imul(rotate(d ^ Math.imul(word, 0xa1e38b93), 18) + a, 5) + 0x32ac3b17) | 0
  }
  a ^= length
  for (let round = 0; round < 2; round++) {
    a = (finish(a + d) + b) | 0
    b = (finish(b + a) + c) | 0
    c = (finish(c + b) + d) | 0
    d = (finish(d + c) + a) | 0
  }
  return Uint32Array.of(a, b, c, d)
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

const hex = (lane: number): string =>
  HEX[lane >>> 24]! + HEX[(lane >>> 16) & 255]! + HEX[(lane >>> 8) & 255]! + HEX[lane & 255]!

/** 32 hexadecimal digits. */
export const hash128 = (text: string): string => {
  const lanes = mix(text)
  return hex(lanes[0]!) + hex(lanes[1]!) + hex(lanes[2]!) + hex(lanes[3]!)
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
