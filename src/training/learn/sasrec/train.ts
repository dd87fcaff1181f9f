/** Trains a SASRec model. The same data, settings and seed give the same bits. */
import { gaussian, type Random, randomStream } from "../../../domain/basics/random.ts"
import { DenseAdam, RowAdam } from "../adam.ts"
import { epochBatches } from "../batches.ts"
import { DropoutPool } from "../dropout.ts"
import { EarlyStopping } from "../early-stopping.ts"
import { sizeOf } from "../onnx/graph.ts"
import { finiteLoss, goOn, NOBODY_WATCHES, type Progress, type Watcher } from "../progress.ts"
import { meanOf, ndcgAt } from "../ranks.ts"
import { lengthOf, type Questions, type Sequences } from "../sequences.ts"
import type { Learner } from "./learner.ts"
import { ranksOf, type SasrecModel, wholeRows } from "./model.ts"
import type { SasrecSettings } from "./settings.ts"
import { openStep } from "./step.ts"

const BETA1 = 0.9
const BETA2 = 0.98
const EPSILON = 1e-8
/** How fast an item's own row is learnt where it is described, as a share of the rate. */
const OWN_RATE = 0.1
/** The deviation of the rows of a new table. */
const START = 0.02

const diagonal = (size: number, width: number, value: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => (i % (width + 1) === 0 ? value : 0))

/** How loud the newest place is beside all that attention looks at, at first. */
const NEWEST = 0.3
/** Of each place that attention looks at so much is carried on, at first. */
const CARRIED = 3

/**
 * Where the numbers of a new model begin. One that is `asked` whether something was accepted begins as the mean of what was,
 * less what was passed: few people say too little to find that out from nothing.
 */
const initial = (name: string, size: number, width: number, random: Random, asked: boolean): Float32Array => {
  if (asked && name.endsWith("attention norm gain")) return new Float32Array(size).fill(NEWEST)
  if (name.endsWith("gain")) return new Float32Array(size).fill(1)
  if (name.endsWith("offset") || name.endsWith("bias")) return new Float32Array(size)
  if (asked && name.endsWith("value weight")) {
    return diagonal(size, width, CARRIED)
  }
  // As long as there is room, what is alike by its description has rows that are alike.
  if (asked && name === "description weight") return diagonal(size, width, 1)
  if (asked && name.endsWith("feed out weight")) return new Float32Array(size)
  // Xavier's deviation for a square matrix; positions begin fainter than items, which say more.
  const deviation = name === "positions" ? START : Math.sqrt(1 / width)
  return Float32Array.from({ length: size }, () => deviation * gaussian(random))
}

export interface SasrecRun {
  readonly model: SasrecModel
  readonly progress: ReadonlyArray<Progress>
  readonly epochs: number
  readonly bestEpoch: number
}

/** `validation` asks about users whose whole history is what they are trained on. */
export const trainSasrec = async (
  data: Sequences,
  validation: Questions,
  settings: SasrecSettings,
  watcher: Watcher = NOBODY_WATCHES
): Promise<SasrecRun> => {
  const { width, blocks, lengths, seed } = settings
  const adam = { rate: settings.rate, beta1: BETA1, beta2: BETA2, epsilon: EPSILON }
  const start = randomStream("sasrec", "start", seed)
  const table = Float32Array.from({ length: data.itemCount * width }, () => START * gaussian(start))
  const contexts =
    data.contextCount === undefined
      ? undefined
      : Float32Array.from({ length: data.contextCount * width }, () => START * gaussian(start))
  const learner: Learner = {
    // What is described hardly needs a row of its own: that would be learnt by heart from a few people.
    items: new RowAdam(table, width, data.descriptions === undefined ? adam : { ...adam, rate: OWN_RATE * adam.rate }),
    contexts: contexts === undefined ? undefined : new RowAdam(contexts, width, adam),
    parameters: new Map(),
    dropout: new DropoutPool(
      settings.dropout,
      Math.max(...lengths.map((length, bucket) => settings.batches[bucket]! * length * Math.max(width, length))),
      randomStream("sasrec", "dropout", seed)
    ),
    time: 0
  }
  const steps = []
  for (const bucket of lengths.keys()) steps.push(await openStep(settings, bucket, data))
  for (const [name, shape] of steps.at(-1)!.parameters) {
    learner.parameters.set(
      name,
      new DenseAdam(initial(name, sizeOf(shape), width, start, settings.lesson.head === "answers"), adam)
    )
  }
  /** The model as it is now: a view that goes on changing, of which the best is copied. */
  const view: SasrecModel = {
    width,
    blocks,
    lengths,
    items: table,
    ...(contexts === undefined ? {} : { contexts }),
    parameters: new Map([...learner.parameters].map(([name, { weights }]) => [name, weights]))
  }
  const current = (): SasrecModel => ({ ...view, items: wholeRows(view, data) })
  const copied = (): SasrecModel => ({
    ...current(),
    ...(contexts === undefined ? {} : { contexts: contexts.slice() }),
    parameters: new Map([...view.parameters].map(([name, weights]) => [name, weights.slice()]))
  })
  const order = randomStream("sasrec", "order", seed)
  const draw = randomStream("sasrec", "negatives", seed)
  const stopping = new EarlyStopping(settings.patience)
  const progress: Array<Progress> = []
  const began = performance.now()
  let model = copied()
  let epoch = 0
  let examples = 0
  while (epoch < settings.mostEpochs && !stopping.over(epoch)) {
    epoch += 1
    let loss = 0
    let batches = 0
    for (const { bucket, users } of epochBatches(data, lengths, settings.batches, order)) {
      goOn(watcher)
      loss += await steps[bucket]!.run(learner, data, users, draw)
      batches += 1
      for (const user of users) examples += Math.min(lengths[bucket]!, lengthOf(data, user) - 1)
    }
    finiteLoss(loss, epoch)
    let judged: { readonly validation: number } | undefined
    if (epoch % settings.judgeEvery === 0 || epoch === settings.mostEpochs) {
      learner.items.settle()
      learner.contexts?.settle()
      const ranks = await ranksOf(current(), data, validation)
      judged = { validation: meanOf(ranks, (rank) => ndcgAt(10, rank)) }
      if (stopping.better(epoch, judged.validation)) model = copied()
    }
    const seconds = (performance.now() - began) / 1000
    const now: Progress = {
      epoch,
      most_epochs: settings.mostEpochs,
      loss: loss / Math.max(1, batches),
      examples_per_second: examples / seconds,
      eta_s: (seconds / epoch) * (settings.mostEpochs - epoch),
      ...judged
    }
    progress.push(now)
    watcher.progress(now)
  }
  for (const step of steps) await step.close()
  return { model, progress, epochs: epoch, bestEpoch: stopping.bestAt }
}
