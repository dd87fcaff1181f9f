/** What is read in pages is read once each, also where more than a page happened in the same millisecond. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { DEFINITIONS } from "../../src/training/datasets/build.ts"
import { livePlans } from "../../src/training/datasets/live-features.ts"
import { freshDatabase } from "../harness/postgres.ts"

const WHOLE = { from: 0, to: 4e12 }
const WHO = "00000000-0000-4000-8000-000000000001"

/** More than any page holds. Every other microsecond, so that some share one and all share a millisecond or two. */
const MANY = 2_001
const MOMENT = "timestamptz '2026-05-04 12:00:00.123400+00' + make_interval(secs => (n / 2) * 0.000001)"

layer(freshDatabase(), { excludeTestServices: true })("pages of one millisecond", (it) => {
  it.effect("hold each pivot once", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`insert into users (id) values (${WHO}) on conflict do nothing`
      yield* sql.unsafe(`
        insert into pivot_events (id, pivot_id, user_id, trip_id, trigger, options, source, state_version, model_name,
          model_version, response, latency_ms, offered_at)
        select gen_random_uuid(), gen_random_uuid(), '${WHO}', gen_random_uuid(), 'weather',
          '[{"option_id": "o", "node_id": null, "score": 1, "position": 0, "features": null}]', 'precomputed', 1,
          'pivot_engine', '2', 'ignore', 1, ${MOMENT}
        from generate_series(1, ${MANY}) n`)
      let read = 0
      yield* DEFINITIONS.pivot_acceptance.read({
        range: WHOLE,
        row: () => read++,
        aside: () => undefined,
        skip: () => read++,
        leak: () => undefined
      })
      assert.strictEqual(read, MANY)
    })
  )

  it.effect("hold each plan once", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql.unsafe(`
        insert into exp.events (event_id, event_type, unit_id, plan_id, timestamp, context, payload)
        select gen_random_uuid(), 'plan_generated', '${WHO}', gen_random_uuid(), ${MOMENT}, '{}', '{}'
        from generate_series(1, ${MANY}) n`)
      let read = 0
      yield* DEFINITIONS.planner.read({
        range: WHOLE,
        row: () => read++,
        aside: () => read++,
        skip: () => read++,
        leak: () => undefined
      })
      assert.strictEqual(read, MANY)
    })
  )

  it.effect("hold each decision of somebody who was shown more than is read at once", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`insert into users (id) values (${WHO}) on conflict do nothing`
      yield* sql.unsafe(`
        insert into ranking_events (id, user_id, surface, model_name, model_version, candidate_ids, ranked_ids, selected_ids, scores,
          propensities, latency_ms, occurred_at)
        select md5('decision ' || n)::uuid, '${WHO}', 'discovery', 'local_ranker', '1', ids, ids, '{}', '{1,0}', '{1,1}', 1, ${MOMENT}
        from generate_series(1, ${MANY}) n
          cross join lateral (select array[md5('wanted ' || n)::uuid, md5('passed ' || n)::uuid] as ids) shown`)
      yield* sql.unsafe(`
        insert into decision_outcomes (id, decision_id, user_id, activity_node_id, outcome, occurred_at)
        select gen_random_uuid(), id, user_id, candidate_ids[1], 'swiped_right', occurred_at from ranking_events`)
      // No city has these places, which is said of each decision.
      let read = 0
      yield* DEFINITIONS.bpr_triples.read({
        range: WHOLE,
        row: () => assert.fail("no city has the place"),
        aside: () => undefined,
        skip: () => read++,
        leak: () => undefined
      })
      assert.strictEqual(read, MANY)
    })
  )

  it.effect("hold each logged plan of travelers once", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`insert into users (id) values (${WHO}) on conflict do nothing`
      yield* sql.unsafe(`
        insert into behavioral_signals (id, user_id, signal_type, context, source, weight, occurred_at)
        select gen_random_uuid(), '${WHO}', 'candidate_set_logged',
          jsonb_build_object('full_candidate_set', jsonb_build_array(jsonb_build_object('features', jsonb_build_object('n', n)))),
          'app', 1, ${MOMENT}
        from generate_series(1, 101) n`)
      const plans = yield* livePlans(WHOLE)
      assert.strictEqual(new Set(plans.map(({ candidates: [one] }) => one!["n"])).size, 101)
      assert.lengthOf(plans, 101)
    })
  )
})
