/**
 * What a table says under a word from outside. `table[word]` and `word in table` also find what every object inherits: for
 * "constructor" or "toString" that is a function, and whoever takes it for an answer stumbles over it later.
 */
export const entryOf = <A>(table: Readonly<Record<string, A>>, word: string): A | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined
