import { TrainingFailed } from "../learn/progress.ts"

/** Scores as they came. What is no number stands nowhere in an order: it is above nothing, below nothing, and not even its own equal. */
export const numbersOf = <S extends ArrayLike<number>>(scores: S): S => {
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isNaN(scores[i])) continue
    throw new TrainingFailed(
      `Score ${i + 1} of ${scores.length} is no number, so that nothing can be ordered by them, and nothing is kept. Look for extreme values in the data.`
    )
  }
  return scores
}
