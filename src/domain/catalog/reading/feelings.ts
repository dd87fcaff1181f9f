/** What in a sentence praises and what warns: words in all their endings, turns of phrase, and what turns them around. */

import type { Lexicon } from "./lexicon.ts"
import { ENGLISH_LEXICON } from "./lexicon-en.ts"
import { SPANISH_LEXICON } from "./lexicon-es.ts"
import { AVOID_JA, BAD_JA, GOOD_JA, NEGATED_JA, PATTERNS_JA } from "./lexicon-ja.ts"
import type { Language, Span, Word } from "./text.ts"

export interface Feeling extends Span {
  /** Above 0 praises, below warns. */
  readonly weight: number
  /** It tells others to stay away. */
  readonly avoid: boolean
  /** It speaks of what comes behind it. */
  readonly reaching: boolean
}

interface Sense {
  readonly weight: number
  readonly avoid: boolean
  readonly reaching: boolean
}

interface Compiled {
  readonly senses: ReadonlyMap<string, Sense>
  readonly longest: number
  readonly negations: ReadonlySet<string>
  readonly forms: (word: string) => ReadonlyArray<string>
  readonly lexicon: Lexicon
}

const WORD_WEIGHT = 1
/** Words that are good here and bad there. */
const MILD_WEIGHT = 0.6
const PHRASE_WEIGHT = 2
/** Patterns say in their own numbers how much they mean; this brings them to those of words. */
const PATTERN_SCALE = 0.75
/** "Not bad" praises less than "good". */
const TURNED_BAD = 0.8
/** As many words back as a negation reaches. */
const REACH = 4

const MILD = new Set(
  "cold dry flat cheap tiny steep weak poor warm quiet clean interesting rich expensive pricey crowded slow tired greasy loud calm fun must value fire goat bomb killer chill dope zoo trap joke sick mid mess treat fresh nice good solid kind lively dark worth tough fake dated hype barato llen ruid rapid interesant".split(
    " "
  )
)

/** Adverbs that say nothing of what their adjectives say. */
const ONLY_AS_THEY_ARE = new Set(
  "honestly hardly nearly barely lately mostly likely really surely fairly coldly kindly newly rings string spring thing things mass passed missing".split(
    " "
  )
)

const englishForms = (word: string): ReadonlyArray<string> => {
  const out = [word]
  if (ONLY_AS_THEY_ARE.has(word)) return out
  const add = (end: RegExp, ...instead: ReadonlyArray<string>) => {
    if (word.length > 4 && end.test(word)) for (const one of instead) out.push(word.replace(end, one))
  }
  add(/ies$/, "y")
  add(/iest$|ier$/, "y")
  add(/s$/, "")
  add(/es$/, "")
  add(/ed$/, "", "e")
  add(/ing$/, "", "e")
  add(/ly$/, "")
  add(/ily$/, "y")
  add(/(.)\1(ed|ing|er|est|y)$/, "$1")
  add(/er$|est$/, "", "e")
  return out
}

/** Without gender, number and the highest degree. */
const spanishForm = (word: string): string => {
  const single = word.length > 4 ? word.replace(/es$|s$/, "") : word
  const base = single.replace(/isim[oa]?$/, "")
  return base.length > 3 ? base.replace(/[oae]$/, "") : base
}

const keyOf = (phrase: string) =>
  phrase
    .replace(/['’]/g, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .join(" ")

const compile = (lexicon: Lexicon, forms: Compiled["forms"], key: (phrase: string) => string): Compiled => {
  const avoid = new Set(lexicon.avoid.map(keyOf))
  const reaching = new Set(lexicon.reaching.map(keyOf))
  const senses = new Map<string, Sense>()
  const add = (phrase: string, weight: number) => {
    const plain = keyOf(phrase)
    const words = plain.split(" ").length
    const scaled =
      words > 1 || Math.abs(weight) > 1
        ? weight
        : MILD.has(plain) || MILD.has(key(plain))
          ? weight * MILD_WEIGHT
          : weight
    senses.set(words > 1 ? plain : key(plain), {
      weight: scaled,
      avoid: avoid.has(plain),
      reaching: reaching.has(plain)
    })
  }
  for (const word of lexicon.good) add(word, WORD_WEIGHT)
  for (const word of lexicon.bad) add(word, -WORD_WEIGHT)
  for (const [weight, phrases] of lexicon.phrases) {
    for (const phrase of phrases.split(/,\s*/)) if (phrase.trim() !== "") add(phrase, Math.sign(weight) * PHRASE_WEIGHT)
  }
  const longest = Math.max(...[...senses.keys()].map((phrase) => phrase.split(" ").length))
  return { senses, longest, negations: new Set(lexicon.negations.map(keyOf)), forms, lexicon }
}

const ENGLISH = compile(ENGLISH_LEXICON, englishForms, (word) => word)
const SPANISH = compile(
  SPANISH_LEXICON,
  (word) => [word, spanishForm(word)],
  (word) => (word.includes(" ") ? word : spanishForm(word))
)

export const lexiconOf = (language: Language): Lexicon | undefined =>
  language === "en" ? ENGLISH.lexicon : language === "es" ? SPANISH.lexicon : undefined

const within = (at: Span, spans: ReadonlyArray<Span>): boolean =>
  spans.some((span) => at.start < span.end && span.start < at.end)

const negatedAt = (
  words: ReadonlyArray<Word>,
  at: number,
  folded: string,
  compiled: Compiled,
  taken: ReadonlyArray<Span>
): boolean => {
  for (let back = at - 1; back >= Math.max(0, at - REACH); back--) {
    if (/[,;:.!?()—–]/.test(folded.slice(words[back]!.end, words[back + 1]!.start))) return false
    const word = words[back]!.text
    if (/^(but|pero|only|just|solo|sino)$/.test(word)) return false
    if (within(words[back]!, taken)) return false
    if (compiled.negations.has(word)) return !/^(only|just|solo)$/.test(words[back + 1]!.text)
  }
  return false
}

const byPatterns = (
  sentence: Span,
  folded: string,
  patterns: Lexicon["patterns"],
  taken: Array<Span>,
  avoid?: RegExp
): Array<Feeling> => {
  const out: Array<Feeling> = []
  const text = folded.slice(sentence.start, sentence.end)
  for (const [weight, pattern, reaching = false] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const span = { start: sentence.start + match.index, end: sentence.start + match.index + match[0].length }
      if (within(span, taken)) continue
      taken.push(span)
      out.push({
        ...span,
        weight: weight * PATTERN_SCALE,
        avoid: weight <= -3 || avoid?.test(match[0]) === true,
        reaching
      })
    }
  }
  return out
}

const latinFeelings = (
  sentence: Span,
  folded: string,
  all: ReadonlyArray<Word>,
  names: ReadonlyArray<Span>,
  compiled: Compiled
) => {
  const words = all.filter((word) => word.start >= sentence.start && word.end <= sentence.end && !within(word, names))
  const out: Array<Feeling> = []
  const taken: Array<Span> = []
  const used = new Uint8Array(words.length)
  out.push(...byPatterns(sentence, folded, compiled.lexicon.patterns, taken))
  const patterns = [...taken]
  for (let length = compiled.longest; length >= 2; length--) {
    for (let at = 0; at + length <= words.length; at++) {
      if (used[at] === 1 || used[at + length - 1] === 1) continue
      let key = words[at]!.text
      for (let i = 1; i < length; i++) key += ` ${words[at + i]!.text}`
      const sense = compiled.senses.get(key)
      if (sense === undefined) continue
      const span = { start: words[at]!.start, end: words[at + length - 1]!.end }
      // A name in the middle of it, or the end of a clause, makes it something else.
      if (within(span, names) || within(span, taken) || /[,;.!?]/.test(folded.slice(span.start, span.end))) continue
      used.fill(1, at, at + length)
      taken.push(span)
      // A phrase with a negation of its own has said all of it.
      const turned =
        sense.weight > 0 &&
        !key.split(" ").some((one) => compiled.negations.has(one)) &&
        negatedAt(words, at, folded, compiled, patterns)
      out.push({ ...span, ...sense, weight: turned ? -sense.weight : sense.weight })
    }
  }
  words.forEach((word, at) => {
    if (used[at] === 1 || within(word, taken)) return
    const sense = compiled
      .forms(word.text)
      .map((form) => compiled.senses.get(form))
      .find((one) => one !== undefined)
    if (sense === undefined) return
    const negated = negatedAt(words, at, folded, compiled, patterns)
    const weight = !negated ? sense.weight : sense.weight > 0 ? -sense.weight : -sense.weight * TURNED_BAD
    out.push({ start: word.start, end: word.end, weight, avoid: sense.avoid && !negated, reaching: sense.reaching })
  })
  return out
}

const stems = (list: ReadonlyArray<string>) =>
  new RegExp(
    [...new Set(list)]
      .filter((stem) => stem !== "")
      .sort((a, b) => b.length - a.length)
      .map((stem) => stem.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("|"),
    "g"
  )
const GOOD = stems(GOOD_JA)
const BAD = stems(BAD_JA)
/** As far behind a stem as its ending may reach. */
const ENDING = 14

const japaneseFeelings = (sentence: Span, folded: string, names: ReadonlyArray<Span>): Array<Feeling> => {
  // A pattern may reach around a name; a word may not stand in one.
  const taken: Array<Span> = []
  const out = byPatterns(sentence, folded, PATTERNS_JA, taken, AVOID_JA)
  taken.push(...names)
  const text = folded.slice(sentence.start, sentence.end)
  for (const [pattern, weight] of [
    [BAD, -WORD_WEIGHT],
    [GOOD, WORD_WEIGHT]
  ] as const) {
    for (const match of text.matchAll(pattern)) {
      const span = { start: sentence.start + match.index, end: sentence.start + match.index + match[0].length }
      if (within(span, taken)) continue
      taken.push(span)
      const after = folded.slice(span.end, Math.min(sentence.end, span.end + ENDING))
      const negated = NEGATED_JA.test(after) && !/^[、。]/.test(after)
      out.push({
        ...span,
        weight: !negated ? weight : weight > 0 ? -weight : -weight * TURNED_BAD,
        avoid:
          weight < 0 && !negated && AVOID_JA.test(folded.slice(span.start, Math.min(sentence.end, span.end + ENDING))),
        reaching: false
      })
    }
  }
  return out
}

/** Everything in the sentence that praises or warns, in order. `names` are not read. */
export const feelingsIn = (
  language: Language,
  sentence: Span,
  folded: string,
  words: ReadonlyArray<Word>,
  names: ReadonlyArray<Span>
): ReadonlyArray<Feeling> => {
  if (language === "other") return []
  const own = names.filter((name) => name.start < sentence.end && name.end > sentence.start)
  const found =
    language === "ja"
      ? japaneseFeelings(sentence, folded, own)
      : latinFeelings(sentence, folded, words, own, language === "es" ? SPANISH : ENGLISH)
  return found.sort((a, b) => a.start - b.start)
}
