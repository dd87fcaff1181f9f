/** Whose word it is that an offer to a party was taken, passed or let be. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { follow } from "../support/follow.ts"
import { offeredFor } from "../support/offers.ts"
import { readDataset } from "../support/read-dataset.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("an offer to a party", () => {
  let world: World
  let operator: Traveler
  let ann: Traveler
  let bob: Traveler
  let trip: Json
  let stops: Array<Json>

  const answerOf = (pivot: string, response: string) =>
    world.drained(
      (sql) => sql`select 1 from pivot_events where pivot_id = ${pivot} and response = ${response}`,
      (rows) => rows.length === 1
    )
  const saidOf = (pivot: string) =>
    world.rows((sql) => sql`select user_id, signal_type, context from behavioral_signals where decision_id = ${pivot}`)

  /** Who answered it, and how, by the data set. */
  const answersTo = async ({ pivot_id }: Json): Promise<ReadonlyArray<Json>> => {
    const { rows } = await readDataset(world, "pivot_acceptance")
    const told = rows.filter((row) => row.pivot_id === pivot_id)
    return [...new Map(told.map(({ response, user_id }) => [user_id, [user_id, response] as const])).values()]
  }
  /** Their answers as they were before it was kept of whose taste they were. */
  const forgetTastes = ({ pivot_id }: Json) =>
    world.rows(
      (sql) => sql`update behavioral_signals set context = context - 'own' where decision_id = ${pivot_id} returning id`
    )

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off", OFFER_TTL: "1s" })
    operator = await world.someone({ role: "admin" })
    ann = await world.someone()
    bob = await world.someone()
    trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 5 }), 201)
    ok(await ann.call("POST", `/trips/${trip.id}/members`, { user_id: bob.id }))
    ok(await bob.call("POST", `/trips/${trip.id}/join`))
    for (const status of ["confirmed", "active"]) ok(await ann.call("PATCH", `/trips/${trip.id}`, { status }))
    stops = trip.days.flatMap(({ slots }: Json) => slots)
  })
  afterAll(() => world?.close())

  /** A stop is closed by the city, and the offer for it reaches the party: the first that has something to choose. */
  const offeredByTheCity = async (): Promise<Json> => {
    const stream = await follow(world.server(), ann, trip.id)
    for (;;) {
      const told = stream.heard.length
      const stop = stops.shift()
      assert.isDefined(stop, "no stop of the plan could be replaced")
      const window = { from: new Date(Date.now() - 60_000).toISOString(), until: stop.ends_at }
      const event = { kind: "closure", node_id: stop.node.id, ...window }
      ok(await operator.call("POST", "/admin/cities/seattle/events", event), 202)
      const offer = await until("the offer", () => stream.heard.slice(told).find(({ type }) => type === "offer"))
      if (offer.options.some(({ changes }: Json) => changes.some(({ node }: Json) => node !== undefined))) {
        stream.close()
        return offer
      }
    }
  }

  it("that nobody asked for is ignored by none of them", async () => {
    const offer = await offeredByTheCity()
    await answerOf(offer.pivot_id, "ignore")
    const outcomes = await world.rows(
      (sql) => sql`select 1 from decision_outcomes where decision_id = ${offer.pivot_id}`
    )
    assert.isEmpty(outcomes)
    assert.isEmpty(await saidOf(offer.pivot_id))
    const { rows, skipped } = await readDataset(world, "pivot_acceptance")
    assert.isEmpty(rows.filter(({ pivot_id }) => pivot_id === offer.pivot_id))
    assert.include(
      skipped,
      "its features are about the taste of a whole party, and that they ignored it is nobody's own"
    )
  })

  it("that nobody asked for and one of them answers is that one's, by their own taste where it was kept", async () => {
    const before = (await readDataset(world, "pivot_acceptance")).skipped
    const reason = "its features are about the taste of a whole party, and it was one of them who answered"
    assert.notInclude(before, reason)
    const offer = await offeredByTheCity()
    const said_at = new Date(Date.parse(offer.computed_at) + 1).toISOString()
    await bob.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, { response: "dismiss", said_at })
    await answerOf(offer.pivot_id, "dismiss")
    assert.deepEqual(await answersTo(offer), [[bob.id, "dismiss"]])
    await forgetTastes(offer)
    const { rows, skipped } = await readDataset(world, "pivot_acceptance")
    assert.isEmpty(rows.filter(({ pivot_id }) => pivot_id === offer.pivot_id))
    assert.include(skipped, reason)
  })

  it("is answered by whom we heard, and not by whoever's app says that they did", async () => {
    const { offer } = await offeredFor(ann, trip.id, stops)
    const said_at = new Date(Date.parse(offer.computed_at) + 1).toISOString()
    await bob.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, { response: "dismiss", said_at })
    await answerOf(offer.pivot_id, "dismiss")
    const signal = {
      id: randomUUID(),
      signal_type: "pivot_accept",
      slot_id: offer.slot_id,
      trip_id: trip.id,
      occurred_at: new Date().toISOString(),
      context: { pivot_id: offer.pivot_id, trigger: offer.trigger, position: 0 }
    }
    ok(await ann.call("POST", "/signals", [signal]), 202)
    const signals = await until("what her app said", async () => {
      const said = await saidOf(offer.pivot_id)
      return said.some(({ user_id }) => user_id === ann.id) && said
    })
    assert.deepInclude(signals.find(({ user_id }) => user_id === ann.id).context, {
      client_trigger: offer.trigger,
      position: 0
    })
    assert.deepEqual(await answersTo(offer), [[bob.id, "dismiss"]])
    await forgetTastes(offer)
    const { rows, skipped } = await readDataset(world, "pivot_acceptance")
    assert.isEmpty(rows.filter(({ pivot_id }) => pivot_id === offer.pivot_id))
    assert.include(skipped, "somebody else answered than whose taste its features are about")
  })
})
