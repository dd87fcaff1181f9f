/** What a SASRec run is trained with, worked out from the size and density of its data: no constant knows a data set. */
import { bucketLengths, bucketOf } from "../batches.ts"
import { lengthOf, type Sequences, userCount } from "../sequences.ts"
import type { Lesson } from "./graphs.ts"

export interface SasrecSettings {
  readonly seed: number
  readonly width: number
  readonly blocks: number
  /** Lengths that graphs are cut for, the longest last, and how many sequences each takes at once. */
  readonly lengths: ReadonlyArray<number>
  readonly batches: ReadonlyArray<number>
  readonly dropout: number
  readonly rate: number
  readonly lesson: Lesson
  readonly mostEpochs: number
  /** Epochs between two looks at the validation split, and without a better one after which training ends. */
  readonly judgeEvery: number
  readonly patience: number
}

const WIDTH = 64
const BLOCKS = 2
const RATE = 1e-3

/** Longer histories lose their oldest. */
const MOST_LENGTH = 200
/** The share of users whose history is taken whole, up to that. */
const WHOLE = 0.99
const GRAPHS = 5

/** Positions of a step: more of them teach hardly more, and fewer steps are taken. */
const POSITIONS = 4096
const MOST_BATCH = 128
const LEAST_BATCH = 8

/** Where users have done little, half of what is seen is left out; where they have done much, a fifth. */
const DROPOUT = { little: 10, much: 100, most: 0.5, least: 0.2 } as const

/** Wrong answers per step: about so many times the root of the catalog, as a power of two. */
const NEGATIVES = { timesRoot: 3, least: 16, most: 1024 } as const

/** Steps between two looks at the validation split, and looks without a better one before it is over. */
const STEPS_BETWEEN = 500
const PATIENCE = 4
const MOST_STEPS = 25_000
/** A run that has to be cut short for its cost is still judged about this often. */
const LEAST_LOOKS = 12

export interface Effort {
  /** About how many CPU seconds a run may take on one core of a server; it is stopped by epochs, never by a clock. */
  readonly cpuSeconds: number
}

export const USUAL_EFFORT: Effort = { cpuSeconds: 420 }

/** How wide and deep a model is, and how much of a history it looks at. */
export interface Size {
  readonly width: number
  readonly blocks: number
  readonly mostLength: number
}

const USUAL_SIZE: Size = { width: WIDTH, blocks: BLOCKS, mostLength: MOST_LENGTH }

const clamp = (x: number, least: number, most: number) => Math.min(most, Math.max(least, x))

/** About what a position of a sequence costs: products at 80 GFLOP/s, the square of attention by memory, and the rest. */
const secondsPerPosition = ({ blocks, width }: Size, length: number, negatives: number): number =>
  (12 * (blocks * (6 * width ** 2 + 2 * length * width) + negatives * width)) / 80e9 + blocks * length * 12e-9 + 3e-6

const SECONDS_PER_STEP = 3e-3

export const sasrecSettings = (
  data: Sequences,
  seed: number,
  effort: Effort = USUAL_EFFORT,
  size: Size = USUAL_SIZE
): SasrecSettings => {
  const { blocks, mostLength, width } = size
  const steps = Array.from({ length: userCount(data) }, (_, user) => lengthOf(data, user) - 1)
    .filter((n) => n > 0)
    .sort((a, b) => a - b)
  const mean = steps.reduce((sum, n) => sum + n, 0) / Math.max(1, steps.length)
  const longest = clamp(steps[Math.floor(WHOLE * steps.length)] ?? 1, 1, mostLength)
  const lengths = bucketLengths(data, longest, GRAPHS)
  const users = lengths.map(() => 0)
  for (const n of steps) users[bucketOf(lengths, n)]! += 1
  const batches = lengths.map((length, bucket) =>
    clamp(Math.floor(POSITIONS / length), LEAST_BATCH, clamp(users[bucket]!, LEAST_BATCH, MOST_BATCH))
  )
  const negatives = clamp(
    2 ** Math.round(Math.log2(NEGATIVES.timesRoot * Math.sqrt(data.itemCount))),
    NEGATIVES.least,
    NEGATIVES.most
  )
  const much = clamp(Math.log(mean / DROPOUT.little) / Math.log(DROPOUT.much / DROPOUT.little), 0, 1)
  const stepsPerEpoch = users.reduce((sum, n, bucket) => sum + Math.ceil(n / batches[bucket]!), 0)
  const secondsPerEpoch = users.reduce(
    (sum, n, bucket) => sum + n * lengths[bucket]! * secondsPerPosition(size, lengths[bucket]!, negatives),
    stepsPerEpoch * SECONDS_PER_STEP
  )
  const mostEpochs = Math.ceil(
    Math.min(effort.cpuSeconds / Math.max(1e-9, secondsPerEpoch), MOST_STEPS / Math.max(1, stepsPerEpoch))
  )
  const judgeEvery = clamp(
    Math.round(STEPS_BETWEEN / Math.max(1, stepsPerEpoch)),
    1,
    Math.max(1, Math.floor(mostEpochs / LEAST_LOOKS))
  )
  return {
    seed,
    width,
    blocks,
    lengths,
    batches,
    dropout: DROPOUT.most - (DROPOUT.most - DROPOUT.least) * much,
    rate: RATE,
    lesson: { head: "softmax", negatives },
    mostEpochs,
    judgeEvery,
    patience: PATIENCE * judgeEvery
  }
}
