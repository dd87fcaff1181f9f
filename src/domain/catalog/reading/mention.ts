/** What readers of posts find, whoever reads: rules or a model. */
import type { Voice } from "../node.ts"

/** From here on a voice counts as local, below as a visitor's. */
export const LOCAL_VOICE = 0.5
/** More places than this in one post are a list, and the rest of it is not read. */
export const MOST_MENTIONS = 40
export const MAX_MENTION_QUOTE = 240

/** What a reader found in a post about one place, as the table `place_mentions` keeps it. */
export interface ReadMention {
  readonly activity_node_id: string
  readonly voice: Voice
  readonly stance: "praise" | "neutral" | "warn"
  readonly sentiment: number
  readonly avoid: boolean
  readonly confidence: number
  readonly vibe_tags: ReadonlyArray<string>
  /** Words of the post that say so. */
  readonly quote: string
}
