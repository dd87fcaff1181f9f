/** Leave the last two out: the last item of each user is the test, the one before it validation, the rest is trained on. */
import { randomStream, shuffled } from "../../src/domain/basics/random.ts"
import {
  lengthOf,
  packed,
  type Questions,
  type Sequences,
  sequenceOf,
  userCount
} from "../../src/training/learn/sequences.ts"
import { NotMeasured } from "../benchmark.ts"

const MOST_USERS = 10_000
const NEGATIVES = 100
/** Who has fewer items is trained on and not asked. */
const LEAST_ITEMS = 3

export interface Division {
  /** What is trained on; users of fewer than three items stay whole. */
  readonly train: Sequences
  readonly validation: Questions
  /** What is known when the test is asked: training and validation. */
  readonly known: Sequences
  readonly test: Questions
}

/** So many different items that none of the touched ones is among them. */
const drawUntouched = (itemCount: number, touched: ReadonlySet<number>, count: number, random: () => number) => {
  const drawn = new Set<number>()
  while (drawn.size < count) {
    const item = Math.floor(random() * itemCount)
    if (!touched.has(item)) drawn.add(item)
  }
  return drawn
}

/** The same seed asks the same users about the same items. */
export const divide = (data: Sequences, seed: number): Division => {
  const users = Array.from({ length: userCount(data) }, (_, user) => user)
  const touched = (user: number) => new Set(sequenceOf(data, user))
  // In a small catalog there are fewer wrong answers; whoever leaves even fewer over is not asked.
  const negatives = Math.min(NEGATIVES, Math.floor(data.itemCount / 2))
  const left = users.filter(
    (user) => lengthOf(data, user) >= LEAST_ITEMS && data.itemCount - touched(user).size >= negatives
  )
  if (left.length === 0 || negatives === 0) {
    throw new NotMeasured(
      `No user has ${LEAST_ITEMS} items or more and leaves others over: there is nothing to leave out and ask for.`
    )
  }
  const asked = Int32Array.from(shuffled(randomStream("asked users", seed), left).slice(0, MOST_USERS))
  const touchedBy = Array.from(asked, touched)
  const without = (last: number): Sequences =>
    packed(
      data.itemCount,
      users.map((user) => {
        const items = sequenceOf(data, user)
        return items.length >= LEAST_ITEMS ? items.subarray(0, items.length - last) : items
      })
    )
  const ask = (fromEnd: number): Questions => {
    const random = randomStream("negatives", fromEnd, seed)
    const width = negatives + 1
    const candidates = new Int32Array(asked.length * width)
    for (const [q, user] of asked.entries()) {
      const items = sequenceOf(data, user)
      candidates[q * width] = items[items.length - fromEnd]!
      candidates.set([...drawUntouched(data.itemCount, touchedBy[q]!, negatives, random)], q * width + 1)
    }
    return { users: asked, candidates, width }
  }
  return { train: without(2), validation: ask(2), known: without(1), test: ask(1) }
}
