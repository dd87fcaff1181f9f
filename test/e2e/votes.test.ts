/** A group votes on an offer, over a running server that is killed in between. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { makeClient, Problem } from "../../client/index.ts"
import { follow } from "../support/follow.ts"
import { readDataset } from "../support/read-dataset.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const slotsOf = (trip: Json): ReadonlyArray<Json> => trip.days.flatMap((day: Json) => day.slots)

const placesOf = (option: Json): ReadonlyArray<string> => option.changes.flatMap(({ node }: Json) => node?.id ?? [])

describe("a vote of a group", () => {
  let world: World
  let group: ReadonlyArray<Traveler>
  let trip: Json

  const client = (who: Traveler) => makeClient({ origin: world.server().url, token: who.token })
  /** An offer that there is something to choose from, whichever stop it is about. */
  const offered = async (): Promise<Json> => {
    const now = ok(await group[0]!.call("GET", `/trips/${trip.id}`))
    for (const { id } of slotsOf(now)) {
      const { body } = await group[0]!.call("POST", `/trips/${trip.id}/pivot`, { trigger: "venue_closed", slot_id: id })
      if (body.options?.length > 0) return body
    }
    throw new Error("No stop of the plan can be replaced.")
  }

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    const [ann, bob, eve] = await Promise.all([1, 2, 3].map(() => world.someone()))
    group = [ann!, bob!, eve!]
    for (const [i, who] of group.entries()) {
      const tags = { food: [["ramen", "coffee", "seafood"][i]], interest: ["food", "culture", "outdoors"][i] }
      ok(await who.call("PUT", "/users/me/onboarding", { tags }))
    }
    trip = ok(await ann!.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 2 }), 201)
    for (const one of [bob!, eve!]) {
      ok(await ann!.call("POST", `/trips/${trip.id}/members`, { user_id: one.id }))
      ok(await one.call("POST", `/trips/${trip.id}/join`))
    }
    for (const status of ["confirmed", "active"]) ok(await ann!.call("PATCH", `/trips/${trip.id}`, { status }))
  })
  afterAll(() => world?.close())

  it("is told to all, kept through a crash, counted once it is decided, and logged", async () => {
    const [ann, bob, eve] = group as [Traveler, Traveler, Traveler]
    const offer = await offered()
    const path = { id: trip.id, pivot_id: offer.pivot_id }
    const choice = { response: "accept", option_id: offer.options[0].option_id } as const
    const before = await follow(world.server(), bob, trip.id)
    const opened = await client(ann).call("votes.open", { path, body: { minutes: 60 } })
    assert.deepInclude(opened.vote, { pivot_id: offer.pivot_id, opened_by: ann.id, default: { response: "dismiss" } })
    assert.isNull(opened.yours)
    const told = await before.first("the vote", ({ type }) => type === "vote_changed")
    assert.deepInclude(told, { change: "opened", by: ann.id })
    assert.strictEqual(told.vote.offer.pivot_id, offer.pivot_id)
    const alone = await client(bob)
      .call("trips.answerPivot", { path, body: choice })
      .catch((problem: Problem) => problem)
    assert.instanceOf(alone, Problem)
    assert.match((alone as Problem).message, /The group votes on this offer until/)
    const cast = await client(bob).call("votes.cast", { path, body: choice })
    assert.deepStrictEqual(cast.yours, choice)
    assert.deepStrictEqual(cast.vote?.voted, [bob.id])
    const heard = await before.first("that bob voted", ({ change }) => change === "cast")
    assert.notInclude(JSON.stringify({ ...heard, vote: { ...heard.vote, offer: null } }), choice.option_id)

    await world.restart("SIGKILL")
    const after = await follow(world.server(), eve, trip.id)
    const still = await client(eve).call("votes.read", { path: { id: trip.id } })
    assert.deepInclude(still.vote, { pivot_id: offer.pivot_id, closes_at: opened.vote!.closes_at, voted: [bob.id] })
    assert.isNull(still.yours, "what others voted is nobody's business")
    await client(eve).call("votes.cast", { path, body: choice })
    const decided = await after.first(
      "the plan as they decided",
      ({ type, cause }) => type === "slot_changed" && cause === "pivot"
    )
    assert.deepInclude(decided, { pivot_id: offer.pivot_id, option_id: choice.option_id, by: null })
    assert.deepStrictEqual(decided.vote, {
      tally: [{ ...choice, votes: 2 }],
      members: 3,
      by_default: false,
      problem: null
    })
    assert.isNull((await client(ann).call("votes.read", { path: { id: trip.id } })).vote)
    const late = await client(ann)
      .call("votes.cast", { path, body: choice })
      .catch((problem: Problem) => problem)
    assert.strictEqual((late as Problem).status, 409)
    const [row] = await world.drained(
      (sql) =>
        sql`select response, chosen_option_id from pivot_events where id = ${offer.pivot_id} and response is not null`,
      (rows) => rows.length === 1
    )
    assert.deepInclude(row, { response: "accept", chosen_option_id: choice.option_id })
    const signals = await world.drained(
      (sql) =>
        sql`select user_id, signal_type from behavioral_signals where context ->> 'pivot_id' = ${offer.pivot_id}`,
      (rows) => rows.length >= 2
    )
    assert.sameDeepMembers(
      signals.map(({ user_id, signal_type }) => [user_id, signal_type]),
      [
        [bob.id, "pivot_accept"],
        [eve.id, "pivot_accept"]
      ]
    )
    const [first, ...left] = offer.options
    const taken = placesOf(first)
    const others: ReadonlyArray<string> = left.flatMap(placesOf)
    const passed = [...new Set(others)].filter((node) => !taken.includes(node))
    const outcomes = await world.drained(
      (sql) =>
        sql`select user_id, activity_node_id, outcome from decision_outcomes where decision_id = ${offer.pivot_id}`,
      (rows) => rows.length >= 2 * (taken.length + passed.length)
    )
    assert.sameDeepMembers(
      outcomes.map(({ activity_node_id, outcome, user_id }) => [user_id, activity_node_id, outcome]),
      [bob.id, eve.id].flatMap((who) => [
        ...taken.map((node) => [who, node, "confirmed"]),
        ...passed.map((node) => [who, node, "skipped"])
      ]),
      "what each voter said; whoever was silent said nothing"
    )
    const changed = await world.rows(
      (sql) => sql`select user_id, activity_node_id from decision_outcomes
        where trip_id = ${trip.id} and outcome in ('swapped', 'removed')`
    )
    const gone = slotsOf(trip).flatMap(({ id, node }) => {
      const now = decided.changed.find((slot: Json) => slot.id === id)
      return decided.removed?.includes(id) || (now !== undefined && now.node.id !== node.id) ? [node.id] : []
    })
    assert.sameDeepMembers(
      changed.map(({ activity_node_id, user_id }) => [user_id, activity_node_id]),
      [bob.id, eve.id].flatMap((who) => gone.map((node) => [who, node])),
      "what went away went for those who wanted that"
    )
    const [decision] = await world.rows(
      (sql) => sql`select cardinality(candidate_ids) as candidates from ranking_events where id = ${offer.pivot_id}`
    )
    const { rows: preferences } = await readDataset(world, "bpr_triples")
    const people = preferences.filter(({ decision_id }) => decision_id === offer.pivot_id).map((row) => row.user_id)
    assert.sameMembers([...new Set(people)], decision.candidates > 1 && taken.length > 0 ? [bob.id, eve.id] : [])
    const { rows: answered } = await readDataset(world, "pivot_acceptance")
    const voted = answered.filter(({ pivot_id }) => pivot_id === offer.pivot_id)
    assert.isEmpty(
      voted.filter(({ response, user_id }) => user_id === ann.id || response !== "accept"),
      "whoever asked said nothing"
    )
  })

  it("ends by its default where they do not agree, and leaves no name of somebody who is erased", async () => {
    const [ann, bob, eve] = group as [Traveler, Traveler, Traveler]
    const offer = await offered()
    const path = { id: trip.id, pivot_id: offer.pivot_id }
    const choice = { response: "accept", option_id: offer.options[0].option_id } as const
    await client(eve).call("votes.open", { path, body: {} })
    await client(eve).call("votes.cast", { path, body: choice })
    assert.strictEqual((await eve.call("DELETE", "/users/me")).status, 202)
    const left = await until("the vote without eve", async () => {
      const { vote } = await client(ann).call("votes.read", { path: { id: trip.id } })
      return vote?.opened_by === null ? vote : undefined
    })
    assert.deepStrictEqual(left.voted, [])
    const stream = await follow(world.server(), bob, trip.id)
    await client(ann).call("votes.cast", { path, body: choice })
    await client(bob).call("votes.cast", { path, body: { response: "dismiss" } })
    const closed = await stream.first("what came of it", ({ type }) => type === "offer_closed")
    assert.deepInclude(closed, { pivot_id: offer.pivot_id, response: "dismiss" })
    assert.deepInclude(closed.vote, { members: 2, by_default: true })
    await world.drained(
      (sql) => sql`select 1 from pivot_events p join trip_events e using (trip_id)
        where p.pivot_id = ${offer.pivot_id} and p.response is not null and e.type = 'pivot_dismissed'`,
      (rows) => rows.length > 0
    )
    await world.drained(
      (sql) => sql`select 1 from behavioral_signals where decision_id = ${offer.pivot_id} and user_id = ${ann.id}`,
      (rows) => rows.length > 0
    )
    await world.drained(
      (sql) => sql`select 1 from behavioral_signals where decision_id = ${offer.pivot_id} and user_id = ${bob.id}`,
      (rows) => rows.length > 0
    )
    const { rows } = await readDataset(world, "pivot_acceptance")
    assert.sameDeepMembers(
      rows
        .filter(({ pivot_id }) => pivot_id === offer.pivot_id)
        .map(({ accepted, option_id, response, user_id }) => [user_id, response, option_id, accepted]),
      offer.options.flatMap(({ option_id }: Json, i: number) => [
        [ann.id, "accept", option_id, i === 0],
        [bob.id, "dismiss", option_id, false]
      ]),
      "what the default decided was answered by nobody; each of them had a voice of their own"
    )
    const [{ options }] = (await world.rows(
      (sql) => sql`select options from pivot_events where pivot_id = ${offer.pivot_id}`
    )) as [Json]
    const tastes = (who: Traveler) =>
      rows
        .filter(({ pivot_id, user_id }) => pivot_id === offer.pivot_id && user_id === who.id)
        .map(({ affinity, affinity_planned }) => ({ affinity, affinity_planned }))
    const asked = options.map(({ own }: Json) => own)
    assert.deepEqual(tastes(ann), asked, "her own taste, and not that of the party")
    const [hers] = await world.rows(
      (sql) => sql`select context -> 'own' as own from behavioral_signals
        where decision_id = ${offer.pivot_id} and user_id = ${ann.id}`
    )
    assert.deepEqual(hers.own, asked, "who answers is described as who asks is")
    assert.notDeepEqual(tastes(bob), asked, "his is another")
    await world.drained(
      (sql) =>
        sql`select count(*)::int as n from trip_events where payload::text like ${`%${eve.id}%`} or actor_id = ${eve.id}`,
      ([row]) => row.n === 0
    )
  })
})
