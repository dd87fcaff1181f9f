/** Trains and judges `u_sasrec`: a model of sequences that looks at personas too, and at each member of a party. */
import { readFileSync } from "node:fs"
import {
  DIMENSION_COLUMNS,
  decodeMembers,
  encodeMembers,
  MEMBERS_MODEL_TYPE,
  type MembersModel,
  membersScorer
} from "../../../domain/rankers/members-model.ts"
import { decodeSequenceModel, type SequenceModel } from "../../../domain/rankers/sequence-model.ts"
import { TrainingRefused } from "../../../services/trainers.ts"
import { judge, type Ranked } from "../../judge/judge.ts"
import type { SlateScorer } from "../../judge/slates.ts"
import { learningCurve } from "../../learn/curve.ts"
import { membersSettings, type PartyRows } from "../../learn/members/train.ts"
import type { Progress } from "../../learn/progress.ts"
import { trainInThread } from "../../learn/thread.ts"
import { BASELINES_CARD, baselines, type Places } from "../bpr/baselines.ts"
import { acceptSkipPairs, type LoggedSlate } from "../bpr/logged-slates.ts"
import type { Vibes } from "../bpr/ranker.ts"
import { newestDataset, stopsBy } from "../dataset.ts"
import type { Trainer } from "../trainer.ts"
import { MOST_MEMBERS, type Parties, partiesBy, readDecisions } from "./parties.ts"

const DATASET = "bpr_triples"
const FILE = "members.bin"
const LEAST_ROWS = 500
const LEAST_JUDGED = 30
/** Rows that are learnt from at most: of more, the newest. */
const MOST_ROWS = 150_000
const SEEDS = [1, 2] as const
const BACKFILL_WEIGHT = 0.3

const refuse = (message: string) => new TrainingRefused({ message, retry: false })

type Decisions = Awaited<ReturnType<typeof readDecisions>>

const newestRows = (decisions: ReadonlyArray<LoggedSlate>): ReadonlyArray<LoggedSlate> => {
  const kept: Array<LoggedSlate> = []
  let count = 0
  for (const one of decisions.toSorted((a, b) => b.slate.at - a.slate.at)) {
    count += one.slate.items.length
    if (count > MOST_ROWS) break
    kept.unshift(one)
  }
  return kept
}

/** The candidates of decisions, with what became of them. What the model of sequences knows nothing of teaches nothing. */
const rowsOf = (decisions: ReadonlyArray<LoggedSlate>, parties: Parties, width: number): PartyRows => {
  const kept = newestRows(decisions)
  const known = kept.map(parties.of)
  const members = Math.max(1, ...known.map(({ length }) => length))
  const people = known.flat()
  const [tastes, personas] = [
    new Float32Array(people.length * width),
    new Float32Array(people.length * DIMENSION_COLUMNS)
  ]
  for (const [p, { persona, taste }] of people.entries()) {
    tastes.set(taste, p * width)
    for (let i = 0; i < DIMENSION_COLUMNS; i++) personas[p * DIMENSION_COLUMNS + i] = persona[i]!
  }
  const numbers = new Map<string, number>()
  const places: Array<ArrayLike<number>> = []
  const parts = { party: [] as number[], place: [] as number[], labels: [] as number[] }
  const weights: Array<number> = []
  const slots = new Int32Array(kept.length * members).fill(-1)
  let next = 0
  for (const [n, { slate }] of kept.entries()) {
    for (let m = 0; m < known[n]!.length; m++) slots[n * members + m] = next++
    for (const [i, id] of slate.items.entries()) {
      const row = parties.sequence.rowOf(parties.place(id))
      if (row === undefined) continue
      let at = numbers.get(id)
      if (at === undefined) {
        at = places.push(row) - 1
        numbers.set(id, at)
      }
      parts.party.push(n)
      parts.place.push(at)
      parts.labels.push(slate.taken[i]!)
      weights.push(slate.segments["source"] === "app" ? 1 : BACKFILL_WEIGHT)
    }
  }
  const rows = new Float32Array(places.length * width)
  for (const [at, row] of places.entries()) rows.set(row, at * width)
  return {
    width,
    tastes,
    personas,
    places: rows,
    members,
    parties: slots,
    party: Int32Array.from(parts.party),
    place: Int32Array.from(parts.place),
    labels: Float32Array.from(parts.labels),
    weights: Float32Array.from(weights)
  }
}

/** By slate: what each candidate is worth to the party. */
const scorerOf = (model: MembersModel, parties: Parties, logged: ReadonlyArray<LoggedSlate>): SlateScorer => {
  const scorer = membersScorer(model, parties.sequence.rowOf)
  const byId = new Map(logged.map((one) => [one.slate.id, one]))
  return ({ id, items }) => {
    const needs = parties.of(byId.get(id)!).map(({ persona, taste }) => scorer.needsOf(taste, persona))
    return items.map((item) => scorer.hear(needs, parties.place(item))?.score ?? 0)
  }
}

/** What the model of sequences says by itself: every member counts alike, and nobody's persona is looked at. */
const sequenceAlone = (parties: Parties, logged: ReadonlyArray<LoggedSlate>): SlateScorer => {
  const byId = new Map(logged.map((one) => [one.slate.id, one]))
  return ({ id, items }) => {
    const members = parties.of(byId.get(id)!)
    return items.map((item) =>
      members.reduce((sum, { taste }) => sum + parties.sequence.score(taste, parties.place(item)), 0)
    )
  }
}

const judged = async (
  model: MembersModel,
  sequence: SequenceModel,
  { all, counts, dataset, from, later }: Decisions,
  vibes: Vibes,
  places: Places,
  others: ReadonlyArray<MembersModel> = []
) => {
  if (later.length < LEAST_JUDGED) {
    throw refuse(
      `The dataset ${dataset.folder} has ${later.length} decisions to judge by; at least ${LEAST_JUDGED} are needed. Build it over more days.`
    )
  }
  const parties = partiesBy(sequence, vibes, all)
  const evaluation = await judge(
    later.map(({ slate }) => slate),
    [
      { name: "u_sasrec", scorer: scorerOf(model, parties, later) },
      ...baselines(later, counts, places),
      { name: "sasrec", scorer: sequenceAlone(parties, later) },
      ...others.map(
        (other, i): Ranked => ({ name: `u_sasrec, seed ${SEEDS[i + 1]}`, scorer: scorerOf(other, parties, later) })
      )
    ],
    counts.taken,
    { localPick: (item) => places.get(item)?.localPick }
  )
  return { evaluation, required: [], judgedFrom: from }
}

const train: Trainer["train"] = async ({ datasetsDir, newest, placesOf, vibesOf, watch, signal }) => {
  const dataset = await newestDataset(datasetsDir, DATASET)
  const decisions = await readDecisions(dataset)
  const beside = await newest("sasrec", decisions.from)
  const file = readFileSync(beside.file)
  const sequence = decodeSequenceModel(file)
  const vibes = await vibesOf()
  const parties = partiesBy(sequence, vibes, decisions.all)
  const data = rowsOf(decisions.train, parties, sequence.width)
  const taken = data.labels.reduce((sum, one) => sum + one, 0)
  if (data.labels.length < LEAST_ROWS) {
    throw refuse(
      `The dataset ${dataset.folder} has ${data.labels.length} candidates to train on; at least ${LEAST_ROWS} are needed. Build it over more days.`
    )
  }
  const validation = rowsOf(decisions.validation, parties, sequence.width)
  stopsBy(dataset, validation.labels.length, validation.labels)
  const versions: Array<MembersModel> = []
  let progress: ReadonlyArray<Progress> = []
  let epochs = 0
  for (const seed of SEEDS) {
    const map = sequence.cold === undefined ? undefined : Float32Array.from(sequence.cold.weights)
    const settings = membersSettings(data.labels.length, seed, map)
    const request = { model: "members" as const, data, validation, settings }
    const run = await trainInThread(request, seed === SEEDS[0] ? watch : undefined, signal)
    if (seed === SEEDS[0]) {
      progress = run.progress
      epochs = run.bestEpoch
    }
    versions.push(run.model)
  }
  const [model, ...others] = versions as [MembersModel, ...ReadonlyArray<MembersModel>]
  const { evaluation, judgedFrom, required } = await judged(model, sequence, decisions, vibes, await placesOf(), others)
  const together = decisions.train.filter(({ members }) => members.length > 1).length
  return {
    dataset,
    file: FILE,
    modelType: MEMBERS_MODEL_TYPE,
    description:
      "Tastes from what travelers accepted and passed, with what their personas add, heard member by member.",
    files: {
      [FILE]: encodeMembers(model, file, beside.version),
      "learning-curve.svg": learningCurve("u_sasrec", progress)
    },
    rows: { candidates: data.labels.length, taken, decisions: decisions.train.length, of_groups: together },
    pairs: acceptSkipPairs(decisions.train),
    learntUntil: decisions.from,
    epochs,
    evaluation,
    judgedFrom,
    required,
    card: [
      "What a party likes next: each member's taste, by sasrec, looks at the eight dimensions of their persona; each place looks at the members.",
      `The model of sequences is sasrec ${beside.version}; it is part of the file and stays as it was trained. Of a party at most ${MOST_MEMBERS} members are heard.`,
      "The order of members changes nothing, one alone is a party of one, and a place's score is the sum of what every member's own needs say of it, by shares that can be read off.",
      "A group's place counts as taken where any of its members wanted it; of members whose persona was not logged by then, none is known.",
      BASELINES_CARD,
      "sasrec is the model of sequences alone, each member counting alike.",
      "By itself it ranks in the shadow only; its score is an input of dlrm where dlrm is trained after it."
    ],
    notes: []
  }
}

const evaluate: Trainer["evaluate"] = async ({ datasetsDir, placesOf, vibesOf }, file) => {
  const { model, sequence } = decodeMembers(readFileSync(file))
  const dataset = await newestDataset(datasetsDir, DATASET)
  const decisions = await readDecisions(dataset)
  return { dataset, ...(await judged(model, sequence, decisions, await vibesOf(), await placesOf())) }
}

export const uSasrecTrainer: Trainer = { train, evaluate }
