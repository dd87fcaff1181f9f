/** Goes through rows again and again, in an order that the seed decides, until what is learnt no longer carries over. */
import { type Random, shuffled } from "../../domain/basics/random.ts"
import { EarlyStopping } from "./early-stopping.ts"
import { finiteLoss, goOn, type Progress, type Watcher } from "./progress.ts"

export interface Epochs<M> {
  readonly rows: number
  readonly batch: number
  readonly mostEpochs: number
  readonly patience: number
  readonly order: Random
  /** One step over the rows of these numbers; gives their loss. */
  readonly step: (rows: ReadonlyArray<number>) => Promise<number>
  /** The model as it is now: a copy. */
  readonly copied: () => M
  /** How well it does on what it has not seen; more is better. */
  readonly judged: (model: M) => number
}

export interface EpochsRun<M> {
  readonly model: M
  readonly progress: ReadonlyArray<Progress>
  readonly bestEpoch: number
}

export const throughEpochs = async <M>(
  { batch, copied, judged, mostEpochs, order, patience, rows: count, step }: Epochs<M>,
  watcher: Watcher
): Promise<EpochsRun<M>> => {
  const stopping = new EarlyStopping(patience)
  const progress: Array<Progress> = []
  const began = performance.now()
  let rows = Array.from({ length: count }, (_, r) => r)
  let model = copied()
  let epoch = 0
  while (epoch < mostEpochs && !stopping.over(epoch)) {
    epoch += 1
    rows = shuffled(order, rows)
    let [loss, steps] = [0, 0]
    for (let from = 0; from < rows.length; from += batch) {
      goOn(watcher)
      loss += await step(rows.slice(from, from + batch))
      steps += 1
    }
    finiteLoss(loss, epoch)
    const current = copied()
    const validation = judged(current)
    if (stopping.better(epoch, validation)) model = current
    const seconds = (performance.now() - began) / 1000
    const now: Progress = {
      epoch,
      most_epochs: mostEpochs,
      loss: loss / steps,
      examples_per_second: (epoch * rows.length) / seconds,
      eta_s: (seconds / epoch) * (mostEpochs - epoch),
      validation
    }
    progress.push(now)
    watcher.progress(now)
  }
  return { model, progress, bestEpoch: stopping.bestAt }
}
