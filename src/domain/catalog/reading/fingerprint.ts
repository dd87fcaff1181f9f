/** A fingerprint of 64 bits that differs in few of them for texts that differ in few words (a simhash of pairs of words). */
import { hash128 } from "../../basics/hash.ts"

const WORDS = /[\p{Script=Latin}\p{N}]+|[^\P{L}\p{Script=Latin}]{1,2}/gu
/** As much of a text as is looked at. */
const MOST_WORDS = 400

export const fingerprintOf = (text: string): string => {
  const words = (text.toLowerCase().match(WORDS) ?? []).filter((word) => !/^\d+$/.test(word)).slice(0, MOST_WORDS)
  const sums = new Int32Array(64)
  const pairs = words.length < 2 ? words : words.slice(1).map((word, i) => `${words[i]} ${word}`)
  for (const pair of [...words, ...pairs]) {
    const digest = hash128(pair)
    for (let nibble = 0; nibble < 16; nibble++) {
      const value = Number.parseInt(digest[nibble]!, 16)
      for (let bit = 0; bit < 4; bit++) sums[nibble * 4 + bit]! += (value >> bit) & 1 ? 1 : -1
    }
  }
  let out = ""
  for (let nibble = 0; nibble < 16; nibble++) {
    let value = 0
    for (let bit = 0; bit < 4; bit++) if (sums[nibble * 4 + bit]! > 0) value |= 1 << bit
    out += value.toString(16)
  }
  return out
}
