/** Cuts opening hours into tokens; words are known by what they mean, whatever their case or length. */
import { entryOf } from "../../basics/entry-of.ts"
import { HoursProblem } from "./model.ts"

export interface Token {
  readonly type:
    | "number"
    | "weekday"
    | "month"
    | "event"
    | "state"
    | "comment"
    | "week"
    | "holiday"
    | "always"
    | "day"
    | "sign"
  /** Of a number itself; of a weekday 0 (Monday) – 6; of a month 1–12. */
  readonly value: number
  /** Of a sign, an event or a state. */
  readonly name: string
  readonly digits: number
  readonly at: number
}

export type SunEvent = "dawn" | "sunrise" | "sunset" | "dusk"

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
const MONTHS = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december"
]

type Word = Pick<Token, "type" | "value" | "name">

const word = (type: Token["type"], value = 0, name = ""): Word => ({ type, value, name })

const WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ...WEEKDAYS.flatMap((name, value) =>
    [name, name.slice(0, 2), name.slice(0, 3)].map((text) => [text, word("weekday", value)] as const)
  ),
  ...MONTHS.flatMap((name, index) => [name, name.slice(0, 3)].map((text) => [text, word("month", index + 1)] as const)),
  ["tues", word("weekday", 1)],
  ["thur", word("weekday", 3)],
  ["thurs", word("weekday", 3)],
  ["sept", word("month", 9)],
  ...["dawn", "sunrise", "sunset", "dusk"].map((name) => [name, word("event", 0, name)] as const),
  ["open", word("state", 0, "open")],
  ["closed", word("state", 0, "closed")],
  ["off", word("state", 0, "closed")],
  ["unknown", word("state", 0, "unknown")],
  ["ph", word("holiday")],
  ["week", word("week")],
  ["day", word("day")],
  ["days", word("day")]
])

const UNSUPPORTED: Readonly<Record<string, string>> = {
  sh: "school holidays (SH) are not known",
  easter: "dates that move with Easter are not supported"
}

const problem = (kind: "syntax" | "unsupported", at: number, message: string) => new HoursProblem({ kind, at, message })

export const tokenize = (text: string): ReadonlyArray<Token> | HoursProblem => {
  const tokens: Array<Token> = []
  const push = (type: Token["type"], at: number, name = "", value = 0, digits = 0) =>
    tokens.push({ type, at, name, value, digits })
  let at = 0
  while (at < text.length) {
    const rest = text.slice(at)
    const space = /^\s+/.exec(rest)
    if (space !== null) {
      at += space[0].length
      continue
    }
    if (/^24\/7(?!\d)/.test(rest)) {
      push("always", at)
      at += 4
      continue
    }
    const digits = /^\d+/.exec(rest)?.[0]
    if (digits !== undefined) {
      if (digits.length > 4) return problem("syntax", at, `"${digits.slice(0, 12)}" is neither a time nor a year`)
      push("number", at, "", Number(digits), digits.length)
      at += digits.length
      continue
    }
    if (rest.startsWith("||")) {
      push("sign", at, "||")
      at += 2
      continue
    }
    if (rest[0] === '"') {
      const end = rest.indexOf('"', 1)
      if (end < 0) return problem("syntax", at, "a comment is opened with a quotation mark and never closed")
      push("comment", at)
      at += end + 1
      continue
    }
    const sign = /^[-–—,;:+/()[\]]/.exec(rest)?.[0]
    if (sign !== undefined) {
      push("sign", at, sign === "–" || sign === "—" ? "-" : sign)
      at += 1
      continue
    }
    const letters = /^\p{L}+/u.exec(rest)?.[0]
    if (letters === undefined) return problem("syntax", at, `cannot read "${rest.slice(0, 12)}"`)
    const lower = letters.toLowerCase()
    const meaning = WORDS.get(lower)
    if (meaning === undefined) {
      const reason = entryOf(UNSUPPORTED, lower)
      return reason === undefined
        ? problem("syntax", at, `"${letters.slice(0, 20)}" is not a word of opening hours`)
        : problem("unsupported", at, reason)
    }
    push(meaning.type, at, meaning.name, meaning.value)
    at += letters.length
  }
  return tokens
}
