/** Each option that a traveler was offered is described as the shadow population's are: a model learns from both alike. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { distanceKm } from "../../src/domain/basics/geo.ts"
import { pivotAcceptance } from "../../src/training/datasets/definitions/pivot-acceptance.ts"
import { follow } from "../support/follow.ts"
import { offeredFor } from "../support/offers.ts"
import { dayAhead, type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const NAMES = [
  "affinity",
  "affinity_planned",
  "day_part_fit",
  "distance_km",
  "price_mismatch",
  "same_category",
  "weather_fit"
]

describe("features of pivots", () => {
  let world: World
  let ann: Traveler
  let trip: Json
  const offers: Array<Json> = []

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 3 }), 201)
    ok(await ann.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
    const slots = trip.days[1].slots
    const ask = async (body: object) => {
      const offer = ok(await ann.call("POST", `/trips/${trip.id}/pivot`, body))
      offers.push(offer)
      ok(await ann.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, { response: "dismiss" }))
    }
    const { stop: first, offer: closed } = await offeredFor(ann, trip.id, slots)
    offers.push(closed)
    ok(await ann.call("POST", `/trips/${trip.id}/pivots/${closed.pivot_id}`, { response: "dismiss" }))
    for (const { id, starts_at } of slots) {
      await ask({ trigger: "weather", slot_id: id, detail: { condition: "storm", from: starts_at } })
    }
    await ask({ trigger: "mood", slot_id: first.id, detail: { mood: "cozy" } })
    for (const { id } of slots) await ask({ trigger: "transit", slot_id: id, detail: { delay_minutes: 150 } })
    const { stop } = await offeredFor(ann, trip.id, slots, { ask: { trigger: "mood", detail: { mood: "social" } } })
    const stream = await follow(world.server(), ann, trip.id)
    stream.send({ type: "pivot", id: "streamed", trigger: "mood", slot_id: stop.id, detail: { mood: "social" } })
    const offer = await stream.first("an offer", (frame) => frame.type === "offer" && frame.id === "streamed")
    offers.push(offer)
    stream.send({
      type: "respond",
      id: "taken",
      pivot_id: offer.pivot_id,
      response: "accept",
      option_id: offer.options[0].option_id
    })
    await stream.first("an ack", (frame) => frame.type === "ack" && frame.id === "taken")
    stream.close()
  })
  afterAll(() => world?.close())

  it("are logged whole for every trigger, by both roads, also where no place is new", async () => {
    const rows = await world.drained(
      (sql) =>
        sql`select pivot_id, trigger, options from pivot_events where trip_id = ${trip.id} and response is not null`,
      (found) => found.length === offers.length
    )
    const options = rows.flatMap((row) => row.options)
    assert.isAbove(options.length, 10)
    for (const { features } of options) {
      assert.deepEqual(Object.keys(features).sort(), NAMES)
      for (const name of NAMES) assert.isTrue(Number.isFinite(features[name]), `${name} is ${features[name]}`)
    }
    assert.isTrue(
      options.some((option) => option.node_id === null),
      "a repair of a day keeps its places"
    )
    const places = new Map(trip.days.flatMap((day: Json) => day.slots.map((slot: Json) => [slot.id, slot.node])))
    const closed = rows.find((row) => row.pivot_id === offers[0].pivot_id)
    for (const [position, option] of offers[0].options.entries()) {
      const change = option.changes[0]
      const planned = places.get(change.slot_id) as Json
      const { distance_km, same_category } = closed.options[position].features
      assert.closeTo(distance_km, distanceKm(planned, change.node), 0.001)
      assert.strictEqual(same_category, planned.category === change.node.category ? 1 : 0)
    }
    // A storm spoils a place by all that it is sensitive to weather.
    const stormy = rows.filter((row) => row.trigger === "weather").flatMap((row) => row.options)
    const sensitivity = new Map(
      (await world.rows((sql) => sql`select id, weather_sensitivity from activity_nodes`)).map((node) => [
        node.id,
        node.weather_sensitivity
      ])
    )
    const exposed = stormy.filter((option) => sensitivity.get(option.node_id) > 0)
    assert.isNotEmpty(exposed)
    for (const option of exposed) {
      assert.closeTo(option.features.weather_fit, 1 - sensitivity.get(option.node_id), 0.001)
    }
  })

  it("fill the data set's columns in every row", async () => {
    const found: Array<Record<string, unknown>> = []
    const skipped: Array<string> = []
    await world.rows((sql) =>
      Effect.as(
        pivotAcceptance
          .read({
            range: { from: 0, to: Date.now() + 86_400_000 },
            row: (row) => void found.push(row),
            aside: () => {},
            skip: (reason) => void skipped.push(reason),
            leak: () => {}
          })
          .pipe(Effect.provideService(SqlClient, sql)),
        []
      )
    )
    assert.isEmpty(skipped)
    assert.lengthOf(
      found,
      offers.reduce((sum, offer) => sum + offer.options.length, 0)
    )
    for (const row of found) for (const name of NAMES) assert.isTrue(Number.isFinite(row[name]), name)
    assert.lengthOf(
      found.filter((row) => row.accepted),
      1
    )
  })
})
