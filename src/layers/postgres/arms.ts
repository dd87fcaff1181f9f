/** What was logged of the two sides of a comparison: who has a new model, and who has what served before it. */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Arm, ArmRecord } from "../../domain/learning/traffic.ts"
import { ACCEPTANCE_MODEL_TYPE } from "../../domain/pivot/acceptance.ts"
import { modelVersion } from "../../domain/ranking.ts"
import type { RegisteredModel } from "../../services/model-registry.ts"

interface Decisions {
  readonly arm: Arm
  readonly decisions: number
  readonly failed: number
  readonly p95: number | null
}

interface Judged {
  readonly arm: Arm
  readonly judged: number
  readonly people: number
  readonly turned_down: number
}

interface Offers {
  readonly arm: Arm
  readonly offers: number
  readonly people: number
  readonly dismissed: number
}

const since = (model: RegisteredModel): Date => new Date(model.promoted_at ?? 0)

/** Of several outcomes of a place the last one counts. */
const judgedPlaces = (sql: SqlClient, name: string, from: Date) => sql<Judged>`
  select last.arm, count(*)::int as judged, count(distinct last.user_id)::int as people,
    (count(*) filter (where last.outcome in ('swapped', 'removed', 'skipped', 'swiped_left')))::int as turned_down
  from (
    select distinct on (r.id, o.activity_node_id) r.arm, o.user_id, o.outcome
    from ranking_events r join decision_outcomes o on o.decision_id = r.id
    where r.arm_of = ${name} and r.occurred_at >= ${from}
    order by r.id, o.activity_node_id, o.occurred_at desc, o.id desc) last
  where last.outcome <> 'ignored' group by last.arm`

/** Offers to people whose plans were on one side; whoever was on both, because the share grew, is on the side of the last. */
const answeredOffers = (sql: SqlClient, name: string, from: Date) => sql<Offers>`
  select w.arm, count(*)::int as offers, count(distinct w.user_id)::int as people,
    (count(*) filter (where p.response = 'dismiss'))::int as dismissed
  from (
    select distinct on (user_id) user_id, arm, occurred_at from ranking_events
    where arm_of = ${name} and occurred_at >= ${from} order by user_id, occurred_at desc) w
  join trips t on t.user_id = w.user_id
  join pivot_events p on p.trip_id = t.id and p.offered_at >= ${from} and p.response in ('accept', 'dismiss')
  group by w.arm`

/** Of a model that orders offers itself: each offer was made on its own side. */
const ownOffers = (sql: SqlClient, name: string, from: Date) => sql<Offers>`
  select r.arm, count(*)::int as offers, count(distinct r.user_id)::int as people,
    (count(*) filter (where p.response = 'dismiss'))::int as dismissed
  from ranking_events r join pivot_events p on p.pivot_id = r.id
  where r.arm_of = ${name} and r.occurred_at >= ${from} and p.response in ('accept', 'dismiss')
  group by r.arm`

const decisionsOf = (sql: SqlClient, name: string, from: Date) => sql<Decisions>`
  select arm, count(*)::int as decisions,
    (count(*) filter (where model_failed))::int as failed,
    percentile_cont(0.95) within group (order by latency_ms)
      filter (where model_name || ':' || model_version = ${name}) as p95
  from ranking_events where arm_of = ${name} and occurred_at >= ${from} group by arm`

export const armsOf = Effect.fnUntraced(function* (sql: SqlClient, model: RegisteredModel) {
  const name = modelVersion({ name: model.model_name, version: model.model_version })
  const from = since(model)
  const decisions = yield* decisionsOf(sql, name, from)
  const judged = yield* judgedPlaces(sql, name, from)
  const offers = yield* (model.model_type === ACCEPTANCE_MODEL_TYPE ? ownOffers : answeredOffers)(sql, name, from)
  const of = (arm: Arm): ArmRecord => {
    const made = decisions.find((one) => one.arm === arm)
    const places = judged.find((one) => one.arm === arm)
    const asked = offers.find((one) => one.arm === arm)
    return {
      decisions: made?.decisions ?? 0,
      failed: made?.failed ?? 0,
      p95LatencyMs: made?.p95 ?? 0,
      judged: places?.judged ?? 0,
      judgedBy: places?.people ?? 0,
      turnedDown: places?.turned_down ?? 0,
      offers: asked?.offers ?? 0,
      offeredTo: asked?.people ?? 0,
      dismissed: asked?.dismissed ?? 0
    }
  }
  return { candidate: of("candidate"), control: of("control") }
})
