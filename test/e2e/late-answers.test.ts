/** Offers that were answered while their time ran, by somebody whose phone had no network until it was over. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { readDataset } from "../support/read-dataset.ts"
import { dayAhead, type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("an answer that comes late", () => {
  let world: World
  let ann: Traveler
  let bob: Traveler
  let trip: Json
  let stops: Array<string>

  /** As many offers as asked for, each with something to choose, whose time is over and that count as ignored. */
  const ignored = async (count: number): Promise<ReadonlyArray<Json>> => {
    const offers: Array<Json> = []
    while (offers.length < count) {
      const slot_id = stops.shift()
      assert.isDefined(slot_id, "the plan has too few stops that can be replaced")
      const asked = await ann.call("POST", `/trips/${trip.id}/pivot`, { trigger: "venue_closed", slot_id })
      if (asked.body.options?.length > 0) offers.push(asked.body)
    }
    const rows = await world.drained(
      (sql) => sql`select pivot_id, offered_at, responded_at from pivot_events where response = 'ignore'`,
      (found) => offers.every((offer) => found.some(({ pivot_id }) => pivot_id === offer.pivot_id))
    )
    return offers.map((offer) => ({ ...offer, ...rows.find(({ pivot_id }) => pivot_id === offer.pivot_id) }))
  }
  const answer = (who: Traveler, offer: Json, body: object, of: string = trip.id) =>
    who.call("POST", `/trips/${of}/pivots/${offer.pivot_id}`, body)
  const taking = (offer: Json, said_at: Date) => ({
    response: "accept",
    option_id: offer.options[0].option_id,
    said_at: said_at.toISOString()
  })
  const inTime = ({ offered_at }: Json): Date => new Date(offered_at.getTime() + 300)
  const rowOf = async ({ pivot_id }: Json, is: (row: Json) => boolean = () => true): Promise<Json> =>
    (
      await world.drained(
        (sql) => sql`select * from pivot_events where pivot_id = ${pivot_id}`,
        ([row]) => is(row)
      )
    )[0]
  const placesOf = (option: Json): ReadonlyArray<string> => option.changes.flatMap(({ node }: Json) => node?.id ?? [])

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off", OFFER_TTL: "1s" })
    ann = await world.someone()
    bob = await world.someone()
    trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 5 }), 201)
    ok(await ann.call("POST", `/trips/${trip.id}/members`, { user_id: bob.id }))
    ok(await bob.call("POST", `/trips/${trip.id}/join`))
    for (const status of ["confirmed", "active"]) ok(await ann.call("PATCH", `/trips/${trip.id}`, { status }))
    stops = trip.days.flatMap(({ slots }: Json) => slots.map(({ id }: Json) => id))
  })
  afterAll(() => world?.close())

  it("stands in the log as it was given, by whoever gave it, and changes no plan", async () => {
    const [taken, passed] = (await ignored(2)) as [Json, Json]
    const before = ok(await ann.call("GET", `/trips/${trip.id}`))
    const refused = await answer(bob, taken, taking(taken, inTime(taken)))
    assert.strictEqual(refused.status, 409, JSON.stringify(refused.body))
    const no = await answer(bob, passed, { response: "dismiss", said_at: inTime(passed).toISOString() })
    assert.strictEqual(no.status, 409)
    assert.strictEqual(ok(await ann.call("GET", `/trips/${trip.id}`)).state_version, before.state_version)

    const row = await rowOf(taken, ({ response }) => response === "accept")
    assert.deepInclude(row, { chosen_option_id: taken.options[0].option_id, slots_changed: 0 })
    assert.strictEqual(row.responded_at.getTime(), inTime(taken).getTime())
    assert.strictEqual(Number(row.time_to_action_ms), 300)
    await rowOf(passed, ({ response }) => response === "dismiss")
    const outcomes = await world.rows(
      (sql) =>
        sql`select user_id, activity_node_id, outcome from decision_outcomes where decision_id = ${taken.pivot_id}`
    )
    const wanted = placesOf(taken.options[0])
    for (const node of wanted) {
      assert.deepInclude(outcomes, { user_id: bob.id, activity_node_id: node, outcome: "confirmed" })
    }
    assert.isTrue(outcomes.every(({ user_id }) => user_id === bob.id))
    assert.deepStrictEqual(
      outcomes.filter(({ activity_node_id, outcome }) => outcome !== "skipped" && !wanted.includes(activity_node_id)),
      []
    )
    const said = await world.drained(
      (sql) => sql`select user_id, signal_type, occurred_at from behavioral_signals
        where decision_id = ${taken.pivot_id} and signal_type = 'pivot_accept'`,
      (rows) => rows.length > 0
    )
    assert.deepStrictEqual(said, [{ user_id: bob.id, signal_type: "pivot_accept", occurred_at: inTime(taken) }])
    const { rows } = await readDataset(world, "pivot_acceptance")
    assert.deepStrictEqual(
      rows
        .filter(({ pivot_id }) => pivot_id === taken.pivot_id)
        .map(({ accepted, option_id, response, user_id }) => [user_id, response, option_id, accepted]),
      taken.options.map(({ option_id }: Json, i: number) => [bob.id, "accept", option_id, i === 0]),
      "bob took what ann had asked for, by a taste of his own"
    )
  })

  it("is the answer of whoever asked, where they gave it themselves", async () => {
    const [mine] = (await ignored(1)) as [Json]
    await answer(ann, mine, taking(mine, inTime(mine)))
    await world.drained(
      (sql) => sql`select 1 from behavioral_signals
        where decision_id = ${mine.pivot_id} and user_id = ${ann.id} and signal_type = 'pivot_accept'`,
      (rows) => rows.length > 0
    )
    const { rows } = await readDataset(world, "pivot_acceptance")
    assert.deepStrictEqual(
      rows
        .filter(({ pivot_id }) => pivot_id === mine.pivot_id)
        .map(({ accepted, option_id, response, user_id }) => [user_id, response, option_id, accepted]),
      mine.options.map(({ option_id }: Json, i: number) => [ann.id, "accept", option_id, i === 0])
    )
  })

  it("is not believed where it was given too late, or for the first time to another answer", async () => {
    const [late, future, early] = (await ignored(3)) as [Json, Json, Json]
    await answer(bob, late, taking(late, new Date(late.responded_at.getTime() + 1)))
    await answer(bob, future, taking(future, new Date(Date.now() + 3_600_000)))
    // A phone that is an hour slow answered no offer before it was made.
    await answer(bob, early, taking(early, new Date(early.offered_at.getTime() - 3_600_000)))
    const row = await rowOf(early, ({ response }) => response === "accept")
    assert.strictEqual(row.responded_at.getTime(), early.offered_at.getTime())
    await answer(ann, early, { response: "dismiss", said_at: inTime(early).toISOString() })
    const [next] = (await ignored(1)) as [Json]
    await answer(bob, next, taking(next, inTime(next)))
    await rowOf(next, ({ response }) => response === "accept")
    for (const one of [late, future]) assert.strictEqual((await rowOf(one)).response, "ignore")
    assert.strictEqual((await rowOf(early)).response, "accept")
    assert.strictEqual((await answer(bob, late, { ...taking(late, new Date()), said_at: "yesterday" })).status, 400)
  })

  it("is heard by a server that was started since, against the offer's row alone", async () => {
    const [mine, other, asked] = (await ignored(3)) as [Json, Json, Json]
    const own = ok(await bob.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 1 }), 201)
    await world.restart("SIGKILL")
    // Neither through another trip, nor with an option of another offer.
    await answer(bob, other, taking(other, inTime(other)), own.id)
    await answer(bob, other, { ...taking(other, inTime(other)), option_id: mine.options[0].option_id })
    await answer(bob, mine, taking(mine, inTime(mine)))
    const row = await rowOf(mine, ({ response }) => response === "accept")
    assert.strictEqual(Number(row.time_to_action_ms), 300)
    const outcomes = await world.rows(
      (sql) => sql`select distinct user_id, outcome from decision_outcomes
        where decision_id in (${mine.pivot_id}, ${other.pivot_id}) order by outcome`
    )
    assert.notDeepInclude(outcomes, { user_id: ann.id, outcome: "confirmed" })
    assert.strictEqual((await rowOf(other)).response, "ignore")
    assert.deepStrictEqual(
      await world.rows(
        (sql) => sql`select distinct outcome from decision_outcomes where decision_id = ${other.pivot_id}`
      ),
      [{ outcome: "ignored" }]
    )

    await answer(ann, asked, taking(asked, inTime(asked)))
    await rowOf(asked, ({ response }) => response === "accept")
    const { rows, skipped } = await readDataset(world, "pivot_acceptance")
    const said = (offer: Json) =>
      rows
        .filter(({ pivot_id }) => pivot_id === offer.pivot_id)
        .map(({ accepted, option_id, response, user_id }) => [user_id, response, option_id, accepted])
    assert.deepStrictEqual(
      said(asked),
      asked.options.map(({ option_id }: Json, i: number) => [ann.id, "accept", option_id, i === 0]),
      "whoever asked answered it herself, and no signal says so"
    )
    assert.isEmpty(said(mine), "it was answered by bob, and is described by the taste of ann")
    assert.notInclude(skipped, "nobody knows which of the party answered it")
  })
})
