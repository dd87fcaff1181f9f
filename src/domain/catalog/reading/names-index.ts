/**
 * Where in a text a place of the city is named: by its names in all languages, and by what people make of them ("Dick's",
 * "the Locks", a name without its branch). What fits several places stays several until something tells them apart.
 */
import type { Position } from "../../basics/geo.ts"
import { nameWords } from "../names.ts"
import { type Known, plain, shorter, shorterCharacters, WITHOUT_SPACES } from "./name-forms.ts"
import { LINKING } from "./plain-words.ts"
import type { Span, Word } from "./text.ts"

export interface ReadablePlace extends Position {
  readonly id: string
  readonly name: string
  readonly neighbourhood: string
  readonly names?: Readonly<Record<string, string>> | undefined
}

export interface NameHit extends Span {
  readonly places: ReadonlyArray<ReadablePlace>
}

interface Entry {
  readonly exact: Set<ReadablePlace>
  readonly alias: Set<ReadablePlace>
}

export interface NamesIndex {
  readonly find: (folded: string, words: ReadonlyArray<Word>) => ReadonlyArray<NameHit>
  /** The places of exactly this name. */
  readonly named: (name: string) => ReadonlyArray<ReadablePlace>
}

/** What more places than this may be called tells nothing. */
const MOST_MEANT = 4
const MOST_WORDS = 8

const KATAKANA = /[\u30a1-\u30fa\u30fc]/
const HAN = /\p{Script=Han}/u

const compactOf = (folded: string): { readonly text: string; readonly at: ReadonlyArray<number> } => {
  let text = ""
  const at: Array<number> = []
  for (let i = 0; i < folded.length; i++) {
    if (/[\s・･=＝'’\-‐]/.test(folded[i]!)) continue
    text += folded[i]
    at.push(i)
  }
  return { text, at }
}

const compactName = (name: string): string => compactOf(name.normalize("NFKC").toLowerCase()).text

interface CharactersEntry {
  readonly text: string
  readonly place: ReadablePlace
  readonly exact: boolean
}

const separate = (text: string, start: number, end: number): boolean => {
  const [before, after] = [text[start - 1] ?? "", text[end] ?? ""]
  const [first, last] = [text[start]!, text[end - 1]!]
  if (KATAKANA.test(first) && KATAKANA.test(before)) return false
  if (KATAKANA.test(last) && KATAKANA.test(after)) return false
  if (end - start === 1) return HAN.test(first) && !HAN.test(before) && /[にのはがへでをも、。」』]/.test(after)
  return true
}

interface Names {
  readonly byPhrase: Map<string, Entry>
  readonly byFirst: Map<string, Array<CharactersEntry>>
}

/** Notes names of one place after the other. */
const startCollecting = (places: ReadonlyArray<ReadablePlace>, cityName: string) => {
  const byPhrase: Names["byPhrase"] = new Map()
  const byFirst: Names["byFirst"] = new Map()
  const areas = new Set([
    "",
    nameWords(cityName).join(" "),
    ...[...new Set(places.map(({ neighbourhood }) => neighbourhood))].map((area) => nameWords(area).join(" "))
  ])
  const known: Known = { areas, areaWords: new Set([...areas].flatMap((area) => area.split(" "))) }
  const put = (words: ReadonlyArray<string>, place: ReadablePlace, kind: keyof Entry) => {
    if (words.length === 0 || words.length > MOST_WORDS) return
    const key = words.join(" ")
    const entry = byPhrase.get(key) ?? { exact: new Set(), alias: new Set() }
    entry[kind].add(place)
    byPhrase.set(key, entry)
  }
  const putCharacters = (name: string, place: ReadablePlace, exact: boolean) => {
    const text = compactName(name)
    if (text === "" || !WITHOUT_SPACES.test(text)) return
    const list = byFirst.get(text[0]!) ?? []
    list.push({ text, place, exact })
    byFirst.set(text[0]!, list)
  }
  const collect = (place: ReadablePlace) => {
    const others = Object.values(place.names ?? {}).flatMap((names) => names.split(";"))
    for (const name of new Set([place.name, ...others])) {
      if (WITHOUT_SPACES.test(name)) {
        putCharacters(name, place, true)
        for (const short of shorterCharacters(name)) putCharacters(short, place, false)
      } else {
        put(nameWords(name), place, "exact")
        for (const words of shorter(name, known)) put(words, place, "alias")
      }
    }
  }
  const collected = (): Names => {
    for (const list of byFirst.values()) {
      list.sort((a, b) => b.text.length - a.text.length || Number(b.exact) - Number(a.exact))
    }
    return { byPhrase, byFirst }
  }
  return { collect, collected }
}

/** What follows a name at the beginning of a sentence, where an everyday word is none. */
const SAID_OF =
  /^\s*([:,?!—–-]|(is|was|has|had|makes?|does|serves?|isn't|wasn't|never|mixes|pours|es|fue|tiene|me|esta)\b)/

/** Whether a single word in the text can be meant as a name. */
const meant = (word: Word, folded: string, allSmall: boolean): boolean => {
  const everyday = plain(word.text)
  if (!word.capital) return allSmall && !everyday && word.text.length >= 5
  if (!everyday) return true
  const before = folded.slice(Math.max(0, word.start - 4), word.start).trimEnd()
  return (before !== "" && !/[.!?。]$/.test(before)) || SAID_OF.test(folded.slice(word.end, word.end + 14))
}

/** The entry of these words, where they can be a name as they are written. */
const nameAt = (
  run: ReadonlyArray<Word>,
  byPhrase: Names["byPhrase"],
  folded: string,
  allSmall: boolean
): Entry | undefined => {
  const [first, last] = [run[0]!, run.at(-1)!]
  // No name goes on behind the end of a sentence.
  if (run.length > 1 && /[!?。\n;]/.test(folded.slice(first.end, last.start))) return undefined
  const key = run.map(({ text }) => text).join(" ")
  const possessive = folded.slice(last.start, last.end).endsWith("'s")
  const entry = byPhrase.get(key) ?? (possessive ? byPhrase.get(key.slice(0, -1)) : undefined)
  if (entry === undefined) return undefined
  if (run.length === 1) return meant(first, folded, allSmall) ? entry : undefined
  // Words in small letters are no name, and everyday words are one only where each is written large.
  if (!allSmall && !run.some(({ capital }) => capital)) return undefined
  if (run.every(({ text }) => plain(text)) && !run.every(({ capital, text }) => capital || LINKING.has(text))) {
    return undefined
  }
  return entry
}

const PASSED_OVER = new Set(["the", "a", "an", "el", "la", "los", "las", "le", "les", "and"])

const findWords = (byPhrase: Names["byPhrase"], folded: string, words: ReadonlyArray<Word>): Array<NameHit> => {
  const hits: Array<NameHit> = []
  const telling = words.filter(({ text }) => !PASSED_OVER.has(text))
  const allSmall = !words.some(({ capital, text }) => capital && !/^\d/.test(text) && text !== "i")
  for (let at = 0; at < telling.length; ) {
    let taken = 0
    for (let length = Math.min(MOST_WORDS, telling.length - at); length >= 1 && taken === 0; length--) {
      const run = telling.slice(at, at + length)
      const entry = nameAt(run, byPhrase, folded, allSmall)
      if (entry === undefined) continue
      const found = entry.exact.size > 0 ? entry.exact : entry.alias
      if (found.size > MOST_MEANT) continue
      hits.push({ start: run[0]!.start, end: run.at(-1)!.end, places: [...found] })
      taken = length
    }
    at += Math.max(1, taken)
  }
  return hits
}

const findCharacters = (byFirst: Names["byFirst"], folded: string): Array<NameHit> => {
  const hits: Array<NameHit> = []
  const { text, at } = compactOf(folded)
  for (let i = 0; i < text.length; ) {
    const fits = (byFirst.get(text[i]!) ?? []).filter(
      (one) => text.startsWith(one.text, i) && separate(text, i, i + one.text.length)
    )
    const best = fits[0]
    if (best === undefined) {
      i++
      continue
    }
    const same = fits.filter((one) => one.text.length === best.text.length && one.exact === best.exact)
    const places = [...new Set(same.map(({ place }) => place))]
    if (places.length <= MOST_MEANT) hits.push({ start: at[i]!, end: at[i + best.text.length - 1]! + 1, places })
    i += best.text.length
  }
  return hits
}

const indexOf = ({ byPhrase, byFirst }: Names): NamesIndex => {
  return {
    find: (folded, words) => {
      const inCharacters = WITHOUT_SPACES.test(folded) ? findCharacters(byFirst, folded) : []
      const overlaps = (hit: Span) => inCharacters.some((other) => hit.start < other.end && other.start < hit.end)
      const inWords = findWords(byPhrase, folded, words).filter((hit) => !overlaps(hit))
      return [...inCharacters, ...inWords].sort((a, b) => a.start - b.start)
    },
    named: (name) => {
      const entry = byPhrase.get(nameWords(name).join(" "))
      if (entry !== undefined) return [...(entry.exact.size > 0 ? entry.exact : entry.alias)]
      const text = compactName(name)
      const list = (byFirst.get(text[0] ?? "") ?? []).filter((one) => one.text === text)
      return [...new Set(list.map(({ place }) => place))]
    }
  }
}

/** The same in steps, one place each, for whoever has others waiting: a large city takes about a second. */
export const startNamesIndex = (places: ReadonlyArray<ReadablePlace>, cityName = "") => {
  const { collect, collected } = startCollecting(places, cityName)
  return { places, step: collect, result: () => indexOf(collected()) }
}

export const makeNamesIndex = (places: ReadonlyArray<ReadablePlace>, cityName = ""): NamesIndex => {
  const { step, result } = startNamesIndex(places, cityName)
  for (const place of places) step(place)
  return result()
}
