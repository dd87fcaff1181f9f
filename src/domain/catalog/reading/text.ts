/** A post's text taken apart once: folded letters in their places, words, sentences and the language. */

export type Language = "en" | "es" | "ja" | "other"

export interface Word {
  /** Small letters without accents; apostrophes are gone. */
  readonly text: string
  readonly start: number
  readonly end: number
  readonly capital: boolean
}

export interface Span {
  readonly start: number
  readonly end: number
}

/** Small letters without accents, each in the place of its letter, so that what is found has a place in the text. */
export const foldInPlace = (text: string): string => {
  let out = ""
  for (let i = 0; i < text.length; i++) {
    const unit = text[i]!
    const code = unit.charCodeAt(0)
    if (code < 0x80) {
      out += code >= 65 && code <= 90 ? unit.toLowerCase() : unit
      continue
    }
    if (unit === "’" || unit === "‘" || unit === "`" || unit === "´") {
      out += "'"
      continue
    }
    // Accents of Latin letters go; the marks of kana are letters of their own.
    const plain = code < 0x250 || (code >= 0x1e00 && code <= 0x1eff) ? unit.normalize("NFD")[0]! : unit
    const small = plain.toLowerCase()
    out += small.length === 1 ? small : plain
  }
  return out
}

/** Latin words and numbers; a run of any other script is one word. */
const WORD = /[\p{Script=Latin}\p{N}]+(?:'\p{Script=Latin}+)*|[^\P{L}\p{Script=Latin}]+/gu

export const wordsOf = (text: string, folded: string): ReadonlyArray<Word> => {
  const out: Array<Word> = []
  for (const match of folded.matchAll(WORD)) {
    const start = match.index
    const first = text[start]!
    out.push({
      text: match[0].replaceAll("'", ""),
      start,
      end: start + match[0].length,
      capital: first !== first.toLowerCase() || /\p{N}/u.test(first)
    })
  }
  return out
}

/** Words that end in a full stop without ending a sentence. */
const SHORTENED = /(?:^|[\s(])(?:st|dr|mr|mrs|ms|no|vs|etc|e\.g|i\.e|a\.m|p\.m|sr|sra|av|ave|jr|mt|ft|approx|[a-z])\.$/

/** Sentences with their ends; nothing inside of a name ends one. */
export const sentencesOf = (folded: string, names: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const out: Array<Span> = []
  let start = 0
  const END = /[.!?]+["')\]]*(?=\s|$)|[。！？…]+[」』）]*|\n+/gu
  for (const match of folded.matchAll(END)) {
    const end = match.index + match[0].length
    if (names.some((name) => match.index >= name.start && match.index < name.end)) continue
    if (match[0] === "." && SHORTENED.test(folded.slice(Math.max(0, end - 8), end))) continue
    // "... no, thanks" goes on.
    if (/^\.{2,}|^…/.test(match[0]) && /^\s+\p{Ll}/u.test(folded.slice(end, end + 3))) continue
    if (folded.slice(start, end).trim() !== "") out.push({ start, end })
    start = end
  }
  if (folded.slice(start).trim() !== "") out.push({ start, end: folded.length })
  return out
}

const KANA = /[\u3041-\u30ff]/g
const HAN = /\p{Script=Han}/gu
const OTHER_SCRIPT =
  /[\p{Script=Hangul}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Thai}\p{Script=Greek}\p{Script=Hebrew}]/gu

const common = (list: string) => new Set(list.split(" "))
const ENGLISH = common(
  "the and is was of to in it for you with that this are at on my we they have has be not but just or so if from had were i their our your there been would go went dont do best its thats never they're really very when how what which who some any more than into out up over by as can will was'nt about where there here most only"
)
const SPANISH = common(
  "el la los las de y es en que un una por para con no se lo su mas pero muy fue esta son al del mi me nos te hay como si ya ni vale mejor desde donde cuando porque aqui fui va voy fuimos estan tiene mis mi todo toda todos todas tan dejo hay al su sus le les ese esa eso este esto estos estas sin sobre entre hasta ser era eran fueron lo que quien cada otra otro nada siempre nunca solo tambien mejores bien vamos voy quiero puede pero una unos unas"
)
const OTHERS = common(
  "le les des et est dans une pour pas qui sur avec nous vous tres c'est der die das und ist nicht mit ein eine auf wir sehr war il di che per non sono con molto e o os as uma nao muito para com em um do da het een van niet zijn og er ikke som och att det ar inte"
)

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

/** By the script, then by the small words that every sentence has. */
export const languageOf = (text: string, folded: string, words: ReadonlyArray<Word>): Language => {
  const accents = words.map(({ start, end }) => text.slice(start, end)).join(" ")
  const kana = count(folded, KANA)
  const letters = Math.max(
    1,
    words.reduce((sum, word) => sum + word.text.length, 0)
  )
  if (kana >= 2 && kana / letters > 0.08) return "ja"
  if (count(folded, HAN) + count(folded, OTHER_SCRIPT) > letters * 0.3) return "other"
  const seen = { en: 0, es: 0, other: 0 }
  for (const word of words) {
    if (ENGLISH.has(word.text)) seen.en++
    if (SPANISH.has(word.text)) seen.es++
    if (OTHERS.has(word.text)) seen.other++
  }
  if (/[¿¡]/.test(folded)) seen.es += 2
  seen.es += Math.min(2, count(accents, /[áéíóúñ]/gi))
  if (seen.es > seen.en && seen.es >= seen.other) return "es"
  if (seen.other > seen.en + 1 && seen.other > seen.es + 1) return "other"
  return seen.en === 0 && seen.es > 0 ? "es" : "en"
}
