/** Sequences of like length go through the graph together, so that little is computed for padding. */
import { type Random, shuffled } from "../../domain/basics/random.ts"
import { lengthOf, type Sequences, userCount } from "./sequences.ts"

/** Lengths are multiples of this. */
const GRAIN = 4

const roundedUp = (length: number): number => Math.ceil(length / GRAIN) * GRAIN

/**
 * The lengths to cut graphs for, the longest last, for steps (one less than what is in a sequence) of the data: where a
 * graph ends, longer sequences lose their oldest. `count` lengths that cost least, counting a step of a sequence as one.
 */
export const bucketLengths = (data: Sequences, longest: number, count: number): ReadonlyArray<number> => {
  const most = roundedUp(longest)
  const users = new Float64Array(most / GRAIN + 1)
  for (let user = 0; user < userCount(data); user++) {
    const steps = Math.min(most, lengthOf(data, user) - 1)
    if (steps > 0) users[roundedUp(steps) / GRAIN]! += 1
  }
  // cost[k][j]: of all sequences of at most j grains with k graphs, the last of which ends at j.
  const ends = users.length
  const upTo = new Float64Array(ends)
  for (let j = 1; j < ends; j++) upTo[j] = upTo[j - 1]! + users[j]!
  let cost = Float64Array.from(upTo, (n, j) => n * j)
  const cuts: Array<Int32Array> = [new Int32Array(ends)]
  for (let k = 1; k < count; k++) {
    const next = Float64Array.from(cost)
    const cut = new Int32Array(ends)
    for (let j = 1; j < ends; j++) {
      for (let i = 1; i < j; i++) {
        const split = cost[i]! + (upTo[j]! - upTo[i]!) * j
        if (split < next[j]!) {
          next[j] = split
          cut[j] = i
        }
      }
    }
    cost = next
    cuts.push(cut)
  }
  const lengths: Array<number> = []
  for (let k = count - 1, j = ends - 1; j > 0; k--) {
    lengths.unshift(j * GRAIN)
    j = k > 0 ? cuts[k]![j]! : 0
  }
  return lengths
}

/** Which of the lengths a sequence of so many steps goes to. */
export const bucketOf = (lengths: ReadonlyArray<number>, steps: number): number => {
  const fits = lengths.findIndex((length) => steps <= length)
  return fits === -1 ? lengths.length - 1 : fits
}

export interface Batch {
  readonly bucket: number
  /** At most as many as a batch takes. */
  readonly users: ReadonlyArray<number>
}

/** Every user with at least two items once, in an order that the random stream decides. */
export const epochBatches = (
  data: Sequences,
  lengths: ReadonlyArray<number>,
  /** How many users each length takes at once. */
  sizes: ReadonlyArray<number>,
  random: Random
): ReadonlyArray<Batch> => {
  const users = shuffled(
    random,
    Array.from({ length: userCount(data) }, (_, user) => user).filter((user) => lengthOf(data, user) > 1)
  )
  const waiting = lengths.map((): Array<number> => [])
  const batches: Array<Batch> = []
  for (const user of users) {
    const bucket = bucketOf(lengths, lengthOf(data, user) - 1)
    const list = waiting[bucket]!
    list.push(user)
    if (list.length < sizes[bucket]!) continue
    batches.push({ bucket, users: list })
    waiting[bucket] = []
  }
  for (const [bucket, rest] of waiting.entries()) if (rest.length > 0) batches.push({ bucket, users: rest })
  return shuffled(random, batches)
}

/**
 * The newest items of each user, or what else stands beside them, right-aligned in rows of `length`; −1 where there is none.
 * `skip` leaves out the newest.
 */
export const rightAligned = (
  data: Sequences,
  users: ReadonlyArray<number>,
  length: number,
  skip: number,
  into: Int32Array,
  column: ArrayLike<number> = data.items
): void => {
  into.fill(-1)
  for (const [row, user] of users.entries()) {
    const end = data.offsets[user + 1]! - skip
    const from = Math.max(data.offsets[user]!, end - length)
    for (let i = from, at = (row + 1) * length - (end - from); i < end; i++, at++) into[at] = column[i]!
  }
}
