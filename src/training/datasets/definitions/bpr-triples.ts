/**
 * Somebody preferred this place to that one: of each logged decision every place that its person wanted, by what they did with
 * it, against every candidate that they did not. What a planner picked says nothing by itself. Pairs whose negative was
 * turned down by hand say so. Nothing is guessed or sampled. A preference that its person stated before is marked: it is learnt
 * from once, and a slate that is judged is the one that was shown.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { FEATURES } from "../../../domain/features.ts"
import type { Outcome } from "../../../domain/learning-log/outcomes.ts"
import { PERSONA_DIMENSIONS } from "../../../domain/vocabulary.ts"
import { UNHEARD } from "../../../layers/postgres/older-signals.ts"
import type { DatasetRow } from "../columns.ts"
import type { Definition } from "../definition.ts"
import { GATE } from "../gate.ts"

/** People of whom it is read at once what they did with what they were shown. */
const PAGE = 100
/** Decisions that are read at once with all that was weighed: one of a plan is thousands of numbers, and some people plan a lot. */
const DECISIONS_AT_ONCE = 200

/**
 * Parameters: from, to, the last person, how many people, heard of from. What somebody of a group did is their own, whoever the plan was made
 * for, and so are their signals; of what they are like a decision knows its first member only, and what it does not know stays
 * unknown. Of several outcomes of a place the
 * last one before the end of the range stands: what was confirmed and then swapped was not liked after all. Whoever passed a place and came along
 * when it was kept all the same did not choose it.
 */
const JUDGED = `
  with people as (
    select id from users where id > $3 order by id limit $4
  ), judged as (
    select l.user_id, l.decision_id, jsonb_object_agg(l.activity_node_id, l.outcome) as outcomes from (
      select distinct on (o.user_id, o.decision_id, o.activity_node_id)
        o.user_id, o.decision_id, o.activity_node_id, o.outcome, o.occurred_at
      from people join decision_outcomes o on o.user_id = people.id
      where o.occurred_at >= $1 and o.occurred_at < $2
        and not (o.outcome = 'kept' and exists (select from decision_outcomes p where p.decision_id = o.decision_id
          and p.user_id = o.user_id and p.activity_node_id = o.activity_node_id and p.outcome = 'skipped'))
      order by o.user_id, o.decision_id, o.activity_node_id, o.occurred_at desc, o.id desc) l
    group by l.user_id, l.decision_id
    having max(l.occurred_at) >= $5
  )
  select j.user_id, j.decision_id, j.outcomes
  from judged j join ranking_events r on r.id = j.decision_id
  where cardinality(r.candidate_ids) > 1 and r.occurred_at >= $1 and r.occurred_at < $2
  order by j.user_id, r.occurred_at, r.id`

/** Parameters: decisions, and for each of them who judged it. In the order in which they are asked for. */
const DECISIONS = `
  select r.id, j.user_id, r.occurred_at as at,
    case when r.surface = 'itinerary' and r.source = 'app' then (
      select jsonb_object_agg(c ->> 'node_id', c -> 'features')
      from behavioral_signals s, jsonb_array_elements(s.context -> 'full_candidate_set') c
      where s.user_id = r.user_id and s.occurred_at = r.occurred_at and s.trip_id = r.trip_id
        and s.signal_type = 'candidate_set_logged' and (c ->> 'node_id')::uuid = any (r.candidate_ids)) end as features, r.candidate_ids, r.scores, r.propensities, r.source, r.surface,
    nullif(jsonb_array_length(r.user_state -> 'members'), 0)::int as party,
    (select (m ->> 'signal_count')::int from jsonb_array_elements(r.user_state -> 'members') m
      where m ->> 'user_id' = j.user_id::text limit 1) as signals,
    case when r.user_state #>> '{members,0,user_id}' = j.user_id::text
      then r.user_state #>> '{dimensions,trip_count,value}' end as trips,
    case when r.user_state #>> '{members,0,user_id}' = j.user_id::text
      then r.user_state -> 'persona_vector' end as persona,
    (select string_agg(m ->> 'user_id', '+' order by n) from jsonb_array_elements(r.user_state -> 'members')
      with ordinality as e(m, n)) as members,
    (select c.slug from activity_nodes n join cities c on c.id = n.city_id where n.id = r.candidate_ids[1]) as city
  from unnest($1::uuid[], $2::uuid[]) with ordinality j(decision_id, user_id, nth) join ranking_events r on r.id = j.decision_id
  order by j.nth`

/** Signals of before that were not converted (`convert-old-signals`): from, to. */
const OF_BEFORE = `
  select count(*)::int as signals from behavioral_signals s
  where s.occurred_at >= $1 and s.occurred_at < $2 and ${UNHEARD}`

/** Decisions that are not there any more, of which somebody did something: from, to. */
const FORGOTTEN = `
  select count(distinct (o.user_id, o.decision_id))::int as decisions from decision_outcomes o
  where o.occurred_at >= $1 and o.occurred_at < $2
    and not exists (select from ranking_events r where r.id = o.decision_id)`

const TIMES = `
  select r.occurred_at as at from ranking_events r
  where r.occurred_at >= $1 and r.occurred_at < $2 and r.id in (
    select decision_id from decision_outcomes where occurred_at >= $3 and occurred_at < $2)`

/** What says that somebody wanted a place, and what says that they did not want it; anything else says nothing. */
const WANTED: ReadonlySet<Outcome> = new Set<Outcome>(["confirmed", "kept", "swiped_right"])
const UNWANTED: ReadonlySet<Outcome> = new Set<Outcome>(["swapped", "removed", "skipped", "swiped_left"])

/** What one person did with what a decision showed them. */
interface Judged {
  readonly user_id: string
  readonly decision_id: string
  readonly outcomes: Readonly<Record<string, Outcome>>
}

interface Decision {
  readonly id: string
  readonly user_id: string
  readonly at: Date
  readonly candidate_ids: ReadonlyArray<string>
  /** What candidates were described by, where that was logged with the plan. */
  readonly features: Readonly<Record<string, Readonly<Record<string, number>>>> | null
  readonly scores: ReadonlyArray<number>
  readonly propensities: ReadonlyArray<number>
  readonly source: "app" | "backfill"
  readonly surface: string
  readonly party: number | null
  readonly signals: number | null
  readonly trips: string | null
  /** The vector of the first member, where that is whose decision it was. */
  readonly persona: ReadonlyArray<number> | null
  readonly members: string | null
  readonly city: string | null
}

/** In the order of `FEATURES`; null where not all of them were logged. */
const describedBy = ({ features }: Decision, id: string): ReadonlyArray<number> | null => {
  const known = features?.[id]
  const numbers = FEATURES.map((name) => known?.[name])
  return numbers.every((number) => Number.isFinite(number)) ? (numbers as ReadonlyArray<number>) : null
}

/**
 * How whoever served it scored a candidate; null for a must-see or a booking of a plan, which stands among its candidates with 0
 * and was never ranked.
 */
const scoreOf = ({ features, scores, source, surface }: Decision, id: string, at: number): number | null => {
  const score = scores[at] ?? null
  return score === 0 && source === "app" && surface === "itinerary" && features?.[id] === undefined ? null : score
}

const WEIGHT = { app: 1, backfill: 0.3 } as const

/** Each place that was wanted against each that was not. `said` is what their person stated before, and states now. */
const pairsOf = (one: Decision, outcomes: Judged["outcomes"], said: Set<string>): ReadonlyArray<DatasetRow> => {
  const at = new Map(one.candidate_ids.map((id, i) => [id, i]))
  const described = new Map(one.candidate_ids.map((id) => [id, describedBy(one, id)]))
  const became = new Map(Object.entries(outcomes))
  const wanted = one.candidate_ids.filter((id) => WANTED.has(became.get(id)!))
  const others = one.candidate_ids.filter((id) => !WANTED.has(became.get(id)!))
  const pairs: Array<DatasetRow> = []
  for (const positive of wanted) {
    for (const negative of others) {
      const told = pairs.length > 0
      const triple = `${positive} ${negative}`
      const repeated = said.has(triple)
      said.add(triple)
      pairs.push({
        decision_id: one.id,
        timestamp: one.at,
        user_id: one.user_id,
        positive_id: positive,
        negative_id: negative,
        city: one.city,
        // Turned down is surer than merely not taken.
        origin: UNWANTED.has(became.get(negative)!) ? "accept_skip" : one.surface,
        surface: one.surface,
        repeated,
        weight: WEIGHT[one.source],
        propensity: one.propensities[at.get(positive)!] ?? null,
        score_positive: scoreOf(one, positive, at.get(positive)!),
        score_negative: scoreOf(one, negative, at.get(negative)!),
        features_positive: described.get(positive) ?? null,
        features_negative: described.get(negative) ?? null,
        party_size: one.party,
        signal_count: one.signals,
        trip_count: one.trips,
        members: told ? null : one.members,
        persona: told || one.persona?.length !== PERSONA_DIMENSIONS ? null : one.persona.map(Number)
      })
    }
  }
  return pairs
}

export const bprTriples: Definition = {
  columns: {
    decision_id: { type: "string", required: true, role: "key" },
    timestamp: { type: "timestamp", required: true, role: "remark" },
    user_id: { type: "string", required: true, role: "feature" },
    positive_id: { type: "string", required: true, role: "feature" },
    negative_id: { type: "string", required: true, role: "feature" },
    city: { type: "string", required: true, role: "remark" },
    origin: { type: "string", required: true, role: "remark" },
    // Where it was shown, whatever became of this pair.
    surface: { type: "string", required: true, role: "remark" },
    repeated: { type: "boolean", required: true, role: "remark" },
    weight: { type: "double", required: true, role: "remark" },
    propensity: { type: "double", role: "remark" },
    score_positive: { type: "double", role: "remark" },
    score_negative: { type: "double", role: "remark" },
    features_positive: { type: { list: "double" }, role: "remark" },
    features_negative: { type: { list: "double" }, role: "remark" },
    party_size: { type: "int", role: "remark" },
    signal_count: { type: "int", role: "remark" },
    trip_count: { type: "string", role: "remark" },
    // Said once, in the first row of a decision.
    members: { type: "string", role: "remark" },
    persona: { type: { list: "double" }, role: "remark" }
  },
  telling: ({ repeated }) => repeated !== true,
  people: [["user_id"], ["members"]],
  ids: [["decision_id"]],
  ranks: true,
  ripens: true,
  times: TIMES,
  query: `${JUDGED};\n${DECISIONS}`,
  read: Effect.fnUntraced(function* ({ range, row, skip }) {
    const sql = yield* SqlClient
    const cities = yield* sql<{ slug: string; nodes: number }>`
      select c.slug, count(n.id)::int as nodes from cities c
      left join activity_nodes n on n.city_id = c.id and n.retired_at is null group by c.slug`
    const small = new Set(cities.filter((city) => city.nodes < GATE.leastNodes).map((city) => city.slug))
    const usable = (city: string | null): city is string => {
      if (city === null) skip("places that no city has any more")
      else if (small.has(city)) skip(`a city of fewer than ${GATE.leastNodes} places`)
      else return true
      return false
    }
    const heard = [new Date(range.heardFrom ?? range.from), new Date(range.to)]
    const [forgotten] = yield* sql.unsafe<{ readonly decisions: number }>(FORGOTTEN, heard)
    for (let n = 0; n < (forgotten?.decisions ?? 0); n++) {
      skip("a decision that nobody kept: what became of its places says nothing of what else there was")
    }
    const [unheard] = yield* sql.unsafe<{ readonly signals: number }>(OF_BEFORE, heard)
    for (let n = 0; n < (unheard?.signals ?? 0); n++) skip("a signal from before it was kept what became of a place")
    let after = "00000000-0000-0000-0000-000000000000"
    // What one person said before is said once: a preference that comes back later would stand in two splits.
    let person: string | undefined
    const said = new Set<string>()
    for (;;) {
      const people = yield* sql<{
        id: string
      }>`select id from users where id > ${after}::uuid order by id limit ${PAGE}`
      if (people.length === 0) return
      const judged = yield* sql.unsafe<Judged>(JUDGED, [
        new Date(range.from),
        new Date(range.to),
        after,
        PAGE,
        new Date(range.heardFrom ?? range.from)
      ])
      for (let from = 0; from < judged.length; from += DECISIONS_AT_ONCE) {
        const asked = judged.slice(from, from + DECISIONS_AT_ONCE)
        const decisions = yield* sql.unsafe<Decision>(DECISIONS, [
          asked.map(({ decision_id }) => decision_id),
          asked.map(({ user_id }) => user_id)
        ])
        for (const [i, one] of decisions.entries()) {
          if (one.user_id !== person) said.clear()
          person = one.user_id
          if (!usable(one.city)) continue
          if (one.surface === "itinerary" && one.source === "app" && describedBy(one, one.candidate_ids[0]!) === null) {
            skip("a plan whose candidates were logged before all their features were: what it says stands without them")
          }
          for (const pair of pairsOf(one, asked[i]!.outcomes, said)) row(pair, one.user_id, one.at.getTime())
        }
      }
      after = people.at(-1)!.id
    }
  })
}
