/** Trains and judges `bpr`: who prefers which place, from decisions as they were logged. */
import { readFileSync } from "node:fs"
import { decodeFactors, encodeFactors, FACTORS_MODEL_TYPE, type Factors } from "../../../domain/rankers/factors.ts"
import { TrainingRefused } from "../../../services/trainers.ts"
import { type Evaluation, judge, type Ranked } from "../../judge/judge.ts"
import { BprModel } from "../../learn/bpr/model.ts"
import { bprSettings } from "../../learn/bpr/train.ts"
import { learningCurve } from "../../learn/curve.ts"
import type { Progress } from "../../learn/progress.ts"
import { trainInThread } from "../../learn/thread.ts"
import { newestDataset, type PublishedDataset, stopsBy } from "../dataset.ts"
import type { Trainer } from "../trainer.ts"
import { BASELINES_CARD, baselines, type Counts, type Places } from "./baselines.ts"
import { readHeldOut, readSlates } from "./logged-slates.ts"
import { bprScorer, type Vibes, withColdPlaces } from "./ranker.ts"
import { readTraining, readValidation } from "./triples.ts"

const DATASET = "bpr_triples"
const FILE = "factors.bin"
const LEAST_PAIRS = 500
const LEAST_JUDGED = 30
/** The first is the model; how far the others are from it says what the seed alone can do. */
const SEEDS = [1, 2, 3] as const
const WIDTH = 64

const refuse = (message: string) => new TrainingRefused({ message, retry: false })

/** Decisions hold many comparisons each, and a few passes may be enough: each is looked at. */
const PATIENCE = 8
const RATE = 0.02

const settingsFor = (pairs: number, seed: number) => ({
  ...bprSettings(pairs, seed),
  width: WIDTH,
  rate: RATE,
  judgeEvery: 1,
  patience: PATIENCE
})

const judged = async (
  dataset: PublishedDataset,
  factors: Factors,
  counts: Counts,
  vibes: Vibes,
  places: Places,
  others: ReadonlyArray<Factors> = []
): Promise<{ readonly evaluation: Evaluation; readonly judgedFrom: number }> => {
  const known = new Set(factors.users)
  const isKnown = (user: string) => known.has(user)
  const { before, from, judged: logged } = await readHeldOut(dataset, isKnown)
  const validation = await readSlates(dataset, "validation", isKnown)
  if (logged.length < LEAST_JUDGED) {
    throw refuse(
      `The dataset ${dataset.folder} has ${logged.length} decisions to judge by; at least ${LEAST_JUDGED} are needed. Build it over more days.`
    )
  }
  const slates = logged.map(({ slate }) => slate)
  // What strangers did before is known of them, as when they are served.
  const history = [...validation, ...before, ...logged].map(({ slate }) => slate)
  const evaluation = await judge(
    slates,
    [
      { name: "bpr", scorer: bprScorer(factors, vibes, history) },
      ...baselines(logged, counts, places),
      ...others.map(
        (other, i): Ranked => ({ name: `bpr, seed ${SEEDS[i + 1]}`, scorer: bprScorer(other, vibes, history) })
      )
    ],
    counts.taken,
    { localPick: (item) => places.get(item)?.localPick }
  )
  return { evaluation, judgedFrom: from }
}

const train: Trainer["train"] = async ({ datasetsDir, placesOf, vibesOf, watch, signal }) => {
  const dataset = await newestDataset(datasetsDir, DATASET)
  const training = await readTraining(dataset)
  const { acceptSkip, pairs, users, items, sources } = training
  if (pairs.users.length < LEAST_PAIRS) {
    throw refuse(
      `The dataset ${dataset.folder} has ${pairs.users.length} comparisons to train on; at least ${LEAST_PAIRS} are needed. Build it over more days.`
    )
  }
  const validation = await readValidation(dataset, training)
  stopsBy(dataset, validation.users.length)
  const vibes = await vibesOf()
  const versions: Array<Factors> = []
  let progress: ReadonlyArray<Progress> = []
  let epochs = 0
  for (const seed of SEEDS) {
    const request = { model: "bpr_pairs" as const, pairs, validation, settings: settingsFor(pairs.users.length, seed) }
    const run = await trainInThread(request, seed === SEEDS[0] ? watch : undefined, signal)
    if (seed === SEEDS[0]) {
      progress = run.progress
      epochs = run.bestEpoch
    }
    const { width, users: u, items: i, biases } = run.model
    const model = new BprModel(width, u, i, biases)
    versions.push(withColdPlaces({ users: users.names, items: items.names, model }, vibes))
  }
  const [factors, ...others] = versions as [Factors, ...ReadonlyArray<Factors>]
  const { evaluation, judgedFrom } = await judged(dataset, factors, training, vibes, await placesOf(), others)
  const mixed = Object.entries(sources).map(([source, n]) => `${n} from ${source}`)
  return {
    dataset,
    file: FILE,
    modelType: FACTORS_MODEL_TYPE,
    description: "Bayesian personalised ranking of people and places from decisions as they were logged.",
    files: { [FILE]: encodeFactors(factors), "learning-curve.svg": learningCurve("bpr", progress) },
    rows: { comparisons: pairs.users.length, people: users.names.length, places: items.names.length },
    pairs: acceptSkip,
    learntUntil: judgedFrom,
    epochs,
    evaluation,
    judgedFrom,
    required: [],
    card: [
      "Who prefers which place: a vector per person, a vector and a bias per place.",
      `Learnt from ${mixed.join(", ")}. Backfill counts 0.3 of the app, and rare choices count more by clipped inverse propensity.`,
      "Places that nobody was offered have what their vibe says; people whom it has not seen have the mean of all.",
      BASELINES_CARD,
      "People stand in it under the names of its dataset. Who ranks joins them to travelers by the one row that tells them apart; with that row their vector is nobody's. Whoever is not among them has the taste that their own choices make."
    ],
    notes: []
  }
}

const evaluate: Trainer["evaluate"] = async ({ datasetsDir, placesOf, vibesOf }, file) => {
  const dataset = await newestDataset(datasetsDir, DATASET)
  const factors = decodeFactors(readFileSync(file))
  const counts = await readTraining(dataset)
  return { dataset, required: [], ...(await judged(dataset, factors, counts, await vibesOf(), await placesOf())) }
}

export const bprTrainer: Trainer = { train, evaluate }
