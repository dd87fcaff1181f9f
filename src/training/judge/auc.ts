import { numbersOf } from "./numbers.ts"

/** The chance that a good one is ranked above a bad one; ties count half. One half where there is only one kind. */
export const rocAuc = (given: ArrayLike<number>, labels: ArrayLike<number>): number => {
  const scores = numbersOf(given)
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  let ranks = 0
  let positives = 0
  for (let i = 0; i < order.length; ) {
    let j = i
    while (j < order.length && scores[order[j]!] === scores[order[i]!]) j++
    const rank = (i + j + 1) / 2
    for (let k = i; k < j; k++) {
      if (labels[order[k]!] === 1) {
        ranks += rank
        positives++
      }
    }
    i = j
  }
  const negatives = order.length - positives
  return positives === 0 || negatives === 0
    ? 0.5
    : (ranks - (positives * (positives + 1)) / 2) / (positives * negatives)
}
