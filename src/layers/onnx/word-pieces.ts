/**
 * The tokenizer of BERT and of the sentence-transformers made from it: text → words → the longest pieces that the
 * vocabulary has. Reads `vocab.txt` (one piece per line) or the vocabulary in `tokenizer.json`.
 */

export interface WordPieces {
  /** Ids with the marks of beginning and end, at most `limit` of them. */
  readonly encode: (text: string, limit: number) => BigInt64Array
}

/** A word longer than this is no word of any vocabulary. */
const LONGEST_WORD = 100
const MARK = /\p{M}/gu
const SEPARATE = /[\p{P}\p{S}]|[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff]/u
const INVISIBLE = /[\p{Cc}\p{Cf}\ufffd]/gu

const wordsOf = (text: string, lowercase: boolean): ReadonlyArray<string> => {
  const clean = text.replace(/[\t\n\r]/g, " ").replace(INVISIBLE, "")
  const folded = lowercase ? clean.toLowerCase().normalize("NFD").replace(MARK, "") : clean.normalize("NFC")
  const words: Array<string> = []
  let word = ""
  const end = () => {
    if (word !== "") words.push(word)
    word = ""
  }
  for (const char of folded) {
    if (/\s/u.test(char)) end()
    else if (SEPARATE.test(char)) {
      end()
      words.push(char)
    } else word += char
  }
  end()
  return words
}

export const makeWordPieces = (vocabulary: ReadonlyMap<string, number>, lowercase: boolean): WordPieces => {
  const special = (piece: string): bigint => {
    const id = vocabulary.get(piece)
    if (id === undefined) throw new Error(`the vocabulary has no ${piece}`)
    return BigInt(id)
  }
  const [begin, end, unknown] = [special("[CLS]"), special("[SEP]"), special("[UNK]")]

  const piecesOf = (word: string): ReadonlyArray<bigint> => {
    const chars = [...word]
    if (chars.length > LONGEST_WORD) return [unknown]
    const ids: Array<bigint> = []
    for (let from = 0; from < chars.length; ) {
      let to = chars.length
      let found: number | undefined
      for (; to > from; to--) {
        found = vocabulary.get((from === 0 ? "" : "##") + chars.slice(from, to).join(""))
        if (found !== undefined) break
      }
      // One piece that is not known makes the whole word unknown, as the model was taught.
      if (found === undefined) return [unknown]
      ids.push(BigInt(found))
      from = to
    }
    return ids
  }

  return {
    encode: (text, limit) => {
      const ids: Array<bigint> = [begin]
      for (const word of wordsOf(text, lowercase)) {
        ids.push(...piecesOf(word))
        if (ids.length >= limit) break
      }
      return BigInt64Array.from([...ids.slice(0, limit - 1), end])
    }
  }
}

/** From the text of `vocab.txt`. */
export const vocabularyOfLines = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text
      .split(/\r?\n/)
      .map((piece, id) => [piece, id] as const)
      .filter(([piece]) => piece !== "")
  )

/** From the text of `tokenizer.json`, where it is a WordPiece tokenizer. */
export const vocabularyOfJson = (
  text: string
): { readonly vocabulary: ReadonlyMap<string, number>; readonly lowercase: boolean } => {
  const parsed = JSON.parse(text) as {
    readonly model?: { readonly type?: string; readonly vocab?: Record<string, number> }
    readonly normalizer?: { readonly lowercase?: boolean } | null
  }
  const { model, normalizer } = parsed
  if (model?.vocab === undefined || (model.type !== undefined && model.type !== "WordPiece")) {
    throw new Error(`its tokenizer is ${model?.type ?? "of an unknown kind"}; WordPiece is what can be read here`)
  }
  return { vocabulary: new Map(Object.entries(model.vocab)), lowercase: normalizer?.lowercase ?? true }
}
