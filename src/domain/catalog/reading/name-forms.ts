/** What people make of a name: the forms that are left when they leave off what goes without saying. */
import { nameWords } from "../names.ts"
import { EVERYDAY, GENERIC, LINKING } from "./plain-words.ts"

/** Letters of a word that hardly anybody says without meaning the place. */
const RARE_WORD = 8
/** … wherever in a name it stands. */
const OWN_WORD = 9
const SHORTEST_ALIAS = 4

export const WITHOUT_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u

export const plain = (word: string) =>
  GENERIC.has(word) || EVERYDAY.has(word) || LINKING.has(word) || /^\d+$/.test(word)

/** The city's own name and those of its neighbourhoods. */
export interface Known {
  readonly areas: ReadonlySet<string>
  readonly areaWords: ReadonlySet<string>
}

/** One word that is left of a name stands for it only where it can hardly be anything else. */
const standsAlone = (word: string, rest: ReadonlyArray<string>, possessive: boolean, { areaWords }: Known): boolean => {
  if (plain(word) || areaWords.has(word) || word.length < SHORTEST_ALIAS) return false
  return possessive || word.length >= RARE_WORD || rest.every((one) => plain(one) || areaWords.has(one))
}

/** Shorter forms of a name in Latin letters, as lists of its words. */
export const shorter = (name: string, known: Known): ReadonlyArray<ReadonlyArray<string>> => {
  const out: Array<ReadonlyArray<string>> = []
  const words = nameWords(name)
  const add = (part: ReadonlyArray<string>) => {
    if (part.length >= 2 && !part.every(plain) && !known.areas.has(part.join(" "))) out.push(part)
  }
  const parts = name.split(/,|\(|\)| at | from | by | and /i).map(nameWords)
  for (const part of parts) add(part)
  const first = parts[0]!
  if (parts.length > 1 && first.length === 1 && !plain(first[0]!) && first[0]!.length >= SHORTEST_ALIAS) out.push(first)
  // "Golden Gardens Park" is Golden Gardens, and "Archie McPhee's Museum" Archie McPhee.
  for (let length = words.length - 1; length >= 2; length--) {
    const left = words[length]!
    if (!GENERIC.has(left) && !known.areaWords.has(left)) break
    const short = words.slice(0, length)
    if (!known.areas.has(short.join(" "))) out.push(short)
  }
  const owner = /^([\p{L} .]+?)['’]s(?:\s|$)/u.exec(name)
  if (owner !== null) add(nameWords(owner[1]!))
  const possessive = /^(?:the )?[\p{L}]+['’]s?(?:\s|$)/iu.test(name)
  if (words.length > 1 && standsAlone(words[0]!, words.slice(1), possessive, known)) out.push([words[0]!])
  for (let length = 2; length < words.length; length++) {
    if (!LINKING.has(words[length - 1]!)) add(words.slice(0, length))
  }
  // "Hot Cakes Molten Chocolate Cakery": everyday words, but together they are said of nothing else.
  const two = words.slice(0, 2)
  if (words.length > 2 && two.every(plain) && two.some((word) => EVERYDAY.has(word) && !GENERIC.has(word)))
    out.push(two)
  // "Museo Jumex" is the Jumex.
  for (const part of [words, first]) {
    let from = 0
    while (from < part.length - 1 && (GENERIC.has(part[from]!) || LINKING.has(part[from]!))) from++
    const tail = part.slice(from)
    if (from > 0 && tail.length >= 2) add(tail)
    if (from > 0 && tail.length >= 1 && standsAlone(tail[0]!, tail.slice(1), false, known)) out.push([tail[0]!])
  }
  for (const word of words) if (word.length >= OWN_WORD && !plain(word) && !known.areaWords.has(word)) out.push([word])
  return out
}

/** What places are, where a name says only that before its own. */
const KINDS_JA =
  /^(らーめん|ラーメン|カフェ|おにぎり|カレー|喫茶店?|居酒屋|焼肉|焼き肉|寿司|鮨|すし|とんかつ|ホテル|レストラン|バー|そば|蕎麦|うどん|中華そば|中華料理|パン|食堂|公園|神社|美術館|博物館|酒場|焼鳥|焼き鳥|お好み焼き|広島お好み焼き|定食|珈琲|コーヒー|銭湯|温泉|宿|旅館|ビストロ|トラットリア|ピザ|ステーキ|弁当|和菓子|洋菓子|本屋|書店|甘味|茶屋|茶房|割烹|料亭|鉄板焼き?|ザ|スカイ|新宿|渋谷|銀座|東京)$/

/** What people leave off a name in characters: the branch, what stands in brackets. */
export const shorterCharacters = (name: string): ReadonlyArray<string> => {
  const whole = name.replace(/[（(].*?[）)]/g, "").trim()
  const first = whole.split(/[\s　]/)[0]!
  return [whole, first, whole.replace(/(総本店|本店|本館|[\p{Script=Han}]{1,3}店)$/u, "").trim()].filter(
    (one) => one !== name && one.length >= 2 && WITHOUT_SPACES.test(one) && !KINDS_JA.test(one)
  )
}
