/**
 * What made-up travelers leave of many signals: slates of discovery, each place of them swiped, and trips: plans with all that their
 * ranker weighed, stops that were confirmed or skipped, a change by hand, and offers that were answered. Written by PostgreSQL itself.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { FEATURES } from "../../src/domain/features.ts"
import { PIVOT_FEATURES } from "../../src/domain/pivot/features.ts"
import { PERSONA_DIMENSIONS } from "../../src/domain/vocabulary.ts"

const SLATE = 10
const SLATES_EACH = 8

const TRIP_DAYS = 3
const STOPS_A_DAY = 4
const OFFERS = 2
const OPTIONS = 3
/** Places that the ranker of a plan weighs. */
const WEIGHED = 60
/** Candidates that a day is logged with: its stops, and places that no day took. */
const DAY_CANDIDATES = 20
/** Of a trip: what its ranker weighed, a word on each stop, and an answer to each offer. */
const SIGNALS_A_TRIP = 1 + TRIP_DAYS * STOPS_A_DAY + OFFERS

/** Seconds between two slates. */
const APART = 10

export interface Filled {
  readonly people: number
  readonly slates: number
  readonly trips: number
}

/** How many there are of each, for so many signals. */
export const filled = (signals: number, tripsEach: number): Filled => {
  const people = Math.ceil(signals / (SLATES_EACH * SLATE + tripsEach * SIGNALS_A_TRIP))
  return { people, slates: people * SLATES_EACH, trips: people * tripsEach }
}

/** The state of whoever is decided for, as decisions tell it. */
const userState = (person: string) => `jsonb_build_object('encoder_version', '1', 'signal_count', 30,
  'persona_vector', array_fill(0.125, array[${PERSONA_DIMENSIONS}]),
  'dimensions', jsonb_build_object('trip_count', jsonb_build_object('value', 'returning')), 'sequence', '[]'::jsonb,
  'members', jsonb_build_array(jsonb_build_object('user_id', ${person}, 'signal_count', 30)))`

/** A number of 0 to below 1 that looks like chance, the same each time. */
const chance = (...of: ReadonlyArray<string>) =>
  `((hashtext(${of.join(" || ' ' || ")}) & 65535) / 65536.0)::numeric(7, 6)`

const fillSlates = Effect.fnUntraced(function* ({ people, slates }: Filled) {
  const sql = yield* SqlClient
  yield* sql`
    insert into ranking_events (id, user_id, session_id, surface, model_name, model_version, candidate_ids, ranked_ids,
      selected_ids, scores, propensities, latency_ms, user_state, occurred_at)
    select md5('slate ' || s)::uuid, person, md5('session ' || s)::uuid, 'discovery', 'made', '1',
      ids, ids, '{}', array_fill(0.5::real, array[${SLATE}::int]), array_fill(1::real, array[${SLATE}::int]), 1,
      ${sql.literal(userState("person"))}, now() - make_interval(secs => ${APART}::int * (${slates}::int - s))
    from generate_series(0, ${slates - 1}::int) s
      cross join lateral (select md5('user ' || s % ${people}::int)::uuid as person) p
      cross join (select array_agg(id order by id) as nodes from activity_nodes where retired_at is null) known
      cross join lateral (select array_agg(nodes[1 + (s * 17 + s / 251 + i * 7) % cardinality(nodes)] order by i) as ids
        from generate_series(0, ${SLATE - 1}::int) i) chosen`
  yield* sql`
    insert into behavioral_signals (id, user_id, signal_type, activity_node_id, session_id, source, weight, occurred_at)
    select md5(r.id || ' ' || i)::uuid, r.user_id,
      case when (i + hashtext(r.id::text)) % 3 = 0 then 'discovery_swipe_right' else 'discovery_swipe_left' end, node, r.session_id,
      'app', 1, r.occurred_at + make_interval(secs => i * 0.5)
    from ranking_events r, unnest(r.candidate_ids) with ordinality as c(node, i)`
  yield* sql`
    insert into decision_outcomes (id, decision_id, user_id, session_id, activity_node_id, outcome, occurred_at)
    select s.id, r.id, s.user_id, s.session_id, s.activity_node_id,
      case s.signal_type when 'discovery_swipe_right' then 'swiped_right' else 'swiped_left' end, s.occurred_at
    from behavioral_signals s join ranking_events r on r.session_id = s.session_id`
})

/** Trips, their days and stops, which all that follows is written from; all of them over by now. */
const tripTables = Effect.fnUntraced(function* ({ people, slates, trips }: Filled) {
  const sql = yield* SqlClient
  yield* sql`
    create temp table made_trips on commit drop as
    select t, md5('user ' || t % ${people}::int)::uuid as person, md5('trip ' || t)::uuid as trip, md5('plan ' || t)::uuid as session,
      date_trunc('milliseconds', now() - interval '1 day' - make_interval(secs => ${(APART * slates) / Math.max(1, trips)}::float8 * (${trips}::int - t))) as at,
      places
    from generate_series(0, ${trips - 1}::int) t
      cross join (select array_agg(id order by id) as nodes from activity_nodes where retired_at is null) known
      cross join lateral (select array_agg(nodes[1 + (t * 13 + i) % cardinality(nodes)] order by i) as places
        from generate_series(0, ${WEIGHED - 1}::int) i) weighed`
  yield* sql`
    create temp table made_days on commit drop as
    select m.*, d as day, md5('day ' || t || ' ' || d)::uuid as decision,
      m.places[(d - 1) * ${STOPS_A_DAY}::int + 1 : d * ${STOPS_A_DAY}::int] as stops,
      m.places[${TRIP_DAYS * STOPS_A_DAY + 1}::int : ${TRIP_DAYS * STOPS_A_DAY + DAY_CANDIDATES - STOPS_A_DAY}::int] as others
    from made_trips m cross join generate_series(1, ${TRIP_DAYS}::int) d`
  yield* sql`
    create temp table made_stops on commit drop as
    select t, person, trip, session, day, decision, node, n, md5('stop ' || t || ' ' || day || ' ' || n)::uuid as id,
      at + make_interval(mins => (day * 10 + n)::int) as said_at,
      (extract(epoch from at) * 1000)::bigint + (day * 86400000 + n * 7200000)::bigint as starts_at
    from made_days, unnest(stops) with ordinality s(node, n)`
})

const fillPlans = Effect.fnUntraced(function* () {
  const sql = yield* SqlClient
  yield* sql`
    insert into behavioral_signals (id, user_id, signal_type, trip_id, session_id, context, source, weight, model_version, occurred_at)
    select md5('set ' || t)::uuid, person, 'candidate_set_logged', trip, session,
      jsonb_build_object('ranker', 'made:1', 'full_candidate_set', (
        select jsonb_agg(jsonb_build_object('node_id', node, 'rank', i, 'score', 1.0 / i, 'features', (
          select jsonb_object_agg(name, ${sql.literal(chance("t", "name", "i"))}) from unnest(${[...FEATURES]}::text[]) name)) order by i)
        from unnest(places) with ordinality c(node, i))), 'app', 1, 'made:1', at
    from made_trips`
  yield* sql`
    insert into ranking_events (id, user_id, trip_id, session_id, day_number, surface, model_name, model_version, candidate_ids,
      ranked_ids, selected_ids, scores, propensities, latency_ms, user_state, occurred_at)
    select decision, person, trip, session, day, 'itinerary', 'made', '1', stops || others, stops || others, stops,
      array_fill(0.5::real, array[${DAY_CANDIDATES}::int]), array_fill(1::real, array[${DAY_CANDIDATES}::int]), 1,
      ${sql.literal(userState("person"))}, at
    from made_days`
  yield* sql`
    insert into behavioral_signals (id, user_id, signal_type, activity_node_id, slot_id, trip_id, session_id, decision_id, source, weight,
      model_version, occurred_at)
    select id, person, case when n = 1 then 'slot_skip' else 'slot_accept' end, node, id, trip, session, decision, 'app', 1, 'made:1', said_at
    from made_stops`
  yield* sql`
    insert into decision_outcomes (id, decision_id, user_id, trip_id, session_id, slot_id, activity_node_id, outcome, occurred_at)
    select id, decision, person, trip, session, id, node, case when n = 1 then 'skipped' else 'confirmed' end, said_at from made_stops`
  const slots = sql`(select jsonb_agg(jsonb_build_object('day', day, 'order', n, 'node_id', node, 'starts_at', starts_at,
    'ends_at', starts_at + 3600000) order by day, n) from made_stops s where s.t = m.t)`
  yield* sql`create index on made_stops (t)`
  const context = `{"policy_version_id": "made:1", "workflow_type": "plan-first", "mode": "autopilot"}`
  yield* sql`
    insert into exp.events (event_id, event_type, unit_id, plan_id, timestamp, context, payload)
    select md5('generated ' || t)::uuid, 'plan_generated', person, session, at, ${context}::jsonb,
      jsonb_build_object('trip_id', trip, 'state_version', 1, 'city', 'seattle', 'start_date', (at + interval '1 day')::date,
        'end_date', (at + interval '3 days')::date, 'party', jsonb_build_array(person), 'slots', ${slots})
    from made_trips m`
  yield* sql`
    insert into exp.events (event_id, event_type, unit_id, plan_id, timestamp, context, payload)
    select md5('edited ' || t)::uuid, 'plan_edited', person, session, at + interval '1 minute', ${context}::jsonb,
      jsonb_build_object('trip_id', trip, 'edit', 'swap', 'day', 1, 'order', 1, 'from', places[${WEIGHED}::int], 'to', places[1])
    from made_trips`
  yield* sql`
    insert into exp.events (event_id, event_type, unit_id, plan_id, timestamp, context, payload)
    select md5('accepted ' || t)::uuid, 'plan_accepted', person, session, at + interval '2 minutes', ${context}::jsonb,
      jsonb_build_object('trip_id', trip, 'slots', ${slots})
    from made_trips m`
  const known = (value: string) => `jsonb_build_object('value', ${value}, 'confidence', 1, 'source', 'onboarding')`
  yield* sql`
    insert into exp.persona_snapshots (id, user_id, valid_from, persona, encoder_version)
    select md5('persona ' || t)::uuid, person, at, jsonb_build_object(
      'pace_preference', ${sql.literal(known("'moderate'::text"))}, 'budget_sensitivity', ${sql.literal(known("'mid'::text"))},
      'cuisine_openness', ${sql.literal(known("0.5"))}, 'social_mode', ${sql.literal(known("'solo'::text"))},
      'time_orientation', ${sql.literal(known("'balanced'::text"))}, 'primary_interest', ${sql.literal(known("'food'::text"))},
      'trip_count', ${sql.literal(known("'returning'::text"))}, 'category_affinities', ${sql.literal(known("array_fill(0.5, array[8])"))}), '1'
    from made_trips`
  yield* sql`
    insert into exp.constraint_snapshots (id, trip_id, valid_from, constraints)
    select md5('constraints ' || t)::uuid, trip, at, '{"pace": "moderate"}' from made_trips`
  // The catalog was there before the first of those plans.
  yield* sql`update exp.catalog_snapshots set valid_from = valid_from - interval '1 year'`
})

const fillOffers = Effect.fnUntraced(function* () {
  const sql = yield* SqlClient
  yield* sql`
    create temp table made_offers on commit drop as
    select t, person, trip, session, at + make_interval(hours => 1, mins => 10 * o) as at, md5('offer ' || t || ' ' || o)::uuid as offer,
      places[${WEIGHED}::int - o * ${OPTIONS}::int - ${OPTIONS - 1}::int : ${WEIGHED}::int - o * ${OPTIONS}::int] as nodes
    from made_trips cross join generate_series(0, ${OFFERS - 1}::int) o`
  yield* sql`
    insert into pivot_events (id, pivot_id, user_id, trip_id, trigger, options, source, state_version, model_name, model_version,
      response, chosen_option_id, time_to_action_ms, latency_ms, offered_at, responded_at)
    select offer, offer, person, trip, 'mood', (
        select jsonb_agg(jsonb_build_object('option_id', md5(offer || ' ' || i)::uuid, 'node_id', node, 'position', i - 1, 'changes', 1,
          'places', jsonb_build_array(jsonb_build_object('node_id', node)), 'score', ${sql.literal(chance("offer", "i"))},
          'features', (select jsonb_object_agg(name, ${sql.literal(chance("offer", "name", "i"))})
            from unnest(${[...PIVOT_FEATURES]}::text[]) name), 'measures', '{}'::jsonb) order by i)
        from unnest(nodes) with ordinality n(node, i)),
      'precomputed', 1, 'made', '1', 'accept', md5(offer || ' 1')::uuid, 60000, 1, at, at + interval '1 minute'
    from made_offers`
  yield* sql`
    insert into ranking_events (id, user_id, trip_id, session_id, surface, model_name, model_version, candidate_ids, ranked_ids,
      selected_ids, scores, propensities, latency_ms, user_state, occurred_at)
    select offer, person, trip, session, 'pivot', 'made', '1', nodes, nodes, nodes, array_fill(0.5::real, array[${OPTIONS}::int]),
      array_fill(1::real, array[${OPTIONS}::int]), 1, ${sql.literal(userState("person"))}, at
    from made_offers`
  yield* sql`
    insert into behavioral_signals (id, user_id, signal_type, activity_node_id, trip_id, session_id, decision_id, context, source, weight,
      model_version, occurred_at)
    select md5('answer ' || offer)::uuid, person, 'pivot_accept', nodes[1], trip, session, offer, '{"trigger": "mood", "position": 0}',
      'app', 1, 'made:1', at + interval '1 minute'
    from made_offers`
  yield* sql`
    insert into decision_outcomes (id, decision_id, user_id, trip_id, session_id, activity_node_id, outcome, occurred_at)
    select md5('outcome ' || offer || ' ' || i)::uuid, offer, person, trip, session, node,
      case when i = 1 then 'confirmed' else 'skipped' end, at + interval '1 minute'
    from made_offers, unnest(nodes) with ordinality n(node, i)`
})

/** In one transaction: what it writes from are tables of its connection. */
export const fill = Effect.fnUntraced(function* (all: Filled) {
  const sql = yield* SqlClient
  yield* Effect.gen(function* () {
    yield* sql`set local statement_timeout = 0`
    yield* sql`set local idle_in_transaction_session_timeout = 0`
    yield* sql`insert into users (id) select md5('user ' || n)::uuid from generate_series(0, ${all.people - 1}::int) n`
    yield* fillSlates(all)
    if (all.trips === 0) return
    yield* tripTables(all)
    yield* fillPlans()
    yield* fillOffers()
  }).pipe(sql.withTransaction)
  yield* sql`analyze`
})
