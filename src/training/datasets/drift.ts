/**
 * How much otherwise the newer half of what was logged is than the older one, feature by feature, and how much that could be by
 * chance: the candidates of a plan share their party and their moments, and so do the plans of a traveler, so that some dozens of
 * travelers differ much from others without any reason. What each of them left in one half and in the other changes sides, or does not,
 * as a coin falls, again and again: nobody's own plans are torn apart, and whatever became another for many at once is not undone
 * by that.
 *
 * Many features are looked at, and each of them has its chances. So all of them are dealt out together, and it is asked how often a
 * deal is as strange as what was found in any of them: of a hundred sound sets one is refused, whatever number of features they have.
 */
import { randomStream } from "../../domain/basics/random.ts"
import { histogramOf, logsUpTo, stabilityIndex } from "./profile.ts"

/** How often travelers are dealt out anew, and which share of that is called chance. */
const DEALS = 2_000
const BEYOND_CHANCE = 0.01

/** What one plan says of a feature, oldest first. */
interface Said {
  readonly traveler: string
  readonly values: ReadonlyArray<number>
}

interface Judged<Name> {
  readonly name: Name
  readonly plans: ReadonlyArray<Said>
}

export interface Drift<Name> {
  readonly name: Name
  readonly drift: number
  /** What is above this is beyond chance. */
  readonly chance: number
}

/**
 * Both halves as counts per bin, and what changes sides with whom: of each traveler each bin by itself. Flat, because millions of
 * these are added up.
 */
interface Halves {
  readonly older: Float64Array
  readonly newer: Float64Array
  readonly travelers: Int32Array
  readonly bins: Int32Array
  readonly counts: Float64Array
  /** Of every count that there can be: the logarithm is what takes long. */
  readonly logs: Float64Array
}

const halvesOf = (plans: ReadonlyArray<Said>, numberOf: ReadonlyMap<string, number>): Halves | undefined => {
  const half = Math.floor(plans.length / 2)
  const seen = plans.slice(0, half).flatMap(({ values }) => values)
  if (seen.length === 0 || plans.slice(half).every(({ values }) => values.length === 0)) return undefined
  const { edges } = histogramOf(seen)
  const bins = edges.length - 1
  const [older, newer] = [new Float64Array(bins), new Float64Array(bins)]
  const moved = new Map<string, Float64Array>()
  for (const [i, { traveler, values }] of plans.entries()) {
    const isOlder = i < half
    const move = moved.get(traveler) ?? new Float64Array(bins)
    moved.set(traveler, move)
    for (const [bin, count] of histogramOf(values, edges).counts.entries()) {
      const side = isOlder ? older : newer
      side[bin]! += count
      move[bin]! += isOlder ? -count : count
    }
  }
  const moves = [...moved].flatMap(([traveler, move]) =>
    Array.from(move, (count, bin) => ({ traveler: numberOf.get(traveler)!, bin, count })).filter(
      (one) => one.count !== 0
    )
  )
  return {
    older,
    newer,
    travelers: Int32Array.from(moves, ({ traveler }) => traveler),
    bins: Int32Array.from(moves, ({ bin }) => bin),
    counts: Float64Array.from(moves, ({ count }) => count),
    logs: logsUpTo(older.reduce((sum, n) => sum + n, 0) + newer.reduce((sum, n) => sum + n, 0))
  }
}

/** The index once those have changed sides; `room` is for the halves as they are then. */
const indexOf = (halves: Halves, changed: Uint8Array, room: { before: Float64Array; since: Float64Array }): number => {
  const { bins, counts, logs, travelers } = halves
  const { before, since } = room
  before.set(halves.older)
  since.set(halves.newer)
  for (let i = 0; i < bins.length; i++) {
    const bin = bins[i]!
    const count = counts[i]! * changed[travelers[i]!]!
    before[bin]! += count
    since[bin]! -= count
  }
  return stabilityIndex({ counts: before }, { counts: since }, logs)
}

/** How many of the deals, least first, are at least as much. */
const asMuch = (deals: Float64Array, drift: number): number => {
  let [low, high] = [0, deals.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (deals[middle]! < drift) low = middle + 1
    else high = middle
  }
  return deals.length - low
}

/** The drift of each feature that has one; what is at most `limit` is none, whether by chance or not. */
export const driftsOf = <Name extends string>(
  judged: ReadonlyArray<Judged<Name>>,
  limit: number
): ReadonlyArray<Drift<Name>> => {
  const travelers = new Set(judged.flatMap(({ plans }) => plans.map(({ traveler }) => traveler)))
  const numberOf = new Map([...travelers].map((traveler, i) => [traveler, i]))
  const changed = new Uint8Array(travelers.size)
  const features = judged.flatMap(({ name, plans }) => {
    const halves = halvesOf(plans, numberOf)
    if (halves === undefined) return []
    const room = { before: halves.older.slice(), since: halves.newer.slice() }
    return [{ name, halves, room, drift: indexOf(halves, changed, room) }]
  })
  if (features.every(({ drift }) => drift <= limit)) return []
  const random = randomStream("deals of travelers")
  const deals = features.map(() => new Float64Array(DEALS))
  for (let deal = 0; deal < DEALS; deal++) {
    for (let i = 0; i < changed.length; i++) changed[i] = random() < 0.5 ? 1 : 0
    for (const [f, { halves, room }] of features.entries()) deals[f]![deal] = indexOf(halves, changed, room)
  }
  const sorted = deals.map((of) => of.toSorted())
  // Of each deal how strange it is in the feature in which it is strangest: the fewer deals are as much there, the stranger.
  const strangest = new Float64Array(DEALS).fill(Number.POSITIVE_INFINITY)
  for (const [f, of] of deals.entries()) {
    for (let deal = 0; deal < DEALS; deal++) {
      if (of[deal]! > limit) strangest[deal] = Math.min(strangest[deal]!, asMuch(sorted[f]!, of[deal]!))
    }
  }
  strangest.sort()
  const fewest = strangest[Math.floor(BEYOND_CHANCE * DEALS)]!
  return features.map(({ drift, name }, f) => ({ name, drift, chance: sorted[f]!.at(-fewest) ?? 0 }))
}
