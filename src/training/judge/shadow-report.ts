/** `ShadowReports` from the decisions that a shadow was logged with, judged as every evaluation is. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { whyAway } from "../../layers/postgres/away.ts"
import type { RegisteredModel } from "../../services/model-registry.ts"
import { ModelRegistry, RegistryUnavailable } from "../../services/model-registry.ts"
import { type Latency, type ShadowReport, ShadowReports, ShadowUnavailable } from "../../services/shadow-reports.ts"
import { inSlices } from "../../support/slices.ts"
import { clustersOf } from "./clusters.ts"
import { type Evaluation, type Judged, judge } from "./judge.ts"
import { type Slate, type SlateScorer, travelerSegment } from "./slates.ts"

/** Decisions that are judged: the newest. Days and counts are of all. */
const MOST_DECISIONS = 20_000
const PAGE = 500
const TOP = 5

interface Row {
  readonly id: string
  readonly user_id: string
  readonly at: Date
  /** To the microsecond: a page goes on after exactly this. */
  readonly exact_at: string
  readonly surface: string
  readonly served: string
  readonly served_ids: ReadonlyArray<string>
  readonly shadow_ids: ReadonlyArray<string>
  readonly latency: number
  readonly shadow_latency: number | null
  readonly members: number | null
  readonly party: ReadonlyArray<string> | null
  readonly trips: string | null
  readonly city: string | null
  /** Places that were wanted in the end; null where nobody answered. */
  readonly taken: ReadonlyArray<string> | null
}

const QUERY = `
  select r.id, r.user_id, r.occurred_at as at,
    r.occurred_at::text as exact_at, r.surface, r.model_name || ':' || r.model_version as served,
    r.ranked_ids as served_ids, r.shadow_ranked_ids as shadow_ids, r.latency_ms as latency,
    r.shadow_latency_ms as shadow_latency, nullif(jsonb_array_length(r.user_state -> 'members'), 0)::int as members,
    (select array_agg(m ->> 'user_id' order by n) from jsonb_array_elements(r.user_state -> 'members')
      with ordinality as e(m, n)) as party,
    r.user_state #>> '{dimensions,trip_count,value}' as trips,
    (select c.slug from activity_nodes n join cities c on c.id = n.city_id where n.id = r.candidate_ids[1]) as city,
    (select array_agg(l.activity_node_id) filter (where l.outcome in ('confirmed', 'kept', 'swiped_right')) from (
      select distinct on (o.activity_node_id) o.activity_node_id, o.outcome from decision_outcomes o
      where o.decision_id = r.id order by o.activity_node_id, o.occurred_at desc, o.id desc) l) as taken
  from ranking_events r
  where r.shadow_model_name = $1 and r.shadow_model_version = $2 and r.source = 'app'
    and (r.occurred_at, r.id) < ($3::timestamptz, $4)
  order by r.occurred_at desc, r.id desc limit $5`

/** What is kept of a decision: who stood where, by place. */
interface Kept {
  readonly slate: Slate
  /** Who the decision was for. */
  readonly people: ReadonlyArray<string>
  readonly served: ReadonlyMap<string, number>
  readonly shadow: ReadonlyMap<string, number>
}

const places = (ids: ReadonlyArray<string>) => new Map(ids.map((id, i) => [id, i]))

const slateOf = (row: Row, items: ReadonlyArray<string>): Slate => {
  const taken = new Set(row.taken ?? [])
  return {
    id: row.id,
    user: row.user_id,
    cluster: row.user_id,
    at: row.at.getTime(),
    items,
    taken: Uint8Array.from(items, (id) => (taken.has(id) ? 1 : 0)),
    segments: {
      city: row.city ?? "unknown",
      surface: row.surface,
      ...(row.members === null ? {} : { party: row.members > 1 ? "group" : "solo" }),
      ...travelerSegment(row.trips),
      source: "app",
      served_by: row.served
    }
  }
}

const quantile = (sorted: ReadonlyArray<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0

const latencyOf = (millis: ReadonlyArray<number>): Latency => {
  const sorted = [...millis].sort((a, b) => a - b)
  return { p50_ms: quantile(sorted, 0.5), p95_ms: quantile(sorted, 0.95) }
}

/** Everything that is counted on the way through the decisions. */
const tally = () => {
  const kept: Array<Kept> = []
  const servedBy: Record<string, number> = {}
  const [served, shadow]: readonly [Array<number>, Array<number>] = [[], []]
  let same = 0
  let shared = 0
  let seen = 0
  const add = (row: Row) => {
    seen++
    servedBy[row.served] = (servedBy[row.served] ?? 0) + 1
    served.push(row.latency)
    if (row.shadow_latency !== null) shadow.push(row.shadow_latency)
    // What was chosen without being ranked (a booking) has no place in the shadow's order, and says nothing of either.
    const inShadow = places(row.shadow_ids)
    const items = row.served_ids.filter((id) => inShadow.has(id))
    const head = new Set(row.shadow_ids.slice(0, TOP))
    if (items[0] === row.shadow_ids[0]) same++
    const most = Math.min(TOP, items.length)
    shared += most === 0 ? 0 : items.slice(0, TOP).filter((id) => head.has(id)).length / most
    const slate = slateOf(row, items)
    const wanted = slate.taken.reduce((sum, one) => sum + one, 0)
    if (wanted > 0 && wanted < items.length) {
      const people = [row.user_id, ...(row.party ?? [])]
      kept.push({ slate, people, served: places(row.served_ids), shadow: inShadow })
    }
  }
  const agreement = () => ({ same_first: same / Math.max(1, seen), shared_of_five: shared / Math.max(1, seen) })
  return { kept, servedBy, served, shadow, add, agreement }
}

const evaluate = (kept: ReadonlyArray<Kept>): Promise<Evaluation> => {
  const byId = new Map(kept.map((one) => [one.slate.id, one]))
  const orderOf =
    (side: "served" | "shadow"): SlateScorer =>
    ({ id, items }) =>
      items.map((item) => -byId.get(id)![side].get(item)!)
  const clusterOf = clustersOf(kept.map(({ people }) => people))
  return judge(
    kept.map(({ slate }) => ({ ...slate, cluster: clusterOf(slate.user) })),
    [
      { name: "shadow", scorer: orderOf("shadow") },
      { name: "served", scorer: orderOf("served") }
    ],
    new Map()
  )
}

const pairedOf = ({ comparisons, models }: Evaluation): ShadowReport["paired"] => {
  const [shadow, served] = models as [Judged, Judged]
  const against = comparisons[0]!
  const of = (metric: "hr5" | "ndcg10") => ({
    shadow: shadow.metrics[metric],
    served: served.metrics[metric],
    difference: against[metric]
  })
  return { hr5: of("hr5"), ndcg10: of("ndcg10") }
}

const unavailable = (failure: unknown) =>
  new ShadowUnavailable({
    message:
      failure instanceof RegistryUnavailable
        ? failure.message
        : `What was logged of models in the shadow cannot be read right now: ${whyAway(failure)}. Try again.`
  })

export const layer = Layer.effect(
  ShadowReports,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const registry = yield* ModelRegistry

    const reportOf = Effect.fnUntraced(function* ({
      model_name: name,
      model_version: version,
      stage
    }: Pick<RegisteredModel, "model_name" | "model_version" | "stage">) {
      const [whole] = yield* sql<{ days: number; decisions: number; from: Date | null; to: Date | null }>`
        select count(distinct occurred_at::date)::int as days, count(*)::int as decisions, min(occurred_at) as from,
          max(occurred_at) as to
        from ranking_events
        where shadow_model_name = ${name} and shadow_model_version = ${version} and source = 'app'`
      const counts = tally()
      let before: readonly [string, string] = ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"]
      for (let read = 0; read < MOST_DECISIONS; read += PAGE) {
        const page = yield* sql.unsafe<Row>(QUERY, [name, version, ...before, PAGE])
        yield* inSlices(page, counts.add)
        if (page.length < PAGE) break
        const last = page.at(-1)!
        before = [last.exact_at, last.id]
      }
      const evaluation = counts.kept.length === 0 ? undefined : yield* Effect.promise(() => evaluate(counts.kept))
      return {
        model: name,
        version,
        stage,
        days: whole!.days,
        from: whole!.from?.toISOString() ?? null,
        to: whole!.to?.toISOString() ?? null,
        decisions: whole!.decisions,
        judged: counts.kept.length,
        served_by: counts.servedBy,
        agreement: counts.agreement(),
        paired: evaluation === undefined ? null : pairedOf(evaluation),
        segments: (evaluation?.comparisons[0]?.segments ?? []).map(
          ({ candidate, decisions, difference, incumbent, name }) => ({
            name,
            decisions,
            shadow: candidate,
            served: incumbent,
            difference
          })
        ),
        latency: { shadow: latencyOf(counts.shadow), served: latencyOf(counts.served) }
      } satisfies ShadowReport
    })

    return ShadowReports.of({
      of: (model) => Effect.mapError(reportOf(model), unavailable),
      report: Effect.gen(function* () {
        const inShadow = (yield* registry.list).filter(({ stage }) => stage === "shadow")
        return yield* Effect.forEach(inShadow, reportOf)
      }).pipe(Effect.mapError(unavailable))
    })
  })
)
