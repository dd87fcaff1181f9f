/** Trains and judges `dlrm`: what becomes of a candidate, by all that describes it, beside a model of sequences. */
import { readFileSync } from "node:fs"
import { FEATURES, FEATURES_VERSION, type Features } from "../../../domain/features.ts"
import {
  decodeInteractions,
  encodeInteractions,
  INTERACTIONS_MODEL_TYPE,
  type InteractionsFile,
  interactionsScorer,
  partsFor,
  writeRow
} from "../../../domain/rankers/interactions.ts"
import { decodeMembers, type MembersModel, membersScorer } from "../../../domain/rankers/members-model.ts"
import { decodeSequenceModel, type SequenceModel } from "../../../domain/rankers/sequence-model.ts"
import type { Place } from "../../../domain/rankers/tastes.ts"
import { TrainingRefused } from "../../../services/trainers.ts"
import { judge, type Ranked } from "../../judge/judge.ts"
import type { SlateScorer } from "../../judge/slates.ts"
import { learningCurve } from "../../learn/curve.ts"
import { type LabelledRows, type PerceptronModel, perceptronSettings } from "../../learn/perceptron/train.ts"
import type { Progress } from "../../learn/progress.ts"
import { trainInThread } from "../../learn/thread.ts"
import { BASELINES_CARD, baselines, type Places } from "../bpr/baselines.ts"
import { acceptSkipPairs, type LoggedSlate } from "../bpr/logged-slates.ts"
import type { Vibes } from "../bpr/ranker.ts"
import { newestDataset, stopsBy } from "../dataset.ts"
import type { Material, Trainer } from "../trainer.ts"
import { partiesBy, readDecisions } from "../u-sasrec/parties.ts"

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
const readDescribed = async (datasetsDir: string) => {
  const { all, counts, dataset, from, later, train, validation } = await readDecisions(
    await newestDataset(datasetsDir, DATASET)
  )
  const described = (decisions: ReadonlyArray<LoggedSlate>) =>
    decisions.filter(({ features }) => features !== undefined)
  return {
    dataset,
    counts,
    all,
    from,
    train: described(train),
    validation: described(validation),
    logged: described(later)
  }
}

type Decisions = Awaited<ReturnType<typeof readDescribed>>

/** What a model is trained beside: a model of sequences, and what hears the members of a party one by one where there is one. */
interface Beside {
  readonly sequence: SequenceModel
  readonly members: MembersModel | undefined
}

const partsBeside = ({ members, sequence }: Beside) => partsFor(sequence.width, members === undefined ? 1 : 2)

/** Rows of a decision's candidates, from what its people had accepted and passed before. */
const rowsBy = (beside: Beside, vibes: Vibes, all: ReadonlyArray<LoggedSlate>) => {
  const parties = partiesBy(beside.sequence, vibes, all)
  const { place, sequence } = parties
  const scorer = beside.members === undefined ? undefined : membersScorer(beside.members, sequence.rowOf)
  const { width } = beside.sequence
  const columns = partsBeside(beside).reduce((sum, n) => sum + n, 0)
  const of = (logged: LoggedSlate): Float32Array => {
    const { features, slate } = logged
    const party = parties.of(logged)
    const taste = new Float32Array(width)
    for (const one of party) for (let i = 0; i < width; i++) taste[i]! += one.taste[i]! / party.length
    const needs = scorer && party.map((one) => scorer.needsOf(one.taste, one.persona))
    const heard = needs && ((asked: Place) => scorer!.hear(needs, asked)?.score ?? 0)
    const rows = new Float32Array(slate.items.length * columns)
    for (const [n, id] of slate.items.entries()) {
      const described = Object.fromEntries(FEATURES.map((name, f) => [name, features![n]![f]!])) as Features
      writeRow(rows, n * columns, described, { sequence, taste, heard }, place(id))
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

const judged = async (
  model: Numbers,
  beside: Beside,
  decisions: Decisions,
  vibes: Vibes,
  places: Places,
  others: ReadonlyArray<Numbers> = []
) => {
  const { all, counts, from, logged } = decisions
  if (logged.length < LEAST_JUDGED) {
    throw refuse(
      `The dataset ${decisions.dataset.folder} has ${logged.length} decisions with their features to judge by; at least ${LEAST_JUDGED} are needed. Build it over more days.`
    )
  }
  const { columns, of } = rowsBy(beside, vibes, all)
  const rows = new Map(logged.map((one) => [one.slate.id, of(one)]))
  const scorerOf = (numbers: Numbers): SlateScorer => {
    const logits = interactionsScorer(numbers)
    return ({ id }) => logits(rows.get(id)!)
  }
  const byColumn =
    (column: number): SlateScorer =>
    ({ id, items }) =>
      items.map((_, n) => rows.get(id)![n * columns + column]!)
  const alone: ReadonlyArray<Ranked> = [
    { name: "sasrec", scorer: byColumn(FEATURES.length) },
    ...(beside.members === undefined ? [] : [{ name: "u_sasrec", scorer: byColumn(FEATURES.length + 1) }])
  ]
  const evaluation = await judge(
    logged.map(({ slate }) => slate),
    [
      { name: "dlrm", scorer: scorerOf(model) },
      ...baselines(logged, counts, places),
      ...alone,
      { name: "affinity", scorer: byColumn(FEATURES.indexOf("affinity")) },
      ...others.map((other, i): Ranked => ({ name: `dlrm, seed ${SEEDS[i + 1]}`, scorer: scorerOf(other) }))
    ],
    counts.taken,
    { localPick: (item) => places.get(item)?.localPick }
  )
  return { evaluation, required: [], judgedFrom: from }
}

const numbersOf = ({ means, parameters, scales }: PerceptronModel, parts: ReadonlyArray<number>): Numbers => ({
  ...SIZE,
  parts,
  means: Float32Array.from(means),
  scales: Float32Array.from(scales),
  parameters
})

/** The newest of the models that are built on each other: u_sasrec brings its model of sequences along. */
const readBeside = async (newest: Material["newest"], from: number) => {
  try {
    const { file, version } = await newest("u_sasrec", from)
    const bytes = readFileSync(file)
    const { model: members, sequence, sequenceVersion } = decodeMembers(bytes)
    const named = `u_sasrec ${version}, which is built on sasrec ${sequenceVersion}`
    return { sequence, members, file: { kind: "members" as const, file: bytes, sequenceVersion }, named, notes: [] }
  } catch (cause) {
    if (!(cause instanceof TrainingRefused)) throw cause
    const { file, version: sequenceVersion } = await newest("sasrec", from)
    const bytes = readFileSync(file)
    return {
      sequence: decodeSequenceModel(bytes),
      members: undefined,
      file: { kind: "sequence" as const, file: bytes, sequenceVersion },
      named: `sasrec ${sequenceVersion}`,
      notes: [`Trained beside sasrec alone, without u_sasrec: ${cause.message}`]
    }
  }
}

const train: Trainer["train"] = async ({ datasetsDir, newest, placesOf, vibesOf, watch, signal }) => {
  const decisions = await readDescribed(datasetsDir)
  const beside = await readBeside(newest, decisions.from)
  const vibes = await vibesOf()
  const rows = rowsBy(beside, vibes, decisions.all)
  const data = labelled(decisions.train, rows)
  const taken = data.labels.reduce((sum, one) => sum + one, 0)
  if (data.labels.length < LEAST_ROWS) {
    throw refuse(
      `The dataset ${decisions.dataset.folder} has ${data.labels.length} candidates with their features to train on; at least ${LEAST_ROWS} are needed. Build it over more days of travelers' plans.`
    )
  }
  const validation = labelled(decisions.validation, rows)
  stopsBy(decisions.dataset, validation.labels.length, validation.labels)
  const parts = partsBeside(beside)
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
  const { evaluation, judgedFrom, required } = await judged(model, beside, decisions, vibes, await placesOf(), others)
  return {
    dataset: decisions.dataset,
    file: FILE,
    modelType: INTERACTIONS_MODEL_TYPE,
    description: "Feature interactions over all that describes a candidate, the party's taste and the place.",
    files: {
      [FILE]: encodeInteractions(model, beside.file),
      "learning-curve.svg": learningCurve("dlrm", progress)
    },
    rows: { candidates: data.labels.length, taken, decisions: decisions.train.length },
    pairs: acceptSkipPairs(decisions.train),
    learntUntil: decisions.from,
    featuresVersion: FEATURES_VERSION,
    epochs,
    evaluation,
    judgedFrom,
    required,
    card: [
      "What becomes of a candidate, by its features as they were logged with the decision, what a model of sequences expects, and the embeddings of party and place, weighed pair by pair.",
      `It was trained beside ${beside.named}; that is part of the file, so that they cannot come apart. A party has the mean of its members' tastes, and what u_sasrec hears of each, where that was there.`,
      "Decisions whose candidates were logged without features, as those of the shadow population, teach nothing and judge nothing here.",
      BASELINES_CARD,
      "sasrec, u_sasrec and affinity are those inputs alone."
    ],
    notes: beside.notes
  }
}

const evaluate: Trainer["evaluate"] = async ({ datasetsDir, placesOf, vibesOf }, file) => {
  const { members, model, sequence } = decodeInteractions(readFileSync(file))
  const decisions = await readDescribed(datasetsDir)
  const beside = { members, sequence }
  return { dataset: decisions.dataset, ...(await judged(model, beside, decisions, await vibesOf(), await placesOf())) }
}

export const dlrmTrainer: Trainer = { train, evaluate }
