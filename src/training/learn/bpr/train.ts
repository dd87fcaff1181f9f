/** Trains BPR from what users took: what they took is preferred to what they never touched. */
import { type Random, randomStream } from "../../../domain/basics/random.ts"
import { EarlyStopping } from "../early-stopping.ts"
import { finiteLoss, goOn, NOBODY_WATCHES, type Progress, type Watcher } from "../progress.ts"
import { meanOf, ndcgAt, rankOfFirst } from "../ranks.ts"
import { lengthOf, type Questions, type Sequences, userCount } from "../sequences.ts"
import { BprModel, type BprRates } from "./model.ts"

export interface BprSettings extends BprRates {
  readonly seed: number
  readonly width: number
  readonly mostEpochs: number
  readonly judgeEvery: number
  readonly patience: number
}

/** Comparisons of a run at most, so that a large data set takes minutes and not hours. */
const MOST_UPDATES = 200e6
const MOST_EPOCHS = 200
/** Looks without a better one before it is over: vectors begin small, and rest a while before they part. */
const PATIENCE = 8

/** Settings for so many comparisons an epoch. */
export const bprSettings = (comparisons: number, seed: number): BprSettings => {
  const mostEpochs = Math.ceil(Math.min(MOST_EPOCHS, MOST_UPDATES / Math.max(1, comparisons)))
  const judgeEvery = Math.max(1, Math.floor(mostEpochs / 50))
  return {
    seed,
    width: 64,
    rate: 0.05,
    decay: 0.01,
    biasDecay: 0.01,
    mostEpochs,
    judgeEvery,
    patience: PATIENCE * judgeEvery
  }
}

export interface BprRun {
  readonly model: BprModel
  readonly progress: ReadonlyArray<Progress>
  readonly bestEpoch: number
  /** Comparisons that were learnt from. */
  readonly updates: number
}

/** The items of each user in ascending order, to ask quickly whether one is among them. */
const touchedOf = (data: Sequences): Int32Array => {
  const sorted = data.items.slice()
  for (let u = 0; u < userCount(data); u++) sorted.subarray(data.offsets[u], data.offsets[u + 1]).sort()
  return sorted
}

const isAmong = (sorted: Int32Array, from: number, to: number, item: number): boolean => {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < item) low = middle + 1
    else high = middle
  }
  return low < to && sorted[low] === item
}

/** Comparisons that are drawn before they are learnt from: so the processor fetches many at once. */
const BLOCK = 512

/** Learns from so many comparisons, drawn at random; gives the mean surprise. */
export const bprPass = (
  model: BprModel,
  { data, owner, sorted }: Compared,
  count: number,
  rates: BprRates,
  random: Random
): number => {
  const { items, offsets, itemCount } = data
  const [users, preferred, others] = [new Int32Array(BLOCK), new Int32Array(BLOCK), new Int32Array(BLOCK)]
  let surprise = 0
  for (let left = count; left > 0; left -= BLOCK) {
    const drawn = Math.min(BLOCK, left)
    for (let n = 0; n < drawn; n++) {
      const at = Math.floor(random() * items.length)
      users[n] = owner[at]!
      preferred[n] = items[at]!
      others[n] = Math.floor(random() * itemCount)
    }
    for (let n = 0; n < drawn; n++) {
      const user = users[n]!
      const touched = isAmong(sorted, offsets[user]!, offsets[user + 1]!, others[n]!)
      if (!touched) surprise += model.learn(user, preferred[n]!, others[n]!, 1, rates)
    }
  }
  return surprise / Math.max(1, count)
}

/** What comparisons are drawn from. */
export interface Compared {
  readonly data: Sequences
  /** Whose each interaction is. */
  readonly owner: Int32Array
  /** The items of each user in ascending order. */
  readonly sorted: Int32Array
}

export const comparedOf = (data: Sequences): Compared => {
  const owner = new Int32Array(data.items.length)
  for (let u = 0; u < userCount(data); u++) owner.fill(u, data.offsets[u], data.offsets[u]! + lengthOf(data, u))
  return { data, owner, sorted: touchedOf(data) }
}

/** For each question the rank of the right answer. */
export const ranksBy = (questions: Questions, score: (user: number, item: number) => number): Float32Array => {
  const { users, candidates, width } = questions
  const scores = new Float64Array(width)
  return Float32Array.from(users, (user, q) => {
    for (let c = 0; c < width; c++) scores[c] = score(user, candidates[q * width + c]!)
    return rankOfFirst(scores)
  })
}

export const trainBpr = (
  data: Sequences,
  validation: Questions,
  settings: BprSettings,
  watcher: Watcher = NOBODY_WATCHES
): BprRun => {
  const random = randomStream("bpr", settings.seed)
  const model = BprModel.start(settings.width, userCount(data), data.itemCount, random)
  const compared = comparedOf(data)
  const stopping = new EarlyStopping(settings.patience)
  const progress: Array<Progress> = []
  const began = performance.now()
  let best = model.copy()
  let epoch = 0
  while (epoch < settings.mostEpochs && !stopping.over(epoch)) {
    goOn(watcher)
    epoch += 1
    const loss = finiteLoss(bprPass(model, compared, data.items.length, settings, random), epoch)
    let judged: { readonly validation: number } | undefined
    if (epoch % settings.judgeEvery === 0 || epoch === settings.mostEpochs) {
      const ranks = ranksBy(validation, (user, item) => model.score(user, item))
      judged = { validation: meanOf(ranks, (rank) => ndcgAt(10, rank)) }
      if (stopping.better(epoch, judged.validation)) best = model.copy()
    }
    const seconds = (performance.now() - began) / 1000
    const now: Progress = {
      epoch,
      most_epochs: settings.mostEpochs,
      loss,
      examples_per_second: (epoch * data.items.length) / seconds,
      eta_s: (seconds / epoch) * (settings.mostEpochs - epoch),
      ...judged
    }
    progress.push(now)
    watcher.progress(now)
  }
  return { model: best, progress, bestEpoch: stopping.bestAt, updates: epoch * data.items.length }
}
