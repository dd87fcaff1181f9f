/** How a training run is getting on. */

export interface Progress {
  readonly epoch: number
  /** Epochs that may still follow are not known before they are over: this is the most there can be. */
  readonly most_epochs: number
  readonly loss: number
  readonly examples_per_second: number
  /** Seconds until the last epoch that may come; early stopping can only shorten it. */
  readonly eta_s: number
  /** What was reached on the validation split, where this epoch was judged. */
  readonly validation?: number
}

/** How a run is watched, and ended before its time. */
export interface Watcher {
  readonly progress: (progress: Progress) => void
  /** Asked between steps. */
  readonly cancelled: () => boolean
}

export const NOBODY_WATCHES: Watcher = { progress: () => undefined, cancelled: () => false }

export class TrainingFailed extends Error {
  override readonly name = "TrainingFailed"
}

/** Ends a run whose loss is no number any more. */
export const finiteLoss = (loss: number, epoch: number): number => {
  if (Number.isFinite(loss)) return loss
  throw new TrainingFailed(
    `The loss became ${loss} in epoch ${epoch}: training is broken off and nothing is kept. Look for extreme values in the data, or train with a smaller rate.`
  )
}

export const goOn = (watcher: Watcher): void => {
  if (watcher.cancelled()) throw new TrainingFailed("Training was cancelled; nothing is kept.")
}
