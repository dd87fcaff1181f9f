/** Answers of a model's sides count as the people do who gave them, on a running server: one who turns down everything is one. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { registerFactors } from "../support/factors-model.ts"
import { type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("a model on its way to everybody", () => {
  let world: World
  let admin: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    admin = await world.someone({ role: "admin" })
    const { nodes } = ok(await admin.call("GET", "/cities/seattle/nodes?limit=100"))
    await registerFactors(
      world,
      "1",
      nodes.map(({ id }: Json) => id)
    )
    ok(await admin.call("POST", "/admin/model-registry/bpr/1/promote?to=production&force=a+trial"))
  })
  afterAll(() => world?.close())

  const share = (percent: number) => admin.call("POST", "/admin/model-registry/bpr/traffic", { percent })

  /** Forty people on either side; so many of those who have the model turn down so many places each, the others keep two. */
  const answered = (people: number, times: number) =>
    world.rows(
      (sql) => sql`
        with people as (
          insert into users (id) select gen_random_uuid() from generate_series(1, 80) returning id
        ), decided as (
          insert into ranking_events (id, user_id, surface, model_name, model_version, candidate_ids, scores, propensities,
            ranked_ids, selected_ids, arm, arm_of, latency_ms)
          select gen_random_uuid(), id, 'discovery', 'bpr', '1', '{}', '{}', '{}', '{}', '{}',
            case when row_number() over (order by id) % 2 = 0 then 'candidate' else 'control' end, 'bpr:1', 5
          from people returning id, user_id, arm
        ), bad as (
          select id, user_id, 'swapped' as outcome, ${times}::int as times from decided where arm = 'candidate' limit ${people}
        ), good as (
          select id, user_id, 'confirmed' as outcome, 2 as times from decided where arm = 'control')
        insert into decision_outcomes (id, decision_id, user_id, activity_node_id, outcome, occurred_at)
        select gen_random_uuid(), a.id, a.user_id, gen_random_uuid(), a.outcome, now()
        from (table bad union all table good) a, lateral generate_series(1, a.times) n`
    )

  it("is not held by one of many who turns down everything, again and again, and is by as many as can be counted", async () => {
    await answered(1, 70)
    assert.strictEqual(ok(await share(11)).traffic_percent, 11)
    await answered(20, 7)
    const refused = await share(100)
    assert.strictEqual(refused.status, 409)
    assert.match(refused.body.detail, /stays with 11 % of travelers: 100\.0 % of 210 judged places were turned down/)
  })
})
