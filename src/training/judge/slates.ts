/** Decisions to judge rankers by: all that could have been chosen, what was, and the order in which a ranker puts it. */
import * as Schema from "effect/Schema"
import { TripCount } from "../../domain/vocabulary.ts"
import { numbersOf } from "./numbers.ts"

const isTripCount = Schema.is(TripCount)

export interface Slate {
  readonly id: string
  readonly user: string
  /** Who is drawn together in the bootstrap: people who travel together, or the user alone. */
  readonly cluster: string
  /** Unix milliseconds. */
  readonly at: number
  readonly items: ReadonlyArray<string>
  /** 1 for what was taken. */
  readonly taken: Uint8Array
  /** 1 for what was turned down by hand; of all else nobody knows. Absent where that was not logged. */
  readonly passed?: Uint8Array
  /** What kind of decision it is, by name of the kind: city, people, origin. */
  readonly segments: Readonly<Record<string, string>>
}

/** A number per item of the slate; larger is better. */
export type SlateScorer = (slate: Slate) => ArrayLike<number>

/**
 * Whether somebody travels with us for the first time, as a segment. A word that the vocabulary does not have (older logs and
 * datasets say one where nothing was known) puts nobody anywhere.
 */
export const travelerSegment = (tripCount: unknown): { readonly traveler?: "new" | "repeat" } =>
  isTripCount(tripCount) ? { traveler: tripCount === "first_trip" ? "new" : "repeat" } : {}

export const METRICS = ["hr5", "hr10", "mrr", "ndcg10", "auc", "p3"] as const
export type Metric = (typeof METRICS)[number]

/** Where an item stands: how many are above it, and how many share its score, itself among them. */
export interface Standing {
  readonly above: number
  readonly tied: number
}

export const standingsOf = (given: ArrayLike<number>): ReadonlyArray<Standing> => {
  const scores = numbersOf(given)
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!)
  const standings = Array<Standing>(scores.length)
  for (let i = 0; i < order.length; ) {
    let j = i
    while (j < order.length && scores[order[j]!] === scores[order[i]!]) j++
    const standing = { above: i, tied: j - i }
    for (let k = i; k < j; k++) standings[order[k]!] = standing
    i = j
  }
  return standings
}

/** The rank of each item, from 1; those with the same score share the mean of their ranks. */
export const ranksOf = (scores: ArrayLike<number>): Float64Array =>
  Float64Array.from(standingsOf(scores), ({ above, tied }) => above + (tied + 1) / 2)

/** The chance to come among the first so many, where chance decides between those with the same score. */
export const chanceWithin = (first: number, { above, tied }: Standing): number =>
  Math.min(1, Math.max(0, (first - above) / tied))

/** What a rank is worth, on the mean of those that a standing leaves open. */
const meanWorth = ({ above, tied }: Standing, worth: (rank: number) => number): number => {
  let sum = 0
  for (let rank = above + 1; rank <= above + tied; rank++) sum += worth(rank)
  return sum / tied
}

const gain = (rank: number): number => (rank <= 10 ? 1 / Math.log2(rank + 1) : 0)

/**
 * The chances that the best of what was taken has this rank, from the first that is open to it: so many of those that share
 * its score were taken, and each may stand anywhere among them.
 */
const bestOf = (taken: ReadonlyArray<Standing>) => {
  const least = taken.reduce((one, other) => (other.above < one.above ? other : one))
  const wanted = taken.filter(({ above }) => above === least.above).length
  const chances: Array<readonly [rank: number, chance: number]> = []
  let still = 1
  for (let before = 0; before <= least.tied - wanted; before++) {
    const now = (still * wanted) / (least.tied - before)
    chances.push([least.above + before + 1, now])
    still -= now
  }
  return chances
}

/**
 * What an order of the slate is worth. Of several that were taken, hits and reciprocal rank look at the best, NDCG and P@3
 * at all; AUC is the share of pairs that stand in the right order. Where scores are the same, all of it is the mean over the
 * orders that they leave open: one that says nothing gets what chance would.
 */
export const worthOf = (slate: Slate, scores: ArrayLike<number>): Readonly<Record<Metric, number>> => {
  const standings = standingsOf(scores)
  const taken = standings.filter((_, i) => slate.taken[i] === 1)
  const best = taken.length === 0 ? [] : bestOf(taken)
  const hit = (first: number) =>
    Math.min(
      1,
      best.reduce((sum, [rank, chance]) => sum + (rank <= first ? chance : 0), 0)
    )
  const sum = (worth: (standing: Standing) => number) => taken.reduce((all, one) => all + worth(one), 0)
  const ideal = taken.slice(0, 10).reduce((all, _, i) => all + gain(i + 1), 0)
  const others = slate.items.length - taken.length
  const above =
    sum(({ above, tied }) => slate.items.length - above - (tied + 1) / 2) - (taken.length * (taken.length - 1)) / 2
  return {
    hr5: hit(5),
    hr10: hit(10),
    mrr: best.reduce((all, [rank, chance]) => all + chance / rank, 0),
    ndcg10: ideal === 0 ? 0 : sum((standing) => meanWorth(standing, gain)) / ideal,
    auc: taken.length === 0 || others === 0 ? 0.5 : above / (taken.length * others),
    p3: sum((standing) => chanceWithin(3, standing)) / 3
  }
}
