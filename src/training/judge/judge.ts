/** Rankers side by side on the same decisions, with intervals over people, overall and by kind of decision. */
import type { Interval } from "../../domain/learning/promotion.ts"
import { bootstrapMean, pairedDifference } from "./bootstrap.ts"
import { METRICS, type Metric, ranksOf, type Slate, type SlateScorer, worthOf } from "./slates.ts"

export interface Judged {
  readonly name: string
  readonly metrics: Readonly<Record<Metric, Interval>>
  /** The share of all items on offer that come among the first five of some decision. */
  readonly coverage: number
  /** How much more popular its first five are than the slate as a whole, in shares of the ranks by popularity. */
  readonly popularity_bias: number
  /** Of its first five the share of places of which locals think better than visitors; null where nobody can tell. */
  readonly local_picks: number | null
}

export interface Segment {
  /** As `city=tokyo`. */
  readonly name: string
  readonly decisions: number
  readonly candidate: Interval
  readonly incumbent: Interval
  readonly difference: Interval
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

/**
 * The first of `models` is the candidate. `takenBefore` counts what was taken in the time that was trained on. The same
 * seed draws the same people for every model and every difference.
 */
export const judge = (
  slates: ReadonlyArray<Slate>,
  models: readonly [Ranked, ...ReadonlyArray<Ranked>],
  takenBefore: ReadonlyMap<string, number>,
  { by = "hr5", localPick, seed = 1 }: JudgeOptions = {}
): Evaluation => {
  const clusters = slates.map(({ cluster }) => cluster)
  const popularity = popularityOf(slates, takenBefore)
  const worths = models.map(({ scorer }) => {
    const shown = new Set<string>()
    let bias = 0
    const local = { known: 0, picks: 0 }
    const values = slates.map((slate) => {
      const scores = scorer(slate)
      const ranks = ranksOf(scores)
      const first = slate.items.filter((_, i) => ranks[i]! <= TOP)
      for (const item of first) {
        shown.add(item)
        const pick = localPick?.(item)
        if (pick !== undefined) local.known++
        if (pick === true) local.picks++
      }
      const popular = (items: ReadonlyArray<string>) => meanOf(items.map((item) => popularity.get(item)!))
      bias += popular(first) - popular(slate.items)
      return worthOf(slate, scores)
    })
    return {
      values,
      coverage: shown.size / Math.max(1, popularity.size),
      bias: bias / Math.max(1, slates.length),
      localPicks: local.known === 0 ? null : local.picks / local.known
    }
  })
  const column = (model: number, metric: Metric) => worths[model]!.values.map((worth) => worth[metric])
  const whole = { seed, clusters }

  const kinds = [...new Set(slates.flatMap(({ segments }) => Object.entries(segments).map((pair) => pair.join("="))))]
  const segmentsAgainst = (incumbent: number): ReadonlyArray<Segment> =>
    kinds.sort().flatMap((name) => {
      const [kind, value] = name.split("=") as [string, string]
      const inside = [...slates.keys()].filter((i) => slates[i]!.segments[kind] === value)
      if (inside.length < LEAST_OF_A_SEGMENT || inside.length === slates.length) return []
      const part = (model: number) => inside.map((i) => worths[model]!.values[i]![by])
      const options = { seed, clusters: inside.map((i) => clusters[i]!) }
      return [
        {
          name,
          decisions: inside.length,
          candidate: bootstrapMean(part(0), options),
          incumbent: bootstrapMean(part(incumbent), options),
          difference: pairedDifference(part(0), part(incumbent), options)
        }
      ]
    })

  const times = slates.map(({ at }) => at)
  return {
    decisions: slates.length,
    people: new Set(slates.map(({ user }) => user)).size,
    from: instantOf(times.reduce((a, b) => Math.min(a, b), times[0] ?? 0)),
    to: instantOf(times.reduce((a, b) => Math.max(a, b), times[0] ?? 0)),
    candidate: models[0].name,
    by,
    models: models.map(({ name }, m) => ({
      name,
      metrics: Object.fromEntries(
        METRICS.map((metric) => [metric, bootstrapMean(column(m, metric), whole)])
      ) as Judged["metrics"],
      coverage: worths[m]!.coverage,
      popularity_bias: worths[m]!.bias,
      local_picks: worths[m]!.localPicks
    })),
    comparisons: models.slice(1).map(({ name }, i) => ({
      incumbent: name,
      hr5: pairedDifference(column(0, "hr5"), column(i + 1, "hr5"), whole),
      ndcg10: pairedDifference(column(0, "ndcg10"), column(i + 1, "ndcg10"), whole),
      difference: pairedDifference(column(0, by), column(i + 1, by), whole),
      segments: segmentsAgainst(i + 1)
    }))
  }
}
