/** What a mood asks for, in vibes. */
import { vibeEmbedding } from "../catalog/embedding.ts"
import { isVibeTag } from "../catalog/taxonomy.ts"
import { tagSuggestedBy } from "../catalog/words.ts"
import { Mood, VIBE_DIMENSIONS } from "../vocabulary.ts"
import type { PivotDetail } from "./model.ts"

export const MOODS: ReadonlyArray<Mood> = Mood.literals

export const MOOD_VIBES: Readonly<Record<Mood, Readonly<Record<string, number>>>> = {
  calm: { quiet: 1, serene: 1, gardens: 0.5, tea_ritual: 0.5, cozy: 0.4 },
  energetic: { lively: 1, active: 0.9, dancing: 0.5, live_music: 0.5 },
  hungry: { comfort_food: 1, street_food: 0.8, adventurous_eats: 0.5, seafood: 0.4 },
  curious: { hidden_gem: 0.8, history: 0.7, contemporary_art: 0.7, quirky: 0.6, architecture: 0.5, hands_on: 0.4 },
  romantic: { romantic: 1, date_night: 0.8, golden_hour: 0.6, scenic_view: 0.5, wine: 0.3 },
  playful: { playful: 1, quirky: 0.5, hands_on: 0.5, family_friendly: 0.4 },
  tired: { cozy: 0.9, quiet: 0.8, wellness: 0.7, specialty_coffee: 0.6, quick_stop: 0.3 },
  social: { group_friendly: 1, lively: 0.7, neighbourhood_hub: 0.5, craft_beer: 0.4, people_watching: 0.4 }
}

const VECTORS: ReadonlyArray<Float32Array> = MOODS.map((mood) => vibeEmbedding(MOOD_VIBES[mood]))

const isMood = (text: string): text is Mood => (MOODS as ReadonlyArray<string>).includes(text)

/** How well each node suits each mood of the palette, node by node. Depends on the catalog alone. */
const build = (matrix: Float32Array): Float32Array => {
  const count = matrix.length / VIBE_DIMENSIONS
  const out = new Float32Array(count * MOODS.length)
  for (let i = 0; i < count; i++) {
    for (let m = 0; m < MOODS.length; m++) {
      const vector = VECTORS[m]!
      let dot = 0
      for (let d = 0; d < VIBE_DIMENSIONS; d++) dot += vector[d]! * matrix[i * VIBE_DIMENSIONS + d]!
      out[i * MOODS.length + m] = dot
    }
  }
  return out
}

const built = new WeakMap<Float32Array, Float32Array>()

export const moodTable = (matrix: Float32Array): Float32Array => {
  let table = built.get(matrix)
  if (table === undefined) {
    table = build(matrix)
    built.set(matrix, table)
  }
  return table
}

export interface MoodWish {
  /** The palette's column where it has one. */
  readonly palette: number | undefined
  /** In words, for the answer. */
  readonly label: string
  readonly vector: Float32Array
}

/** Reads a mood or tags into a direction of the vibe space; `undefined` where nothing of it is known. */
export const moodWish = (detail: PivotDetail | undefined): MoodWish | undefined => {
  const tags = (detail?.tags ?? []).filter(isVibeTag)
  if (tags.length > 0) {
    return {
      palette: undefined,
      label: tags.join(", "),
      vector: vibeEmbedding(Object.fromEntries(tags.map((tag) => [tag, 1])))
    }
  }
  const mood = detail?.mood?.trim().toLowerCase()
  if (mood === undefined) return undefined
  if (isMood(mood)) {
    const palette = MOODS.indexOf(mood)
    return { palette, label: mood, vector: VECTORS[palette]! }
  }
  const tag = tagSuggestedBy(mood)
  return tag === undefined ? undefined : { palette: undefined, label: mood, vector: vibeEmbedding({ [tag]: 1 }) }
}

/** From here on a place has something of a mood; the best of a thin choice need not. */
const SUITS = 0.15
const HUNGRY = MOODS.indexOf("hungry")

/** Whether it may be said of a place that it suits the mood. Who is hungry is only ever sent where there is food. */
export const suitsMood = (matrix: Float32Array, { palette, vector }: MoodWish, index: number): boolean => {
  if (palette === HUNGRY) return true
  let dot = 0
  for (let i = 0; i < VIBE_DIMENSIONS; i++) dot += vector[i]! * matrix[index * VIBE_DIMENSIONS + i]!
  return dot >= SUITS
}
