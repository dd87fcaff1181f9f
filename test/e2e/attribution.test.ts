/** A signal that names a stop, an offer or a slate answers the decision that brought it: whatever its sender took it for. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { offeredFor, swapped } from "../support/offers.ts"
import { dayAhead, type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("what signals answer", () => {
  let world: World
  let ann: Traveler
  let trip: Json
  /** Stops whose place is another one by now. */
  const changed = new Set<string>()
  /** One of them: what stood there before, and what was swapped in. */
  let replaced: { readonly slot: string; readonly was: string; readonly is: string }

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 2 }), 201)
    ok(await ann.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
  })
  afterAll(() => world?.close())

  const send = async (who: Traveler, ...signals: ReadonlyArray<object>) => {
    const whole = signals.map((one) => ({
      id: randomUUID(),
      occurred_at: new Date().toISOString(),
      context: {},
      ...one
    }))
    assert.strictEqual(ok(await who.call("POST", "/signals", whole), 202).accepted, whole.length)
    const rows = await world.drained(
      (sql) => sql`select s.*, r.surface, r.day_number, r.model_name || ':' || r.model_version as decided_by,
          r.session_id as decided_in, r.selected_ids
        from behavioral_signals s left join ranking_events r on r.id = s.decision_id
        where s.id in ${sql.in(whole.map(({ id }) => id))}`,
      (found) => found.length === whole.length
    )
    return whole.map(({ id }) => rows.find((row) => row.id === id)!)
  }

  const answers = (row: Json, surface: string) => {
    assert.strictEqual(row.surface, surface)
    assert.strictEqual(row.model_version, row.decided_by)
    assert.strictEqual(row.session_id, row.decided_in)
  }

  it("is the day's decision of the plan for a stop, and what the client claimed stands beside", async () => {
    const slots = trip.days[1].slots
    const claimed = randomUUID()
    const rows = await send(
      ann,
      { signal_type: "slot_accept", slot_id: slots[0].id, trip_id: trip.id, activity_node_id: slots[0].node.id },
      { signal_type: "slot_view", slot_id: slots[1].id },
      { signal_type: "thumbs_up", slot_id: slots[0].id, model_version: "somebody:9", session_id: claimed }
    )
    for (const row of rows) {
      answers(row, "itinerary")
      assert.strictEqual(row.day_number, 2)
    }
    assert.include(rows[0].selected_ids, slots[0].node.id)
    assert.deepEqual(
      rows.map((row) => [row.client_model_version, row.client_session_id]),
      [
        [null, null],
        [null, null],
        ["somebody:9", claimed]
      ]
    )
  })

  it("is the swap for a stop that was swapped, and the plan for what was said before", async () => {
    const before = new Date().toISOString()
    const { stop: slot, now } = await swapped(ann, trip.id, trip.days[1].slots.slice(1))
    changed.add(slot.id)
    replaced = { slot: slot.id, was: slot.node.id, is: now.node.id }
    const [late, after, named] = await send(
      ann,
      { signal_type: "thumbs_down", slot_id: slot.id, occurred_at: before },
      { signal_type: "thumbs_up", slot_id: slot.id },
      { signal_type: "thumbs_down", slot_id: slot.id, activity_node_id: slot.node.id }
    )
    answers(after, "swap")
    assert.deepEqual(after.selected_ids, [now.node.id])
    for (const row of [late, named]) {
      answers(row, "itinerary")
      assert.strictEqual(row.activity_node_id, slot.node.id)
    }
  })

  it("is the offer for what names one, and for the stop that it changed", async () => {
    const { stop: slot, offer } = await offeredFor(ann, trip.id, trip.days[1].slots, {
      ask: { trigger: "mood", detail: { mood: "cozy" } }
    })
    changed.add(slot.id)
    const { option_id } = offer.options[0]
    const about = { signal_type: "pivot_dismiss", slot_id: slot.id, context: { pivot_id: offer.pivot_id } }
    const [seen] = await send(ann, about)
    ok(await ann.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, { response: "accept", option_id }))
    const [again, there] = await send(ann, about, { signal_type: "slot_accept", slot_id: slot.id })
    for (const row of [seen, again, there]) {
      answers(row, "pivot")
      assert.strictEqual(row.decision_id, offer.pivot_id)
    }
  })

  it("is the slate for a swipe, with its session where the swipe named none", async () => {
    const slate = ok(await ann.call("GET", "/discovery?city=seattle"))
    const [first, second] = slate.nodes
    const rows = await send(
      ann,
      { signal_type: "discovery_swipe_right", activity_node_id: first.node.id, session_id: slate.session_id },
      { signal_type: "discovery_swipe_left", activity_node_id: second.node.id }
    )
    for (const row of rows) {
      answers(row, "discovery")
      assert.strictEqual(row.session_id, slate.session_id)
    }
  })

  it("is the slate whose session is named, however many came since, and none for a stop of a trip", async () => {
    const bob = await world.someone()
    const slates: Array<Json> = []
    for (let i = 0; i < 5; i++) slates.push(ok(await bob.call("GET", "/discovery?city=seattle&limit=40")))
    const [oldest, newest] = [slates[0], slates[4]]
    const own = ok(await bob.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 2 }), 201)
    const inAll = (id: string) => slates.every(({ nodes }) => nodes.some(({ node }: Json) => node.id === id))
    const [place, other, third] = newest.nodes.map(({ node }: Json) => node.id).filter(inAll)
    const planned = own.days
      .flatMap(({ slots }: Json) => slots.map(({ node }: Json) => node.id))
      .filter((id: string) => newest.nodes.some(({ node }: Json) => node.id === id))
    assert.isDefined(third, "three places that every slate showed")
    assert.isNotEmpty(planned, "a place of the trip that the newest slate showed too")
    const about = { trip_id: own.id, activity_node_id: planned[0], session_id: randomUUID() }
    const [swiped, strange, without, skipped, liked, rated] = await send(
      bob,
      { signal_type: "discovery_swipe_right", activity_node_id: place, session_id: oldest.session_id },
      { signal_type: "discovery_swipe_left", activity_node_id: other, session_id: randomUUID() },
      { signal_type: "discovery_swipe_left", activity_node_id: third },
      { signal_type: "slot_skip", ...about },
      { signal_type: "thumbs_up", ...about },
      { signal_type: "post_trip_rating", ...about, context: { rating: 5 } }
    )
    answers(swiped, "discovery")
    assert.strictEqual(swiped.session_id, oldest.session_id)
    assert.isNull(strange.decision_id, "a session that no slate has")
    assert.strictEqual(without.session_id, newest.session_id)
    for (const row of [skipped, liked, rated]) {
      assert.deepEqual([row.decision_id, row.session_id], [null, about.session_id], row.signal_type)
    }
    const became = await world.rows(
      (sql) => sql`select o.id, r.surface, r.session_id
        from decision_outcomes o join ranking_events r on r.id = o.decision_id
        where o.id in ${sql.in([swiped.id, strange.id, skipped.id])}`
    )
    assert.sameDeepMembers(
      became.map(({ id, session_id, surface }) => [id, surface, session_id === oldest.session_id]),
      [
        [swiped.id, "discovery", true],
        [skipped.id, "itinerary", false]
      ]
    )

    await world.restart("SIGKILL")
    const later = ok(await bob.call("GET", "/discovery?city=seattle&limit=40"))
    const both = newest.nodes.find(({ node: { id } }: Json) => later.nodes.some(({ node }: Json) => node.id === id))
    assert.isDefined(both, "a place that the slates before and after a restart showed")
    const [late] = await send(bob, {
      signal_type: "discovery_swipe_left",
      activity_node_id: both.node.id,
      session_id: newest.session_id
    })
    answers(late, "discovery")
    assert.strictEqual(late.session_id, newest.session_id)
  })

  it("is the stop's beside an offer that nobody knows", async () => {
    const planned = trip.days.flatMap(({ slots }: Json) => slots).find(({ id }: Json) => !changed.has(id))
    const context = { pivot_id: randomUUID() }
    const rows = await send(
      ann,
      { signal_type: "slot_view", slot_id: planned.id, trip_id: trip.id, context },
      { signal_type: "pivot_dismiss", slot_id: planned.id, context }
    )
    for (const row of rows) answers(row, "itinerary")
  })

  it("is found when they are stored where nothing of it is in memory", async () => {
    const slate = ok(await ann.call("GET", "/discovery?city=seattle"))
    const planned = trip.days.flatMap(({ slots }: Json) => slots).find(({ id }: Json) => !changed.has(id))
    const { offer } = await offeredFor(ann, trip.id, trip.days[1].slots)
    ok(await ann.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, { response: "dismiss" }))
    const place = offer.options[0].changes.find(({ node }: Json) => node !== undefined).node.id
    const context = { pivot_id: offer.pivot_id }
    await world.drained(
      (sql) => sql`select from ranking_events where id = ${offer.pivot_id}`,
      (found) => found.length === 1
    )
    await world.restart("SIGKILL")
    const eve = await world.someone()
    const rows = await send(
      ann,
      { signal_type: "slot_view", slot_id: planned.id, trip_id: trip.id },
      {
        signal_type: "discovery_swipe_right",
        activity_node_id: slate.nodes[3].node.id,
        session_id: slate.session_id
      },
      { signal_type: "thumbs_up", activity_node_id: slate.nodes[4].node.id, session_id: slate.session_id },
      { signal_type: "thumbs_down", trip_id: trip.id, activity_node_id: place, context },
      { signal_type: "pivot_dismiss", activity_node_id: place, context }
    )
    for (const [i, surface] of ["itinerary", "discovery", "discovery", "pivot", "pivot"].entries()) {
      answers(rows[i], surface)
    }
    for (const row of rows.slice(3)) assert.strictEqual(row.decision_id, offer.pivot_id)
    const [strange] = await send(eve, { signal_type: "pivot_dismiss", activity_node_id: place, context })
    assert.isNull(strange.decision_id, "an offer of a trip that she has no part in")

    // Her phone's clock is behind: by it nothing of this was planned yet.
    const behind = { trip_id: trip.id, occurred_at: new Date(Date.now() - 60 * 60_000).toISOString() }
    const { is, slot, was } = replaced
    const wrong = await send(
      ann,
      { signal_type: "slot_accept", slot_id: planned.id, ...behind },
      { signal_type: "slot_skip", slot_id: slot, activity_node_id: was, ...behind },
      { signal_type: "slot_accept", slot_id: slot, activity_node_id: is, ...behind },
      { signal_type: "slot_skip", slot_id: slot, ...behind },
      { signal_type: "slot_skip", activity_node_id: planned.node.id, ...behind }
    )
    for (const [i, surface] of ["itinerary", "itinerary", "swap", "swap"].entries()) answers(wrong[i], surface)
    const places = [planned.node.id, was, is, is, planned.node.id]
    assert.deepEqual(
      wrong.map((row) => row.activity_node_id),
      places
    )
    const became = await world.rows(
      (sql) => sql`select o.id, r.surface from decision_outcomes o join ranking_events r on r.id = o.decision_id
        where o.id in ${sql.in(wrong.map(({ id }) => id))}`
    )
    assert.deepEqual(
      wrong.map((row) => became.find(({ id }) => id === row.id)?.surface),
      ["itinerary", "itinerary", "swap", "swap", "itinerary"]
    )
  })

  it("is nothing of other people's, and a word of one's own is no decision", async () => {
    const eve = await world.someone()
    const offer = ok(
      await ann.call("POST", `/trips/${trip.id}/pivot`, { trigger: "venue_closed", slot_id: trip.days[1].slots[1].id })
    )
    const slate = ok(await ann.call("GET", "/discovery?city=seattle"))
    const rows = await send(
      eve,
      { signal_type: "thumbs_up", activity_node_id: slate.nodes[0].node.id, model_version: "mine:1" },
      {
        signal_type: "discovery_swipe_right",
        activity_node_id: slate.nodes[0].node.id,
        session_id: slate.session_id,
        context: { pivot_id: offer.pivot_id }
      }
    )
    for (const row of rows) assert.isNull(row.decision_id)
  })

  it("is written with what the trip itself says of its traveler", async () => {
    const rows = await world.drained(
      (sql) => sql`select s.signal_type, s.decision_id, s.model_version, r.surface,
          r.model_name || ':' || r.model_version as decided_by
        from behavioral_signals s left join ranking_events r on r.id = s.decision_id
        where s.trip_id = ${trip.id} and s.signal_type in ('slot_swap', 'pivot_accept') and s.context ? 'group_size'`,
      (found) => found.length === 2
    )
    assert.sameMembers(
      rows.map((row) => `${row.signal_type} ${row.surface}`),
      ["slot_swap itinerary", "pivot_accept pivot"]
    )
    for (const row of rows) assert.strictEqual(row.model_version, row.decided_by)
  })
})
