/** What every decision leaves behind in the database: the whole of it, once, and nothing that contradicts it. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { follow } from "../support/follow.ts"
import { offeredFor, swapped } from "../support/offers.ts"
import { dayAhead, type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("decisions", () => {
  let world: World
  let ann: Traveler
  let trip: Json

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(12), days: 3 }), 201)
  })
  afterAll(() => world?.close())

  it("log a plan's candidates whole, with what the ranker saw", async () => {
    const rows = await world.drained(
      (sql) => sql`select context, model_version, session_id from behavioral_signals
        where trip_id = ${trip.id} and signal_type = 'candidate_set_logged'`,
      (found) => found.length > 0
    )
    assert.lengthOf(rows, 1)
    const { full_candidate_set: all, user_state, ranker } = rows[0].context
    assert.lengthOf(all, 200)
    assert.strictEqual(new Set(all.map((one: Json) => one.node_id)).size, 200)
    assert.deepEqual(
      all.map((one: Json) => one.rank),
      all.map((_: Json, index: number) => index + 1)
    )
    assert.isTrue(all.every((one: Json) => Number.isFinite(one.score) && Object.keys(one.features).length > 10))
    assert.strictEqual(ranker, `${trip.model.name}:${trip.model.version}`)
    assert.strictEqual(rows[0].model_version, ranker)
    assert.isNotEmpty(Object.keys(user_state))
  })

  it("log each day once, and no pick as another day's negative", async () => {
    const rows = await world.drained(
      (sql) => sql`select day_number, surface, candidate_ids, selected_ids, scores, propensities, user_state, session_id
        from ranking_events where trip_id = ${trip.id} and surface = 'itinerary' order by day_number`,
      (found) => found.length >= 3
    )
    assert.deepEqual(
      rows.map((row) => row.day_number),
      [1, 2, 3]
    )
    const picks = trip.days.map((day: Json) => day.slots.map((slot: Json) => slot.node.id))
    for (const [index, row] of rows.entries()) {
      assert.sameMembers(row.selected_ids, picks[index])
      assert.includeMembers(row.candidate_ids, row.selected_ids)
      assert.lengthOf(row.candidate_ids, 20)
      assert.strictEqual(row.scores.length, 20)
      const others = picks.filter((_: Json, other: number) => other !== index).flat()
      assert.isEmpty(row.candidate_ids.filter((id: string) => others.includes(id)))
    }
    assert.strictEqual(new Set(rows.map((row) => row.session_id)).size, 1)
  })

  it("log a swap and a discovery slate once each", async () => {
    const { stop: slot, now } = await swapped(ann, trip.id, trip.days[0].slots, { reason: "curiosity" })
    const to = now.node.id
    const swaps = await world.drained(
      (sql) => sql`select candidate_ids, selected_ids from ranking_events
        where trip_id = ${trip.id} and surface = 'swap'`,
      (found) => found.length > 0
    )
    assert.lengthOf(swaps, 1)
    assert.deepEqual(swaps[0].selected_ids, [to])
    const signals = await world.drained(
      (sql) => sql`select signal_type, activity_node_id, context from behavioral_signals
        where trip_id = ${trip.id} and signal_type = 'slot_swap'`,
      (found) => found.length > 0
    )
    assert.lengthOf(signals, 1)
    assert.deepEqual([signals[0].activity_node_id, signals[0].context.replaced_by], [slot.node.id, to])
    const reasons = await world.drained(
      (sql) => sql`select intention from intention_signals where trip_id = ${trip.id}`,
      (found) => found.length > 0
    )
    assert.deepEqual(
      reasons.map((row) => row.intention),
      ["curiosity"]
    )

    const slate = ok(await ann.call("GET", "/discovery?city=seattle"))
    const slates = await world.drained(
      (sql) => sql`select candidate_ids, session_id from ranking_events
        where user_id = ${ann.id} and surface = 'discovery'`,
      (found) => found.length > 0
    )
    assert.lengthOf(slates, 1)
    assert.strictEqual(slates[0].session_id, slate.session_id)
    assert.deepEqual(
      slates[0].candidate_ids,
      slate.nodes.map((one: Json) => one.node.id)
    )
  })

  it("log pivots with their options, what decided, and what became of them", async () => {
    const began = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 2 }), 201)
    ok(await ann.call("PATCH", `/trips/${began.id}`, { status: "active" }))
    const { stop: ahead, offer: taken } = await offeredFor(ann, began.id, began.days[1].slots, { least: 2 })
    const wish = { trigger: "mood", slot_id: ahead.id, detail: { mood: "cozy" } }
    const refused = ok(await ann.call("POST", `/trips/${began.id}/pivot`, wish))
    const { option_id } = taken.options[1]
    ok(await ann.call("POST", `/trips/${began.id}/pivots/${taken.pivot_id}`, { response: "accept", option_id }))
    ok(await ann.call("POST", `/trips/${began.id}/pivots/${refused.pivot_id}`, { response: "dismiss" }))
    const rows = await world.drained(
      (sql) => sql`select p.*, r.candidate_ids, r.selected_ids, r.scores, r.propensities, r.user_state, r.surface,
          r.user_id as ranked_for, r.latency_ms as ranking_latency
        from pivot_events p join ranking_events r on r.id = p.pivot_id where p.trip_id = ${began.id} order by p.offered_at`,
      (found) => found.filter((row) => row.response !== null).length === 2
    )
    assert.deepEqual(
      rows.map((row) => [row.pivot_id, row.trigger, row.slot_id, row.user_id, row.surface, row.response]),
      [
        [taken.pivot_id, "venue_closed", ahead.id, ann.id, "pivot", "accept"],
        [refused.pivot_id, "mood", ahead.id, ann.id, "pivot", "dismiss"]
      ]
    )
    assert.deepEqual(rows[1].detail, { mood: "cozy" })
    const [row] = rows
    assert.strictEqual(row.chosen_option_id, option_id)
    assert.strictEqual(row.slots_changed, 1)
    assert.isAbove(Number(row.time_to_action_ms), 0)
    assert.isAbove(row.latency_ms, 0)
    assert.strictEqual(row.ranking_latency, row.latency_ms)
    for (const [position, option] of taken.options.entries()) {
      const logged = row.options[position]
      assert.strictEqual(logged.option_id, option.option_id)
      assert.strictEqual(logged.node_id, option.changes[0].node.id)
      assert.strictEqual(logged.position, position)
      assert.strictEqual(logged.score, option.score)
      assert.strictEqual(logged.measures.travel_in_minutes, option.changes[0].travel_minutes)
    }
    assert.deepEqual(
      row.selected_ids,
      taken.options.map((option: Json) => option.changes[0].node.id)
    )
    assert.includeMembers(row.candidate_ids, row.selected_ids)
    assert.strictEqual(row.scores.length, row.candidate_ids.length)
    assert.isTrue(row.propensities.every((one: number) => one === 1))
    assert.strictEqual(row.ranked_for, ann.id)
    assert.lengthOf(row.user_state.persona_vector, 128)
    assert.deepEqual(row.user_state, rows[1].user_state)
    const signals = await world.drained(
      (sql) => sql`select signal_type from behavioral_signals where trip_id = ${began.id} and signal_type like 'pivot_%'
        order by occurred_at`,
      (found) => found.length === 2
    )
    assert.deepEqual(
      signals.map((one) => one.signal_type),
      ["pivot_accept", "pivot_dismiss"]
    )
  })

  it("keep the reason that somebody gives, also for what they dismiss, lock and unlock", async () => {
    const mine = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 2 }), 201)
    ok(await ann.call("PATCH", `/trips/${mine.id}`, { status: "active" }))
    const slot = mine.days[1].slots[1]
    const offered = async () =>
      ok(await ann.call("POST", `/trips/${mine.id}/pivot`, { trigger: "venue_closed", slot_id: slot.id }))
    const dismiss = (offer: Json, more: object) =>
      ann.call("POST", `/trips/${mine.id}/pivots/${offer.pivot_id}`, { response: "dismiss", ...more })
    const act = (body: object) => ann.call("PATCH", `/trips/${mine.id}/slots/${slot.id}`, body)
    ok(await dismiss(await offered(), { reason: "group_conflict" }))
    ok(await dismiss(await offered(), {}))
    ok(await act({ action: "lock", reason: "price_mismatch" }))
    ok(await act({ action: "unlock", reason: "fatigue" }))
    ok(await act({ action: "lock" }))
    ok(await act({ action: "unlock" }))
    const stream = await follow(world.server(), ann, mine.id)
    const offer = await offered()
    const id = "because"
    stream.send({ type: "respond", id, pivot_id: offer.pivot_id, response: "dismiss", reason: "schedule" })
    await stream.first("an ack", (frame) => frame.type === "ack" && frame.id === id)
    stream.close()
    const rows = await world.drained(
      (sql) => sql`select intention, slot_id, user_id, confidence, source from intention_signals
        where trip_id = ${mine.id} order by occurred_at, id`,
      (found) => found.some((row) => row.intention === "schedule")
    )
    assert.deepEqual(
      rows,
      ["group_conflict", "price_mismatch", "fatigue", "schedule"].map((intention) => ({
        intention,
        slot_id: slot.id,
        user_id: ann.id,
        confidence: 1,
        source: "traveler"
      }))
    )
  })

  it("log a pivot for which there is nothing, too", async () => {
    const began = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 2 }), 201)
    ok(await ann.call("PATCH", `/trips/${began.id}`, { status: "active" }))
    const locked = began.days[1].slots[0]
    ok(await ann.call("PATCH", `/trips/${began.id}/slots/${locked.id}`, { action: "lock" }))
    const asked = ok(
      await ann.call("POST", `/trips/${began.id}/pivot`, { trigger: "weather", slot_id: locked.id, detail: {} })
    )
    assert.isEmpty(asked.options)
    const rows = await world.drained(
      (sql) => sql`select p.reasons, r.candidate_ids from pivot_events p join ranking_events r on r.id = p.id
        where p.trip_id = ${began.id}`,
      (found) => found.length > 0
    )
    assert.deepEqual(rows[0].reasons, asked.reasons)
    assert.isEmpty(rows[0].candidate_ids)
  })

  it("keep the experiment's log: generated, edited, accepted, and the constraints of each time", async () => {
    ok(await ann.call("POST", `/trips/${trip.id}/replan`, { constraints: { pace: "packed" } }))
    ok(await ann.call("PATCH", `/trips/${trip.id}`, { status: "confirmed" }))
    const events = await world.drained(
      (sql) => sql`select event_type, unit_id, context from exp.events
        where plan_id in (select session_id from behavioral_signals where trip_id = ${trip.id})
        order by timestamp, event_id`,
      (found) => found.some((row) => row.event_type === "plan_accepted")
    )
    const types = events.map((row) => row.event_type)
    assert.strictEqual(types[0], "plan_generated")
    assert.include(types, "plan_edited")
    assert.strictEqual(types.at(-1), "plan_accepted")
    for (const { context } of events) {
      assert.match(context.policy_version_id, /^local_ranker:/)
      assert.oneOf(context.workflow_type, ["plan-first", "explore-first"])
      assert.oneOf(context.mode, ["autopilot", "assisted"])
    }
    const snapshots = await world.drained(
      (sql) => sql`select constraints from exp.constraint_snapshots where trip_id = ${trip.id} order by valid_from`,
      (found) => found.length >= 2
    )
    assert.strictEqual(snapshots.at(-1).constraints.pace, "packed")
  })
  it("log what a plan goes around: when, of which kind and roughly where, and not what it is called", async () => {
    const day = dayAhead(12)
    const wish = { title: "Dinner with Ana", kind: "reservation", at: `${day}T19:00`, until: `${day}T20:30` }
    const brought = {
      fixed: [{ ...wish, lat: 47.61234, lon: -122.34567 }],
      lodging: { title: "At Ana's", lat: 47.62345, lon: -122.35678 }
    }
    const made = ok(
      await ann.call("POST", "/trips", {
        city: "seattle",
        start_date: day,
        days: 2,
        constraints: { pace: "leisurely" },
        ...brought
      }),
      201
    )
    const [fixed] = made.fixed
    ok(await ann.call("PATCH", `/trips/${made.id}`, { lodging: null }))
    const rows = await world.drained(
      (sql) => sql`select constraints from exp.constraint_snapshots where trip_id = ${made.id} order by valid_from, id`,
      (found) => found.length >= 2
    )
    const kept = {
      kind: "reservation",
      day: 1,
      starts_at: Date.parse(fixed.starts_at),
      ends_at: Date.parse(fixed.ends_at),
      lat: 47.61,
      lon: -122.35
    }
    assert.deepEqual(
      rows.map(({ constraints }) => constraints),
      [
        { ...made.constraints, fixed: [kept], lodging: { lat: 47.62, lon: -122.36 } },
        { ...made.constraints, fixed: [kept] }
      ]
    )
  })

  it("log a plan that was moved with its new dates", async () => {
    const moved = { start_date: dayAhead(20), end_date: dayAhead(21) }
    const planned = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(14), days: 2 }), 201)
    const told = planned.days.flatMap(({ slots }: Json) => slots)
    ok(await ann.call("PATCH", `/trips/${planned.id}`, moved))
    const plans = await world.drained(
      (sql) => sql`select payload from exp.events
        where event_type = 'plan_generated' and payload ->> 'trip_id' = ${planned.id} order by timestamp, event_id`,
      (found) => found.length >= 2
    )
    assert.include(plans.at(-1).payload, moved)
    assert.deepEqual(
      plans[0].payload.slots.map(({ node_id, placed_by }: Json) => [node_id, placed_by]),
      told.map(({ node, placed_by }: Json) => [node.id, placed_by]),
      "what put each stop there is logged as it is shown"
    )
  })

  it("log no plan that its trip refuses: nobody is shown it", async () => {
    const planned = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(14), days: 2 }), 201)
    const old = { "if-match": String(planned.state_version) }
    ok(await ann.call("PATCH", `/trips/${planned.id}/slots/${planned.days[0].slots[0].id}`, { action: "lock" }))
    const refused = [
      await ann.call("POST", `/trips/${planned.id}/replan`, {}, old),
      await ann.call("PATCH", `/trips/${planned.id}`, { start_date: dayAhead(20), end_date: dayAhead(21) }, old)
    ]
    ok(await ann.call("PATCH", `/trips/${planned.id}`, { status: "cancelled" }))
    refused.push(await ann.call("POST", `/trips/${planned.id}/replan`, {}))
    for (const { body, status } of refused) assert.isAtLeast(status, 400, JSON.stringify(body))
    // What was written after the first two is stored: so would they be.
    await world.drained(
      (sql) => sql`select 1 from trips where id = ${planned.id} and status = 'cancelled'`,
      (found) => found.length > 0
    )
    const plans = await world.rows(
      (sql) => sql`select payload from exp.events
        where event_type = 'plan_generated' and payload ->> 'trip_id' = ${planned.id}`
    )
    assert.lengthOf(plans, 1)
  })
})
