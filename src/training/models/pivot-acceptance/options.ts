/** The dataset `pivot_acceptance` as the trainer and the judge take it: pivots that were answered, with all their options. */
import { acceptanceColumns } from "../../../domain/pivot/acceptance.ts"
import { PIVOT_FEATURES, type PivotFeatures } from "../../../domain/pivot/features.ts"
import type { Trigger } from "../../../domain/vocabulary.ts"
import type { Split } from "../../datasets/split.ts"
import type { Slate } from "../../judge/slates.ts"
import type { LabelledRows } from "../../learn/perceptron/train.ts"
import { eachRow, type PublishedDataset } from "../dataset.ts"

/** Options that are learnt from at most. */
const MOST_OPTIONS = 2_000_000
/** What the shadow population did counts for less than what travelers did, as everywhere. */
const BACKFILL_WEIGHT = 0.3

const COLUMNS = [
  "pivot_id",
  "option_id",
  "user_id",
  "node_id",
  "timestamp",
  "origin",
  "trigger",
  "position",
  "score",
  "response",
  "accepted",
  ...PIVOT_FEATURES
]

export interface PivotOption {
  readonly pivot: string
  readonly user: string
  readonly item: string
  readonly at: number
  readonly origin: string
  readonly trigger: Trigger
  readonly position: number
  readonly score: number
  readonly features: PivotFeatures
  readonly accepted: boolean
}

/** Of offers that nobody looked at, nothing is known: only what was taken or sent away is. */
export const readOptions = async (dataset: PublishedDataset, split: Split): Promise<ReadonlyArray<PivotOption>> => {
  const options: Array<PivotOption> = []
  await eachRow(dataset, split, COLUMNS, (row) => {
    if (row["response"] === "ignore" || options.length >= MOST_OPTIONS) return
    options.push({
      // Of a party several may have answered it, each by their own taste.
      pivot: `${row["pivot_id"]} ${row["user_id"]}`,
      user: String(row["user_id"]),
      item: String(row["node_id"] ?? row["option_id"]),
      at: new Date(row["timestamp"] as Date).getTime(),
      origin: String(row["origin"]),
      trigger: row["trigger"] as Trigger,
      position: Number(row["position"]),
      score: Number(row["score"]),
      features: Object.fromEntries(PIVOT_FEATURES.map((name) => [name, Number(row[name])])) as PivotFeatures,
      accepted: row["accepted"] === true
    })
  })
  return options
}

export const labelled = (options: ReadonlyArray<PivotOption>): LabelledRows => {
  const rows = options.map(({ features, trigger }) => acceptanceColumns(features, trigger))
  return {
    columns: rows[0]?.length ?? 0,
    rows: Float32Array.from(rows.flat()),
    labels: Float32Array.from(options, ({ accepted }) => (accepted ? 1 : 0)),
    weights: Float32Array.from(options, ({ origin }) => (origin === "app" ? 1 : BACKFILL_WEIGHT))
  }
}

export interface OptionSlate {
  readonly slate: Slate
  readonly options: ReadonlyArray<PivotOption>
}

/** Pivots of which an option was taken, and others were not. */
export const slatesOf = (
  options: ReadonlyArray<PivotOption>,
  knownUsers: ReadonlySet<string>
): ReadonlyArray<OptionSlate> => {
  const byPivot = Map.groupBy(options, ({ pivot }) => pivot)
  return [...byPivot].flatMap(([id, all]) => {
    const taken = all.filter(({ accepted }) => accepted).length
    if (taken === 0 || taken === all.length) return []
    const [{ user, at, origin, trigger }] = all as [PivotOption]
    return [
      {
        options: all,
        slate: {
          id,
          user,
          cluster: user,
          at,
          items: all.map(({ item }) => item),
          taken: Uint8Array.from(all, ({ accepted }) => (accepted ? 1 : 0)),
          segments: { trigger, source: origin, people: knownUsers.has(user) ? "known" : "new" }
        }
      }
    ]
  })
}
