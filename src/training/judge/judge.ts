/** Rankers side by side on the same decisions, with intervals over people, overall and by kind of decision. */
import type { Interval } from "../../domain/learning/promotion.ts"
import { bootstrapInTurns, differencesOf } from "./bootstrap.ts"
import {
  chanceWithin,
  METRICS,
  type Metric,
  ranksOf,
  type Slate,
  type SlateScorer,
  standingsOf,
  worthOf
} from "./slates.ts"
import { turns } from "./turns.ts"

export interface Judged {
  readonly name: string
  readonly metrics: Readonly<Record<Metric, Interval>>
  /** The share of all items on offer that come, or where scores are the same may come, among the first five of some decision. */
  readonly coverage: number
  /** How much more popular its first five are than the slate as a whole, in shares of the ranks by popularity. */
  readonly popularity_bias: number
  /** Of its first five the share of places of which locals think better than visitors; null where nobody can tell. */
  readonly local_picks: number | null
}

/** The candidate and another on the same decisions, in the metric that gates go by. */
export interface Beside {
  readonly decisions: number
  /** Who was drawn again for the intervals: of people who travel together one is counted. */
  readonly people: number
  readonly candidate: Interval
  readonly incumbent: Interval
  readonly difference: Interval
}

export interface Segment extends Beside {
  /** As `city=tokyo`. */
  readonly name: string
}

/** What the gate of production goes by. */
export interface OfTravelers extends Beside {
  readonly ndcg10: Interval
  readonly segments: ReadonlyArray<Segment>
}

export interface Comparison {
  readonly incumbent: string
  readonly hr5: Interval
  readonly ndcg10: Interval
  /** In the metric that gates go by. */
  readonly difference: Interval
  readonly segments: ReadonlyArray<Segment>
}

export interface Evaluation {
  readonly decisions: number
  readonly people: number
  readonly from: string
  readonly to: string
  readonly candidate: string
  /** What segments and gates go by. */
  readonly by: Metric
  readonly models: ReadonlyArray<Judged>
  /** The candidate against each of the others, on the same decisions. */
  readonly comparisons: ReadonlyArray<Comparison>
  /** Against the first of the others, on decisions of travelers alone; null where all of them were made up. */
  readonly of_travelers: OfTravelers | null
}

export interface Ranked {
  readonly name: string
  readonly scorer: SlateScorer
}

const TOP = 5
/** A segment of fewer decisions than this says nothing. */
const LEAST_OF_A_SEGMENT = 30

const instantOf = (millis: number) => new Date(millis).toISOString()

/** Of each item the share of items that are less popular, by how often it was taken before. */
const popularityOf = (
  slates: ReadonlyArray<Slate>,
  taken: ReadonlyMap<string, number>
): ReadonlyMap<string, number> => {
  const items = [...new Set(slates.flatMap(({ items }) => items))]
  const ranks = ranksOf(items.map((item) => -(taken.get(item) ?? 0)))
  return new Map(items.map((item, i) => [item, items.length < 2 ? 0 : (ranks[i]! - 1) / (items.length - 1)]))
}

const meanOf = (values: ReadonlyArray<number>): number =>
  values.length === 0 ? 0 : values.reduce((sum, x) => sum + x, 0) / values.length

export interface JudgeOptions {
  readonly by?: Metric
  readonly seed?: number
  /** Whether locals think better of a place than visitors do; undefined where that is not known. */
  readonly localPick?: (item: string) => boolean | undefined
}

interface Worth {
  readonly values: ReadonlyArray<Readonly<Record<Metric, number>>>
  readonly coverage: number
  readonly bias: number
  readonly localPicks: number | null
}

/** What a ranker's orders are worth, decision by decision. */
const worthBy = async (
  slates: ReadonlyArray<Slate>,
  scorer: SlateScorer,
  popularity: ReadonlyMap<string, number>,
  localPick: JudgeOptions["localPick"],
  rest: Rest
): Promise<Worth> => {
  const shown = new Set<string>()
  const local = { known: 0, picks: 0 }
  const values: Array<Readonly<Record<Metric, number>>> = []
  let bias = 0
  for (const slate of slates) {
    const scores = scorer(slate)
    const [first, all] = [{ chance: 0, popular: 0 }, meanOf(slate.items.map((item) => popularity.get(item)!))]
    for (const [i, standing] of standingsOf(scores).entries()) {
      const [item, chance] = [slate.items[i]!, chanceWithin(TOP, standing)]
      if (chance === 0) continue
      shown.add(item)
      first.chance += chance
      first.popular += chance * popularity.get(item)!
      const pick = localPick?.(item)
      if (pick !== undefined) local.known += chance
      if (pick === true) local.picks += chance
    }
    bias += first.chance === 0 ? 0 : first.popular / first.chance - all
    values.push(worthOf(slate, scores))
    await rest()
  }
  return {
    values,
    coverage: shown.size / Math.max(1, popularity.size),
    bias: bias / Math.max(1, slates.length),
    localPicks: local.known === 0 ? null : local.picks / local.known
  }
}

type Rest = ReturnType<typeof turns>

/** What travelers themselves decided; all else was made up. */
const OF_TRAVELERS: ReadonlySet<string | undefined> = new Set(["app", "real"])

const kindsOf = (slates: ReadonlyArray<Slate>): ReadonlyArray<string> =>
  [...new Set(slates.flatMap(({ segments }) => Object.entries(segments).map((pair) => pair.join("="))))].sort()

/** Intervals of some of the decisions: of one ranker, or of the first and another. */
const intervalsOver = (slates: ReadonlyArray<Slate>, worths: ReadonlyArray<Worth>, seed: number, rest: Rest) => {
  const over = (inside: ReadonlyArray<number>) => {
    const options = { seed, clusters: inside.map((i) => slates[i]!.cluster) }
    const column = (model: number, metric: Metric) => inside.map((i) => worths[model]!.values[i]![metric])
    return {
      mean: (model: number, metric: Metric) => bootstrapInTurns(column(model, metric), options, rest),
      difference: (against: number, metric: Metric) =>
        bootstrapInTurns(differencesOf(column(0, metric), column(against, metric)), options, rest)
    }
  }
  const beside = async (inside: ReadonlyArray<number>, against: number, by: Metric): Promise<Beside> => {
    const { difference, mean } = over(inside)
    return {
      decisions: inside.length,
      people: new Set(inside.map((i) => slates[i]!.cluster)).size,
      candidate: await mean(0, by),
      incumbent: await mean(against, by),
      difference: await difference(against, by)
    }
  }
  const kinds = kindsOf(slates)
  const segments = async (among: ReadonlyArray<number>, against: number, by: Metric) => {
    const found: Array<Segment> = []
    for (const name of kinds) {
      const [kind, value] = name.split("=") as [string, string]
      const inside = among.filter((i) => slates[i]!.segments[kind] === value)
      if (inside.length < LEAST_OF_A_SEGMENT || inside.length === among.length) continue
      found.push({ name, ...(await beside(inside, against, by)) })
    }
    return found
  }
  return { over, beside, segments }
}

const allOf = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i)

/**
 * The first of `models` is the candidate. `takenBefore` counts what was taken in the time that was trained on. The same
 * seed draws the same people for every model and every difference. The event loop is given back again and again.
 */
export const judge = async (
  slates: ReadonlyArray<Slate>,
  models: readonly [Ranked, ...ReadonlyArray<Ranked>],
  takenBefore: ReadonlyMap<string, number>,
  { by = "hr5", localPick, seed = 1 }: JudgeOptions = {}
): Promise<Evaluation> => {
  const rest = turns()
  const popularity = popularityOf(slates, takenBefore)
  const worths: Array<Worth> = []
  for (const { scorer } of models) worths.push(await worthBy(slates, scorer, popularity, localPick, rest))
  const { beside, over, segments } = intervalsOver(slates, worths, seed, rest)
  const all = allOf(slates.length)
  const whole = over(all)
  const judged: Array<Judged> = []
  for (const [m, { name }] of models.entries()) {
    const metrics: Partial<Record<Metric, Interval>> = {}
    for (const metric of METRICS) metrics[metric] = await whole.mean(m, metric)
    const { bias, coverage, localPicks } = worths[m]!
    const reached = metrics as Judged["metrics"]
    judged.push({ name, metrics: reached, coverage, popularity_bias: bias, local_picks: localPicks })
  }
  const comparisons: Array<Comparison> = []
  for (const [i, { name }] of models.slice(1).entries()) {
    comparisons.push({
      incumbent: name,
      hr5: await whole.difference(i + 1, "hr5"),
      ndcg10: await whole.difference(i + 1, "ndcg10"),
      difference: await whole.difference(i + 1, by),
      segments: await segments(all, i + 1, by)
    })
  }
  const real = all.filter((i) => OF_TRAVELERS.has(slates[i]!.segments["source"]))
  const times = slates.map(({ at }) => at)
  return {
    decisions: slates.length,
    people: new Set(slates.map(({ user }) => user)).size,
    from: instantOf(times.reduce((a, b) => Math.min(a, b), times[0] ?? 0)),
    to: instantOf(times.reduce((a, b) => Math.max(a, b), times[0] ?? 0)),
    candidate: models[0].name,
    by,
    models: judged,
    comparisons,
    of_travelers:
      real.length === 0 || models.length < 2
        ? null
        : {
            ...(await beside(real, 1, by)),
            ndcg10: await over(real).mean(0, "ndcg10"),
            segments: await segments(real, 1, by)
          }
  }
}
