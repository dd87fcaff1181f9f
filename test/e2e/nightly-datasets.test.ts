/** What operators see of datasets, and of the models behind decisions, on a running server. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { dayAhead, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("a night of data sets", () => {
  let world: World

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
  })
  afterAll(() => world?.close())

  /** Asks for the job of a night, and waits for its end. */
  const night = async () => {
    const [asked] = await world.rows(
      (sql) =>
        sql`insert into jobs (id, kind, state) values (gen_random_uuid(), 'build_daily_datasets', 'queued') returning id`
    )
    const [job] = await world.drained(
      (sql) =>
        sql`select id, state, attempts, error, result from jobs where id = ${asked.id} and finished_at is not null`,
      (rows) => rows.length > 0
    )
    return job
  }

  it("is in order where there is too little of some of them so far, and says so", async () => {
    const job = await night()
    assert.deepInclude(job, { state: "done", error: null })
    assert.match(job.result.planner.waits, /planner is not published yet: there is too little of it so far/)
    const ready = await (await fetch(`${world.server().url}/ready`)).json()
    const datasets = ready.dependencies.find((one: { readonly name: string }) => one.name === "datasets")
    assert.strictEqual(datasets.status, "up")
    assert.match(datasets.detail, /\d of 6 wait for more data/)
  })

  it("that is refused is a failed job with its reason, a metric, a line in the log, and shown to operators", async () => {
    // A thousand plans that nobody can read: that is no want of data.
    await world.rows(
      (sql) => sql`insert into exp.events (event_id, event_type, unit_id, plan_id, timestamp, context, payload)
        select gen_random_uuid(), 'plan_generated', gen_random_uuid(), gen_random_uuid(),
          date_trunc('milliseconds', now()) - interval '1 hour', '{}', '{}'
        from generate_series(1, 1000)`
    )
    const job = await night()
    assert.deepInclude(job, { state: "failed", attempts: 1 })
    assert.match(job.error, /1 of 6 datasets are refused\.[\s\S]*planner is not published:\s+enough_rows: 0 rows/)

    const admin = await world.someone({ role: "admin" })
    const shown = (await admin.call("GET", `/admin/jobs/${job.id}`)).body
    assert.strictEqual(shown.state, "failed")
    assert.strictEqual(shown.error, job.error)
    const metrics = await (await fetch(`${world.server().url}/metrics`)).text()
    assert.match(
      metrics,
      /datasets_total\{[^}]*dataset="planner"[^}]*outcome="refused"[^}]*\} 1|datasets_total\{[^}]*outcome="refused"[^}]*dataset="planner"[^}]*\} 1/
    )
    await until("the line in the log", () =>
      /ERROR[\s\S]*A nightly dataset is refused: planner/i.test(world.server().output())
    )
    const ready = await (await fetch(`${world.server().url}/ready`)).text()
    assert.match(
      ready,
      /datasets[\s\S]*degraded[\s\S]*datasets are refused|degraded[\s\S]*datasets[\s\S]*datasets are refused/
    )
  })

  it("has a row for each model that decides, in its own words", async () => {
    const ann = await world.someone()
    const trip = (await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 2 })).body
    await ann.call("PATCH", `/trips/${trip.id}`, { status: "active" })
    await ann.call("POST", `/trips/${trip.id}/pivot`, { trigger: "venue_closed", slot_id: trip.days[1].slots[0].id })
    const decided = await world.drained(
      (sql) => sql`select distinct e.model_name, e.model_version, m.stage from ranking_events e
        left join model_registry m using (model_name, model_version)`,
      (rows) => rows.length >= 2
    )
    assert.deepEqual(decided.map(({ model_name, stage }) => `${model_name} ${stage}`).sort(), [
      "local_ranker production",
      "pivot_engine production"
    ])
    const rows = await world.rows(
      (sql) => sql`select model_name, model_version, model_type, stage, description from model_registry
        where model_name in ('llm_ranker', 'bpr') order by model_name`
    )
    assert.deepEqual(rows, [
      {
        model_name: "bpr",
        model_version: "0.0.0",
        model_type: "collaborative_filtering",
        stage: "staging",
        description: "BPR placeholder, awaiting first training run"
      },
      {
        model_name: "llm_ranker",
        model_version: "0.1.0",
        model_type: "llm_ranking",
        stage: "production",
        description: "Claude Sonnet-based ranking, bootstrap phase"
      }
    ])
  })
})
