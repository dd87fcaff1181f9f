/** What a sentence says of each place it names: whose each praise and warning is, and what turns the whole around. */
import { type Feeling, feelingsIn, lexiconOf } from "./feelings.ts"
import type { Lexicon } from "./lexicon.ts"
import { CONTRAST_JA, HEARSAY_JA, MOCKED_JA, QUESTION_JA, SARCASM_JA } from "./lexicon-ja.ts"
import type { NameHit } from "./names-index.ts"
import type { Role } from "./roles.ts"
import type { Language, Span, Word } from "./text.ts"

export interface Named {
  readonly hit: NameHit
  readonly role: Role
}

export interface Told {
  readonly named: Named
  readonly score: number
  readonly avoid: boolean
}

export interface SentenceSaid {
  readonly told: ReadonlyArray<Told>
  /** What is said of nothing that the sentence names. */
  readonly loose: number
  readonly looseAvoid: boolean
}

/** What was said before a "but", where something else comes after it. */
const BEFORE_CONTRAST = 0.35
/** … and where what comes after it is not understood. */
const CONTRASTED = 0.5
const CONCEDED = 0.4
/** Somebody else's opinion, passed on. */
const HEARSAY = 0.2
const COMPARED = 1.5
const MOCKED = -2
/** As far ahead as a verb looks for its place, in letters. */
const REACHES = 60
/** A name that asks itself and is answered: "Ivar's? Overpriced." */
const ASKED_ALONE = 7

const CLAUSE_END = /[,;:—–()。、]|\s-\s|\b(but|pero|y|and|while|mientras|sino|though|aunque|porque|because|so)\b/g

const clausesOf = (sentence: Span, folded: string, names: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const out: Array<Span> = []
  let start = sentence.start
  for (const match of folded.slice(sentence.start, sentence.end).matchAll(CLAUSE_END)) {
    const at = sentence.start + match.index
    if (names.some((name) => at >= name.start && at < name.end)) continue
    out.push({ start, end: at })
    start = at
  }
  out.push({ start, end: sentence.end })
  return out
}

const isQuestion = (language: Language, text: string, names: number, letters: number): boolean => {
  if (language === "ja") return QUESTION_JA.test(text.trim())
  if (!/[?？]["')\]]*\s*$/.test(text)) return false
  if (
    /\b(who (came up with|thought|decided|on earth|wouldn'?t|doesn'?t|needs)|what'?s not to|what more|why would (you|anyone|anybody)|how can (you|anyone) not|quien no|que mas se puede|para que)\b/.test(
      text
    )
  )
    return false
  return !(names === 1 && letters < ASKED_ALONE)
}

/** Whose a feeling is: what its clause names, before what other clauses do. */
const ownerOf = (
  feeling: Feeling,
  named: ReadonlyArray<Named>,
  clauses: ReadonlyArray<Span>,
  language: Language
): Named | "other" | undefined => {
  const places = named.filter(({ role }) => role !== "landmark")
  const clause = clauses.find(({ start, end }) => feeling.start >= start && feeling.start < end) ?? clauses[0]!
  const inClause = (one: Named) => one.hit.start < clause.end && one.hit.end > clause.start
  const landmark = named.some((one) => one.role === "landmark" && inClause(one))
  const own = places.filter(inClause)
  if (own.length === 0 && landmark) return "other"
  const around = places.find(({ hit }) => hit.start >= feeling.start && hit.end <= feeling.end)
  if (around !== undefined) return around
  const ahead = places.find(({ hit }) => hit.start >= feeling.end && hit.start - feeling.end <= REACHES)
  if (feeling.reaching && language !== "ja") {
    // "Avoid the Space Needle line by going to Volunteer Park" warns of the line, and of no place that is named behind it.
    const next = named.find(({ hit }) => hit.start >= feeling.end)
    if (feeling.weight < 0 && next?.role === "landmark" && next.hit.start - feeling.end <= REACHES) return "other"
    if (ahead !== undefined && (inClause(ahead) || own.length === 0)) return ahead
  }
  const before = (list: ReadonlyArray<Named>) =>
    list.filter(({ hit, role }) => hit.end <= feeling.start && role !== "measure").at(-1)
  const behind = (list: ReadonlyArray<Named>) =>
    list.find(({ hit, role }) => hit.start >= feeling.end && role !== "measure")
  return before(own) ?? behind(own) ?? before(places) ?? behind(places)
}

const lastOf = (pattern: RegExp, text: string): number => {
  let at = -1
  for (const match of text.matchAll(pattern)) if (match.index > 0) at = match.index
  return at
}

/** Less of what stands on the weak side of a "but" or an "although". */
const weighed = (
  feelings: ReadonlyArray<Feeling>,
  sentence: Span,
  folded: string,
  lexicon: Lexicon | undefined
): ReadonlyArray<Feeling> => {
  if (feelings.length === 0) return feelings
  const text = folded.slice(sentence.start, sentence.end)
  const turn = lastOf(lexicon?.contrast ?? CONTRAST_JA, text)
  const cut = sentence.start + turn
  const after = feelings.filter((feeling) => feeling.start >= cut)
  const concession = lexicon === undefined ? undefined : [...text.matchAll(lexicon.concessive)][0]
  const [from, to] =
    concession === undefined
      ? [-1, -1]
      : [
          sentence.start + concession.index,
          sentence.start + (text.indexOf(",", concession.index) < 0 ? text.length : text.indexOf(",", concession.index))
        ]
  return feelings.map((feeling) => {
    let factor = 1
    if (turn > 0 && feeling.start < cut)
      factor =
        after.length > 0
          ? after.some((one) => Math.sign(one.weight) !== Math.sign(feeling.weight))
            ? BEFORE_CONTRAST
            : 1
          : CONTRASTED
    if (feeling.start >= from && feeling.start < to && feelings.length > 1) factor *= CONCEDED
    return factor === 1 ? feeling : { ...feeling, weight: feeling.weight * factor }
  })
}

/** Of two places that one sentence compares, which is better: added to their scores. */
const compared = (
  named: ReadonlyArray<Named>,
  folded: string,
  language: Language,
  lexicon: Lexicon | undefined,
  lost: (one: Named) => boolean
) => {
  const extra = new Map<Named, number>()
  const add = (one: Named, weight: number) => extra.set(one, (extra.get(one) ?? 0) + weight)
  const between: Array<Span> = []
  const places = named.filter(({ role }) => role !== "landmark")
  for (let i = 0; i + 1 < places.length; i++) {
    const [first, second] = [places[i]!, places[i + 1]!]
    const text = folded.slice(first.hit.end, second.hit.start)
    if (text.length > 90) continue
    if (language === "ja") {
      if (first.role === "measure" || first.role === "rejected" || /くらいなら|ぐらいなら/.test(text))
        add(second, COMPARED)
      continue
    }
    if (lexicon === undefined) continue
    const { firstWins, secondWins, firstLoses } = lexicon.comparisons
    if (lost(first) && firstLoses.some((pattern) => pattern.test(text))) add(second, COMPARED)
    else if (secondWins.some((pattern) => pattern.test(text))) {
      add(second, COMPARED)
      add(first, -COMPARED)
      between.push({ start: first.hit.end, end: second.hit.start })
    } else if (second.role === "rejected") add(first, COMPARED)
    else if (firstWins.some((pattern) => pattern.test(text))) {
      add(first, COMPARED)
      between.push({ start: first.hit.end, end: second.hit.start })
    }
  }
  return { extra, between }
}

const mocks = (language: Language, text: string, lexicon: Lexicon | undefined): boolean =>
  language === "ja"
    ? SARCASM_JA.some((pattern, i) => pattern.test(text) && (i === 0 || MOCKED_JA.test(text)))
    : lexicon?.sarcasm.some((pattern) => pattern.test(text)) === true

const othersSay = (language: Language, text: string, lexicon: Lexicon | undefined): boolean => {
  if (
    /\b((have|had|has) to agree|i agree|they('re| are|were)? right|tienen razon|tenian razon|estoy de acuerdo)\b|本当だった|その通り/.test(
      text
    )
  )
    return false
  return language === "ja" ? HEARSAY_JA.test(text) : lexicon?.hearsay.test(text) === true
}

export const sayOf = (
  language: Language,
  sentence: Span,
  folded: string,
  words: ReadonlyArray<Word>,
  named: ReadonlyArray<Named>
): SentenceSaid => {
  const text = folded.slice(sentence.start, sentence.end).trim()
  const names = named.map(({ hit }) => hit)
  const lexicon = lexiconOf(language)
  const places = named.filter(({ role }) => role !== "landmark")
  const letters = text.length - names.reduce((sum, { start, end }) => sum + end - start, 0)
  const nothing = { told: places.map((one) => ({ named: one, score: 0, avoid: false })), loose: 0, looseAvoid: false }
  if (language === "other" || isQuestion(language, text, places.length, letters)) return nothing
  if (mocks(language, text, lexicon)) {
    return {
      told: places.map((one) => ({ named: one, score: MOCKED, avoid: false })),
      loose: places.length === 0 && named.length === 0 ? MOCKED : 0,
      looseAvoid: false
    }
  }
  const found = feelingsIn(language, sentence, folded, words, names)
  const clauses = clausesOf(sentence, folded, names)
  const owners = new Map(found.map((feeling) => [feeling, ownerOf(feeling, named, clauses, language)]))
  const lost = (one: Named) => found.some((feeling) => owners.get(feeling) === one && feeling.weight < 0)
  const { extra, between } = compared(named, folded, language, lexicon, lost)
  const factor = othersSay(language, text, lexicon) ? HEARSAY : 1
  const scores = new Map<Named, { score: number; avoid: boolean }>(
    places.map((one) => [
      one,
      { score: (extra.get(one) ?? 0) + (one.role === "rejected" ? -COMPARED : 0), avoid: false }
    ])
  )
  const own = new Map<Named, Array<Feeling>>()
  let loose = 0
  let looseAvoid = false
  for (const feeling of found) {
    // What compares two places says nothing of either alone.
    if (between.some(({ start, end }) => feeling.start >= start && feeling.end <= end && feeling.weight > 0)) continue
    const owner = owners.get(feeling)
    if (owner === "other") continue
    if (owner === undefined) {
      loose += feeling.weight
      looseAvoid ||= feeling.avoid
    } else own.set(owner, [...(own.get(owner) ?? []), feeling])
  }
  for (const [owner, feelings] of own) {
    const state = scores.get(owner)!
    const hype = lexicon?.hype.exec(text)
    const turn = hype == null ? -1 : lastOf(lexicon!.contrast, text)
    // "Everyone raves about it, but …" is no praise, whatever comes after.
    const hyped = hype != null && turn > hype.index
    const counted = weighed(feelings, sentence, folded, lexicon).filter(
      (one) => !(hyped && one.start < sentence.start + turn)
    )
    state.score += factor * counted.reduce((sum, { weight }) => sum + weight, 0) - (hyped ? 1 : 0)
    state.avoid = feelings.some(({ avoid }) => avoid)
  }
  for (const one of places) {
    const before = folded.slice(Math.max(sentence.start, one.hit.start - 60), one.hit.start)
    if (lexicon?.praisesNext.test(before) === true) scores.get(one)!.score = Math.abs(scores.get(one)!.score) + COMPARED
    if (one.role === "measure") scores.set(one, { score: 0, avoid: false })
  }
  return { told: places.map((one) => ({ named: one, ...scores.get(one)! })), loose, looseAvoid }
}
