/** What somebody looks through before they change a plan is a decision, whether they take any of it or not. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { dayAhead, type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const slotsOf = (trip: Json): ReadonlyArray<Json> => trip.days.flatMap((day: Json) => day.slots)

describe("looks at what could be", () => {
  let world: World
  let ann: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
  })
  afterAll(() => world?.close())

  const planned = async () =>
    ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(12), days: 3 }), 201)

  /** What was looked through on a trip, oldest first. */
  const looksAt = async (trip: Json) => {
    // What is written later is stored later: with it, all that was looked at before is there.
    ok(await ann.call("PATCH", `/trips/${trip.id}`, { status: "confirmed" }))
    await world.drained(
      (sql) => sql`select from exp.events where payload ->> 'trip_id' = ${trip.id} and event_type = 'plan_accepted'`,
      (rows) => rows.length === 1
    )
    return await world.rows(
      (sql) => sql`select id, user_id, model_name, candidate_ids, ranked_ids, selected_ids
        from ranking_events where trip_id = ${trip.id} and surface = 'swap' order by occurred_at, id`
    )
  }
  const idsOf = (stops: ReadonlyArray<Json>): ReadonlyArray<string> => stops.map(({ node }) => node.id)
  /** The decisions that a place was wanted under when the plan was confirmed. */
  const wantedUnder = async (trip: Json, node: string) =>
    (
      await world.drained(
        (sql) => sql`select decision_id from decision_outcomes
          where trip_id = ${trip.id} and activity_node_id = ${node} and outcome = 'confirmed'`,
        (all) => all.length > 0
      )
    ).map(({ decision_id }) => decision_id)

  /** The first stop that something could stand in for, and what was shown for it. */
  const choicesOf = async (trip: Json) => {
    for (const { id } of slotsOf(trip)) {
      const path = `/trips/${trip.id}/slots/${id}`
      const shown = idsOf(ok(await ann.call("GET", `${path}/choices`)).choices)
      if (shown.length > 0) return { path, shown }
    }
    throw new Error("Nothing can stand in for any stop of the plan.")
  }

  it("are logged once, also where nothing is taken", async () => {
    const trip = await planned()
    const { path, shown } = await choicesOf(trip)
    // What is worked out behind a new plan may change what is shown: then it is another decision.
    const lists = [shown]
    for (let n = 0; n < 3; n++) lists.push(idsOf(ok(await ann.call("GET", `${path}/choices`)).choices))
    const rows = await looksAt(trip)
    assert.sameDeepMembers(
      rows.map((row) => row.candidate_ids),
      [...new Map(lists.map((list) => [list.join(), list])).values()]
    )
    for (const row of rows) {
      assert.deepInclude(row, { user_id: ann.id, model_name: "pivot_engine", selected_ids: [] })
      assert.deepEqual(row.ranked_ids, row.candidate_ids)
    }
  })

  it("are what a swap to one of those places answers", async () => {
    const trip = await planned()
    const { path, shown } = await choicesOf(trip)
    ok(await ann.call("PATCH", path, { action: "swap", node_id: shown.at(-1) }))
    const [look, ...others] = await looksAt(trip)
    assert.isEmpty(others)
    assert.deepEqual(look.candidate_ids, shown)
    assert.deepEqual(await wantedUnder(trip, shown.at(-1)!), [look.id])
  })

  it("are what a place that fitted comes into the plan by", async () => {
    const trip = await planned()
    // The place that has just gone could come back, so something fits.
    const last = trip.days[1].slots.at(-1)
    ok(await ann.call("PATCH", `/trips/${trip.id}/slots/${last.id}`, { action: "remove" }))
    const { options } = ok(await ann.call("GET", `/trips/${trip.id}/fits?minutes=240&at=${last.starts_at}`))
    const shown = options.flatMap(({ stops }: Json) => idsOf(stops))
    let added: string | undefined
    for (const node_id of shown) {
      const answer = await ann.call("POST", `/trips/${trip.id}/slots`, { node_id, day: 2 })
      if (answer.status !== 201) continue
      added = node_id
      break
    }
    assert.isDefined(added, `none of the ${shown.length} places that fitted could be added`)
    const [look, ...others] = await looksAt(trip)
    assert.isEmpty(others)
    assert.deepEqual(look.candidate_ids, shown)
    assert.deepEqual(await wantedUnder(trip, added!), [look.id])
  })
})
