/** Trains and judges `match_compatibility`: who would travel well with whom. */
import { readFileSync } from "node:fs"
import * as Schema from "effect/Schema"
import { PerceptronWeights } from "../../../domain/basics/perceptron.ts"
import {
  COMPATIBILITY_MODEL_TYPE,
  compatibilityOf,
  unfitCompatibility
} from "../../../domain/companions/compatibility.ts"
import { MATCH_FEATURES } from "../../../domain/companions/features.ts"
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
import { type Material, ofTravelers, type Trained, type Trainer } from "../trainer.ts"
import { labelled, type Match, readMatches, slatesOf } from "./matches.ts"

const NAME = "match_compatibility"
const DATASET = "companion_match"
const FILE = "model.json"
const LEAST_MATCHES = 200
const LEAST_JUDGED = 30
const SEEDS = [1, 2, 3] as const

/** What is asked of it before it may decide whom people are shown. */
const ASKED = { auc: 0.7, accuracy: 0.55, low: 0.3, high: 0.7, distinct: 0.9 } as const
/** The share of held-out scores that lies outside of what is called their span, at either end. */
const OUTSIDE = 0.05

const refuse = (message: string) => new TrainingRefused({ message, retry: false })

type Scored = readonly [name: string, score: (match: Match) => number]

/** The first is how an installation without a model orders whom it suggests: by what they like. */
const baselines: ReadonlyArray<Scored> = [
  ["shared_interests", ({ features }) => features.interest_score],
  ["alike", ({ features }) => MATCH_FEATURES.reduce((sum, name) => sum + features[name], 0)],
  ["common_ground", ({ features }) => features.location_overlap]
]

interface Figures {
  readonly auc: number
  readonly accuracy: number
  /** The fifth and the ninety-fifth percentile of the scores. */
  readonly span: readonly [low: number, high: number]
  /** The share of scores that no other match has. */
  readonly distinct: number
}

const figuresOf = (matches: ReadonlyArray<Match>, score: Scored[1]): Figures => {
  const scores = matches.map(score)
  const labels = matches.map(({ good }) => (good ? 1 : 0))
  const sorted = [...scores].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return {
    auc: rocAuc(scores, labels),
    accuracy: scores.filter((one, i) => (one >= 0.5 ? 1 : 0) === labels[i]).length / Math.max(1, scores.length),
    span: [at(OUTSIDE), at(1 - OUTSIDE)],
    distinct: new Set(scores.map((one) => one.toFixed(6))).size / Math.max(1, scores.length)
  }
}

const requiredOf = ({ accuracy, auc, distinct, span: [low, high] }: Figures, whose: string) => [
  { what: `ROC-AUC over held-out matches of ${whose}`, found: auc, wanted: ASKED.auc },
  { what: `accuracy over held-out matches of ${whose}`, found: accuracy, wanted: ASKED.accuracy },
  { what: "1 less the 5th percentile of scores", found: 1 - low, wanted: 1 - ASKED.low },
  { what: "95th percentile of scores", found: high, wanted: ASKED.high },
  { what: "share of scores that do not repeat", found: distinct, wanted: ASKED.distinct }
]

interface Judgement {
  readonly evaluation: Evaluation
  readonly figures: Figures
  readonly required: Trained["required"]
  readonly line: string
}

const judged = async (
  dataset: PublishedDataset,
  weights: PerceptronWeights,
  others: ReadonlyArray<PerceptronWeights> = []
): Promise<Judgement> => {
  const trained = await readMatches(dataset, "train")
  const matches = [...(await readMatches(dataset, "test")), ...(await readMatches(dataset, "new_people"))]
  const slates = slatesOf(matches, new Set(trained.flatMap(({ people }) => people)))
  if (slates.length < LEAST_JUDGED) {
    throw refuse(
      `The dataset ${dataset.folder} has ${slates.length} people with held-out matches of both kinds; at least ${LEAST_JUDGED} are needed to judge by. Build it with more people.`
    )
  }
  const by = (some: PerceptronWeights) => (match: Match) => compatibilityOf(some, match.features)
  const scored: ReadonlyArray<Scored> = [
    [NAME, by(weights)],
    ...baselines,
    ...others.map((other, i): Scored => [`${NAME}, seed ${SEEDS[i + 1]}`, by(other)])
  ]
  const matchesOf = new Map(slates.map(({ slate, matches }) => [slate.id, matches]))
  const [own, ...rest] = scored.map(
    ([name, score]): Ranked => ({ name, scorer: ({ id }: Slate) => matchesOf.get(id)!.map(score) })
  ) as [Ranked, ...ReadonlyArray<Ranked>]
  const wentWell = new Map<string, number>()
  for (const { good, people } of trained) {
    if (good) for (const one of people) wentWell.set(one, (wentWell.get(one) ?? 0) + 1)
  }
  const figures = figuresOf(matches, by(weights))
  const labels = matches.map(({ good }) => (good ? 1 : 0))
  const aucs = scored.map(([name, score]) => `${name} ${rocAuc(matches.map(score), labels).toFixed(3)}`)
  const [low, high] = figures.span
  const { rows, whose } = ofTravelers(matches, ({ real }) => real)
  return {
    evaluation: await judge(
      slates.map(({ slate }) => slate),
      [own, ...rest],
      wentWell,
      { by: "auc" }
    ),
    figures,
    required: requiredOf(figuresOf(rows, by(weights)), whose),
    line: `ROC-AUC over ${matches.length} held-out matches: ${aucs.join(", ")}. Accuracy ${figures.accuracy.toFixed(3)}; 90 % of scores lie from ${low.toFixed(2)} to ${high.toFixed(2)}, ${(100 * figures.distinct).toFixed(1)} % of them do not repeat.`
  }
}

const learnable = (dataset: PublishedDataset, matches: ReadonlyArray<Match>) => {
  const good = matches.filter((match) => match.good).length
  if (matches.length < LEAST_MATCHES) {
    throw refuse(
      `The dataset ${dataset.folder} has ${matches.length} matches to train on; at least ${LEAST_MATCHES} are needed. Build it with more people.`
    )
  }
  if (good === 0 || good === matches.length) {
    throw refuse(
      `Of ${matches.length} matches in ${dataset.folder}, ${good} went well: with one answer only there is nothing to tell apart.`
    )
  }
}

/** Trains a version per seed; the first is the model. */
const versionsOf = async (
  dataset: PublishedDataset,
  matches: ReadonlyArray<Match>,
  { signal, watch }: Pick<Material, "signal" | "watch">
) => {
  const [data, validation] = [labelled(matches), labelled(await readMatches(dataset, "validation"))]
  stopsBy(dataset, validation.labels.length, validation.labels)
  const versions: Array<PerceptronWeights> = []
  let progress: ReadonlyArray<Progress> = []
  let epochs = 0
  for (const seed of SEEDS) {
    const settings = perceptronSettings(matches.length, seed)
    const request = { model: "perceptron" as const, data, validation, settings }
    const run = await trainInThread(request, seed === SEEDS[0] ? watch : undefined, signal)
    if (seed === SEEDS[0]) {
      progress = run.progress
      epochs = run.bestEpoch
    }
    versions.push(weightsOf(run.model, MATCH_FEATURES))
  }
  const [weights, ...others] = versions as [PerceptronWeights, ...ReadonlyArray<PerceptronWeights>]
  return { weights, others, progress, epochs }
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

const train: Trainer["train"] = async ({ datasetsDir, watch, signal }) => {
  const dataset = await newestDataset(datasetsDir, DATASET)
  const matches = await readMatches(dataset, "train")
  learnable(dataset, matches)
  const { epochs, others, progress, weights } = await versionsOf(dataset, matches, { signal, watch })
  const { evaluation, figures, line, required } = await judged(dataset, weights, others)
  const real = matches.filter((match) => match.real).length
  const good = matches.filter((match) => match.good).length
  return {
    dataset,
    file: FILE,
    modelType: COMPATIBILITY_MODEL_TYPE,
    description: "The chance that people travel well together; orders whom somebody who asked for it is shown.",
    files: {
      [FILE]: `${JSON.stringify(weights)}\n`,
      "features.json": json(
        MATCH_FEATURES.map((name, i) => ({ name, mean: weights.means[i]!, deviation: weights.scales[i]! }))
      ),
      "metadata.json": json({
        model: NAME,
        dataset: dataset.name,
        files: dataset.files,
        seed: SEEDS[0],
        epochs,
        matches: { real, synthetic: matches.length - real, went_well: good },
        held_out: figures,
        asked: ASKED
      }),
      "learning-curve.svg": learningCurve(NAME, progress)
    },
    rows: { matches: matches.length, went_well: good, real },
    pairs: real,
    epochs,
    evaluation,
    required,
    card: [
      "How likely two people travel well together, from seven numbers that say how alike they are.",
      `Learnt from ${real} real matches (trips taken together, and suggestions that were answered) and ${matches.length - real} made-up ones, which count 0.3. Made-up matches show that the road works and say nothing of people.`,
      "Baselines: shared_interests is the likeness of tastes alone, as people are suggested without a model; alike the sum of all seven; common_ground where both have been.",
      line
    ],
    notes: [line, ...(real === 0 ? ["No real match is behind it: it is no reason to let it decide."] : [])]
  }
}

const readWeights = Schema.decodeUnknownSync(PerceptronWeights)

const evaluate: Trainer["evaluate"] = async ({ datasetsDir }, file) => {
  const dataset = await newestDataset(datasetsDir, DATASET)
  const weights = readWeights(JSON.parse(readFileSync(file, "utf8")))
  const problem = unfitCompatibility(weights)
  if (problem !== undefined) throw refuse(`${file} cannot be judged: ${problem}. Train ${NAME} again.`)
  const { evaluation, required } = await judged(dataset, weights)
  return { dataset, evaluation, required }
}

export const matchCompatibilityTrainer: Trainer = { train, evaluate }
