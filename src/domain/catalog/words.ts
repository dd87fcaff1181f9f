/** The words of the catalog as they are said and asked for: kinds of places, vibes, and what a trip can be asked to leave out. */
import { wordOf } from "../basics/words.ts"
import { CATEGORIES } from "./category.ts"
import type { ActivityNode } from "./node.ts"
import { TAXONOMY, VIBE_TAGS } from "./taxonomy.ts"

export const CategoryWord = wordOf("Category", CATEGORIES)
export const VibeTagWord = wordOf("VibeTag", VIBE_TAGS)

/** A vibe, a kind of place, or what has a roof or has none. */
export const AVOIDABLE: ReadonlyArray<string> = [...new Set([...VIBE_TAGS, ...CATEGORIES, "indoor", "outdoor"])]
export const AvoidableWord = wordOf("Avoidable", AVOIDABLE)

/** Whether that is one of the things that the word stands for. */
export const isNamedBy = (node: Pick<ActivityNode, "vibe_tags" | "category" | "setting">, word: string): boolean =>
  node.vibe_tags.includes(word) || node.category === word || node.setting === word

const tagOfWord: ReadonlyMap<string, string> = new Map(
  TAXONOMY.flatMap((info) => info.words.map((word) => [word, info.tag] as const)).reverse()
)

/** The tag that a word of one's own is, or suggests. */
export const tagSuggestedBy = (said: string): string | undefined => {
  const word = said.trim().toLowerCase()
  return VIBE_TAGS.includes(word) ? word : tagOfWord.get(word)
}
