/** What models have in common that know travelers and places as vectors: a taste, and what it says of a place. */

export type Taste = ArrayLike<number>

/** A place by its name, with its vibe where that is known. */
export interface Place {
  readonly id: string
  readonly vibe: ArrayLike<number> | undefined
}

export interface Judged {
  readonly place: Place
  readonly accepted: boolean
  /** Unix milliseconds. */
  readonly at: number
}

/** Of somebody's places at most so many of either kind say what they like, the newest: while they wait, and at night. */
export const MOST_JUDGED = 20
export const MOST_JUDGED_AT_NIGHT = 60

export interface TasteScorer {
  /** The taste of somebody who was trained on. */
  readonly known: (user: string) => Taste | undefined
  /** What everybody likes. */
  readonly stranger: Taste
  /** The taste that makes what they accepted score above what they passed; the stranger's where they judged nothing known. */
  readonly learnt: (judged: ReadonlyArray<Judged>, most?: number) => Taste
  /** Whether the model knows anything of a place: by its name, or by its vibe. */
  readonly knows: (place: Place) => boolean
  /** 0 for a place of which nothing is known. */
  readonly score: (taste: Taste, place: Place) => number
}
