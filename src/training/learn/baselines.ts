/** What every model has to beat: how often an item occurs, and what followed the last one. */
import { countsOf, lengthOf, type Sequences, sequenceOf, userCount } from "./sequences.ts"

export type Scorer = (user: number, item: number) => number

/** All users' counts; the same for everybody. */
export const popularity = (data: Sequences): Scorer => {
  const counts = countsOf(data)
  return (_, item) => counts[item]!
}

/**
 * First-order Markov: how often an item came right after the user's last one; popularity decides among equals.
 * `known` is what is known of the users when they are asked.
 */
export const markov = (data: Sequences, known: Sequences): Scorer => {
  const counts = countsOf(data)
  const follows = new Map<number, Map<number, number>>()
  for (let user = 0; user < userCount(data); user++) {
    const items = sequenceOf(data, user)
    for (let i = 1; i < items.length; i++) {
      let after = follows.get(items[i - 1]!)
      if (after === undefined) {
        after = new Map()
        follows.set(items[i - 1]!, after)
      }
      after.set(items[i]!, (after.get(items[i]!) ?? 0) + 1)
    }
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 0) + 1
  return (user, item) => {
    const n = lengthOf(known, user)
    const last = n === 0 ? -1 : known.items[known.offsets[user + 1]! - 1]!
    return (follows.get(last)?.get(item) ?? 0) + counts[item]! / most
  }
}
