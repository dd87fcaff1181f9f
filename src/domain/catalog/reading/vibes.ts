/** Which vibes of the closed vocabulary a sentence speaks of, in three languages. What is denied does not count. */
import { TAXONOMY } from "../taxonomy.ts"
import type { Language, Span, Word } from "./text.ts"
import { JAPANESE_VIBES, SPANISH_VIBES } from "./vibe-words.ts"

/** A tag that was named once weighs this. */
const NAMED = 0.67
const NEGATED =
  /\b(not|no|never|isnt|isn't|wasn't|without|hardly|nothing|ni|nunca|sin|nada|jamas|too|demasiado)\W+(\w+\W+){0,2}$/
const NEGATED_JA = /^(く|では|じゃ|が|は|さ)*(な[いかく]|ませ|ありませ)/

const plain = (phrase: string) =>
  phrase
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/['’]/g, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .join(" ")

type Phrases = ReadonlyMap<string, ReadonlyArray<string>>

const phrases = (rows: Iterable<readonly [tag: string, words: ReadonlyArray<string>]>): Phrases => {
  const map = new Map<string, Array<string>>()
  for (const [tag, words] of rows) {
    for (const word of words) {
      const key = plain(word)
      map.set(key, [...(map.get(key) ?? []), tag])
    }
  }
  return map
}

const ENGLISH = phrases(TAXONOMY.map(({ tag, words }) => [tag, words] as const))
const SPANISH = phrases(Object.entries(SPANISH_VIBES).map(([tag, words]) => [tag, words.split(", ")] as const))
const JAPANESE = Object.entries(JAPANESE_VIBES).map(([tag, words]) => [tag, new RegExp(words, "g")] as const)
const LONGEST = 4

export const vibesIn = (
  language: Language,
  sentence: Span,
  folded: string,
  words: ReadonlyArray<Word>,
  names: ReadonlyArray<Span>
): ReadonlyMap<string, number> => {
  const out = new Map<string, number>()
  const named = (at: Span) => names.some((name) => at.start < name.end && name.start < at.end)
  if (language === "ja") {
    for (const [tag, pattern] of JAPANESE) {
      for (const match of folded.slice(sentence.start, sentence.end).matchAll(pattern)) {
        const at = { start: sentence.start + match.index, end: sentence.start + match.index + match[0].length }
        if (!named(at) && !NEGATED_JA.test(folded.slice(at.end, at.end + 8))) out.set(tag, NAMED)
      }
    }
    return out
  }
  if (language === "other") return out
  const lexicon = language === "es" ? SPANISH : ENGLISH
  for (let at = 0; at < words.length; at++) {
    let key = ""
    for (let length = 1; length <= LONGEST && at + length <= words.length; length++) {
      const word = words[at + length - 1]!
      key = length === 1 ? word.text : `${key} ${word.text}`
      const tags = lexicon.get(key) ?? (length === 1 && key.length > 4 ? lexicon.get(key.replace(/s$/, "")) : undefined)
      if (tags === undefined || named({ start: words[at]!.start, end: word.end })) continue
      if (NEGATED.test(folded.slice(Math.max(sentence.start, words[at]!.start - 40), words[at]!.start))) continue
      for (const tag of tags) out.set(tag, NAMED)
    }
  }
  return out
}
