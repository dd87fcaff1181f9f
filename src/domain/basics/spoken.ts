/** Secrets that people read out and type. */

/** Letters and digits that nobody mistakes for each other when they read them out: 32, so that a byte draws each as often. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/** The secret that these random bytes make; one byte for each letter. */
export const spokenOf = (random: Uint8Array): string =>
  Array.from(random, (byte) => ALPHABET[byte % ALPHABET.length]!).join("")

/** As it was meant: in any case, with or without dashes, O for 0 and I or L for 1. Undefined where it cannot be one of this length. */
export const readSpoken = (length: number, typed: string): string | undefined => {
  const text = typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1")
  return text.length === length && [...text].every((letter) => ALPHABET.includes(letter)) ? text : undefined
}

/** "K7QM-3XPD-9TRA": in groups that one can read out. */
export const writtenSpoken = (secret: string): string => secret.replace(/(.{4})(?=.)/g, "$1-")
