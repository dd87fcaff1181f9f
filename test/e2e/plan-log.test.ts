/** A plan stands in the log if its trip has taken it, and only then: whatever ends the server while that is written. */
import { readdirSync, readFileSync, truncateSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { dayAhead, type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("the log of a plan", () => {
  let world: World
  let ann: Traveler
  const wish = { city: "seattle", start_date: dayAhead(12), days: 2 }
  const begin = async (key: string) => ok(await ann.call("POST", "/trips", wish, { "idempotency-key": key }), 201)

  /** The log ends in the newest record that says so, as when power is lost while it is written. */
  const tearAt = (words: string) => {
    const folder = join(world.folder, "journal")
    const segments = readdirSync(folder).filter((name) => name.endsWith(".journal"))
    const torn = segments
      .sort()
      .map((name) => ({ path: join(folder, name), at: readFileSync(join(folder, name)).lastIndexOf(words) }))
      .findLast(({ at }) => at > 0)
    assert.isDefined(torn, `${words} stands in the journal`)
    truncateSync(torn!.path, torn!.at)
  }

  /** What is done meanwhile lies in the journal alone when the server is killed. */
  const killedAfter = async (work: () => Promise<Json>, torn?: string) => {
    await world.rows(
      (sql) => sql`
        create function not_now() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$`
    )
    await world.rows(
      (sql) => sql`create trigger not_now before insert or update on journal_progress
        for each row execute function not_now()`
    )
    const answer = await work()
    await world.server().stop("SIGKILL")
    if (torn !== undefined) tearAt(torn)
    await world.rows((sql) => sql`drop function not_now cascade`)
    await world.restart("SIGKILL")
    return answer
  }

  /** Of a trip, once all that was written before is stored. */
  const logged = async (trip: Json) => {
    const last = ok(await ann.call("POST", "/trips", wish), 201)
    await world.drained(
      (sql) => sql`select 1 from exp.events where payload ->> 'trip_id' = ${last.id}`,
      (found) => found.length > 0
    )
    const [counts] = await world.rows(
      (sql) => sql`select
        (select count(*)::int from exp.events
          where event_type = 'plan_generated' and payload ->> 'trip_id' = ${trip.id}) as plans,
        (select count(*)::int from behavioral_signals
          where signal_type = 'candidate_set_logged' and trip_id = ${trip.id}) as sets,
        (select count(*)::int from ranking_events where surface = 'itinerary' and trip_id = ${trip.id}) as days,
        (select count(*)::int from exp.constraint_snapshots where trip_id = ${trip.id}) as wishes`
    )
    return counts
  }
  const NOTHING = { plans: 0, sets: 0, days: 0, wishes: 0 }
  const ONE_PLAN = { plans: 1, sets: 1, days: wish.days, wishes: 1 }

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
  })
  afterAll(() => world?.close())

  it("is not there without its trip, nor the trip without it, and is there once when that is begun again", async () => {
    for (const torn of ["trip_created", "constraint_snapshot"]) {
      const key = `torn-${torn.length}`
      const lost = await killedAfter(() => begin(key), torn)
      assert.strictEqual((await ann.call("GET", `/trips/${lost.id}`)).status, 404)
      assert.deepEqual(await logged(lost), NOTHING)
      const again = await begin(key)
      assert.strictEqual(again.id, lost.id)
      assert.deepEqual(await logged(again), ONE_PLAN)
    }
  })

  it("is there once where the server ends after the trip began, and whoever got no answer begins it again", async () => {
    const trip = await killedAfter(() => begin("kept"))
    const again = await begin("kept")
    assert.deepEqual(again.days, trip.days)
    assert.deepEqual(await logged(trip), ONE_PLAN)
  })

  it("of a plan made anew is not there without the change of the trip", async () => {
    const trip = ok(await ann.call("POST", "/trips", wish), 201)
    assert.deepEqual(await logged(trip), ONE_PLAN)
    const anew = async () =>
      ok(
        await ann.call(
          "POST",
          `/trips/${trip.id}/replan`,
          { constraints: { pace: "packed" } },
          { "idempotency-key": "anew" }
        )
      )
    await killedAfter(anew, "trip_replanned")
    assert.strictEqual(ok(await ann.call("GET", `/trips/${trip.id}`)).state_version, trip.state_version)
    assert.deepEqual(await logged(trip), ONE_PLAN)
    await anew()
    await anew()
    assert.strictEqual((await logged(trip)).plans, 2)
  })
})
