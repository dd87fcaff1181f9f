/** What an erased person did outside trips: each session, or day without one, gets a stand-in of its own. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { COUNTING_SIGNALS } from "../../../domain/signal.ts"
import { commonMoments, knownArchetype } from "./anonymity.ts"
import { moveExperiment, moveIntentions, moveRankings, moveSignals, unitOf } from "./rows.ts"
import { insertStandIn, makeDisguise } from "./stand-in.ts"

/** Sessions in one transaction. */
const UNITS = 20

interface LooseUnit {
  readonly session_id: string | null
  readonly day: string | null
  readonly first: Date
  readonly counting: number
}

/** False when there was nothing to do. */
export const disguiseLoose = Effect.fnUntraced(function* (person: string, k: number) {
  const sql = yield* SqlClient
  const units = yield* sql<LooseUnit>`
    select session_id, day::text as day, min(at) as first, sum(counts)::int as counting from (
      select session_id, case when session_id is null then occurred_at::date end as day, created_at as at,
        (source = 'app' and signal_type in ${sql.in(COUNTING_SIGNALS)})::int as counts
      from behavioral_signals where user_id = ${person} and trip_id is null
      union all
      select session_id, case when session_id is null then occurred_at::date end, created_at, 0
      from ranking_events where user_id = ${person} and trip_id is null
      union all
      select session_id, case when session_id is null then occurred_at::date end, created_at, 0
      from decision_outcomes where user_id = ${person} and trip_id is null
    ) mine group by session_id, day order by session_id, day limit ${UNITS}`
  const archetype = yield* knownArchetype(person, k)
  const common = yield* commonMoments(person, undefined, k)
  for (const unit of units) {
    const disguise = makeDisguise({ person, alone: true, archetype, common })
    const which = {
      sessions: unit.session_id === null ? [] : [unit.session_id],
      days: unit.day === null ? [] : [unit.day]
    }
    const where = yield* unitOf(person, which, "occurred_at")
    const nodes = yield* sql<{ id: string }>`
      select distinct activity_node_id as id from behavioral_signals where ${where} and activity_node_id is not null`
    const ofThisSession = new Set(nodes.map((one) => one.id))
    yield* insertStandIn(disguise, unit.first.getTime(), unit.counting)
    yield* moveSignals(where, disguise, ofThisSession)
    yield* moveRankings(where, disguise, ofThisSession)
    if (unit.session_id !== null) yield* moveExperiment([unit.session_id], disguise)
  }
  if (units.length > 0) return true
  const [left] = yield* sql<{ at: Date | null }>`
    select min(at) as at from (
      select min(created_at) as at from intention_signals where user_id = ${person} and trip_id is null
      union all select min(created_at) from exp.events where unit_id = ${person}) both_kinds`
  if (left?.at == null) return false
  const disguise = makeDisguise({ person, alone: true, archetype, common })
  yield* insertStandIn(disguise, left.at.getTime(), 0)
  yield* moveIntentions(undefined, disguise)
  yield* moveExperiment(undefined, disguise)
  return true
})
