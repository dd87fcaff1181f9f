/** Where the right answer stands among the candidates, and what that is worth. */
import { numbersOf } from "../judge/numbers.ts"

/** The rank of the first score among all, from 1; a tie counts half. */
export const rankOfFirst = (given: ArrayLike<number>): number => {
  const scores = numbersOf(given)
  const own = scores[0]!
  let rank = 1
  for (let i = 1; i < scores.length; i++) {
    const other = scores[i]!
    if (other > own) rank += 1
    else if (other === own) rank += 0.5
  }
  return rank
}

export const hitAt = (cutoff: number, rank: number): number => (rank <= cutoff ? 1 : 0)

export const ndcgAt = (cutoff: number, rank: number): number => (rank <= cutoff ? 1 / Math.log2(rank + 1) : 0)

export const meanOf = (values: ArrayLike<number>, worth: (value: number) => number): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += worth(values[i]!)
  return values.length === 0 ? 0 : sum / values.length
}
