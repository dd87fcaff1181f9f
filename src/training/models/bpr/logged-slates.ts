/** The decisions of the dataset `bpr_triples` as they were shown: what is judged by, and what is known of people before. */
import { FEATURES } from "../../../domain/features.ts"
import { COLD_BELOW_SIGNALS } from "../../../domain/vocabulary.ts"
import { TrainingRefused } from "../../../services/trainers.ts"
import type { Split } from "../../datasets/split.ts"
import { clustersOf } from "../../judge/clusters.ts"
import { type Slate, travelerSegment } from "../../judge/slates.ts"
import { eachRow, type PublishedDataset } from "../dataset.ts"
import { TURNED_DOWN } from "./triples.ts"

/** A slate, and how the ranker that served the decision scored it. */
export interface LoggedSlate {
  readonly slate: Slate
  readonly logged: ReadonlyArray<number>
  /** What each candidate was described by, in the order of `FEATURES`; absent where not all of them were logged with all. */
  readonly features?: ReadonlyArray<ReadonlyArray<number>>
  /** Who the decision was for, its person among them; that person alone where it was not logged. */
  readonly members: ReadonlyArray<string>
  /** The vector of that person's persona as it was then; absent where it was not logged. */
  readonly persona?: ReadonlyArray<number>
}

interface Item {
  readonly taken: 0 | 1
  passed: 0 | 1
  readonly score: number
  readonly features: ReadonlyArray<number> | undefined
}

interface Gathering {
  readonly row: Readonly<Record<string, unknown>>
  /** Where it was shown, as far as an older dataset says so. */
  surface: string | undefined
  members: string | undefined
  persona: ReadonlyArray<number> | undefined
  readonly items: Map<string, Item>
}

const SLATE_COLUMNS = [
  "decision_id",
  "timestamp",
  "user_id",
  "positive_id",
  "negative_id",
  "origin",
  "surface",
  "weight",
  "city",
  "score_positive",
  "score_negative",
  "party_size",
  "signal_count",
  "trip_count",
  "features_positive",
  "features_negative",
  "members",
  "persona"
]

/** What kind of decision it is; what a decision, or an older dataset, does not say is in no segment. */
const segmentsOf = ({ row, surface }: Gathering, isKnown: boolean): Slate["segments"] => ({
  city: String(row["city"]),
  origin: surface ?? TURNED_DOWN,
  people: isKnown ? "known" : "new",
  source: Number(row["weight"]) < 1 ? "backfill" : "app",
  ...((row["party_size"] ?? null) === null ? {} : { party: Number(row["party_size"]) > 1 ? "group" : "solo" }),
  ...((row["signal_count"] ?? null) === null
    ? {}
    : { signals: Number(row["signal_count"]) < COLD_BELOW_SIGNALS ? "cold" : "warm" }),
  ...travelerSegment(row["trip_count"])
})

const UNSCORED = Number.NEGATIVE_INFINITY

const scoreOf = (score: unknown): number => (typeof score === "number" ? score : UNSCORED)

const featuresOf = (numbers: unknown): ReadonlyArray<number> | undefined =>
  Array.isArray(numbers) && numbers.length === FEATURES.length ? numbers.map(Number) : undefined

const gather = (one: Gathering, row: Readonly<Record<string, unknown>>): void => {
  if (typeof row["members"] === "string") one.members ??= row["members"]
  if (Array.isArray(row["persona"]) && row["user_id"] === one.row["user_id"]) one.persona ??= row["persona"].map(Number)
  const { origin, surface } = row
  // An older dataset says where it was shown only of pairs whose other place was not turned down.
  if (typeof surface === "string") one.surface = surface
  else if (origin !== TURNED_DOWN) one.surface ??= String(origin)
  const positive = String(row["positive_id"])
  one.items.set(positive, {
    taken: 1,
    passed: 0,
    score: scoreOf(row["score_positive"]),
    features: featuresOf(row["features_positive"])
  })
  const negative = String(row["negative_id"])
  const known = one.items.get(negative)
  const passed = origin === TURNED_DOWN ? 1 : 0
  if (known === undefined) {
    const [score, features] = [scoreOf(row["score_negative"]), featuresOf(row["features_negative"])]
    one.items.set(negative, { taken: 0, passed, score, features })
  } else if (known.taken === 0 && passed === 1) known.passed = 1
}

/** What was ranked: where others were scored, a must-see or a booking that was not has no place in anybody's order. */
const rankedOf = (items: Gathering["items"]): ReadonlyArray<readonly [id: string, item: Item]> => {
  const all = [...items]
  const scored = all.filter(([, { score }]) => score !== UNSCORED)
  return scored.length === 0 ? all : scored
}

/** Who is kept apart has slates of their own, also of a decision that is somebody else's too. */
const idIn = (split: Split, id: string): string => (split === "new_people" ? `${id} apart` : id)

/** The decisions of a split, of which something was taken and something was not. `isKnown` are those whom the model has seen. */
export const readSlates = async (
  dataset: PublishedDataset,
  split: Split,
  isKnown: (user: string) => boolean
): Promise<ReadonlyArray<LoggedSlate>> => {
  const decisions = new Map<string, Gathering>()
  await eachRow(dataset, split, SLATE_COLUMNS, (row) => {
    const id = String(row["decision_id"])
    let one = decisions.get(id)
    if (one === undefined) {
      one = { row, items: new Map(), surface: undefined, members: undefined, persona: undefined }
      decisions.set(id, one)
    }
    gather(one, row)
  })
  return [...decisions].flatMap(([id, one]): ReadonlyArray<LoggedSlate> => {
    const { items, members, persona, row } = one
    const user = String(row["user_id"])
    const ranked = rankedOf(items)
    const all = ranked.map(([, item]) => item)
    const taken = all.filter((item) => item.taken === 1).length
    if (taken === 0 || taken === all.length) return []
    const features = all.flatMap((item) => (item.features === undefined ? [] : [item.features]))
    const slate = {
      id: idIn(split, id),
      user,
      cluster: user,
      at: new Date(row["timestamp"] as Date).getTime(),
      items: ranked.map(([name]) => name),
      taken: Uint8Array.from(all, (item) => item.taken),
      passed: Uint8Array.from(all, (item) => item.passed),
      segments: segmentsOf(one, isKnown(user))
    }
    return [
      {
        ...(features.length === all.length ? { features } : {}),
        ...(persona === undefined ? {} : { persona }),
        members: [...new Set([user, ...(members?.split("+") ?? [])])],
        logged: all.map(({ score }) => score),
        slate
      }
    ]
  })
}

/** Accept and skip pairs of travelers themselves: what was taken against what was turned down by hand. */
export const acceptSkipPairs = (decisions: ReadonlyArray<LoggedSlate>): number => {
  const sum = (numbers: Uint8Array | undefined) => numbers?.reduce((all, one) => all + one, 0) ?? 0
  return decisions.reduce(
    (all, { slate: { passed, segments, taken } }) =>
      all + (segments["source"] === "app" ? sum(taken) * sum(passed) : 0),
    0
  )
}

export interface HeldOut {
  /** Decisions from the time that nothing was learnt from, of people who were learnt from and of others. */
  readonly judged: ReadonlyArray<LoggedSlate>
  /** Earlier decisions of people who were kept apart: they say what is known of them, and are not judged. */
  readonly before: ReadonlyArray<LoggedSlate>
  /** When that time begins, in Unix milliseconds. */
  readonly from: number
}

/**
 * What a dataset holds to judge by: decisions of which it is known in what order they were served. Who is kept apart is kept apart from the first day on: of them too only what they decided later is
 * judged, because what everybody took meanwhile was learnt from.
 */
export const readHeldOut = async (dataset: PublishedDataset, isKnown: (user: string) => boolean): Promise<HeldOut> => {
  const test = await readSlates(dataset, "test", isKnown)
  const apart = await readSlates(dataset, "new_people", isKnown)
  const from =
    dataset.testFrom ?? test.reduce((least, { slate }) => Math.min(least, slate.at), Number.POSITIVE_INFINITY)
  const later = [...test, ...apart.filter(({ slate }) => slate.at >= from)]
  const judged = later.filter(({ logged }) => logged.some((score) => score !== UNSCORED))
  if (later.length > 0 && judged.length === 0) {
    throw new TrainingRefused({
      message: `None of the ${later.length} decisions to judge by in ${dataset.folder} says how whoever served it scored its places, so there is no order to hold a model against. Build it over days on which that was logged.`,
      retry: false
    })
  }
  const clusterOf = clustersOf(judged.map(({ members }) => members))
  return {
    judged: judged.map((one) => ({ ...one, slate: { ...one.slate, cluster: clusterOf(one.slate.user) } })),
    before: apart.filter(({ slate }) => slate.at < from),
    from
  }
}
