/** Rows that older programs wrote, beside those of today, in one database: read where they say enough, named and counted where not. */
import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { readDataset } from "../support/read-dataset.ts"
import { dayAhead, type Json } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("a database with rows of before", () => {
  let world: World

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
  })
  afterAll(() => world?.close())

  /** How many rows `build-dataset` says there are, and what it left out, by reason. */
  const built = async (name: string) => {
    const { said } = await world.command("build-dataset", name, "--keep-refused")
    const report = /The report is (\S+\.md)/.exec(said)?.[1]
    const text = readFileSync(resolve(world.folder, report!), "utf8")
    const reasons = Object.fromEntries(
      [...text.matchAll(/^- (\d+): (.+)$/gm)].map(([, n, reason]) => [reason, Number(n)])
    )
    return { reasons, rows: Number(/^(\d+) rows in/m.exec(text)![1]) }
  }

  it("has pivots whose options were logged before all their features were: counted, and today's are read", async () => {
    const ann = await world.someone()
    const trip = (await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 2 })).body
    await ann.call("PATCH", `/trips/${trip.id}`, { status: "active" })
    const slot_id = trip.days[1].slots[0].id
    const offer = (await ann.call("POST", `/trips/${trip.id}/pivot`, { trigger: "venue_closed", slot_id })).body
    await ann.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, { response: "dismiss" })
    await world.drained(
      (sql) => sql`select 1 from pivot_events where response is not null`,
      (rows) => rows.length > 0
    )
    const option = (features: object) => ({
      option_id: randomUUID(),
      node_id: trip.days[1].slots[1].node.id,
      score: 0.5,
      position: 0,
      features
    })
    const before = JSON.stringify([option({ taste: 0.4, distance: 300 }), option({})])
    await world.rows(
      (
        sql
      ) => sql`insert into pivot_events (id, pivot_id, user_id, trip_id, slot_id, trigger, detail, options, reasons, source,
          state_version, model_name, model_version, latency_ms, offered_at, response, time_to_action_ms, responded_at)
        select gen_random_uuid(), gen_random_uuid(), user_id, trip_id, slot_id, trigger, detail, ${before}::text::jsonb, reasons,
          source, state_version, model_name, model_version, latency_ms, offered_at - interval '1 day', response,
          time_to_action_ms, responded_at - interval '1 day' from pivot_events`
    )
    const { reasons, rows } = await built("pivot_acceptance")
    assert.strictEqual(rows, offer.options.length)
    assert.deepEqual(reasons, {
      "an option was logged before all its features were, or is about no place of the catalog": 2
    })
    // Before a trip took whom it was for from the memory of whoever planned, a first offer knew nobody.
    await world.rows(
      (sql) => sql`update ranking_events set user_state = '{"members": []}' where id = ${offer.pivot_id} returning id`
    )
    const unknown = await built("pivot_acceptance")
    assert.strictEqual(unknown.rows, 0)
    assert.deepInclude(unknown.reasons, { "nobody knew the traveler when it was offered": 1 })
  })

  it("has plans and deeds from before all of it was kept: what is missing is counted by name", async () => {
    const bob = await world.someone()
    const trip = (await bob.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 2 })).body
    await bob.call("PATCH", `/trips/${trip.id}`, { status: "confirmed" })
    await bob.call("PATCH", `/trips/${trip.id}/slots/${trip.days[0].slots[0].id}`, { action: "remove" })
    await world.drained(
      (sql) => sql`select 1 from decision_outcomes where user_id = ${bob.id} and outcome = 'removed'`,
      (rows) => rows.length === 1
    )
    const unfeatured =
      "a plan whose candidates were logged before all their features were: what it says stands without them"
    const unheard = "a signal from before it was kept what became of a place"
    const forgotten = "a decision that nobody kept: what became of its places says nothing of what else there was"
    const today = (await built("bpr_triples")).reasons
    assert.doesNotHaveAnyKeys(today, [unfeatured, unheard, forgotten])
    await world.rows(
      (sql) => sql`insert into decision_outcomes (id, decision_id, user_id, activity_node_id, outcome, occurred_at)
        select gen_random_uuid(), ${randomUUID()}, user_id, activity_node_id, outcome, occurred_at from decision_outcomes
        where user_id = ${bob.id} and outcome = 'confirmed' limit 2 returning id`
    )
    await world.rows(
      (sql) => sql`delete from decision_outcomes where user_id = ${bob.id} and outcome = 'removed' returning id`
    )
    await world.rows(
      (sql) => sql`update behavioral_signals set context = '{"full_candidate_set": []}'
        where user_id = ${bob.id} and signal_type = 'candidate_set_logged' returning id`
    )
    const { reasons } = await built("bpr_triples")
    assert.deepInclude(reasons, { [unfeatured]: 2, [unheard]: 1, [forgotten]: 1 })

    const other = await world.someone()
    await world.rows((sql) => sql`insert into users (id) values (${other.id}) on conflict do nothing returning id`)
    // Of a slate that was shown to somebody else: whose it was cannot be told, and it goes on being counted.
    await world.rows(
      (sql) => sql`with slate as (
          insert into ranking_events (id, user_id, session_id, surface, model_name, model_version, candidate_ids, scores,
            propensities, ranked_ids, selected_ids, user_state, latency_ms, occurred_at)
          select gen_random_uuid(), ${other.id}, gen_random_uuid(), 'discovery', model_name, model_version,
            candidate_ids, scores, propensities, ranked_ids, selected_ids, user_state, latency_ms, occurred_at
          from ranking_events where user_id = ${bob.id} and surface = 'itinerary' limit 1 returning *)
        insert into behavioral_signals (id, user_id, signal_type, activity_node_id, session_id, source, weight, occurred_at)
        select gen_random_uuid(), ${bob.id}, 'discovery_swipe_right', candidate_ids[1], session_id, 'app', 1, now()
        from slate returning id`
    )
    const run = async (...more: ReadonlyArray<string>) => (await world.command("convert-old-signals", ...more)).said
    const told = /2 signals of older releases had no outcome: 1 (.*)\. 1 signal of them cannot: /
    assert.strictEqual(told.exec(await run("--dry-run"))?.[1], "can have one; nothing was changed")
    assert.deepInclude((await built("bpr_triples")).reasons, { [unheard]: 2 })
    assert.strictEqual(told.exec(await run())?.[1], "have one now")
    const outcomes = await world.rows(
      (sql) => sql`select o.outcome from decision_outcomes o join behavioral_signals s on s.id = o.id
        where o.user_id = ${bob.id} and o.activity_node_id = ${trip.days[0].slots[0].node.id}`
    )
    assert.deepEqual(outcomes, [{ outcome: "skipped" }])
    assert.deepInclude((await built("bpr_triples")).reasons, { [unheard]: 1 })
    assert.match(await run(), /1 signal of older releases had no outcome: 0 have one now/)
  })

  it("has opinions without a session, and without a place: one is a session of its own, and the other counted", async () => {
    const eve = await world.someone()
    const trip = (await eve.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 1 })).body
    const [stop] = trip.days[0].slots
    await world.drained(
      (sql) => sql`select 1 from itinerary_slots where trip_id = ${trip.id}`,
      (rows) => rows.length > 0
    )
    const placeless = "an opinion about a stop of which nobody knows which place it had"
    assert.notProperty((await built("sequences")).reasons, placeless)
    const before = (await readDataset(world, "sequences")).rows.length
    const [kept] = await world.rows(
      (
        sql
      ) => sql`insert into behavioral_signals (id, user_id, signal_type, trip_id, slot_id, activity_node_id, source, weight, occurred_at)
        values (gen_random_uuid(), ${eve.id}, 'thumbs_up', ${trip.id}, ${stop.id}, ${stop.node.id}, 'app', 1, now()),
          (gen_random_uuid(), ${eve.id}, 'slot_skip', ${trip.id}, ${stop.id}, null, 'app', 1, now()),
          (gen_random_uuid(), ${eve.id}, 'pivot_dismiss', ${trip.id}, ${stop.id}, null, 'app', 1, now()) returning id`
    )
    const { rows, skipped } = await readDataset(world, "sequences")
    assert.lengthOf(rows, before + 1)
    assert.deepInclude(
      rows.find(({ session_id }) => session_id === kept.id),
      { user_id: eve.id, node_ids: [stop.node.id], signal_types: ["thumbs_up"] }
    )
    assert.deepEqual(skipped, [placeless], "whoever dismisses an offer need not speak of a place")
    assert.deepInclude((await built("sequences")).reasons, { [placeless]: 1 })
  })

  it("has places of which an older taxonomy spoke: today's are read, and theirs counted by name", async () => {
    const before = await readDataset(world, "vibe_labels")
    assert.isEmpty(before.skipped)
    const [{ node_id }] = before.rows as [Json]
    await world.rows(
      (sql) => sql`update activity_nodes set vibe_tags = '{of_an_older_taxonomy}', vibe_weights = '{1}'
        where id = ${node_id} returning id`
    )
    const { rows, skipped } = await readDataset(world, "vibe_labels")
    const theirs = before.rows.filter((row) => row.node_id === node_id)
    assert.lengthOf(rows, before.rows.length - theirs.length)
    assert.deepEqual(
      skipped,
      theirs.map(() => "no tag of the taxonomy in force")
    )
  })
})
