/** Trains and judges `sasrec`: what somebody will like next, from all that they accepted and passed, in order. */
import { readFileSync } from "node:fs"
import type { LinearMap } from "../../../domain/basics/linear-map.ts"
import { randomStream } from "../../../domain/basics/random.ts"
import {
  decodeSequenceModel,
  encodeSequenceModel,
  SEQUENCE_MODEL_TYPE,
  type SequenceModel,
  sequenceScorer
} from "../../../domain/rankers/sequence-model.ts"
import { TrainingRefused } from "../../../services/trainers.ts"
import { judge, type Ranked } from "../../judge/judge.ts"
import type { SlateScorer } from "../../judge/slates.ts"
import { epochBatches } from "../../learn/batches.ts"
import { learningCurve } from "../../learn/curve.ts"
import { statesOf } from "../../learn/sasrec/model.ts"
import { type SasrecSettings, sasrecSettings } from "../../learn/sasrec/settings.ts"
import type { SasrecRun } from "../../learn/sasrec/train.ts"
import type { Sequences } from "../../learn/sequences.ts"
import { trainInThread } from "../../learn/thread.ts"
import { BASELINES_CARD, baselines, type Counts, type Places } from "../bpr/baselines.ts"
import { acceptSkipPairs, type LoggedSlate, readHeldOut, readSlates } from "../bpr/logged-slates.ts"
import { earlierOf, type Vibes, wordsOf } from "../bpr/ranker.ts"
import { readTraining } from "../bpr/triples.ts"
import { newestDataset, type PublishedDataset } from "../dataset.ts"
import type { Trained, Trainer } from "../trainer.ts"
import { type Histories, readHistories } from "./histories.ts"

const DATASET = "sequences"
const SLATES = "bpr_triples"
const FILE = "sequence.bin"
const LEAST_STEPS = 500
const LEAST_JUDGED = 30
/** The width of the personas that the night works out, and how much of a history they are made of. */
const SIZE = { width: 128, blocks: 1, mostLength: 20 }
const EFFORT = { cpuSeconds: 240 }
const SEEDS = [1, 2] as const
/** Steps between two looks at the validation split, and looks without a better one before it is over: few people are soon learnt by heart. */
const STEPS_BETWEEN = 20
const PATIENCE = 4
const DROPOUT = 0.5
/** What the mission asks of a ranker of sequences. */
const LEAST_NDCG = 0.7

const refuse = (message: string) => new TrainingRefused({ message, retry: false })

/** The logged decisions that are judged by, none of which may have been learnt from. */
const readLogged = async (datasetsDir: string) => {
  const dataset = await newestDataset(datasetsDir, SLATES)
  const counts = await readTraining(dataset)
  const trainedOn = new Set(counts.users.names)
  const isKnown = (user: string) => trainedOn.has(user)
  const { before, from, judged: logged } = await readHeldOut(dataset, isKnown)
  if (logged.length < LEAST_JUDGED) {
    throw refuse(
      `The dataset ${dataset.folder} has ${logged.length} decisions to judge by; at least ${LEAST_JUDGED} are needed. Build it over more days.`
    )
  }
  const earlier = [
    ...(await readSlates(dataset, "train", isKnown)),
    ...(await readSlates(dataset, "validation", isKnown)),
    ...before
  ]
  return { dataset, counts, logged, earlier, from }
}

type Logged = Awaited<ReturnType<typeof readLogged>>

/** Ranks a slate by what its person had accepted and passed before, as when they are served. */
const scorerOf = (model: SequenceModel, vibes: Vibes, { earlier, logged }: Logged): SlateScorer => {
  const { learnt, score } = sequenceScorer(model)
  const before = earlierOf(
    [...earlier, ...logged].map(({ slate }) => slate),
    () => true
  )
  const place = (id: string) => ({ id, vibe: vibes.get(id) })
  return (slate) => {
    const taste = learnt(
      before(slate).flatMap((one) => wordsOf(one).map(({ id, accepted, at }) => ({ place: place(id), accepted, at })))
    )
    return slate.items.map((id) => score(taste, place(id)))
  }
}

const judged = async (
  model: SequenceModel,
  logged: Logged,
  vibes: Vibes,
  places: Places,
  others: ReadonlyArray<SequenceModel> = []
) => {
  const slates = logged.logged.map(({ slate }: LoggedSlate) => slate)
  const counts: Counts = logged.counts
  const evaluation = await judge(
    slates,
    [
      { name: "sasrec", scorer: scorerOf(model, vibes, logged) },
      ...baselines(logged.logged, counts, places),
      ...others.map(
        (other, i): Ranked => ({ name: `sasrec, seed ${SEEDS[i + 1]}`, scorer: scorerOf(other, vibes, logged) })
      )
    ],
    counts.taken,
    { localPick: (item) => places.get(item)?.localPick }
  )
  const { models, of_travelers: real } = evaluation
  const [whose, { mean }] = real === null ? ["made-up people", models[0]!.metrics.ndcg10] : ["travelers", real.ndcg10]
  const required: Trained["required"] = [{ what: `NDCG@10 on decisions of ${whose}`, found: mean, wanted: LEAST_NDCG }]
  return { evaluation, required, judgedFrom: logged.from }
}

/** What the description of a place says of its row: learnt with the rest, so that it holds for places that nobody was offered. */
const coldOf = ({ parameters, width }: SasrecRun["model"]): LinearMap | undefined => {
  const weight = parameters.get("description weight")
  if (weight === undefined) return undefined
  return {
    inputs: weight.length / width,
    outputs: width,
    weights: Float64Array.from([...weight, ...new Float32Array(width)])
  }
}

/** The trained numbers as they serve, with what a place that nobody was offered is worth by its vibe. */
const servable = async ({ model }: SasrecRun, { data, items, newest }: Histories): Promise<SequenceModel> => {
  const { width } = model
  const states = await statesOf(model, data, newest)
  const stranger = new Float32Array(width)
  for (const [i, number] of states.entries()) stranger[i % width]! += number / Math.max(1, newest.length)
  return {
    width,
    blocks: model.blocks,
    length: model.lengths.at(-1)!,
    items: items.names,
    rows: model.items,
    contexts: model.contexts!,
    parameters: model.parameters,
    stranger,
    cold: coldOf(model)
  }
}

const enough = (dataset: PublishedDataset, { accepted, steps, validation }: Histories) => {
  if (steps < LEAST_STEPS) {
    throw refuse(
      `The dataset ${dataset.folder} has ${steps} accepted and passed places to train on; at least ${LEAST_STEPS} are needed. Build it over more days.`
    )
  }
  if (accepted === 0 || accepted === steps) {
    throw refuse(
      `In the dataset ${dataset.folder} every place was ${accepted === 0 ? "passed" : "accepted"}: there is nothing to tell apart. Build it over more days.`
    )
  }
  if (validation.users.length === 0) {
    throw refuse(
      `In the dataset ${dataset.folder} nobody accepted anything after the time that is trained on, so nothing says when to stop. Build it over more days.`
    )
  }
}

const settingsFor = (data: Sequences, seed: number): SasrecSettings => {
  const usual = sasrecSettings(data, seed, EFFORT, SIZE)
  const steps = epochBatches(data, usual.lengths, usual.batches, randomStream("sasrec", "size", seed)).length
  const judgeEvery = Math.min(usual.judgeEvery, Math.ceil(STEPS_BETWEEN / Math.max(1, steps)))
  return { ...usual, lesson: { head: "answers" }, dropout: DROPOUT, judgeEvery, patience: PATIENCE * judgeEvery }
}

const train: Trainer["train"] = async ({ datasetsDir, placesOf, vibesOf, watch, signal }) => {
  const dataset = await newestDataset(datasetsDir, DATASET)
  const logged = await readLogged(datasetsDir)
  const vibes = await vibesOf()
  const histories = await readHistories(dataset, logged.from, vibes, SIZE.mostLength)
  enough(dataset, histories)
  const { data, validation } = histories
  const versions: Array<SequenceModel> = []
  let first: SasrecRun | undefined
  for (const seed of SEEDS) {
    const settings = settingsFor(data, seed)
    const request = { model: "sasrec" as const, data, validation, settings }
    const run = await trainInThread(request, first === undefined ? watch : undefined, signal)
    first ??= run
    versions.push(await servable(run, histories))
  }
  const [model, ...others] = versions as [SequenceModel, ...ReadonlyArray<SequenceModel>]
  const { evaluation, judgedFrom, required } = await judged(model, logged, vibes, await placesOf(), others)
  return {
    dataset,
    file: FILE,
    modelType: SEQUENCE_MODEL_TYPE,
    description: "Self-attention over what travelers accepted and passed, in order: what they will like next.",
    files: { [FILE]: encodeSequenceModel(model), "learning-curve.svg": learningCurve("sasrec", first!.progress) },
    rows: {
      people: histories.newest.length,
      steps: histories.steps,
      accepted: histories.accepted,
      places: histories.items.names.length
    },
    pairs: acceptSkipPairs(logged.earlier),
    learntUntil: logged.from,
    epochs: first!.bestEpoch,
    evaluation,
    judgedFrom,
    required,
    card: [
      "What somebody will like next, from the newest places that they accepted and passed, and the time between.",
      `A taste has ${SIZE.width} numbers and is made of at most ${SIZE.mostLength} places. Nobody has a vector of their own: a taste is worked out anew from a history, so nothing of a person is in the file.`,
      `Judged on the decisions of ${logged.dataset.folder}, from a history of what came before each; nothing from the time that is judged was learnt from.`,
      "A place is what its vibe says and a little of its own: places that nobody was offered have the first. People without a history have the mean of all.",
      "In production it puts tastes into numbers, at night and for every warm traveler, and says what they will like next to the ranker that weighs it; by itself it ranks in the shadow only.",
      BASELINES_CARD
    ],
    notes: []
  }
}

const evaluate: Trainer["evaluate"] = async ({ datasetsDir, placesOf, vibesOf }, file) => {
  const dataset = await newestDataset(datasetsDir, DATASET)
  const model = decodeSequenceModel(readFileSync(file))
  return { dataset, ...(await judged(model, await readLogged(datasetsDir), await vibesOf(), await placesOf())) }
}

export const sasrecTrainer: Trainer = { train, evaluate }
