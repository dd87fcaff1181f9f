/** Teaches a model of members on top of a model of sequences that stays as it is. The same data and seed give the same bits. */
import { gaussian, type Random, randomStream } from "../../../domain/basics/random.ts"
import {
  DIMENSION_COLUMNS,
  DIMENSIONS,
  type MembersModel,
  membersScorer,
  VALUE_WIDTH
} from "../../../domain/rankers/members-model.ts"
import { rocAuc } from "../../judge/auc.ts"
import { type EpochsRun, throughEpochs } from "../epochs.ts"
import { sizeOf } from "../onnx/graph.ts"
import { NOBODY_WATCHES, type Watcher } from "../progress.ts"
import { inWeightedBatches } from "../weighted-batches.ts"
import { membersTraining } from "./graph.ts"

/** What became of places that were offered to parties. People and places are told once, and pointed at. */
export interface PartyRows {
  readonly width: number
  /** Of people at one moment, one after another: their tastes, and the dimensions of their personas. */
  readonly tastes: Float32Array
  readonly personas: Float32Array
  /** Of places, one after another. */
  readonly places: Float32Array
  /** Members of the largest party, and of each party so many people; −1 where there are fewer. */
  readonly members: number
  readonly parties: Int32Array
  /** Of each row its party and its place. */
  readonly party: Int32Array
  readonly place: Int32Array
  readonly labels: Float32Array
  readonly weights: Float32Array
}

export interface MembersSettings {
  readonly seed: number
  readonly batch: number
  readonly rate: number
  readonly mostEpochs: number
  readonly patience: number
  /** From a vibe to a place's row, as the model of sequences has it, where it has it: a liking begins as a place that is like it. */
  readonly vibes: Float32Array | undefined
}

const LEAST_BATCH = 32
const MOST_BATCH = 256
/** Steps of an epoch, about, and of a run at most. */
const STEPS = 64
const MOST_STEPS = 8_000

export const membersSettings = (rows: number, seed: number, vibes: MembersSettings["vibes"]): MembersSettings => {
  const batch = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, Math.ceil(rows / STEPS)))
  const stepsPerEpoch = Math.max(1, Math.ceil(rows / batch))
  return { seed, batch, rate: 5e-4, mostEpochs: Math.ceil(MOST_STEPS / stepsPerEpoch), patience: 3, vibes }
}

export type MembersRun = EpochsRun<MembersModel>

const ABSENT = -1e9
/** What a logit of the model of sequences counts at first. */
const FIRST_GAIN = 0.3
/** How loud a liking is at first, beside a taste. */
const LIKING = 3

/** Tastes begin as they are, with what the persona likes added a little, and every member counts alike. */
const initial = (name: string, size: number, width: number, vibes: Float32Array | undefined, random: Random) => {
  const numbers = new Float32Array(size)
  if (name === "answer weight") return numbers.fill(FIRST_GAIN)
  if (name.endsWith("bias")) return numbers
  if (name === "found weight") {
    if (vibes !== undefined) for (let i = 0; i < VALUE_WIDTH * width; i++) numbers[i] = LIKING * DIMENSIONS * vibes[i]!
    return numbers
  }
  if (name === "dimension values weight") {
    // What is liked is told as it is; the other dimensions have nothing to say yet.
    for (let i = 0; i < VALUE_WIDTH; i++) numbers[i * DIMENSIONS * VALUE_WIDTH + i] = 1
    return numbers
  }
  return numbers.map(() => gaussian(random) / width)
}

/** Logits of rows, as the model serves. */
const membersLogitsOf = (model: MembersModel, data: PartyRows): Float64Array => {
  const { members, parties, party, personas, place, places, tastes, width } = data
  const scorer = membersScorer(model, ({ id }) => places.subarray(Number(id) * width, (Number(id) + 1) * width))
  const people = Array.from({ length: tastes.length / width }, (_, p) =>
    scorer.needsOf(
      tastes.subarray(p * width, (p + 1) * width),
      personas.subarray(p * DIMENSION_COLUMNS, (p + 1) * DIMENSION_COLUMNS)
    )
  )
  const needs = Array.from({ length: parties.length / members }, (_, n) =>
    [...parties.subarray(n * members, (n + 1) * members)].flatMap((p) => (p < 0 ? [] : [people[p]!]))
  )
  return Float64Array.from(
    party,
    (n, row) => scorer.hear(needs[n]!, { id: String(place[row]), vibe: undefined })!.score
  )
}

const copyRow = (from: Float32Array, row: number, into: Float32Array, at: number, width: number) =>
  row < 0
    ? into.fill(0, at * width, (at + 1) * width)
    : into.set(from.subarray(row * width, (row + 1) * width), at * width)

const learningFrom = (data: PartyRows, { batch, rate, seed, vibes }: MembersSettings) => {
  const { members, width } = data
  const start = randomStream("members", "start", seed)
  const people = batch * members
  const tastes = new Float32Array(people * width)
  const personas = new Float32Array(people * DIMENSION_COLUMNS)
  const places = new Float32Array(batch * width)
  const absent = new Float32Array(people)
  const labels = new Float32Array(batch)
  return inWeightedBatches({
    graph: membersTraining({ batch, members, width }),
    batch,
    rate,
    initial: (name, shape) => initial(name, sizeOf(shape), width, vibes, start),
    read: {
      tastes: { numbers: tastes, shape: [people, width] },
      personas: { numbers: personas, shape: [people, DIMENSION_COLUMNS] },
      places: { numbers: places, shape: [batch, width] },
      absent: { numbers: absent, shape: [batch, 1, members] },
      labels: { numbers: labels, shape: [batch, 1] }
    },
    weights: data.weights,
    put: (row, at) => {
      copyRow(data.places, data.place[row]!, places, at, width)
      for (let m = 0; m < members; m++) {
        const person = data.parties[data.party[row]! * members + m]!
        copyRow(data.tastes, person, tastes, at * members + m, width)
        copyRow(data.personas, person, personas, at * members + m, DIMENSION_COLUMNS)
        absent[at * members + m] = person < 0 ? ABSENT : 0
      }
      labels[at] = data.labels[row]!
    }
  })
}

export const trainMembers = async (
  data: PartyRows,
  validation: PartyRows,
  settings: MembersSettings,
  watcher: Watcher = NOBODY_WATCHES
): Promise<MembersRun> => {
  const { batch, mostEpochs, patience, seed } = settings
  const { close, copied, step } = await learningFrom(data, settings)
  const run = await throughEpochs(
    {
      rows: data.labels.length,
      batch,
      mostEpochs,
      patience,
      order: randomStream("members", "order", seed),
      step,
      copied: (): MembersModel => ({ width: data.width, parameters: copied() }),
      judged: (model) => rocAuc(membersLogitsOf(model, validation), validation.labels)
    },
    watcher
  )
  await close()
  return run
}
