/** What the night says of a traveler's taste: the same as what is at hand, and no longer than until they say something else. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { registerColdFactors } from "../support/factors-model.ts"
import { type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("a taste that the night worked out", () => {
  let world: World
  let admin: Traveler
  let places: ReadonlyArray<{ readonly id: string; readonly first: number }>

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off", MODELS_REFRESH_EVERY: "300ms" })
    admin = await world.someone({ role: "admin" })
    ok(await admin.call("GET", "/cities/seattle/nodes?limit=1"))
    places = (await world.rows(
      (
        sql
      ) => sql`select n.id, n.vibe_embedding[1]::float8 as first from activity_nodes n join cities c on c.id = n.city_id
        where c.slug = 'seattle' and n.vibe_embedding is not null and n.retired_at is null order by first, n.id`
    )) as typeof places
    await registerColdFactors(world, "1")
    ok(await admin.call("POST", "/admin/model-registry/bpr/1/promote?to=production&force=a+trial"))
    ok(await admin.call("POST", "/admin/model-registry/bpr/traffic", { percent: 100, force: "a trial" }))
  })
  afterAll(() => world?.close())

  const gave = async (who: Traveler, liked: typeof places, passed: typeof places) => {
    const before = (await who.call("GET", "/users/me/persona")).body.signal_count ?? 0
    const signals = [
      ...liked.map(({ id }) => ["slot_accept", id] as const),
      ...passed.map(({ id }) => ["slot_skip", id] as const)
    ].map(([signal_type, activity_node_id]) => ({
      id: randomUUID(),
      signal_type,
      activity_node_id,
      occurred_at: new Date().toISOString()
    }))
    assert.strictEqual(ok(await who.call("POST", "/signals", signals), 202).accepted, signals.length)
    await until(
      "the persona that learnt",
      async () => (await who.call("GET", "/users/me/persona")).body.signal_count >= before + signals.length
    )
  }

  /** By place how a slate was scored that the model ranked. */
  const scored = async (who: Traveler): Promise<ReadonlyMap<string, number>> => {
    const slate = await until("a slate that the model ranks", async () => {
      const answer = ok(await who.call("GET", "/discovery?city=seattle"))
      const [logged] = await world.drained(
        (sql) => sql`select model_name from ranking_events where session_id = ${answer.session_id}`,
        (rows) => rows.length > 0
      )
      return logged.model_name === "bpr" && answer
    })
    return new Map(slate.nodes.map(({ node, score }: Json) => [node.id, score]))
  }

  /** Whether what has more of the first number of a vibe is liked more. */
  const likesMore = (scores: ReadonlyMap<string, number>): boolean => {
    const known = places.filter(({ id }) => scores.has(id))
    return scores.get(known.at(-1)!.id)! > scores.get(known[0]!.id)!
  }

  const night = async () => {
    await world.rows(
      (sql) => sql`insert into jobs (id, kind, state) values (gen_random_uuid(), 'embed_travelers', 'queued')`
    )
  }

  it("knows places that the model was not trained on by their vibes, and gives way to what was said since", async () => {
    const who = await world.someone()
    const [least, most] = [places.slice(0, 15), places.slice(-15)]
    assert.isAbove(most[0]!.first, least.at(-1)!.first)
    await gave(who, most, least)
    const atHand = await scored(who)
    assert.isTrue(likesMore(atHand))
    await night()
    const { embedding } = await until("a night", async () => {
      const [row] = await world.rows(
        (sql) => sql`select model_embedding as embedding from users
          where id = ${who.id} and model_encoder_version = 'bpr:1'`
      )
      return row as { readonly embedding: ReadonlyArray<number> } | undefined
    })
    await until("the night's taste in force", async () => {
      const { body } = await who.call("GET", "/users/me/persona")
      return (body as Json).model_encoder_version === "bpr:1"
    })
    // The stranger's is 0.1: what everybody likes.
    assert.isAbove(embedding[0]!, 1)
    const scores = await scored(who)
    for (const [id, score] of scores) if (atHand.has(id)) assert.closeTo(score, atHand.get(id)!, 1e-4)
    assert.isTrue(likesMore(scores))

    await gave(who, least, most)
    await gave(who, least, most)
    assert.isFalse(likesMore(await scored(who)))
  })
})
