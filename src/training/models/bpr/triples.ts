/** The dataset `bpr_triples` as the trainer and the judge take it. */
import type { Pairs } from "../../learn/bpr/pairs.ts"
import { eachRow, type PublishedDataset } from "../dataset.ts"

/** Names and their numbers, from 0. */
export class Numbering {
  readonly names: Array<string> = []
  private readonly numbers = new Map<string, number>()

  of(name: string): number {
    let number = this.numbers.get(name)
    if (number === undefined) {
      number = this.names.length
      this.names.push(name)
      this.numbers.set(name, number)
    }
    return number
  }

  /** −1 for a name that has none. */
  find(name: string): number {
    return this.numbers.get(name) ?? -1
  }
}

export interface TrainingTriples {
  readonly users: Numbering
  readonly items: Numbering
  readonly pairs: Pairs
  /** Of these the ones of travelers, of whom one place was wanted and the other turned down by hand. */
  readonly acceptSkip: number
  /** Comparisons by what they come from, as `itinerary, backfill`. */
  readonly sources: Readonly<Record<string, number>>
  /** How often each item was taken, over decisions, and by each user. */
  readonly taken: ReadonlyMap<string, number>
  readonly takenBy: ReadonlyMap<string, number>
  /** Every place that was taken, by whom. */
  readonly choices: ReadonlyArray<{ readonly user: string; readonly item: string }>
  /** The same as `taken`, in the last week of the training time. */
  readonly takenLately: ReadonlyMap<string, number>
}

/** Comparisons that are learnt from at most: of more, every second is left out, again and again. */
const MOST_PAIRS = 4_000_000
/** A choice that its ranker made unlikely says more than one that it pushed, up to so many times as much, or as little. */
const MOST_PROPENSITY_WEIGHT = 5

/** The origin of a pair whose other place was turned down by hand. */
export const TURNED_DOWN = "accept_skip"

/** The week before the time that is judged: what is in fashion. */
const LATELY_MS = 7 * 86_400_000

const COLUMNS = [
  "decision_id",
  "timestamp",
  "user_id",
  "positive_id",
  "negative_id",
  "origin",
  "repeated",
  "weight",
  "propensity"
]

type Row = readonly [user: number, preferred: number, other: number, weight: number, propensity: number]

/** Clipped inverse propensities, and weights whose mean is 1: how strong a step is belongs to the rate. */
const pairsOf = (rows: ReadonlyArray<Row>, users: Numbering, items: Numbering): Pairs => {
  const known = rows.filter(([, , , , propensity]) => propensity > 0)
  const usual = known.reduce((sum, row) => sum + row[4], 0) / Math.max(1, known.length)
  const weights = rows.map(([, , , weight, propensity]) => {
    const rarity = propensity > 0 ? usual / propensity : 1
    return weight * Math.min(MOST_PROPENSITY_WEIGHT, Math.max(1 / MOST_PROPENSITY_WEIGHT, rarity))
  })
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / Math.max(1, rows.length)
  return {
    userCount: users.names.length,
    itemCount: items.names.length,
    users: Int32Array.from(rows, ([user]) => user),
    preferred: Int32Array.from(rows, ([, item]) => item),
    others: Int32Array.from(rows, ([, , item]) => item),
    weights: Float32Array.from(weights, (weight) => weight / mean)
  }
}

const rowOf = (row: Readonly<Record<string, unknown>>, user: number, preferred: number, other: number): Row => [
  user,
  preferred,
  other,
  Number(row["weight"]),
  typeof row["propensity"] === "number" ? row["propensity"] : 0
]

/** How often a user took an item, by the names of both. */
export const byUser = (user: string, item: string): string => `${user} ${item}`

export const readTraining = async (dataset: PublishedDataset): Promise<TrainingTriples> => {
  const [users, items] = [new Numbering(), new Numbering()]
  const sources: Record<string, number> = {}
  const [taken, takenBy] = [new Map<string, number>(), new Map<string, number>()]
  const seen = new Set<string>()
  const choices: Array<{ readonly user: string; readonly item: string; readonly at: number }> = []
  let rows: Array<Row> = []
  let stride = 1
  let n = 0
  let acceptSkip = 0
  const count = (counts: Map<string, number>, name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1)
  await eachRow(dataset, "train", COLUMNS, (row) => {
    const [user, positive] = [String(row["user_id"]), String(row["positive_id"])]
    const choice = `${row["decision_id"]} ${positive}`
    if (!seen.has(choice)) {
      seen.add(choice)
      count(taken, positive)
      choices.push({ user, item: positive, at: new Date(row["timestamp"] as Date).getTime() })
      count(takenBy, byUser(user, positive))
    }
    // It was learnt from when it was stated first.
    if (row["repeated"] === true) return
    const source = Number(row["weight"]) < 1 ? "backfill" : "app"
    const named = `${row["origin"]}, ${source}`
    sources[named] = (sources[named] ?? 0) + 1
    if (source === "app" && row["origin"] === TURNED_DOWN) acceptSkip++
    if (n++ % stride !== 0) return
    rows.push(rowOf(row, users.of(user), items.of(positive), items.of(String(row["negative_id"]))))
    if (rows.length < MOST_PAIRS) return
    rows = rows.filter((_, i) => i % 2 === 0)
    stride *= 2
  })
  const end = choices.reduce((last, { at }) => Math.max(last, at), 0)
  const takenLately = new Map<string, number>()
  for (const { item, at } of choices) if (at > end - LATELY_MS) count(takenLately, item)
  return { users, items, sources, acceptSkip, taken, takenBy, takenLately, choices, pairs: pairsOf(rows, users, items) }
}

/** The comparisons of a later split between people and items that were trained on. */
export const readValidation = async (
  dataset: PublishedDataset,
  { users, items }: Pick<TrainingTriples, "users" | "items">
): Promise<Pairs> => {
  const rows: Array<Row> = []
  await eachRow(dataset, "validation", COLUMNS, (row) => {
    if (row["repeated"] === true) return
    const user = users.find(String(row["user_id"]))
    const preferred = items.find(String(row["positive_id"]))
    const other = items.find(String(row["negative_id"]))
    if (user >= 0 && preferred >= 0 && other >= 0 && rows.length < MOST_PAIRS) {
      rows.push(rowOf(row, user, preferred, other))
    }
  })
  return pairsOf(rows, users, items)
}
