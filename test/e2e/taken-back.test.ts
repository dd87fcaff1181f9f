/** What the learning log says of what was wanted in vain, and of what was taken back. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { offeredFor } from "../support/offers.ts"
import { readDataset } from "../support/read-dataset.ts"
import { dayAhead, type Json, ok } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const stopsOf = (trip: Json): ReadonlyArray<Json> => trip.days.flatMap((day: Json) => day.slots)

describe("the learning log of a change of mind", () => {
  let world: World

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
  })
  afterAll(() => world?.close())

  it("remembers what was wanted of an offer, also where it does not hold any more", async () => {
    const hal = await world.someone()
    const trip = ok(await hal.call("POST", "/trips", { city: "seattle", start_date: dayAhead(3), days: 2 }), 201)
    ok(await hal.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
    const { stop, offer } = await offeredFor(hal, trip.id, stopsOf(trip))
    ok(await hal.call("PATCH", `/trips/${trip.id}/slots/${stop.id}`, { action: "remove" }))
    const answer = { response: "accept", option_id: offer.options[0].option_id }
    const refused = await hal.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, answer)
    assert.isAtLeast(refused.status, 400)
    const [row] = await world.drained(
      (sql) => sql`select response, chosen_option_id, slots_changed from pivot_events
        where pivot_id = ${offer.pivot_id} and response is not null`,
      (rows) => rows.length > 0
    )
    assert.deepEqual(row, { response: "accept", chosen_option_id: answer.option_id, slots_changed: 0 })
    const outcomes = await world.rows(
      (sql) =>
        sql`select activity_node_id as node, outcome, user_id from decision_outcomes where decision_id = ${offer.pivot_id}`
    )
    assert.sameDeepMembers(
      outcomes.map(({ node, outcome, user_id }) => [node, outcome, user_id]),
      offer.options.map((one: Json, i: number) => [one.changes[0].node.id, i === 0 ? "confirmed" : "skipped", hal.id])
    )
  })

  it("takes back what was said with a change that is taken back", async () => {
    const ivy = await world.someone()
    const wish = { city: "seattle", start_date: dayAhead(3), days: 3, constraints: { pace: "leisurely" } }
    const trip = ok(await ivy.call("POST", "/trips", wish), 201)
    const undo = async () => {
      const { undo: open } = ok(await ivy.call("GET", `/trips/${trip.id}`))
      ok(await ivy.call("POST", `/trips/${trip.id}/undo`, { change: open[0].change }))
    }
    let moved: Json
    for (const { day, id, node } of trip.days.flatMap((one: Json) =>
      one.slots.map((slot: Json) => ({ ...slot, day: one.day }))
    )) {
      for (const to of [1, 2, 3].filter((other) => other !== day)) {
        const body = { action: "move", day: to }
        if (moved !== undefined || (await ivy.call("PATCH", `/trips/${trip.id}/slots/${id}`, body)).status !== 200)
          continue
        moved = { from: day, to, node: node.id }
      }
    }
    assert.isDefined(moved, "no stop of three days could go on another one")
    await undo()
    const { slots } = trip.days[0]
    ok(await ivy.call("PATCH", `/trips/${trip.id}/slots/${slots[0].id}`, { action: "remove" }))
    await undo()
    ok(await ivy.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
    const { stop, offer } = await offeredFor(ivy, trip.id, stopsOf(trip))
    const place = offer.options[0].changes[0].node.id
    const answer = { response: "accept", option_id: offer.options[0].option_id }
    ok(await ivy.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, answer))
    await undo()
    ok(await ivy.call("PATCH", `/trips/${trip.id}`, { status: "shortened" }))
    await world.drained(
      (sql) => sql`select 1 from exp.events where event_type = 'plan_accepted' and payload ->> 'trip_id' = ${trip.id}`,
      (rows) => rows.length >= 2
    )

    const edits = await world.rows(
      (sql) => sql`select payload from exp.events where unit_id = ${ivy.id} and event_type = 'plan_edited'
        order by timestamp, event_id`
    )
    const told = edits.map(({ payload: { day, edit, from, to } }) => [edit, day, from, to])
    assert.deepEqual(told.slice(0, 2), [
      ["move", moved.to, moved.node, moved.node],
      ["undo", moved.from, moved.node, moved.node]
    ])
    assert.deepEqual(told.slice(2), [
      ["remove", 1, slots[0].node.id, null],
      ["undo", 1, null, slots[0].node.id],
      ["pivot", edits[4]!.payload.day, stop.node.id, place],
      ["undo", edits[4]!.payload.day, place, stop.node.id]
    ])
    const signals = await world.rows(
      (sql) => sql`select signal_type, activity_node_id as node from behavioral_signals
        where user_id = ${ivy.id} and signal_type <> 'candidate_set_logged' order by occurred_at, id`
    )
    const last = new Map(signals.map(({ node, signal_type }) => [node, signal_type]))
    assert.strictEqual(last.get(place), "slot_skip", "what came with the offer went again")
    assert.strictEqual(last.get(stop.node.id), "slot_accept")
    assert.strictEqual(last.get(slots[0].node.id), "slot_accept")
    const options = (await readDataset(world, "pivot_acceptance")).rows.filter(
      ({ pivot_id }) => pivot_id === offer.pivot_id
    )
    assert.isNotEmpty(options)
    assert.isTrue(options.every(({ accepted }) => accepted === false))
  })

  it("says of an option that only moved or shortened stops that it was taken back", async () => {
    /** A trip with a late train whose first such option was taken; undefined where this one was offered none. */
    const taken = async () => {
      const jo = await world.someone()
      const wish = { city: "seattle", start_date: dayAhead(3), days: 2, constraints: { pace: "packed" } }
      const { id } = ok(await jo.call("POST", "/trips", wish), 201)
      ok(await jo.call("PATCH", `/trips/${id}`, { status: "active" }))
      for (const delay_minutes of [35, 60, 90]) {
        const offer = ok(await jo.call("POST", `/trips/${id}/pivot`, { trigger: "transit", detail: { delay_minutes } }))
        const option = offer.options.find((one: Json) =>
          one.changes.every(({ action }: Json) => action === "move" || action === "shorten")
        )
        if (option === undefined) continue
        const before = stopsOf(ok(await jo.call("GET", `/trips/${id}`)))
        const answer = { response: "accept", option_id: option.option_id }
        ok(await jo.call("POST", `/trips/${id}/pivots/${offer.pivot_id}`, answer))
        return { jo, id, offer, option, before }
      }
    }
    const [kept, back] = await Promise.all([taken(), taken()])
    if (kept === undefined || back === undefined) return assert.fail("no late train left a stop to move or shorten")
    ok(await back.jo.call("POST", `/trips/${back.id}/undo`, {}))
    assert.deepEqual(stopsOf(ok(await back.jo.call("GET", `/trips/${back.id}`))), back.before)
    const pivots = [kept.offer.pivot_id, back.offer.pivot_id]
    await world.drained(
      (sql) => sql`select 1 from trip_events where type = 'plan_undone' and trip_id = ${back.id}`,
      (rows) => rows.length === 1
    )
    const accepted = async () => {
      const { rows } = await readDataset(world, "pivot_acceptance")
      return rows
        .filter((row) => row["accepted"] === true && pivots.includes(row["pivot_id"] as string))
        .map((row) => row["pivot_id"])
    }
    assert.deepEqual(await accepted(), [kept.offer.pivot_id])
    // Older programs logged nothing of it, and then the trip's own history says so.
    const logged = await world.rows(
      (sql) => sql`delete from exp.events where event_type = 'plan_undone'
        and payload ->> 'pivot_id' = ${back.offer.pivot_id} returning 1`
    )
    assert.lengthOf(logged, 1)
    assert.deepEqual(await accepted(), [kept.offer.pivot_id])
  })
})
