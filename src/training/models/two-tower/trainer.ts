/** Trains and judges `two_tower`: where people and places stand, so that whoever likes a place is near to it. */
import { readFileSync } from "node:fs"
import {
  decodeTowers,
  encodeTowers,
  PERSON_COLUMNS,
  PLACE_COLUMNS,
  personInput,
  placeInput,
  type TowersModel,
  TWO_TOWER_MODEL_TYPE,
  towersOf,
  type Vector
} from "../../../domain/rankers/two-tower.ts"
import { TrainingRefused } from "../../../services/trainers.ts"
import { judge, type Ranked } from "../../judge/judge.ts"
import type { SlateScorer } from "../../judge/slates.ts"
import { learningCurve } from "../../learn/curve.ts"
import type { Progress } from "../../learn/progress.ts"
import { trainInThread } from "../../learn/thread.ts"
import { type Preferences, towersSettings } from "../../learn/two-tower/train.ts"
import { BASELINES_CARD, baselines, type Places } from "../bpr/baselines.ts"
import { acceptSkipPairs, type LoggedSlate } from "../bpr/logged-slates.ts"
import type { Vibes } from "../bpr/ranker.ts"
import { newestDataset, stopsBy } from "../dataset.ts"
import type { Trainer } from "../trainer.ts"
import { historiesBy, readDecisions } from "../u-sasrec/parties.ts"

const DATASET = "bpr_triples"
const FILE = "towers.bin"
const LEAST_PREFERENCES = 500
const LEAST_JUDGED = 30
/** Of one decision at most so many preferences are learnt from, and of all, the newest. */
const OF_ONE_DECISION = 30
const MOST_PREFERENCES = 200_000
const SEEDS = [1, 2] as const
const BACKFILL_WEIGHT = 0.3

const refuse = (message: string) => new TrainingRefused({ message, retry: false })

type Decisions = Awaited<ReturnType<typeof readDecisions>>
type Histories = ReturnType<typeof historiesBy>

const personOf = ({ judgedBefore, personaOf }: Histories, { slate }: LoggedSlate): Float32Array =>
  personInput(
    personaOf(slate.user, slate.at),
    judgedBefore(slate).map(({ accepted, place }) => ({ accepted, vibe: place.vibe }))
  )

/** Nothing of a place that is gone, or has no vibe. */
const placesBy = (vibes: Vibes, places: Places) => (id: string) => {
  const [vibe, facts] = [vibes.get(id), places.get(id)]
  return vibe === undefined || facts === undefined ? undefined : placeInput({ vibe, ...facts })
}

/** What was taken against what was not, evenly over both. */
const pairsOf = ({ items, taken }: LoggedSlate["slate"]): ReadonlyArray<readonly [string, string]> => {
  const [yes, no] = [1, 0].map((kind) => items.filter((_, i) => taken[i] === kind)) as [Array<string>, Array<string>]
  const all = yes.flatMap((a) => no.map((b) => [a, b] as const))
  const stride = Math.max(1, all.length / OF_ONE_DECISION)
  return Array.from({ length: Math.min(all.length, OF_ONE_DECISION) }, (_, i) => all[Math.floor(i * stride)]!)
}

const preferencesOf = (
  decisions: ReadonlyArray<LoggedSlate>,
  histories: Histories,
  inputOf: ReturnType<typeof placesBy>
): Preferences => {
  const numbers = new Map<string, number | undefined>()
  const places: Array<Float32Array> = []
  const numberOf = (id: string): number | undefined => {
    if (!numbers.has(id)) {
      const input = inputOf(id)
      numbers.set(id, input === undefined ? undefined : places.push(input) - 1)
    }
    return numbers.get(id)
  }
  const people: Array<Float32Array> = []
  const [person, preferred, other, weights] = [[] as number[], [] as number[], [] as number[], [] as number[]]
  for (const logged of decisions.toSorted((a, b) => b.slate.at - a.slate.at)) {
    const { slate } = logged
    if (person.length >= MOST_PREFERENCES) break
    const at = people.push(personOf(histories, logged)) - 1
    for (const [yes, no] of pairsOf(slate)) {
      const [a, b] = [numberOf(yes), numberOf(no)]
      if (a === undefined || b === undefined) continue
      person.push(at)
      preferred.push(a)
      other.push(b)
      weights.push(slate.segments["source"] === "app" ? 1 : BACKFILL_WEIGHT)
    }
  }
  const together = (rows: ReadonlyArray<Float32Array>, columns: number) => {
    const all = new Float32Array(rows.length * columns)
    for (const [r, row] of rows.entries()) all.set(row, r * columns)
    return all
  }
  return {
    people: together(people, PERSON_COLUMNS),
    places: together(places, PLACE_COLUMNS),
    person: Int32Array.from(person),
    preferred: Int32Array.from(preferred),
    other: Int32Array.from(other),
    weights: Float32Array.from(weights)
  }
}

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < b.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** What the index would say: how near each candidate is. */
const nearness = (
  model: TowersModel,
  people: ReadonlyMap<string, Float32Array>,
  inputOf: ReturnType<typeof placesBy>
): SlateScorer => {
  const towers = towersOf(model)
  const known = new Map<string, Vector | undefined>()
  const where = (id: string) => {
    if (!known.has(id)) {
      const input = inputOf(id)
      known.set(id, input && towers.place(input))
    }
    return known.get(id)
  }
  return ({ id, items }) => {
    const who = towers.person(people.get(id)!)
    return items.map((item) => cosine(who, where(item) ?? []))
  }
}

const judged = async (
  model: TowersModel,
  { all, counts, dataset, from, later }: Decisions,
  vibes: Vibes,
  places: Places,
  others: ReadonlyArray<TowersModel> = []
) => {
  if (later.length < LEAST_JUDGED) {
    throw refuse(
      `The dataset ${dataset.folder} has ${later.length} decisions to judge by; at least ${LEAST_JUDGED} are needed. Build it over more days.`
    )
  }
  const histories = historiesBy(vibes, all)
  const inputOf = placesBy(vibes, places)
  const people = new Map(later.map((logged) => [logged.slate.id, personOf(histories, logged)]))
  const byVibe: SlateScorer = ({ id, items }) => items.map((item) => cosine(people.get(id)!, vibes.get(item) ?? []))
  const evaluation = await judge(
    later.map(({ slate }) => slate),
    [
      { name: "two_tower", scorer: nearness(model, people, inputOf) },
      // What it would take over from comes first: that is what gates compare with.
      { name: "by_vibe", scorer: byVibe },
      ...baselines(later, counts, places),
      ...others.map(
        (other, i): Ranked => ({ name: `two_tower, seed ${SEEDS[i + 1]}`, scorer: nearness(other, people, inputOf) })
      )
    ],
    counts.taken,
    { localPick: (item) => places.get(item)?.localPick }
  )
  return { evaluation, required: [], judgedFrom: from }
}

const train: Trainer["train"] = async ({ datasetsDir, placesOf, vibesOf, watch, signal }) => {
  const dataset = await newestDataset(datasetsDir, DATASET)
  const decisions = await readDecisions(dataset)
  const [vibes, places] = [await vibesOf(), await placesOf()]
  const histories = historiesBy(vibes, decisions.all)
  const inputOf = placesBy(vibes, places)
  const data = preferencesOf(decisions.train, histories, inputOf)
  if (data.person.length < LEAST_PREFERENCES) {
    throw refuse(
      `The dataset ${dataset.folder} has ${data.person.length} preferences between places to train on; at least ${LEAST_PREFERENCES} are needed. Build it over more days.`
    )
  }
  const validation = preferencesOf(decisions.validation, histories, inputOf)
  stopsBy(dataset, validation.person.length)
  const versions: Array<TowersModel> = []
  let progress: ReadonlyArray<Progress> = []
  let epochs = 0
  for (const seed of SEEDS) {
    const settings = towersSettings(data.person.length, seed)
    const request = { model: "two_tower" as const, data, validation, settings }
    const run = await trainInThread(request, seed === SEEDS[0] ? watch : undefined, signal)
    if (seed === SEEDS[0]) {
      progress = run.progress
      epochs = run.bestEpoch
    }
    versions.push(run.model)
  }
  const [model, ...others] = versions as [TowersModel, ...ReadonlyArray<TowersModel>]
  const { evaluation, judgedFrom, required } = await judged(model, decisions, vibes, places, others)
  return {
    dataset,
    file: FILE,
    modelType: TWO_TOWER_MODEL_TYPE,
    encodes: true,
    description: "Where people and places stand in the space that is searched: whoever likes a place is near to it.",
    files: { [FILE]: encodeTowers(model), "learning-curve.svg": learningCurve("two_tower", progress) },
    rows: {
      preferences: data.person.length,
      decisions: decisions.train.length,
      places: data.places.length / PLACE_COLUMNS
    },
    pairs: acceptSkipPairs(decisions.train),
    learntUntil: decisions.from,
    epochs,
    evaluation,
    judgedFrom,
    required,
    card: [
      "Two towers into one space of 64 numbers: a place by its vibe, its category and its price; a person by their persona and the vibes of what they accepted and passed last. How near they are is what they are worth to each other.",
      "Each begins as what retrieval goes by without a model, a vibe and a taste in vibes; what is learnt is added. A place needs not to have been offered to anybody, and nothing of a person is in the file.",
      "In production it finds the candidates of warm travelers, of a party by the mean of its members: places are indexed under its version beside those by vibe, and found by it once a city is there as a whole. It ranks nothing itself, so nothing runs of it in the shadow, and serves everybody warm at once: an operator lets it in, and says why.",
      BASELINES_CARD,
      "by_vibe is what retrieval goes by without it, and what its gate compares it with."
    ],
    notes: []
  }
}

const evaluate: Trainer["evaluate"] = async ({ datasetsDir, placesOf, vibesOf }, file) => {
  const model = decodeTowers(readFileSync(file))
  const dataset = await newestDataset(datasetsDir, DATASET)
  return { dataset, ...(await judged(model, await readDecisions(dataset), await vibesOf(), await placesOf())) }
}

export const twoTowerTrainer: Trainer = { train, evaluate }
