/** What Claude is asked, when, and that what it said is what decides: for one traveler, for the next, and for a group. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { checkLiveFeatures, type LoggedPlan, livePlans } from "../../src/training/datasets/live-features.ts"
import type { AnthropicCall, FakeAnthropic } from "../fakes/anthropic.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import type { World } from "./world.ts"
import { openWorldWithClaude, type WorldWithClaude } from "./world-with-claude.ts"

const WEEK = { city: "seattle", start_date: dayAhead(2), days: 5 }

describe("rankings of Claude", () => {
  let around: WorldWithClaude
  let fake: FakeAnthropic
  let world: World

  beforeAll(async () => {
    around = await openWorldWithClaude()
    ;({ fake, world } = around)
  })
  afterAll(() => around?.close())

  const isRanking = (call: AnthropicCall) => call.schema.properties?.["ranking"] !== undefined
  const rankings = () => fake.calls.filter(isRanking)

  const someone = async (...tags: ReadonlyArray<string>): Promise<Traveler> => {
    const who = await world.someone()
    ok(await who.call("PUT", "/users/me/onboarding", { tags: { [tags[0]!]: tags.slice(1) } }))
    return who
  }

  /** Warming is over when Claude was asked so often, and has been left alone for a while. */
  const quiet = (least = 0) =>
    until("an end of the warming", async () => {
      if (rankings().length < least) return false
      const before = fake.calls.length
      await new Promise((resolve) => setTimeout(resolve, 500))
      return fake.calls.length === before
    })

  /** What a counter says of the series that has all of these values. */
  const counted = async (name: string, ...values: ReadonlyArray<string>): Promise<number> => {
    const metrics = await (await fetch(`${world.server().url}/metrics`)).text()
    const series = metrics
      .split("\n")
      .find((line) => line.includes(name) && values.every((value) => line.includes(`="${value}"`)))
    return Number(series?.split(" ").at(-1) ?? 0)
  }

  const logged = async (trip: Json) => {
    const [row] = await world.drained(
      (sql) => sql`select context from behavioral_signals
        where trip_id = ${trip.id} and signal_type = 'candidate_set_logged'`,
      (rows) => rows.length === 1
    )
    return row.context.full_candidate_set as ReadonlyArray<Json>
  }

  it("are asked once while a traveler waits and 44 times behind, and then serve every archetype", async () => {
    const ann = await someone("food", "ramen")
    const first = ok(await ann.call("POST", "/trips", WEEK), 201)
    assert.strictEqual(first.model.source, "llm")
    await quiet(45)
    assert.lengthOf(rankings(), 45)
    const part = (call: AnthropicCall) => /part of the day: (\w+)/.exec(call.user)?.[1]
    const day = (call: AnthropicCall) => /day (\d) of the trip/.exec(call.user)?.[1]
    assert.strictEqual(new Set(rankings().map((call) => `${part(call)} ${day(call)}`)).size, 15)
    for (const interest of ["culture", "outdoors", "food"]) {
      const trip = ok(await (await someone(interest)).call("POST", "/trips", WEEK), 201)
      assert.strictEqual(trip.model.source, "cache", interest)
    }
    ok(await ann.call("GET", "/discovery?city=seattle"))
    await quiet()
    assert.lengthOf(rankings(), 45)
    // The first trip found nothing warm; the three after it found all fifteen moments each.
    const found = (how: string, kind: string) => counted("plan_rankings_total", how, kind)
    assert.deepEqual([await found("asked", "new"), await found("like_the_first", "new")], [1, 14])
    assert.deepEqual([await found("kept", "warm"), await found("like_the_first", "warm")], [45, 0])
  })

  it("are what swaps and pivots weigh, from memory, without another call", async () => {
    const eve = await someone("culture")
    const before = rankings().length
    const trip = ok(await eve.call("POST", "/trips", { ...WEEK, start_date: dayAhead(0) }), 201)
    ok(await eve.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
    await until("the rankings beside the trip", async () => (await counted("held_rankings_total", "kept")) > 0)
    const [first, second] = trip.days[1].slots
    ok(await eve.call("PATCH", `/trips/${trip.id}/slots/${first.id}`, { action: "swap" }))
    for (const ask of [
      { trigger: "venue_closed", slot_id: second.id },
      { trigger: "mood", slot_id: second.id, detail: { mood: "cozy" } }
    ]) {
      const offer = ok(await eve.call("POST", `/trips/${trip.id}/pivot`, ask))
      assert.deepEqual(offer.model, { name: "pivot_engine", version: "4" })
      ok(await eve.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, { response: "dismiss" }))
    }
    const asked = (surface: string, ranking: string) => counted("replacements_total", ranking, surface)
    assert.deepEqual([await asked("swap", "held"), await asked("swap", "none")], [1, 0])
    assert.deepEqual([await asked("pivot", "held"), await asked("pivot", "none")], [2, 0])
    await quiet()
    assert.lengthOf(rankings(), before)
    const rows = await world.drained(
      (sql) => sql`select options from pivot_events where trip_id = ${trip.id} and response is not null`,
      (found) => found.length === 2
    )
    for (const { measures } of rows.flatMap((row) => row.options)) assert.include([0, 1], measures.ranked)
  })

  it("decide for a group as for one, and are what is logged", async () => {
    const [eve, bob] = [await someone("nightlife", "cocktails"), await someone("outdoors", "hiking")]
    ok(await bob.call("PUT", "/users/me/companions", { user_ids: [eve.id] }))
    // Claude turns the order round: what decides cannot be the local ranker.
    fake.always((call) => {
      const numbers = [...call.user.matchAll(/^(\d+)\|/gm)].map((match) => Number(match[1])).reverse()
      return isRanking(call)
        ? { say: { ranking: numbers.slice(0, 60).map((n) => ({ n, confidence: 0.9 })), confidence: 0.9 } }
        : { say: { narratives: numbers.map((n) => ({ n, text: "A good reason." })) } }
    })
    const before = rankings().length
    const wish = { ...WEEK, days: 2, party: [bob.id], constraints: { budget: "high", pace: "leisurely" } }
    const trip = ok(await eve.call("POST", "/trips", wish), 201)
    assert.strictEqual(trip.model.name, "llm_ranker")
    assert.strictEqual(trip.model.source, "llm")
    const asked = rankings().slice(before)
    assert.isTrue(
      asked.every((call) => /party of 1/.test(call.user) && !/traveler 2/.test(call.user)),
      "each member is asked about alone"
    )
    const praised = new Set<string>()
    for (const call of asked.slice(0, 2)) {
      const lines = [...call.user.matchAll(/^\d+\|([^|]*)\|/gm)].map((match) => match[1]!)
      for (const name of lines.slice(-60)) praised.add(name)
    }
    const picks = trip.days.flatMap((one: Json) => one.slots.map((slot: Json) => slot.node.name))
    const among = picks.filter((name: string) => praised.has(name)).length
    assert.isAtLeast(among / picks.length, 0.8, `${among} of ${picks.length} picks are of Claude's choice`)
    const all = await logged(trip)
    const scores = all.map((one) => one.score)
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => b - a)
    )
    for (const slot of trip.days.flatMap((one: Json) => one.slots)) {
      assert.closeTo(all.find((one) => one.node_id === slot.node.id)!.score, slot.score, 1e-3)
    }
  })

  it("are by a model that the registry knows, whichever Claude that is", async () => {
    const rows = await world.drained(
      (sql) => sql`select distinct e.model_name, m.stage, m.model_type
        from ranking_events e left join model_registry m using (model_name, model_version)`,
      (found) => found.some((row) => row.model_name === "llm_ranker")
    )
    assert.isEmpty(rows.filter((row) => row.stage === null))
    const claude = rows.find((row) => row.model_name === "llm_ranker")
    assert.strictEqual(claude.model_type, "llm_ranking")
  })

  it("are logged with the moment that was competed for", async () => {
    const admin = await world.someone({ role: "admin" })
    const event = {
      kind: "weather",
      id: randomUUID(),
      condition: "rain",
      severity: "moderate",
      from: new Date(Date.now() + 2 * 86_400_000).toISOString(),
      until: new Date(Date.now() + 4 * 86_400_000).toISOString()
    }
    const reported = await admin.call("POST", "/admin/cities/seattle/events", event)
    assert.include([200, 201, 202], reported.status, JSON.stringify(reported.body))
    const trip = ok(await (await someone("culture")).call("POST", "/trips", WEEK), 201)
    const all = await logged(trip)
    for (const name of ["day_of_trip", "position_in_trip", "day_part_fit", "weather_fit"]) {
      const values = new Set(all.map((one) => one.features[name]))
      assert.isAtLeast(values.size, 3, `${name} takes ${[...values].join(", ")}`)
    }
    const stops = new Map(trip.days.flatMap((one: Json) => one.slots.map((slot: Json) => [slot.node.id, one.day])))
    for (const one of all) {
      const day = stops.get(one.node_id)
      if (day !== undefined) assert.closeTo(one.features.day_of_trip, (day as number) / 14, 1e-5)
    }
    let plans: ReadonlyArray<LoggedPlan> = []
    await world.rows((sql) =>
      livePlans({ from: 0, to: Date.now() + 86_400_000 }).pipe(
        Effect.map((read) => {
          plans = read
          return []
        }),
        Effect.provideService(SqlClient, sql)
      )
    )
    const judged = checkLiveFeatures(plans.slice(-1), { leastPlans: 1 })
    assert.isEmpty(judged.filter(({ says }) => /values in/.test(says)))
  })
})
