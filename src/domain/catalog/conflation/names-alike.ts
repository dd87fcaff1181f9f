/** How alike two names are, 0–1, whatever their language and script, and whether they can be compared at all. */
import { conceptOf, LINKS, splitEnding } from "./concepts.ts"
import { hasLatin, romanise } from "./romanise.ts"
import { saidAs } from "./translations.ts"

/** A name taken apart once. */
export interface NameForm {
  /** Words that tell this place from others. */
  readonly telling: ReadonlyArray<string>
  readonly concepts: ReadonlyArray<string>
  /** All words but the links between them, in their order. */
  readonly words: ReadonlyArray<string>
  /** Whether a part of the name was left out to make this form. */
  readonly partial: boolean
  /** All letters in a row, and the telling ones alone. */
  readonly whole: string
  readonly core: string
  readonly latin: boolean
  /** Of names in characters without spaces: what stands before the ending. */
  readonly characters: string | undefined
}

const CHARACTERS = /[\p{Script=Han}\p{Script=Thai}]/u

const formOf = (name: string, partial: boolean): NameForm | undefined => {
  // "d'Italie" are two words, "Hawke's" is one.
  const text = romanise(name)
    .replace(/(?<!\p{L})(d|l|dell|all|nell|sull|dall)['’`´](?=\p{L}{2})/gu, "$1 ")
    .replace(/['’`´]/g, "")
  const words = text.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== "")
  if (words.length === 0) return undefined
  const telling: Array<string> = []
  const concepts: Array<string> = []
  const inCharacters = CHARACTERS.test(text)
  for (const word of words) {
    const { core, concept } = inCharacters ? splitEnding(word) : { core: word, concept: conceptOf(word) }
    if (concept !== undefined) concepts.push(concept)
    if (inCharacters ? core !== "" : concept === undefined && !LINKS.has(word)) telling.push(saidAs(core))
  }
  return {
    telling,
    concepts,
    words: words.flatMap((word) => (LINKS.has(word) ? [] : [saidAs(word)])),
    partial,
    whole: words.join(""),
    core: telling.join(""),
    latin: hasLatin(text),
    characters: inCharacters ? telling.join("") : undefined
  }
}

/** Every form of a name: in each of its languages, with and without what stands in brackets. */
export const formsOf = (names: Iterable<string>): ReadonlyArray<NameForm> => {
  const texts = new Map<string, boolean>()
  const add = (text: string, partial: boolean) => {
    if (text !== "" && texts.get(text) !== false) texts.set(text, partial)
  }
  for (const name of names) {
    add(name, false)
    add(name.replace(/[(（][^)）]*[)）]/g, " ").trim(), true)
    const first = name.split(/[,，;/|]/)[0]!.trim()
    if (first.length >= 4) add(first, true)
    for (const [, inside] of name.matchAll(/[(（]([^)）]{3,})[)）]/g)) add(inside!, true)
  }
  return [...texts].flatMap(([text, partial]) => formOf(text, partial) ?? [])
}

/** Jaro–Winkler: forgiving of letters changed or swapped, more so behind a common beginning. */
const spellingAlike = (a: string, b: string): number => {
  if (a === b) return 1
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1)
  const takenB = new Uint8Array(b.length)
  const common: Array<number> = []
  for (let i = 0; i < a.length; i++) {
    for (let j = Math.max(0, i - reach); j <= Math.min(b.length - 1, i + reach); j++) {
      if (takenB[j] === 0 && a[i] === b[j]) {
        takenB[j] = 1
        common.push(i)
        break
      }
    }
  }
  if (common.length === 0) return 0
  let swaps = 0
  let at = 0
  for (let j = 0; j < b.length; j++) if (takenB[j] === 1 && b[j] !== a[common[at++]!]) swaps++
  const m = common.length
  const jaro = (m / a.length + m / b.length + (m - swaps / 2) / m) / 3
  let prefix = 0
  while (prefix < 4 && a[prefix] !== undefined && a[prefix] === b[prefix]) prefix++
  return jaro + 0.1 * prefix * (1 - jaro)
}

const isNumber = (word: string) => /\d/.test(word)

/** Words whose spelling is this alike are one word, spelt otherwise. */
const ONE_WORD = 0.88

const wordAlike = (a: string, b: string): number => {
  if (a === b) return 1
  if (isNumber(a) || isNumber(b) || Math.min(a.length, b.length) < 4) return 0
  const alike = spellingAlike(a, b)
  return alike >= ONE_WORD ? alike ** 2 : 0
}

/** How much a word tells: less where it stands in many names of the city, as the city's own name does. */
export type WordWeight = (word: string) => number

const CONCEPT_WEIGHT = 0.35

/** The part of a's words that b has too, by weight. */
const covered = (a: ReadonlyArray<string>, b: ReadonlyArray<string>, weight: WordWeight) => {
  let [sum, all] = [0, 0]
  for (const word of a) {
    const w = weight(word)
    all += w
    sum += w * b.reduce((best, other) => Math.max(best, wordAlike(word, other)), 0)
  }
  return { sum, all }
}

const pairsOf = (text: string) => {
  const out = new Map<string, number>()
  for (let i = 0; i < Math.max(1, text.length - 1); i++) {
    const pair = text.slice(i, i + 2)
    out.set(pair, (out.get(pair) ?? 0) + 1)
  }
  return out
}

const charactersAlike = (a: string, b: string): number => {
  if (a === b) return 1
  const [x, y] = [pairsOf(a), pairsOf(b)]
  let [both, all] = [0, 0]
  for (const [pair, count] of x) both += Math.min(count, y.get(pair) ?? 0)
  for (const count of [...x.values(), ...y.values()]) all += count
  return all === 0 ? 0 : (2 * both) / all
}

/** Long vowels are written in several ways. */
const loose = (text: string) =>
  text
    .replace(/ou|oo|oh(?![aeiou])/g, "o")
    .replace(/uu/g, "u")
    .replace(/(.)\1/g, "$1")

const numbersOf = ({ telling }: NameForm) => telling.filter(isNumber).sort().join(" ")

/** How much of a name may be missing from the other, which depends on what the places are. */
export type Tolerance = "none" | "ending" | "either"

/** Concepts that are one word to somebody: a chapel is a church, a palace a castle. */
const SAME_CONCEPT: ReadonlyArray<ReadonlySet<string>> = [
  new Set(["church", "cathedral", "chapel"]),
  new Set(["shrine", "temple"]),
  new Set(["castle", "palace", "fort"]),
  new Set(["park", "garden"]),
  new Set(["theatre", "opera", "hall", "cinema"]),
  new Set(["cafe", "restaurant", "bar"]),
  new Set(["street", "shop", "market"]),
  new Set(["stadium", "hall"])
]
/** They stand beside any other concept. */
const BESIDE = new Set([
  "saint",
  "national",
  "city",
  "centre",
  "house",
  "island",
  "mountain",
  "old",
  "new",
  "great",
  "royal"
])

const conceptsAgree = (a: NameForm, b: NameForm, tolerance: Tolerance): boolean => {
  const [x, y] = [a, b].map(({ concepts }) => concepts.filter((one) => !BESIDE.has(one)))
  if (x!.length === 0 || y!.length === 0) return true
  // "Times Square Church" is no square: one name says more of what it is than the other.
  if (tolerance === "none" && new Set(x).size !== new Set(y).size) return false
  return x!.some((one) =>
    y!.some((other) => one === other || SAME_CONCEPT.some((set) => set.has(one) && set.has(other)))
  )
}

/** Whether all that is left of one name stands at the beginning, or the end, of the other. */
const startsWith = (long: ReadonlyArray<string>, short: ReadonlyArray<string>): boolean =>
  short.length > 0 && short.length < long.length && short.every((word, i) => wordAlike(word, long[i]!) > 0)
const endsWith = (long: ReadonlyArray<string>, short: ReadonlyArray<string>): boolean =>
  startsWith([...long].reverse(), [...short].reverse())

const CONTAINED = 0.82

const contains = (a: NameForm, b: NameForm, weight: WordWeight, tolerance: Tolerance): boolean => {
  const [long, short] = a.words.length >= b.words.length ? [a, b] : [b, a]
  if (tolerance === "none" || short.telling.reduce((sum, word) => sum + weight(word), 0) < 0.8) return false
  if (startsWith(long.words, short.words)) return true
  if (tolerance === "ending") return false
  return (
    endsWith(long.words, short.words) ||
    startsWith(long.telling, short.telling) ||
    endsWith(long.telling, short.telling)
  )
}

const tells = ({ telling }: NameForm, weight: WordWeight): boolean => telling.some((word) => weight(word) >= 0.8)

const joinedAlike = (a: NameForm, b: NameForm, agree: boolean, weight: WordWeight): boolean => {
  const same = (x: string, y: string) => x.length >= 4 && loose(x) === loose(y)
  if (same(a.whole, b.whole)) return true
  // What is left of "Zoological Garden of Monaco" without what it is, is the city.
  if (!tells(a, weight) || !tells(b, weight)) return false
  return same(a.whole, b.core) || same(a.core, b.whole) || (agree && same(a.core, b.core))
}

const latinAlike = (a: NameForm, b: NameForm, weight: WordWeight, tolerance: Tolerance): number => {
  const agree = conceptsAgree(a, b, tolerance)
  const [x, y] = [covered(a.telling, b.telling, weight), covered(b.telling, a.telling, weight)]
  const concepts = a.concepts.filter((one) => b.concepts.includes(one)).length
  const all = x.all + y.all + CONCEPT_WEIGHT * (a.concepts.length + b.concepts.length)
  const words = all === 0 ? 0 : (x.sum + y.sum + CONCEPT_WEIGHT * 2 * concepts) / all
  const long = Math.min(a.core.length, b.core.length) >= 6
  const spelt = agree && long && tells(a, weight) && tells(b, weight) ? spellingAlike(a.core, b.core) : 0
  return Math.max(
    joinedAlike(a, b, agree, weight) ? (a.concepts.length > 0 === b.concepts.length > 0 ? 0.98 : 0.92) : 0,
    // Businesses in one house have words in common that say nothing of either.
    words * (agree ? 1 : 0.8) * (tolerance === "ending" && words < 0.9 ? 0.75 : 1),
    agree && contains(a, b, weight, tolerance) ? CONTAINED : 0,
    spelt >= 0.93 ? spelt * 0.95 : 0
  )
}

const opposed = (a: NameForm, b: NameForm): boolean => a.concepts.includes("old") && b.concepts.includes("new")

const formsAlike = (a: NameForm, b: NameForm, weight: WordWeight, tolerance: Tolerance): number | undefined => {
  // Two branches share what stands before the comma; what stands behind it tells them apart.
  if (a.partial && b.partial) return undefined
  if (a.whole === b.whole) return a.partial || b.partial ? 0.95 : 1
  if (opposed(a, b) || opposed(b, a)) return 0
  if (numbersOf(a) !== numbersOf(b) && numbersOf(a) !== "" && numbersOf(b) !== "") return 0
  if (a.characters !== undefined && b.characters !== undefined) return charactersAlike(a.characters, b.characters)
  if (!a.latin || !b.latin || a.characters !== undefined || b.characters !== undefined) return undefined
  return latinAlike(a, b, weight, tolerance)
}

/** The best of all forms; `undefined` where no two of them can be compared. */
export const namesAlike = (
  a: ReadonlyArray<NameForm>,
  b: ReadonlyArray<NameForm>,
  weight: WordWeight,
  tolerance: Tolerance
): number | undefined => {
  let best: number | undefined
  for (const x of a) {
    for (const y of b) {
      const alike = formsAlike(x, y, weight, tolerance)
      if (alike !== undefined && (best === undefined || alike > best)) best = alike
    }
  }
  return best
}
