/** Teaches two towers from who preferred which place to which. The same data and seed give the same bits. */
import { gaussian, type Random, randomStream } from "../../../domain/basics/random.ts"
import { PERSON_COLUMNS, PLACE_COLUMNS, type TowersModel, towersOf } from "../../../domain/rankers/two-tower.ts"
import { type EpochsRun, throughEpochs } from "../epochs.ts"
import { NOBODY_WATCHES, type Watcher } from "../progress.ts"
import { inWeightedBatches } from "../weighted-batches.ts"
import { towersTraining } from "./graph.ts"

/** People as they were at one moment, and places, are told once, and pointed at. */
export interface Preferences {
  readonly people: Float32Array
  readonly places: Float32Array
  /** Of each preference who had it, and of which two places. */
  readonly person: Int32Array
  readonly preferred: Int32Array
  readonly other: Int32Array
  readonly weights: Float32Array
}

export interface TowersSettings {
  readonly seed: number
  readonly batch: number
  readonly rate: number
  readonly mostEpochs: number
  readonly patience: number
}

const LEAST_BATCH = 32
const MOST_BATCH = 256
/** Steps of an epoch, about, and of a run at most. */
const STEPS = 64
const MOST_STEPS = 8_000

export const towersSettings = (rows: number, seed: number): TowersSettings => {
  const batch = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, Math.ceil(rows / STEPS)))
  const stepsPerEpoch = Math.max(1, Math.ceil(rows / batch))
  return { seed, batch, rate: 3e-4, mostEpochs: Math.ceil(MOST_STEPS / stepsPerEpoch), patience: 3 }
}

/** A tower begins as what it is given: what it adds is nothing yet. */
const initial = (name: string, [rows, columns]: ReadonlyArray<number>, random: Random): Float32Array => {
  const numbers = new Float32Array(rows! * (columns ?? 1))
  return name.endsWith("in weight") ? numbers.map(() => gaussian(random) / Math.sqrt(rows!)) : numbers
}

/** The share of preferences that stand in the right order. */
const inOrder = (model: TowersModel, { other, people, person, places, preferred }: Preferences): number => {
  const towers = towersOf(model)
  const who = Array.from({ length: people.length / PERSON_COLUMNS }, (_, p) =>
    towers.person(people.subarray(p * PERSON_COLUMNS, (p + 1) * PERSON_COLUMNS))
  )
  const where = Array.from({ length: places.length / PLACE_COLUMNS }, (_, p) =>
    towers.place(places.subarray(p * PLACE_COLUMNS, (p + 1) * PLACE_COLUMNS))
  )
  let right = 0
  for (const [n, p] of person.entries()) {
    const [taste, a, b] = [who[p]!, where[preferred[n]!]!, where[other[n]!]!]
    let ahead = 0
    for (let i = 0; i < taste.length; i++) ahead += taste[i]! * (a[i]! - b[i]!)
    right += ahead > 0 ? 1 : ahead === 0 ? 0.5 : 0
  }
  return person.length === 0 ? 0.5 : right / person.length
}

const copyRow = (from: Float32Array, row: number, to: Float32Array, at: number, width: number) =>
  to.set(from.subarray(row * width, (row + 1) * width), at * width)

const learningFrom = (data: Preferences, { batch, rate, seed }: TowersSettings) => {
  const start = randomStream("two towers", "start", seed)
  const people = new Float32Array(batch * PERSON_COLUMNS)
  const preferred = new Float32Array(batch * PLACE_COLUMNS)
  const others = new Float32Array(batch * PLACE_COLUMNS)
  return inWeightedBatches({
    graph: towersTraining(batch),
    batch,
    rate,
    initial: (name, shape) => initial(name, shape, start),
    read: {
      people: { numbers: people, shape: [batch, PERSON_COLUMNS] },
      preferred: { numbers: preferred, shape: [batch, PLACE_COLUMNS] },
      others: { numbers: others, shape: [batch, PLACE_COLUMNS] }
    },
    weights: data.weights,
    put: (row, at) => {
      copyRow(data.people, data.person[row]!, people, at, PERSON_COLUMNS)
      copyRow(data.places, data.preferred[row]!, preferred, at, PLACE_COLUMNS)
      copyRow(data.places, data.other[row]!, others, at, PLACE_COLUMNS)
    }
  })
}

export type TowersRun = EpochsRun<TowersModel>

export const trainTowers = async (
  data: Preferences,
  validation: Preferences,
  settings: TowersSettings,
  watcher: Watcher = NOBODY_WATCHES
): Promise<TowersRun> => {
  const { batch, mostEpochs, patience, seed } = settings
  const { close, copied, step } = await learningFrom(data, settings)
  const run = await throughEpochs(
    {
      rows: data.person.length,
      batch,
      mostEpochs,
      patience,
      order: randomStream("two towers", "order", seed),
      step,
      copied: (): TowersModel => ({ parameters: copied() }),
      judged: (model) => inOrder(model, validation)
    },
    watcher
  )
  await close()
  return run
}
