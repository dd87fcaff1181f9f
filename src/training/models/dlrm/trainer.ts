/** Trains and judges `dlrm`: what becomes of a candidate, by all that describes it, beside a model of sequences. */
import { readFileSync } from "node:fs"
import { FEATURES } from "../../../domain/features.ts"
import {
  decodeInteractions,
  encodeInteractions,
  INTERACTIONS_MODEL_TYPE,
  type InteractionsFile,
  interactionsScorer,
  partsFor,
  writeRow
} from "../../../domain/rankers/interactions.ts"
import { decodeSequenceModel, type SequenceModel, sequenceScorer } from "../../../domain/rankers/sequence-model.ts"
import { TrainingRefused } from "../../../services/trainers.ts"
import { judge, type Ranked } from "../../judge/judge.ts"
import type { Slate, SlateScorer } from "../../judge/slates.ts"
import { learningCurve } from "../../learn/curve.ts"
import { type LabelledRows, type PerceptronModel, perceptronSettings } from "../../learn/perceptron/train.ts"
import type { Progress } from "../../learn/progress.ts"
import { trainInThread } from "../../learn/thread.ts"
import { BASELINES_CARD, baselines, type Places } from "../bpr/baselines.ts"
import { earlierOf, type Vibes } from "../bpr/ranker.ts"
import { type LoggedSlate, readSlates, readTraining } from "../bpr/triples.ts"
import { newestDataset } from "../dataset.ts"
import type { Trainer } from "../trainer.ts"

const DATASET = "bpr_triples"
const FILE = "interactions.bin"
const LEAST_ROWS = 500
const LEAST_JUDGED = 30
/** Rows that are learnt from at most: of more, the newest. */
const MOST_ROWS = 150_000
const SEEDS = [1, 2] as const
const SIZE = { hidden: 32, width: 16 } as const

const refuse = (message: string) => new TrainingRefused({ message, retry: false })

/** The logged decisions by split, those only whose candidates were logged with all their features. */
const readDecisions = async (datasetsDir: string) => {
  const dataset = await newestDataset(datasetsDir, DATASET)
  const counts = await readTraining(dataset)
  const trainedOn = new Set(counts.users.names)
  const of = async (split: "train" | "validation" | "test" | "new_people") =>
    await readSlates(dataset, split, (user) => trainedOn.has(user))
  const [train, validation, test, apart] = [
    await of("train"),
    await of("validation"),
    await of("test"),
    await of("new_people")
  ]
  const described = (all: ReadonlyArray<LoggedSlate>) => all.filter(({ features }) => features !== undefined)
  return {
    dataset,
    counts,
    all: [...train, ...validation, ...test, ...apart].map(({ slate }) => slate),
    train: described(train),
    validation: described(validation),
    logged: described([...test, ...apart])
  }
}

type Decisions = Awaited<ReturnType<typeof readDecisions>>

/** Rows of a decision's candidates, from what its person had accepted and passed before. */
const rowsBy = (sequence: SequenceModel, vibes: Vibes, all: ReadonlyArray<Slate>) => {
  const scorer = sequenceScorer(sequence)
  const columns = partsFor(sequence.width).reduce((sum, n) => sum + n, 0)
  const before = earlierOf(all, () => true)
  const place = (id: string) => ({ id, vibe: vibes.get(id) })
  const of = ({ features, slate }: LoggedSlate): Float32Array => {
    const taste = scorer.learnt(
      before(slate).flatMap(({ at, items, segments, taken }) =>
        items.flatMap((id, i) => {
          const accepted = taken[i] === 1
          return accepted || segments["origin"] !== "itinerary" ? [{ place: place(id), accepted, at }] : []
        })
      )
    )
    const rows = new Float32Array(slate.items.length * columns)
    for (const [n, id] of slate.items.entries()) {
      writeRow(rows, n * columns, features![n]!, scorer, taste, place(id))
    }
    return rows
  }
  return { columns, of }
}

const BACKFILL_WEIGHT = 0.3

const labelled = (decisions: ReadonlyArray<LoggedSlate>, { columns, of }: ReturnType<typeof rowsBy>): LabelledRows => {
  const newest = decisions.toSorted((a, b) => b.slate.at - a.slate.at)
  const kept: Array<LoggedSlate> = []
  let count = 0
  for (const one of newest) {
    if (count + one.slate.items.length > MOST_ROWS) break
    count += one.slate.items.length
    kept.unshift(one)
  }
  const rows = new Float32Array(count * columns)
  const [labels, weights] = [new Float32Array(count), new Float32Array(count)]
  let at = 0
  for (const one of kept) {
    rows.set(of(one), at * columns)
    labels.set(one.slate.taken, at)
    weights.fill(one.slate.segments["source"] === "app" ? 1 : BACKFILL_WEIGHT, at, at + one.slate.items.length)
    at += one.slate.items.length
  }
  return { columns, rows, labels, weights }
}

type Numbers = InteractionsFile["model"]

const judged = (
  model: Numbers,
  sequence: SequenceModel,
  decisions: Decisions,
  vibes: Vibes,
  places: Places,
  others: ReadonlyArray<Numbers> = []
) => {
  const { all, counts, logged } = decisions
  if (logged.length < LEAST_JUDGED) {
    throw refuse(
      `The dataset ${decisions.dataset.folder} has ${logged.length} decisions with their features to judge by; at least ${LEAST_JUDGED} are needed. Build it over more days.`
    )
  }
  const { columns, of } = rowsBy(sequence, vibes, all)
  const rows = new Map(logged.map((one) => [one.slate.id, of(one)]))
  const scorerOf = (numbers: Numbers): SlateScorer => {
    const logits = interactionsScorer(numbers)
    return ({ id }) => logits(rows.get(id)!)
  }
  const byColumn =
    (column: number): SlateScorer =>
    ({ id, items }) =>
      items.map((_, n) => rows.get(id)![n * columns + column]!)
  const sequenceAlone: Ranked = { name: "sasrec", scorer: byColumn(FEATURES.length) }
  const evaluation = judge(
    logged.map(({ slate }) => slate),
    [
      { name: "dlrm", scorer: scorerOf(model) },
      ...baselines(logged, counts, places),
      sequenceAlone,
      { name: "affinity", scorer: byColumn(FEATURES.indexOf("affinity")) },
      ...others.map((other, i): Ranked => ({ name: `dlrm, seed ${SEEDS[i + 1]}`, scorer: scorerOf(other) }))
    ],
    counts.taken,
    { localPick: (item) => places.get(item)?.localPick }
  )
  return { evaluation, required: [] }
}

const numbersOf = ({ means, parameters, scales }: PerceptronModel, parts: ReadonlyArray<number>): Numbers => ({
  ...SIZE,
  parts,
  means: Float32Array.from(means),
  scales: Float32Array.from(scales),
  parameters
})

const train: Trainer["train"] = async ({ datasetsDir, newest, placesOf, vibesOf, watch, signal }) => {
  const decisions = await readDecisions(datasetsDir)
  const beside = await newest("sasrec")
  const file = readFileSync(beside.file)
  const sequence = decodeSequenceModel(file)
  const vibes = await vibesOf()
  const rows = rowsBy(sequence, vibes, decisions.all)
  const data = labelled(decisions.train, rows)
  const taken = data.labels.reduce((sum, one) => sum + one, 0)
  if (data.labels.length < LEAST_ROWS) {
    throw refuse(
      `The dataset ${decisions.dataset.folder} has ${data.labels.length} candidates with their features to train on; at least ${LEAST_ROWS} are needed. Build it over more days of travelers' plans.`
    )
  }
  const validation = labelled(decisions.validation, rows)
  const parts = partsFor(sequence.width)
  const versions: Array<Numbers> = []
  let progress: ReadonlyArray<Progress> = []
  let epochs = 0
  for (const seed of SEEDS) {
    const usual = perceptronSettings(data.labels.length, seed)
    const settings = { ...usual, units: SIZE.hidden, patience: 6, interactions: { ...SIZE, parts } }
    const request = { model: "perceptron" as const, data, validation, settings }
    const run = await trainInThread(request, seed === SEEDS[0] ? watch : undefined, signal)
    if (seed === SEEDS[0]) {
      progress = run.progress
      epochs = run.bestEpoch
    }
    versions.push(numbersOf(run.model, parts))
  }
  const [model, ...others] = versions as [Numbers, ...ReadonlyArray<Numbers>]
  const { evaluation, required } = judged(model, sequence, decisions, vibes, await placesOf(), others)
  return {
    dataset: decisions.dataset,
    file: FILE,
    modelType: INTERACTIONS_MODEL_TYPE,
    description: "Feature interactions over all that describes a candidate, the party's taste and the place.",
    files: {
      [FILE]: encodeInteractions(model, file, beside.version),
      "learning-curve.svg": learningCurve("dlrm", progress)
    },
    rows: { candidates: data.labels.length, taken, decisions: decisions.train.length },
    pairs: data.labels.length - taken,
    epochs,
    evaluation,
    required,
    card: [
      "What becomes of a candidate, by its features as they were logged with the decision, what a model of sequences expects, and the embeddings of party and place, weighed pair by pair.",
      `The model of sequences is sasrec ${beside.version}; it is part of the file, so that the two cannot come apart. A party has the mean of its members' tastes.`,
      "Decisions whose candidates were logged without features, as those of the shadow population, teach nothing and judge nothing here.",
      BASELINES_CARD,
      "sasrec and affinity are those two inputs alone."
    ],
    notes: []
  }
}

const evaluate: Trainer["evaluate"] = async ({ datasetsDir, placesOf, vibesOf }, file) => {
  const { model, sequence } = decodeInteractions(readFileSync(file))
  const decisions = await readDecisions(datasetsDir)
  return { dataset: decisions.dataset, ...judged(model, sequence, decisions, await vibesOf(), await placesOf()) }
}

export const dlrmTrainer: Trainer = { train, evaluate }
