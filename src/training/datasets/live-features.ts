/**
 * Whether what plans log of their candidates can be learnt from: features of the situation that never change, or that are
 * distributed otherwise than before, are worked out wrongly somewhere, and no model would notice by itself.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { FEATURES, type FeatureName } from "../../domain/features.ts"
import type { DatasetCheck } from "../../services/datasets.ts"
import { driftsOf } from "./drift.ts"
import { GATE } from "./gate.ts"

/** The days that are looked at, as Unix milliseconds. */
type Days = { readonly from: number; readonly to: number }

/** What differs from moment to moment, whoever travels and wherever. */
const OF_THE_MOMENT: ReadonlyArray<FeatureName> = ["day_of_trip", "position_in_trip", "day_part_fit", "weather_fit"]
const LEAST_VALUES = 3

/** Follows the weather, which may do nothing for weeks and then something else: neither is a defect. */
const OF_THE_WEATHER: FeatureName = "weather_fit"

/** Plans below which nothing can be said, and those that are read at most: the newest. */
const LEAST_PLANS = 50
const MOST_PLANS = 400
const PAGE = 20

/** Grows by itself for as long as somebody travels with us: of this, travelers are compared at their first plans. */
const GROWS: FeatureName = "signal_count"

/** One plan's candidates by their features, as logged, whose it was, and whether it was their first. */
export interface LoggedPlan {
  readonly traveler: string
  /** Unix milliseconds. */
  readonly at: number
  readonly first: boolean
  readonly candidates: ReadonlyArray<Readonly<Record<string, number>>>
}

const QUERY = `
  select s.id, s.user_id as traveler, s.occurred_at as at, s.occurred_at::text as exact_at, s.context -> 'full_candidate_set' as candidates,
    not exists (select from behavioral_signals b
      where b.user_id = s.user_id and b.signal_type = 'candidate_set_logged' and b.source = 'app'
        and (b.occurred_at, b.id) < (s.occurred_at, s.id)) as first
  from behavioral_signals s
  where s.signal_type = 'candidate_set_logged' and s.source = 'app' and s.occurred_at >= $1 and s.occurred_at < $2
    and (s.occurred_at, s.id) < ($3::timestamptz, $4)
  order by s.occurred_at desc, s.id desc limit $5`

/** The plans of real travelers in that time, oldest first. */
export const livePlans = Effect.fnUntraced(function* (range: Days) {
  const sql = yield* SqlClient
  const plans: Array<LoggedPlan> = []
  let before: readonly [string, string] = ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"]
  while (plans.length < MOST_PLANS) {
    const page = yield* sql.unsafe<{
      readonly id: string
      readonly traveler: string
      readonly at: Date
      readonly first: boolean
      /** To the microsecond: a page goes on after exactly this. */
      readonly exact_at: string
      readonly candidates: ReadonlyArray<{ readonly features?: Readonly<Record<string, number>> }> | null
    }>(QUERY, [new Date(range.from), new Date(range.to), before[0], before[1], PAGE])
    for (const { at, candidates, first, traveler } of page) {
      plans.push({
        traveler,
        at: at.getTime(),
        first,
        candidates: (candidates ?? []).map(({ features }) => features ?? {})
      })
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) break
    before = [last.exact_at, last.id]
  }
  return plans.reverse()
})

/** Plans for days whose weather was announced before they were made: what the weather does shows in these. */
const UNDER_WEATHER = `
  select count(*)::int as plans from (
    select from exp.events g
      join cities c on c.slug = g.payload ->> 'city'
    where g.event_type = 'plan_generated' and g.timestamp >= $1 and g.timestamp < $2 and exists (
      select from city_events w
      where w.city_id = c.id and w.kind = 'weather' and w.payload ->> 'condition' <> 'wind'
        and w.occurred_at <= g.timestamp and w.until >= (g.payload ->> 'start_date')::timestamptz
        and w.starts_at < (g.payload ->> 'end_date')::timestamptz + interval '1 day')
    limit $3) seen`

/** Whether enough plans of that time were made under some weather to judge what is made of it. */
export const weatherSpoke = Effect.fnUntraced(function* (range: Days) {
  const sql = yield* SqlClient
  const [seen] = yield* sql.unsafe<{ readonly plans: number }>(UNDER_WEATHER, [
    new Date(range.from),
    new Date(range.to),
    LEAST_PLANS
  ])
  return seen!.plans >= LEAST_PLANS
})

const valuesOf = (plans: ReadonlyArray<LoggedPlan>, name: FeatureName): ReadonlyArray<number> =>
  plans.flatMap(({ candidates }) => candidates.flatMap((features) => features[name] ?? []))

export const checkLiveFeatures = (
  plans: ReadonlyArray<LoggedPlan>,
  { leastPlans = LEAST_PLANS, weather = true }: { readonly leastPlans?: number; readonly weather?: boolean } = {}
): ReadonlyArray<DatasetCheck> => {
  const rule = "live_features"
  if (plans.length < leastPlans) {
    const says = `${plans.length} plans of travelers in this time; their features are judged from ${leastPlans} on`
    return [{ rule, passed: true, says }]
  }
  const firsts = plans.filter(({ first }) => first)
  const checks: Array<DatasetCheck> = []
  const constant: Array<string> = []
  for (const name of FEATURES) {
    const distinct = new Set(valuesOf(plans, name))
    const expected = OF_THE_MOMENT.includes(name) && (weather || name !== OF_THE_WEATHER)
    if (expected && distinct.size < LEAST_VALUES) {
      checks.push({
        rule,
        passed: false,
        says: `${name} takes ${distinct.size} values in ${plans.length} plans of travelers; at least ${LEAST_VALUES} are expected of what differs from moment to moment. Look at what the ranker was told of the situation.`
      })
    } else if (distinct.size === 1) constant.push(name)
  }
  const judged = FEATURES.flatMap((name) => {
    const of = name === GROWS ? firsts : plans
    if (name === OF_THE_WEATHER || of.length < leastPlans) return []
    const dealt = of.map((plan) => ({ traveler: plan.traveler, values: valuesOf([plan], name) }))
    return [{ name, plans: dealt }]
  })
  for (const { chance, drift, name } of driftsOf(judged, GATE.mostDrift)) {
    const which = name === GROWS ? `${firsts.length} first plans` : `${plans.length} plans`
    if (drift > GATE.mostDrift && drift > chance) {
      checks.push({
        rule,
        passed: false,
        says: `${name} is distributed otherwise in the newer half of ${which} of travelers than in the older one (stability index ${drift.toFixed(2)}, at most ${GATE.mostDrift}, and ${chance.toFixed(2)} by chance). Find out what changed; if it is meant, begin after that with --from.`
      })
    }
  }
  if (checks.length > 0) return checks
  const aside = constant.length === 0 ? "" : `; always the same: ${constant.join(", ")}`
  return [{ rule, passed: true, says: `${plans.length} plans of travelers vary and do not drift${aside}` }]
}

/** What the newest plans of travelers say; of the weather they are asked only if there was enough of it for these plans. */
export const liveChecks = Effect.fnUntraced(function* (range: Days) {
  const plans = yield* livePlans(range)
  const weather = yield* weatherSpoke({ ...range, from: plans[0]?.at ?? range.from })
  return checkLiveFeatures(plans, { weather })
})
