/**
 * What can be stored, said once: text that PostgreSQL holds, and numbers that fit its narrowest column. The edge refuses
 * everything else before anything is done, and the journal before it acknowledges.
 */
import * as Schema from "effect/Schema"

/** PostgreSQL's text has no NUL, and UTF-8 no half of a surrogate pair. */
export const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes("\0")

/** The range of single precision: nearer to zero PostgreSQL does not round, it refuses. */
const LARGEST = 3.4028234e38
const SMALLEST = 1.1754944e-38

export const isStorableNumber = (value: number): boolean => {
  const size = Math.abs(value)
  return size === 0 || (size >= SMALLEST && size <= LARGEST)
}

/** The years of a calendar with four digits: what lies outside is written in ways that only some can read. */
const FIRST_INSTANT = Date.UTC(1000, 0, 1)
const LAST_INSTANT = Date.UTC(10_000, 0, 1) - 1

export const isStorableInstant = (millis: number): boolean => millis >= FIRST_INSTANT && millis <= LAST_INSTANT

const BAD_TEXT = "holds a character that cannot be stored: NUL, or half of a surrogate pair"
const BAD_NUMBER = "must be 0, or a number from 1.2e-38 to 3.4e38 in size"

/** Text from outside, of this many characters at most. */
export const Text = (most: number) =>
  Schema.String.check(
    Schema.isMaxLength(most),
    Schema.makeFilter((text: string) => isStorableText(text) || BAD_TEXT)
  )

/** A number from outside. */
export const StorableNumber = Schema.Finite.check(
  Schema.makeFilter((value: number) => isStorableNumber(value) || BAD_NUMBER)
)

/** What in a JSON value cannot be stored: a sentence's end that says of what it speaks. */
const faultIn = (value: unknown): string | undefined => {
  if (typeof value === "string") return isStorableText(value) ? undefined : `a text ${BAD_TEXT}`
  if (typeof value === "number") return isStorableNumber(value) ? undefined : `a number ${BAD_NUMBER}`
  if (typeof value !== "object" || value === null) return undefined
  for (const name in value) {
    const fault = Array.isArray(value) || isStorableText(name) ? undefined : `a name ${BAD_TEXT}`
    const found = fault ?? faultIn((value as Record<string, unknown>)[name])
    if (found !== undefined) return found
  }
  return undefined
}

const ESCAPED = /\\u(?:0000|d[89a-f])/i

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Whether a number with an exponent of two digits may stand there; ids have such digits too, and no colon, bracket or comma before. */
const hasExponent = (json: string, sign: "e-" | "e+"): boolean => {
  for (let at = json.indexOf(sign); at !== -1; at = json.indexOf(sign, at + 2)) {
    if (!isDigit(json.charCodeAt(at + 2)) || !isDigit(json.charCodeAt(at + 3))) continue
    let before = at - 1
    while (before >= 0 && (isDigit(json.charCodeAt(before)) || json[before] === ".")) before--
    if (before >= 0 && json[before] === "-") before--
    if (before < 0 || ":[,".includes(json[before]!)) return true
  }
  return false
}

/**
 * Whether there may be something wrong with a text that `JSON.stringify` made: an escape of a NUL or of half a character, or a
 * number far from one. Nearly no text has any, and none is read for nothing: this is asked of every record.
 */
const isSuspect = (json: string): boolean =>
  (json.includes("\\u") && ESCAPED.test(json)) || hasExponent(json, "e-") || hasExponent(json, "e+")

/** What in a JSON text cannot be stored, if anything. */
export const unstorableIn = (json: string): string | undefined =>
  isSuspect(json) ? faultIn(JSON.parse(json)) : undefined

/** A number too near to zero for single precision is zero: a weight that faded is not worth refusing what it stands in. */
const withoutFaded = (value: unknown): unknown => {
  if (typeof value === "number") return Math.abs(value) < SMALLEST ? 0 : value
  if (Array.isArray(value)) return value.map(withoutFaded)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutFaded(one)]))
}

/**
 * A record of our own making as it can be stored, or what in it cannot be. What came from outside was judged by the edge; what
 * we work out ourselves may fade towards zero without end.
 */
export const recordText = (json: string): { readonly text: string } | { readonly fault: string } => {
  if (!isSuspect(json)) return { text: json }
  const value: unknown = JSON.parse(json)
  if (faultIn(value) === undefined) return { text: json }
  const kept = withoutFaded(value)
  const fault = faultIn(kept)
  return fault === undefined ? { text: JSON.stringify(kept) } : { fault }
}

/** The same value with what cannot be stored replaced: by the sign for an unknown character, by zero, by the largest number. */
export const madeStorable = (value: unknown): unknown => {
  if (typeof value === "string") return value.toWellFormed().replaceAll("\0", "\ufffd")
  if (typeof value === "number") {
    if (isStorableNumber(value)) return value
    return Math.abs(value) < SMALLEST ? 0 : Math.sign(value) * LARGEST
  }
  if (Array.isArray(value)) return value.map(madeStorable)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [madeStorable(name), madeStorable(one)]))
}
