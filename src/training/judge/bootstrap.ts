/**
 * How sure a mean over users is: users are drawn again and again, with replacement, and the mean is taken each time. Where
 * people share a trip they are drawn together, as one cluster.
 */

import { randomStream } from "../../domain/basics/random.ts"
import type { Interval } from "../../domain/learning/promotion.ts"

export const RESAMPLES = 2_000
const TAIL = 0.025

export interface BootstrapOptions {
  readonly seed: number
  readonly resamples?: number
  /** The cluster of each value; each value is its own where absent. */
  readonly clusters?: ReadonlyArray<string | number>
}

interface Sums {
  readonly sums: Float64Array
  readonly counts: Float64Array
}

/** Sums and counts of the values by cluster, in the order in which clusters first appear. */
const clustered = (values: ArrayLike<number>, clusters: BootstrapOptions["clusters"]): Sums => {
  const numbers = new Map<string | number, number>()
  const sums: Array<number> = []
  const counts: Array<number> = []
  for (let i = 0; i < values.length; i++) {
    const name = clusters === undefined ? i : clusters[i]!
    let at = numbers.get(name)
    if (at === undefined) {
      at = sums.length
      numbers.set(name, at)
      sums.push(0)
      counts.push(0)
    }
    sums[at]! += values[i]!
    counts[at]! += 1
  }
  return { sums: Float64Array.from(sums), counts: Float64Array.from(counts) }
}

const between = (means: Float64Array, mean: number): Interval => {
  means.sort()
  const at = (share: number) => means[Math.min(means.length - 1, Math.floor(share * means.length))]!
  return { mean, lower: at(TAIL), upper: at(1 - TAIL) }
}

const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return values.length === 0 ? Number.NaN : sum / values.length
}

/** Means of users drawn again, one at a time. */
const drawnAgain = (values: ArrayLike<number>, options: BootstrapOptions) => {
  const { sums, counts } = clustered(values, options.clusters)
  const random = randomStream("bootstrap", options.seed)
  const means = new Float64Array(options.resamples ?? RESAMPLES)
  const draw = (r: number) => {
    let sum = 0
    let count = 0
    for (let k = 0; k < sums.length; k++) {
      const drawn = Math.floor(random() * sums.length)
      sum += sums[drawn]!
      count += counts[drawn]!
    }
    means[r] = sum / count
  }
  return { count: means.length, draw, interval: () => between(means, meanOf(values)) }
}

/** The mean of one value per user, or decision, with its interval. The same seed draws the same users. */
export const bootstrapMean = (values: ArrayLike<number>, options: BootstrapOptions): Interval => {
  const { count, draw, interval } = drawnAgain(values, options)
  for (let r = 0; r < count; r++) draw(r)
  return interval()
}

/** The same where others wait for the event loop: `rest` gives it back where it was held long enough. */
export const bootstrapInTurns = async (
  values: ArrayLike<number>,
  options: BootstrapOptions,
  rest: () => Promise<void> | undefined
): Promise<Interval> => {
  const { count, draw, interval } = drawnAgain(values, options)
  for (let r = 0; r < count; r++) {
    draw(r)
    const resting = rest()
    if (resting !== undefined) await resting
  }
  return interval()
}

/** Candidate less incumbent, of the same users: what they have in common falls away. */
export const differencesOf = (candidate: ArrayLike<number>, incumbent: ArrayLike<number>): Float64Array => {
  if (candidate.length !== incumbent.length) {
    throw new Error(`A pair has two sides: ${candidate.length} values cannot be compared with ${incumbent.length}.`)
  }
  return Float64Array.from({ length: candidate.length }, (_, i) => candidate[i]! - incumbent[i]!)
}

export const pairedDifference = (
  candidate: ArrayLike<number>,
  incumbent: ArrayLike<number>,
  options: BootstrapOptions
): Interval => bootstrapMean(differencesOf(candidate, incumbent), options)

/** Neither interval reaches into the other. */
export const disjoint = (a: Interval, b: Interval): boolean => a.lower > b.upper || b.lower > a.upper
