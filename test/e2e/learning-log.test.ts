/** What travelers of a running server leave, read by the data sets that models learn from. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { offeredFor, swapped } from "../support/offers.ts"
import { readDataset } from "../support/read-dataset.ts"
import { dayAhead, type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const slotsOf = (trip: Json) =>
  trip.days.flatMap((day: Json) =>
    day.slots.map((slot: Json, order: number) => ({
      day: day.day,
      order,
      node_id: slot.node.id,
      starts_at: new Date(slot.starts_at).getTime(),
      ends_at: new Date(slot.ends_at).getTime()
    }))
  )

const millis = (slots: ReadonlyArray<Json>) =>
  slots.map(({ day, order, node_id, starts_at, ends_at }) => ({
    day,
    order,
    node_id,
    starts_at: starts_at.getTime(),
    ends_at: ends_at.getTime()
  }))

const planTimes = (slots: ReadonlyArray<Json>) => slots.map(({ order: _, ...rest }) => rest)

describe("the learning log of a running server", () => {
  let world: World
  let ann: Traveler
  let bob: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    bob = await world.someone()
  })
  afterAll(() => world?.close())

  const settled = (trip: string, accepted = 1) =>
    world.drained(
      (sql) => sql`select 1 from exp.events where event_type = 'plan_accepted' and payload ->> 'trip_id' = ${trip}`,
      (rows) => rows.length >= accepted
    )

  it("keeps a plan, each edit and what was accepted with its own times", async () => {
    const trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(9), days: 3 }), 201)
    const { stop: left, now } = await swapped(ann, trip.id, trip.days[0].slots)
    const removed = trip.days[0].slots.find(({ id }: Json) => id !== left.id)
    ok(await ann.call("PATCH", `/trips/${trip.id}/slots/${removed.id}`, { action: "remove" }))
    const accepted = ok(await ann.call("GET", `/trips/${trip.id}`))
    ok(await ann.call("PATCH", `/trips/${trip.id}`, { status: "confirmed" }))
    await settled(trip.id)

    const { rows, skipped } = await readDataset(world, "planner")
    assert.deepEqual(skipped, [])
    const row: Json = rows.find((one: Json) => one["input.traveler.id"] === ann.id)
    assert.deepEqual(planTimes(millis(row["target.accepted_plan"])), planTimes(slotsOf(accepted)))
    assert.deepEqual(
      row["target.user_edits"].map(({ edit, day, from, to: by }: Json) => ({ edit, day, from, to: by })),
      [
        { edit: "swap", day: 1, from: left.node.id, to: now.node.id },
        { edit: "remove", day: 1, from: removed.node.id, to: null }
      ]
    )
    assert.isTrue(row["target.user_edits"].every((one: Json) => Number.isInteger(one.order)))
    assert.strictEqual(row.input.workflow_type, "plan-first")
    assert.strictEqual(row.input.mode, "autopilot")
    assert.strictEqual(row.input.persona.pace_preference, "moderate")
  })

  it("says who looked around first, and who left nothing to the planner", async () => {
    const slate = ok(await bob.call("GET", "/discovery?city=seattle"))
    const swipe = {
      id: randomUUID(),
      signal_type: "discovery_swipe_right",
      activity_node_id: slate.nodes[0].node.id,
      session_id: slate.session_id,
      occurred_at: new Date().toISOString()
    }
    assert.include([200, 202], (await bob.call("POST", "/signals", swipe)).status)
    // However much is said since: a persona itself remembers the last fifty verdicts.
    const since = Array.from({ length: 60 }, () => ({
      id: randomUUID(),
      signal_type: "thumbs_up",
      activity_node_id: slate.nodes[1].node.id,
      occurred_at: new Date().toISOString()
    }))
    assert.deepInclude(ok(await bob.call("POST", "/signals", since), 202), { accepted: 60 })
    const must = slate.nodes[0].node.id
    const body = { city: "seattle", start_date: dayAhead(9), days: 2, constraints: { must: [must] } }
    const trip = ok(await bob.call("POST", "/trips", body), 201)
    ok(await bob.call("PATCH", `/trips/${trip.id}`, { status: "confirmed" }))
    await settled(trip.id)
    const row: Json = (await readDataset(world, "planner")).rows.find(
      (one: Json) => one["input.traveler.id"] === bob.id
    )
    assert.strictEqual(row.input.workflow_type, "explore-first")
    assert.strictEqual(row.input.mode, "assisted")
    const events = await world.rows(
      (sql) => sql`select event_type, context from exp.events where unit_id = ${bob.id} order by timestamp`
    )
    for (const { context } of events) {
      assert.deepInclude(context, { workflow_type: "explore-first", mode: "assisted" })
    }
  })

  it("keeps each stop that a pivot changed", async () => {
    const cat = await world.someone()
    const trip = ok(await cat.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 2 }), 201)
    ok(await cat.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
    const { stop: slot, offer } = await offeredFor(cat, trip.id, trip.days[1].slots)
    const [option] = offer.options
    const answer = { response: "accept", option_id: option.option_id }
    ok(await cat.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, answer))
    const edits = await world.drained(
      (sql) => sql`select payload from exp.events where unit_id = ${cat.id} and event_type = 'plan_edited'`,
      (rows) => rows.length > 0
    )
    assert.deepEqual(
      edits.map(({ payload }) => [payload.edit, payload.slot_id, payload.from, payload.to, payload.pivot_id]),
      [["pivot", slot.id, slot.node.id, option.changes[0].node.id, offer.pivot_id]]
    )
  })

  it("keeps what became of each place apart from the decision that showed it", async () => {
    const dan = await world.someone()
    const wish = { city: "seattle", start_date: dayAhead(6), days: 2, constraints: { pace: "packed" } }
    const trip = ok(await dan.call("POST", "/trips", wish), 201)
    const { stop: left, now } = await swapped(dan, trip.id, trip.days[0].slots)
    const to = now.node.id
    const [removed, kept] = trip.days[0].slots.filter(({ id }: Json) => id !== left.id)
    ok(await dan.call("PATCH", `/trips/${trip.id}/slots/${removed.id}`, { action: "remove" }))
    ok(await dan.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
    const { stop: ahead, offer: taken } = await offeredFor(dan, trip.id, trip.days[1].slots, { least: 2 })
    const answer = (offer: Json, body: object) => dan.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, body)
    ok(await answer(taken, { response: "accept", option_id: taken.options[1].option_id }))
    const { offer: refused } = await offeredFor(dan, trip.id, [ahead, ...trip.days[1].slots])
    ok(await answer(refused, { response: "dismiss" }))
    // Places that neither the plan nor an offer has: what is said of them here is all that is said of them.
    const elsewhere = new Set([
      to,
      ...trip.days.flatMap(({ slots }: Json) => slots.map(({ node }: Json) => node.id)),
      ...[taken, refused].flatMap(({ options }) => options.map((one: Json) => one.changes[0].node.id))
    ])
    const slate = ok(await dan.call("GET", "/discovery?city=seattle&limit=40"))
    const [liked, passed, unseen] = slate.nodes
      .map((one: Json) => one.node.id)
      .filter((id: string) => !elsewhere.has(id))
    const swipe = (node: string, type: string) => ({
      id: randomUUID(),
      signal_type: type,
      activity_node_id: node,
      session_id: slate.session_id,
      occurred_at: new Date().toISOString()
    })
    const swipes = [swipe(liked, "discovery_swipe_right"), swipe(passed, "discovery_swipe_left")]
    assert.include([200, 202], (await dan.call("POST", "/signals", swipes)).status)
    const rows = await world.drained(
      (sql) => sql`select o.outcome, o.activity_node_id as node, o.decision_id, o.slot_id, d.surface,
          o.activity_node_id = any(d.candidate_ids) as shown, d.selected_ids
        from decision_outcomes o join ranking_events d on d.id = o.decision_id where o.user_id = ${dan.id}
        order by o.occurred_at, o.outcome`,
      (found) => ["swiped_right", "swiped_left"].every((one) => found.some(({ outcome }) => outcome === one))
    )
    assert.isTrue(rows.every((row) => row.shown))
    const of = (node: string) => rows.filter((row) => row.node === node).map((row) => `${row.surface}: ${row.outcome}`)
    assert.include(of(liked), "discovery: swiped_right")
    assert.include(of(passed), "discovery: swiped_left")
    assert.isEmpty(of(unseen).filter((one) => one.startsWith("discovery")))
    const planned = (node: string) => of(node).filter((one) => one.startsWith("itinerary"))
    assert.deepEqual(planned(left.node.id), ["itinerary: swapped"])
    assert.deepEqual(planned(removed.node.id), ["itinerary: removed"])
    assert.deepEqual(planned(kept.node.id), ["itinerary: confirmed"])
    assert.include(of(to), "swap: confirmed")
    assert.deepEqual(planned(ahead.node.id), ["itinerary: confirmed", "itinerary: swapped"])
    const answered = (offer: Json) =>
      rows.filter((row) => row.decision_id === offer.pivot_id).map((row) => [row.node, row.outcome])
    assert.sameDeepMembers(
      answered(taken),
      taken.options.map((one: Json, i: number) => [one.changes[0].node.id, i === 1 ? "confirmed" : "skipped"])
    )
    assert.sameDeepMembers(
      answered(refused),
      refused.options.map((one: Json) => [one.changes[0].node.id, "skipped"])
    )

    const triples = (await readDataset(world, "bpr_triples")).rows.filter((row) => row["user_id"] === dan.id) as Json
    assert.isNotEmpty(triples)
    const wanted = new Set(triples.map((row: Json) => row.positive_id))
    assert.isTrue(wanted.has(liked) && wanted.has(to) && wanted.has(kept.node.id))
    assert.isFalse(wanted.has(passed))
    const itinerary = new Set(rows.filter((row) => row.surface === "itinerary").map((row) => row.decision_id))
    const days = triples.filter((row: Json) => itinerary.has(row.decision_id))
    for (const gone of [left, removed, ahead]) {
      assert.isEmpty(days.filter((row: Json) => row.positive_id === gone.node.id))
    }
    assert.isTrue(
      triples.some(
        (row: Json) =>
          row.positive_id === kept.node.id && row.negative_id === removed.node.id && row.origin === "accept_skip"
      )
    )
  })

  it("credits the plan that stands, and not the one that was taken back", async () => {
    const fay = await world.someone()
    const wish = { city: "seattle", start_date: dayAhead(9), days: 2, constraints: { pace: "moderate" } }
    const trip = ok(await fay.call("POST", "/trips", wish), 201)
    const { stop: left, now } = await swapped(fay, trip.id, trip.days[0].slots)
    const stands = ok(await fay.call("GET", `/trips/${trip.id}`))
    const anew = ok(await fay.call("POST", `/trips/${trip.id}/replan`, { constraints: { pace: "packed" } }))
    await swapped(
      fay,
      trip.id,
      anew.days.flatMap((day: Json) => day.slots)
    )
    ok(await fay.call("PATCH", `/trips/${trip.id}`, { start_date: dayAhead(10), end_date: dayAhead(11) }))
    const { undo } = ok(await fay.call("GET", `/trips/${trip.id}`))
    for (const { change } of undo.slice(0, 3)) ok(await fay.call("POST", `/trips/${trip.id}/undo`, { change }))
    const later = ok(await fay.call("GET", `/trips/${trip.id}`))
    assert.deepEqual(slotsOf(later), slotsOf(stands))
    ok(await fay.call("PATCH", `/trips/${trip.id}`, { status: "confirmed" }))
    await settled(trip.id)

    const { aside, rows } = await readDataset(world, "planner")
    const of = (all: ReadonlyArray<Json>) => all.filter((one) => one["input.traveler.id"] === fay.id)
    const [row, ...more]: ReadonlyArray<Json> = of(rows)
    assert.isEmpty(more)
    assert.deepEqual(planTimes(millis(row["target.accepted_plan"])), planTimes(slotsOf(later)))
    assert.isNull(row.input.previous_plan)
    assert.deepEqual(
      row["target.user_edits"].map(({ edit, from, to }: Json) => [edit, from, to]),
      [["swap", left.node.id, now.node.id]],
      "what was changed in the plan that was taken back is no change of this one"
    )
    assert.lengthOf(of(aside), 2, "the new plan and the new dates")
  })

  it("counts a trip that was cut short as lived", async () => {
    const guy = await world.someone()
    const wish = { city: "seattle", start_date: dayAhead(0), days: 2 }
    const trip = ok(await guy.call("POST", "/trips", wish), 201)
    if (trip.status === "planning") ok(await guy.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
    ok(await guy.call("PATCH", `/trips/${trip.id}`, { status: "shortened" }))
    await settled(trip.id)
    const { aside, rows } = await readDataset(world, "planner")
    const of = (all: ReadonlyArray<Json>) => all.filter((one) => one["input.traveler.id"] === guy.id)
    assert.deepEqual(
      of(rows).map((row) => planTimes(millis(row["target.accepted_plan"]))),
      [planTimes(slotsOf(trip))]
    )
    assert.isEmpty(of(aside))
  })

  it("is read where older programs wrote it: brought to today's shape, or named", async () => {
    const before = (await readDataset(world, "planner")).rows.length
    const place = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`
    const slots = [1, 2].map((n) => ({
      day: 1,
      order: n - 1,
      node_id: place(n),
      starts_at: n * 1e6,
      ends_at: n * 1e6 + 5e5
    }))
    const plan = (trip: string) => ({
      trip_id: trip,
      city: "seattle",
      catalog_version: 1,
      start_date: "2026-01-01",
      end_date: "2026-01-01",
      party: [place(9)],
      slots
    })
    const write = async (persona: object, edit: object | undefined, accepted: object) => {
      const [user, session] = [randomUUID(), randomUUID()]
      const context = { policy_version_id: "local_ranker:1", workflow_type: "plan-first", mode: "assisted" }
      const json = (value: unknown) => JSON.stringify(value)
      await world.rows((sql) => {
        const event = (type: string, at: number, payload: object) => sql`
          insert into exp.events (event_id, event_type, unit_id, plan_id, timestamp, context, payload)
          values (gen_random_uuid(), ${type}, ${user}, ${session}, ${new Date(at)}, ${json(context)}::text::jsonb, ${json(payload)}::text::jsonb)`
        return Effect.all([
          sql`insert into exp.persona_snapshots (id, user_id, valid_from, persona)
            values (gen_random_uuid(), ${user}, ${new Date(1e12)}, ${json(persona)}::text::jsonb)`,
          event("plan_generated", 1e12 + 1, plan(randomUUID())),
          ...(edit === undefined ? [] : [event("plan_edited", 1e12 + 2, edit)]),
          event("plan_accepted", 1e12 + 3, accepted)
        ])
      })
      return user
    }
    const [known] = await world.rows(
      (sql) => sql`select persona from exp.persona_snapshots where user_id = ${ann.id} limit 1`
    )
    const flat = known.persona
    const swap = { action: "swap", slot_id: place(7), node_id: place(1), replaced_by: place(3) }
    const deep = await write({ dimensions: flat, signal_count: 0 }, undefined, { trip_id: place(8), slots })
    const ids = await write(flat, { action: "remove", slot_id: place(7), node_id: place(2) }, { slots: [place(1)] })
    await write(flat, swap, { slots: [place(3), place(2)] })
    await write(flat, { pivot_id: place(5), option_id: place(6) }, { trip_id: place(8), slots })
    await write({ pace: "?" }, undefined, { trip_id: place(8), slots })

    const { rows, skipped } = await readDataset(world, "planner")
    assert.lengthOf(rows, before + 2)
    assert.sameMembers(skipped as Array<string>, [
      "an accepted plan of an older shape has a stop whose times nobody wrote",
      "an edit of an older shape does not say which stop it changed",
      "a persona of a shape that nobody knows"
    ])
    const of = (user: string): Json => rows.find((row) => row["input.traveler.id"] === user)
    assert.strictEqual(of(deep).input.persona.pace_preference, flat.pace_preference.value)
    assert.deepEqual(millis(of(ids)["target.accepted_plan"]), [slots[0]!])
    assert.deepInclude(of(ids)["target.user_edits"][0], { edit: "remove", day: 1, order: 1, from: place(2), to: null })
  })
})
