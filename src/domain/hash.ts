/**
 * A fast 128-bit hash with good mixing, for ids that must come out the same every time and for noticing changed
 * content. Not cryptographic: never use it where somebody gains from a collision.
 */
import { uuidFromBytes } from "./ids.ts"

const encoder = new TextEncoder()

const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by))

const finish = (x: number) => {
  let h = x ^ (x >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Four lanes of 32 bits over the text's UTF-8 bytes. */
const lanes = (text: string): Uint32Array => {
  const bytes = encoder.encode(text)
  let a = 0x9e3779b1
  let b = 0x85ebca77
  let c = 0xc2b2ae3d
  let d = 0x27d4eb2f
  for (let i = 0; i < bytes.length; i += 4) {
    const word = bytes[i]! | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24)
    a = Math.imul(rotate(a ^ Math.imul(word, 0x239b961b), 15) + b, 5) + 0x561ccd1b
    b = Math.imul(rotate(b ^ Math.imul(word, 0xab0e9789), 16) + c, 5) + 0x0bcaa747
    c = Math.imul(rotate(c ^ Math.imul(word, 0x38b34ae5), 17) + d, 5) + 0x96cd1c35
    d = Math.imul(rotate(d ^ Math.imul(word, 0xa1e38b93), 18) + a, 5) + 0x32ac3b17
  }
  a ^= bytes.length
  const out = new Uint32Array(4)
  for (let round = 0; round < 2; round++) {
    a = finish(a + d) + b
    b = finish(b + a) + c
    c = finish(c + b) + d
    d = finish(d + c) + a
  }
  out.set([a >>> 0, b >>> 0, c >>> 0, d >>> 0])
  return out
}

/** 32 hexadecimal digits. */
export const hash128 = (text: string): string =>
  Array.from(lanes(text), (lane) => lane.toString(16).padStart(8, "0")).join("")

/**
 * The UUID (version 8) of a name: the same name gives the same id for ever, on every machine. `parts` are joined so
 * that no two lists of parts read alike.
 */
export const uuidOfName = (...parts: ReadonlyArray<string>): string => {
  const bytes = new Uint8Array(lanes(parts.map((part) => `${part.length}:${part}`).join("")).buffer).slice()
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return uuidFromBytes(bytes)
}
