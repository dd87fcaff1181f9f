/** One press answers for the rest of the day: rain, a closed district, a party of two phones, and what there is where nothing passes. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { VIBE_TAGS } from "../../src/domain/catalog/taxonomy.ts"
import { follow } from "../support/follow.ts"
import { dayAhead, type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const DAYS = 5

const slotsOf = (trip: Json): ReadonlyArray<Json> => trip.days.flatMap((day: Json) => day.slots)

describe("the rest of the day", () => {
  let world: World
  let ann: Traveler
  let bob: Traveler
  let trip: Json
  const path = (more = "") => `/trips/${trip.id}${more}`
  const pivot = async (who: Traveler, body: object) => ok(await who.call("POST", path("/pivot"), body))

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    bob = await world.someone()
    ok(await bob.call("PUT", "/users/me/companions", { user_ids: [ann.id] }))
    const asked = {
      city: "seattle",
      start_date: dayAhead(0),
      days: DAYS,
      party: [bob.id],
      constraints: { pace: "packed" }
    }
    trip = ok(await ann.call("POST", "/trips", asked), 201)
    ok(await ann.call("PATCH", path(), { status: "active" }))
  })
  afterAll(() => world?.close())

  /** The rain of one day that is still ahead. */
  const rainOn = ({ slots }: Json) => ({
    trigger: "weather",
    detail: { condition: "rain", from: slots[0].starts_at, until: slots.at(-1).ends_at }
  })

  it("is sheltered by one option, beside single ones, and everybody sees what it changed", async () => {
    let found: Json
    for (const day of trip.days.slice(1)) {
      const offer = await pivot(ann, rainOn(day))
      if (offer.options[0]?.kind === "rest_of_day") found = offer
      else if (offer.options.length > 0)
        ok(await ann.call("POST", path(`/pivots/${offer.pivot_id}`), { response: "dismiss" }))
      if (found !== undefined) break
    }
    assert.isDefined(found, "no day of five had two stops in the open")
    const [whole, ...single] = found.options
    assert.isAtLeast(whole.changes.length, 2)
    for (const { changes } of single) assert.lengthOf(changes, 1)
    // What leaves a stop out, or to another hour, brings no place.
    const first = found.options.flatMap(({ changes }: Json) => changes[0].node?.id ?? [])
    assert.strictEqual(new Set(first).size, first.length, "the first stop is offered no place twice")

    const stream = await follow(world.server(), bob, trip.id)
    const done = ok(
      await ann.call("POST", path(`/pivots/${found.pivot_id}`), { response: "accept", option_id: whole.option_id })
    )
    const frame = await stream.first(
      "the change",
      (one) => one.type === "slot_changed" && one.pivot_id === found.pivot_id
    )
    stream.close()
    for (const change of whole.changes.filter(({ node }: Json) => node !== undefined)) {
      const now = done.changed.find((slot: Json) => slot.id === change.slot_id)
      assert.strictEqual(now.node.id, change.node.id)
      assert.isTrue(frame.changed.some((slot: Json) => slot.id === change.slot_id && slot.node.id === change.node.id))
    }
    for (const { slot_id } of done.moved) assert.isFalse(whole.changes.some((one: Json) => one.slot_id === slot_id))
    trip = ok(await ann.call("GET", path()))
    const logged = await world.drained(
      (sql) => sql`select options, response, slots_changed from pivot_events where pivot_id = ${found.pivot_id}`,
      ([row]) => row?.response === "accept"
    )
    assert.strictEqual(logged[0].slots_changed, whole.changes.length)
    assert.lengthOf(logged[0].options, found.options.length)
    const placesOf = ({ changes }: Json): ReadonlyArray<readonly [slot: string, place: string]> =>
      changes.flatMap(({ node, slot_id }: Json) => (node === undefined ? [] : [[slot_id, node.id] as const]))
    const taken = placesOf(whole)
    const passed = new Set(single.flatMap(placesOf).map(([, place]: readonly [string, string]) => place))
    for (const [, place] of taken) passed.delete(place)
    const told = await world.drained(
      (sql) => sql`select o.slot_id, o.activity_node_id as place, o.outcome,
          o.activity_node_id = any(d.candidate_ids) and o.activity_node_id = any(d.selected_ids) as shown
        from decision_outcomes o join ranking_events d on d.id = o.decision_id where d.id = ${found.pivot_id}`,
      (rows) => rows.length >= taken.length + passed.size
    )
    const those = (outcome: string) => told.filter((row) => row.outcome === outcome)
    assert.sameDeepMembers(
      those("confirmed").map(({ place, slot_id }) => `${place} at ${slot_id}`),
      taken.map(([slot, place]) => `${place} at ${slot}`),
      "each place that came with the rest of the day"
    )
    assert.sameMembers(
      those("skipped").map(({ place }) => place),
      [...passed]
    )
    assert.isTrue(
      told.every(({ shown }) => shown),
      "all of them were among what was shown"
    )
  })

  it("is one offer where two phones report the same", async () => {
    const slot = slotsOf(trip).at(-1)
    const request = { trigger: "venue_closed", slot_id: slot.id }
    const [first, second] = [await pivot(ann, request), await pivot(bob, request)]
    assert.strictEqual(second.pivot_id, first.pivot_id)
    const other = await pivot(bob, { trigger: "mood", slot_id: slot.id, detail: { mood: "calm" } })
    assert.notStrictEqual(other.pivot_id, first.pivot_id)
    for (const { pivot_id } of [first, other])
      ok(await bob.call("POST", path(`/pivots/${pivot_id}`), { response: "dismiss" }))
  })

  it("is one offer where one person's phone and tablet report the same, and is logged once", async () => {
    const slot = slotsOf(trip).at(-1)
    const request = { trigger: "venue_closed", slot_id: slot.id }
    const [phone, tablet] = [await follow(world.server(), ann, trip.id), await follow(world.server(), ann, trip.id)]
    const asking = async (device: typeof phone, id: string) => {
      device.send({ type: "pivot", id, ...request })
      const { id: _, ...made } = await device.first("an offer", (frame) => frame.type === "offer" && frame.id === id)
      return made
    }
    const first = await asking(phone, "01980000-0000-7000-8000-0000000000a1")
    const same = await asking(tablet, "01980000-0000-7000-8000-0000000000a2")
    assert.deepEqual(same, first)
    const other = await asking(tablet, "01980000-0000-7000-8000-0000000000a3")
    assert.notStrictEqual(other.pivot_id, first.pivot_id, "who asks again wants another answer")
    phone.close()
    tablet.close()
    for (const { pivot_id } of [first, other])
      ok(await ann.call("POST", path(`/pivots/${pivot_id}`), { response: "dismiss" }))
    const logged = await world.drained(
      (sql) =>
        sql`select pivot_id from pivot_events where pivot_id = ${first.pivot_id} or pivot_id = ${other.pivot_id}`,
      (rows) => rows.length >= 2
    )
    assert.lengthOf(logged, 2)
  })

  it("avoids a district that is closed, and refuses one that is none", async () => {
    // As the plan is by now: what was accepted before may have taken the next stop out of it.
    const now = ok(await ann.call("GET", path()))
    const slot = slotsOf(now).find(({ locked, starts_at }) => !locked && Date.parse(starts_at) > Date.now())
    const district = slot.node.neighbourhood
    const offer = await pivot(ann, { trigger: "venue_closed", detail: { district, until: slot.ends_at } })
    assert.isNotEmpty(offer.options)
    for (const option of offer.options)
      for (const { node } of option.changes) if (node !== undefined) assert.notStrictEqual(node.neighbourhood, district)
    ok(await ann.call("POST", path(`/pivots/${offer.pivot_id}`), { response: "dismiss" }))
    const none = await pivot(ann, { trigger: "venue_closed", detail: { district: "Atlantis" } })
    assert.deepEqual(none.options, [])
    assert.match(none.reasons[0].message, /Seattle has no part that is called "Atlantis"/)
  })

  it("offers to leave out, or to go on another day, what no place can stand in for", async () => {
    ok(await bob.call("PUT", path("/vetoes"), { node_ids: [], tags: VIBE_TAGS }))
    const slot = trip.days[1].slots.find(({ node }: Json) => node.category !== "restaurant")
    const offer = await pivot(ann, { trigger: "venue_closed", slot_id: slot.id })
    const kinds = offer.options.map(({ kind }: Json) => kind)
    assert.include(kinds, "skip")
    assert.isNotEmpty(offer.reasons)
    const later = offer.options.find(({ kind }: Json) => kind === "another_day")
    const taken = later ?? offer.options.find(({ kind }: Json) => kind === "skip")
    ok(await ann.call("POST", path(`/pivots/${offer.pivot_id}`), { response: "accept", option_id: taken.option_id }))
    const after = ok(await ann.call("GET", path()))
    const on = after.days.findIndex((day: Json) => day.slots.some(({ id }: Json) => id === slot.id))
    assert.strictEqual(on + 1, later === undefined ? 0 : later.changes[0].day)
  })
})
