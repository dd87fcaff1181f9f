/**
 * Words of closed lists as the contract tells them, made from the lists themselves. They are read leniently, because what was
 * kept under an older list stays readable; whoever takes such a word from outside asks `wordsNotIn` and refuses by name.
 */
import * as Schema from "effect/Schema"
import { isStorableText } from "./storable.ts"

const LONGEST_WORD = 64

const isShort = (word: string): boolean | string =>
  (word.length <= LONGEST_WORD && isStorableText(word)) ||
  `must be a word of at most ${LONGEST_WORD} characters that can be stored`

const told = (jsonSchema: Readonly<Record<string, unknown>>) =>
  Schema.String.check(Schema.makeFilter(isShort, { toJsonSchema: () => jsonSchema }))

/** Stands beside the list for whoever compares releases: words that it has not are read as well. Documents leave it out. */
export const OTHERS_ARE_READ = "x-others-are-read"

/** A word of the list. */
export const wordIn = (words: ReadonlyArray<string>) => told({ enum: words, [OTHERS_ARE_READ]: true })

/** The same, under a name of its own in the documents of the contract. */
export const wordOf = (identifier: string, words: ReadonlyArray<string>) => wordIn(words).annotate({ identifier })

/** A word of the list, or one of one's own. */
export const wordOfOrOwn = (words: ReadonlyArray<string>) =>
  told({
    anyOf: [
      { type: "string", enum: words },
      { type: "string", maxLength: LONGEST_WORD }
    ]
  })

/** A record by words of a closed list; others, of an older list, are read as well. */
export const recordBy = <Value extends Schema.Top>(words: ReadonlyArray<string>, value: Value) =>
  Schema.Record(Schema.String, value).check(
    Schema.makeFilter(() => true, { toJsonSchema: () => ({ propertyNames: { enum: words } }) })
  )

export interface UnknownWord {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/** Which of the words do not stand in the list, each with where it stood and with the words that do. */
export const wordsNotIn = (
  list: ReadonlyArray<string>,
  words: ReadonlyArray<string>,
  path: ReadonlyArray<string | number>,
  what: string
): ReadonlyArray<UnknownWord> =>
  words.flatMap((word, index) =>
    list.includes(word)
      ? []
      : [{ path: [...path, index], message: `"${word}" is not ${what}; there are ${list.join(", ")}` }]
  )
