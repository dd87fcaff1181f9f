/** Names as people compare them: accents, case, articles and punctuation do not tell two places apart. */

const ARTICLES = new Set(["the", "a", "an", "el", "la", "los", "las", "le", "les"])

/** What is left of a name when those are gone. */
export const nameWords = (name: string): ReadonlyArray<string> => {
  const words = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/['’`]/g, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
  const telling = words
    .map((word) => (word === "and" ? "&" : word))
    .filter((word) => word !== "&" && !ARTICLES.has(word))
  return telling.length > 0 ? telling : words
}

export const foldName = (name: string): string => nameWords(name).join(" ")
