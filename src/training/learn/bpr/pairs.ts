/** Trains BPR from comparisons that were really made: offered together, one taken, the other not. */
import { randomStream, shuffled } from "../../../domain/basics/random.ts"
import { EarlyStopping } from "../early-stopping.ts"
import { finiteLoss, goOn, NOBODY_WATCHES, type Progress, type Watcher } from "../progress.ts"
import { BprModel } from "./model.ts"
import type { BprSettings } from "./train.ts"

/** `users[k]` preferred one item to another; the weight's mean is 1. */
export interface Pairs {
  readonly userCount: number
  readonly itemCount: number
  readonly users: Int32Array
  readonly preferred: Int32Array
  readonly others: Int32Array
  readonly weights: Float32Array
}

export interface PairsRun {
  readonly model: BprModel
  readonly progress: ReadonlyArray<Progress>
  readonly bestEpoch: number
}

/** The share of comparisons that stand in the right order; a tie counts half. */
const orderedShare = (model: BprModel, pairs: Pairs): number => {
  let right = 0
  for (let k = 0; k < pairs.users.length; k++) {
    const user = pairs.users[k]!
    const margin = model.score(user, pairs.preferred[k]!) - model.score(user, pairs.others[k]!)
    right += margin > 0 ? 1 : margin === 0 ? 0.5 : 0
  }
  return right / Math.max(1, pairs.users.length)
}

/** `validation` names users and items by the same numbers; training ends when its order no longer gets better. */
export const trainOnPairs = (
  pairs: Pairs,
  validation: Pairs,
  settings: BprSettings,
  watcher: Watcher = NOBODY_WATCHES
): PairsRun => {
  const random = randomStream("bpr pairs", settings.seed)
  const model = BprModel.start(settings.width, pairs.userCount, pairs.itemCount, random)
  const stopping = new EarlyStopping(settings.patience)
  const progress: Array<Progress> = []
  const began = performance.now()
  const count = pairs.users.length
  let order = Array.from({ length: count }, (_, k) => k)
  let best = model.copy()
  let epoch = 0
  while (epoch < settings.mostEpochs && !stopping.over(epoch)) {
    goOn(watcher)
    epoch += 1
    order = shuffled(random, order)
    let surprise = 0
    for (const k of order) {
      surprise += model.learn(pairs.users[k]!, pairs.preferred[k]!, pairs.others[k]!, pairs.weights[k]!, settings)
    }
    const loss = finiteLoss(surprise / Math.max(1, count), epoch)
    let judged: { readonly validation: number } | undefined
    if (epoch % settings.judgeEvery === 0 || epoch === settings.mostEpochs) {
      judged = { validation: orderedShare(model, validation) }
      if (stopping.better(epoch, judged.validation)) best = model.copy()
    }
    const seconds = (performance.now() - began) / 1000
    const now: Progress = {
      epoch,
      most_epochs: settings.mostEpochs,
      loss,
      examples_per_second: (epoch * count) / seconds,
      eta_s: (seconds / epoch) * (settings.mostEpochs - epoch),
      ...judged
    }
    progress.push(now)
    watcher.progress(now)
  }
  return { model: best, progress, bestEpoch: stopping.bestAt }
}
