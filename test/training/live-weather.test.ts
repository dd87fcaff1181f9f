/** Of the plans that are judged it is asked whether there was weather, and of no others. */
import { randomUUID } from "node:crypto"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { FEATURES } from "../../src/domain/features.ts"
import { liveChecks } from "../../src/training/datasets/live-features.ts"
import { freshDatabase } from "../harness/postgres.ts"

const WHOLE = { from: 0, to: 4e12 }
const WHO = "00000000-0000-4000-8000-000000000001"
const CITY = "00000000-0000-4000-8000-000000000002"
const MAY = Date.parse("2026-05-04T12:00:00Z")
const JULY = Date.parse("2026-07-06T12:00:00Z")
const DAY = 86_400_000
const MINUTE = 60_000

/** Plans that were made one a minute, each for the day after: places differ in everything but in what the weather does to them. */
const planned = Effect.fnUntraced(function* (count: number, from: number) {
  const sql = yield* SqlClient
  const rows = Array.from({ length: count }, (_, n) => ({
    signal: randomUUID(),
    event: randomUUID(),
    at: new Date(from + n * MINUTE).toISOString(),
    day: new Date(from + DAY).toISOString().slice(0, 10),
    candidates: Array.from({ length: 5 }, (_, i) => ({
      features: { ...Object.fromEntries(FEATURES.map((name) => [name, i / 5])), weather_fit: 1 }
    }))
  }))
  yield* sql`
    with plans as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as p (signal uuid, event uuid, at timestamptz, day text, candidates jsonb)
    ), signals as (
      insert into behavioral_signals (id, user_id, signal_type, context, source, weight, occurred_at)
      select signal, ${WHO}, 'candidate_set_logged', jsonb_build_object('full_candidate_set', candidates), 'app', 1, at
      from plans
    )
    insert into exp.events (event_id, event_type, unit_id, plan_id, timestamp, context, payload)
    select event, 'plan_generated', ${WHO}, gen_random_uuid(), at, '{}',
      jsonb_build_object('city', 'here', 'start_date', day, 'end_date', day)
    from plans`
})

const rained = Effect.fnUntraced(function* (from: number) {
  const sql = yield* SqlClient
  yield* sql`
    insert into city_events (id, city_id, kind, starts_at, until, payload, occurred_at)
    values (${randomUUID()}, ${CITY}, 'weather', ${new Date(from)}, ${new Date(from + 2 * DAY)},
      '{"condition": "rain"}', ${new Date(from - MINUTE)})`
})

layer(freshDatabase(), { excludeTestServices: true })("the weather of plans", (it) => {
  it.effect("is asked of the newest four hundred, and not of those before", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`insert into users (id) values (${WHO})`
      yield* sql`
        insert into cities (id, slug, name, country, time_zone, lat, lon)
        values (${CITY}, 'here', 'Here', 'US', 'UTC', 0, 0)`
      yield* rained(MAY)
      yield* planned(60, MAY)
      const [refused, ...others] = yield* liveChecks(WHOLE)
      assert.isEmpty(others)
      assert.match(refused!.says, /^weather_fit takes 1 values in 60 plans/, "it rained, and nothing shows it")

      yield* planned(400, JULY)
      const [dry, ...more] = yield* liveChecks(WHOLE)
      assert.isEmpty(more)
      assert.match(dry!.says, /always the same: weather_fit$/, "since then it was dry")

      yield* rained(JULY + DAY)
      yield* planned(60, JULY + DAY)
      assert.match((yield* liveChecks(WHOLE))[0]!.says, /^weather_fit takes 1 values in 400 plans/)
    })
  )
})
