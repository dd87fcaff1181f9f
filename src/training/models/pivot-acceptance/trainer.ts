/** Trains and judges `pivot_acceptance`: which of a pivot's verified options this traveler is likely to take. */
import { readFileSync } from "node:fs"
import * as Schema from "effect/Schema"
import {
  ACCEPTANCE_COLUMNS,
  ACCEPTANCE_MODEL_TYPE,
  AcceptanceWeights,
  acceptanceColumns,
  acceptanceOf,
  unfitWeights
} from "../../../domain/pivot/acceptance.ts"
import { TrainingRefused } from "../../../services/trainers.ts"
import { rocAuc } from "../../judge/auc.ts"
import { type Evaluation, judge, type Ranked } from "../../judge/judge.ts"
import type { Slate } from "../../judge/slates.ts"
import { learningCurve } from "../../learn/curve.ts"
import { perceptronSettings } from "../../learn/perceptron/train.ts"
import { weightsOf } from "../../learn/perceptron/weights.ts"
import type { Progress } from "../../learn/progress.ts"
import { trainInThread } from "../../learn/thread.ts"
import { newestDataset, type PublishedDataset, stopsBy } from "../dataset.ts"
import { ofTravelers, type Trained, type Trainer } from "../trainer.ts"
import { labelled, type PivotOption, readOptions, slatesOf } from "./options.ts"

const NAME = "pivot_acceptance"
const FILE = "weights.json"
const LEAST_OPTIONS = 500
const LEAST_JUDGED = 30
/** What the mission asks of this model before it may decide. */
const LEAST_AUC = 0.8
const SEEDS = [1, 2, 3] as const

const refuse = (message: string) => new TrainingRefused({ message, retry: false })

const chanceOf = (weights: AcceptanceWeights) => (option: PivotOption) =>
  acceptanceOf(weights, acceptanceColumns(option.features, option.trigger))

type Scored = readonly [name: string, score: (option: PivotOption) => number]

/** The first of the others is the order in which the options were offered. */
const baselines: ReadonlyArray<Scored> = [
  ["as_logged", (option) => -option.position],
  ["affinity", (option) => option.features.affinity],
  ["nearest", (option) => -option.features.distance_km]
]

interface Judgement {
  readonly evaluation: Evaluation
  readonly judgedFrom: number
  /** AUC over all options of all answered pivots, also of those that were sent away whole. */
  readonly auc: Readonly<Record<string, number>>
  readonly required: Trained["required"]
}

const judged = async (
  dataset: PublishedDataset,
  weights: AcceptanceWeights,
  trained: ReadonlyArray<PivotOption>,
  others: ReadonlyArray<AcceptanceWeights> = []
): Promise<Judgement> => {
  const test = await readOptions(dataset, "test")
  const judgedFrom = dataset.testFrom ?? test.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY)
  // Who is kept apart is so from the first day on: of them too only what came later is judged.
  const options = [...test, ...(await readOptions(dataset, "new_people")).filter(({ at }) => at >= judgedFrom)]
  const slates = slatesOf(options, new Set(trained.map(({ user }) => user)))
  if (slates.length < LEAST_JUDGED) {
    throw refuse(
      `The dataset ${dataset.folder} has ${slates.length} accepted pivots to judge by; at least ${LEAST_JUDGED} are needed. Build it over more days.`
    )
  }
  const scored: ReadonlyArray<Scored> = [
    [NAME, chanceOf(weights)],
    ...baselines,
    ...others.map((other, i): Scored => [`${NAME}, seed ${SEEDS[i + 1]}`, chanceOf(other)])
  ]
  const optionsOf = new Map(slates.map(({ slate, options }) => [slate.id, options]))
  const [own, ...rest] = scored.map(
    ([name, score]): Ranked => ({ name, scorer: ({ id }: Slate) => optionsOf.get(id)!.map(score) })
  ) as [Ranked, ...ReadonlyArray<Ranked>]
  const takenBefore = new Map<string, number>()
  for (const { item, accepted } of trained) if (accepted) takenBefore.set(item, (takenBefore.get(item) ?? 0) + 1)
  const aucOf = (some: ReadonlyArray<PivotOption>, score: Scored[1]) =>
    rocAuc(
      some.map(score),
      some.map(({ accepted }) => (accepted ? 1 : 0))
    )
  const { rows, whose } = ofTravelers(options, ({ origin }) => origin === "app")
  return {
    judgedFrom,
    required: [{ what: `AUC over all options of ${whose}`, found: aucOf(rows, chanceOf(weights)), wanted: LEAST_AUC }],
    evaluation: await judge(
      slates.map(({ slate }) => slate),
      [own, ...rest],
      takenBefore,
      { by: "auc" }
    ),
    auc: Object.fromEntries(scored.map(([name, score]) => [name, aucOf(options, score)]))
  }
}

const aucLine = (auc: Judgement["auc"]) =>
  `AUC over all options of later pivots: ${Object.entries(auc)
    .map(([name, value]) => `${name} ${value.toFixed(3)}`)
    .join(", ")}.`

const train: Trainer["train"] = async ({ datasetsDir, watch, signal }) => {
  const dataset = await newestDataset(datasetsDir, NAME)
  const options = await readOptions(dataset, "train")
  const accepted = options.filter((option) => option.accepted).length
  if (options.length < LEAST_OPTIONS) {
    throw refuse(
      `The dataset ${dataset.folder} has ${options.length} options to train on; at least ${LEAST_OPTIONS} are needed. Build it over more days.`
    )
  }
  if (accepted === 0 || accepted === options.length) {
    throw refuse(
      `Of ${options.length} options in ${dataset.folder}, ${accepted} were taken: with one answer only there is nothing to tell apart.`
    )
  }
  const [data, validation] = [labelled(options), labelled(await readOptions(dataset, "validation"))]
  stopsBy(dataset, validation.labels.length, validation.labels)
  const versions: Array<AcceptanceWeights> = []
  let progress: ReadonlyArray<Progress> = []
  let epochs = 0
  for (const seed of SEEDS) {
    const settings = perceptronSettings(options.length, seed)
    const request = { model: "perceptron" as const, data, validation, settings }
    const run = await trainInThread(request, seed === SEEDS[0] ? watch : undefined, signal)
    if (seed === SEEDS[0]) {
      progress = run.progress
      epochs = run.bestEpoch
    }
    versions.push(weightsOf(run.model, ACCEPTANCE_COLUMNS))
  }
  const [weights, ...others] = versions as [AcceptanceWeights, ...ReadonlyArray<AcceptanceWeights>]
  const judgement = await judged(dataset, weights, options, others)
  const app = options.filter(({ origin }) => origin === "app").length
  return {
    dataset,
    file: FILE,
    modelType: ACCEPTANCE_MODEL_TYPE,
    description: "The chance that a traveler takes an option of a pivot; orders verified options within the turn.",
    files: { [FILE]: `${JSON.stringify(weights)}\n`, "learning-curve.svg": learningCurve(NAME, progress) },
    rows: { options: options.length, taken: accepted, from_travelers: app },
    pairs: options.filter((option) => option.origin === "app" && !option.accepted).length,
    learntUntil: judgement.judgedFrom,
    epochs,
    evaluation: judgement.evaluation,
    judgedFrom: judgement.judgedFrom,
    required: judgement.required,
    card: [
      "How likely this traveler takes an option of a pivot, from what options are described by and from the trigger.",
      `Learnt from ${app} options of travelers and ${options.length - app} of the shadow population, which count 0.3. Offers that nobody answered teach nothing.`,
      "Baselines: as_logged is the order in which they were offered; affinity is the taste alone; nearest the way alone.",
      aucLine(judgement.auc)
    ],
    notes: [aucLine(judgement.auc)]
  }
}

const readWeights = Schema.decodeUnknownSync(AcceptanceWeights)

const evaluate: Trainer["evaluate"] = async ({ datasetsDir }, file) => {
  const dataset = await newestDataset(datasetsDir, NAME)
  const weights = readWeights(JSON.parse(readFileSync(file, "utf8")))
  const problem = unfitWeights(weights)
  if (problem !== undefined) throw refuse(`${file} cannot be judged: ${problem}. Train ${NAME} again.`)
  const judgement = await judged(dataset, weights, await readOptions(dataset, "train"))
  return {
    dataset,
    evaluation: judgement.evaluation,
    judgedFrom: judgement.judgedFrom,
    required: judgement.required
  }
}

export const pivotAcceptanceTrainer: Trainer = { train, evaluate }
