/** A model from the shadow to everybody and back, on a running server: who has it, what is logged, how fast it is gone. */

import { createHash, randomUUID } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { armOf } from "../../src/domain/learning/traffic.ts"
import { encodeMembers, MEMBERS_MODEL_TYPE, shapesOf } from "../../src/domain/rankers/members-model.ts"
import {
  CONTEXTS,
  encodeSequenceModel,
  parametersOf,
  SEQUENCE_MODEL_TYPE
} from "../../src/domain/rankers/sequence-model.ts"
import {
  encodeTowers,
  shapesOf as shapesOfTower,
  TOWERS,
  TWO_TOWER_MODEL_TYPE
} from "../../src/domain/rankers/two-tower.ts"
import { registerFactors } from "../support/factors-model.ts"
import { personId } from "../support/person-ids.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { hitsInShadow } from "./hits-in-shadow.ts"
import { openWorld, type World } from "./world.ts"

const A_TRIP = { city: "seattle", start_date: dayAhead(12), days: 2 }
const VERSIONS = ["1", "2", "3"]

describe("a model", () => {
  let world: World
  let admin: Traveler
  let nodes: Json

  /** The first version prefers places against the order of the list, the others in it. */
  const register = (version: string) => {
    const ids: ReadonlyArray<string> = nodes.map(({ id }: Json) => id)
    return registerFactors(world, version, version === "1" ? ids.toReversed() : ids)
  }

  /** Somebody on one side of the comparison, who gave so many signals. */
  const somebody = async (arm: "candidate" | "control", version: string, signals = 25): Promise<Traveler> => {
    let id = personId()
    while (armOf(id, { name: "bpr", version }, 10) !== arm) id = personId()
    const who = await world.someone({ id })
    const given = Array.from({ length: signals }, (_, i) => ({
      id: randomUUID(),
      signal_type: i % 2 === 0 ? "slot_accept" : "slot_skip",
      activity_node_id: nodes[i].id,
      occurred_at: new Date(Date.now() - (signals - i) * 1_000).toISOString()
    }))
    assert.strictEqual(ok(await who.call("POST", "/signals", given), 202).accepted, signals)
    await until(
      "the persona that learnt",
      async () => (await who.call("GET", "/users/me/persona")).body.signal_count >= signals
    )
    return who
  }

  const rankedBy = async (who: Traveler): Promise<string> => {
    const answer = await who.call("POST", "/trips", A_TRIP)
    ok(answer, 201)
    return answer.headers.get("x-model-version")!
  }
  const inForce = async (who: Traveler): Promise<string> =>
    (await who.call("GET", "/trips")).headers.get("x-model-version")!
  const untilRankedBy = (who: Traveler, model: RegExp) =>
    until(`${model} in force`, async () => model.test(await inForce(who)))

  const promote = (version: string, to: string) =>
    admin.call("POST", `/admin/model-registry/bpr/${version}/promote?to=${to}&force=a+trial`)
  const share = (percent: number, force?: string) =>
    admin.call("POST", "/admin/model-registry/bpr/traffic", { percent, ...(force === undefined ? {} : { force }) })

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off", MODELS_REFRESH_EVERY: "300ms" })
    admin = await world.someone({ role: "admin" })
    nodes = ok(await admin.call("GET", "/cities/seattle/nodes?limit=100")).nodes
    for (const version of VERSIONS) await register(version)
  })
  afterAll(() => world?.close())

  it("in the shadow ranks beside warm travelers' plans and is reported, never served, and never sees a cold one", async () => {
    assert.match((await world.command("report", "shadow")).said, /No model is in the shadow/)
    ok(await promote("1", "shadow"))
    const [warm, cold] = [await somebody("candidate", "1"), await somebody("candidate", "1", 19)]
    const logged = (who: Traveler) =>
      world.drained(
        (sql) => sql`select shadow_model_version as version, shadow_latency_ms as latency from ranking_events
          where user_id = ${who.id} and surface = 'itinerary' order by occurred_at desc`,
        (rows) => rows.length > 0
      )
    await until("a plan with a shadow", async () => {
      assert.match(await rankedBy(warm), /^local_ranker:/)
      return (await logged(warm))[0].version === "1"
    })
    assert.isAtLeast((await logged(warm))[0].latency, 0)
    assert.match(await rankedBy(cold), /^local_ranker:/)
    assert.isTrue((await logged(cold)).every(({ version }) => version === null))

    // What somebody answers says who was right; a shadow that a busy machine did not come to in time is not waited for.
    const report = await until("a judged decision", async () => {
      const trip = ok(await warm.call("POST", "/trips", A_TRIP), 201)
      ok(await warm.call("PATCH", `/trips/${trip.id}`, { status: "confirmed" }))
      const { models } = ok(await admin.call("GET", "/admin/shadow"))
      return models[0].judged > 0 && models[0]
    })
    assert.deepInclude(report, { model: "bpr", version: "1" })
    await until("a report of all that was answered", async () => {
      const logged = await hitsInShadow(world, "1")
      const { models } = ok(await admin.call("GET", "/admin/shadow"))
      if (models[0].judged !== logged.judged) return false
      const { difference, served, shadow } = models[0].paired.hr5
      assert.closeTo(shadow.mean, logged.shadow, 1e-9)
      assert.closeTo(served.mean, logged.served, 1e-9)
      assert.closeTo(difference.mean, logged.shadow - logged.served, 1e-9)
      return true
    })
    assert.isTrue(Object.keys(report.served_by)[0]!.startsWith("local_ranker:"))
    assert.match((await world.command("report", "shadow")).said, /bpr:1: \d+ decisions on \d days.*\n.*local_ranker/)
  })

  it("in production ranks for a tenth, then for whom an operator says, and every decision says which side it was on", async () => {
    assert.strictEqual((await share(50)).status, 404)
    const promoted = ok(await promote("1", "production"))
    assert.deepInclude(promoted, { stage: "production", traffic_percent: 10, took_over_from: null })
    const [has, hasNot, cold] = [
      await somebody("candidate", "1"),
      await somebody("control", "1"),
      await somebody("candidate", "1", 19)
    ]
    await untilRankedBy(has, /^bpr:1$/)
    assert.strictEqual(await rankedBy(has), "bpr:1")
    assert.match(await rankedBy(hasNot), /^local_ranker:/)
    assert.match(await rankedBy(cold), /^local_ranker:/)
    const arms = await world.drained(
      (sql) => sql`select distinct user_id, arm, arm_of from ranking_events
        where user_id in (${has.id}, ${hasNot.id}, ${cold.id})`,
      (rows) => rows.length === 3
    )
    const armOfWhom = new Map(arms.map(({ arm, arm_of, user_id }) => [user_id, [arm, arm_of]]))
    assert.deepStrictEqual(armOfWhom.get(has.id), ["candidate", "bpr:1"])
    assert.deepStrictEqual(armOfWhom.get(hasNot.id), ["control", "bpr:1"])
    assert.deepStrictEqual(armOfWhom.get(cold.id), [null, null])
    const { code, said } = await world.command("traffic", "bpr", "100")
    assert.deepStrictEqual([code, said.includes("bpr:1 ranks for 100 % of warm travelers")], [0, true], said)
    await untilRankedBy(hasNot, /^bpr:1$/)
    // The night gives warm travelers their taste in the model's words; what comes by itself at night is asked for now.
    await world.rows(
      (sql) => sql`insert into jobs (id, kind, state) values (gen_random_uuid(), 'embed_travelers', 'queued')`
    )
    const encoded = async (who: Traveler) => ok(await who.call("GET", "/users/me/persona")).model_encoder_version
    await until("a night", async () => (await encoded(hasNot)) === "bpr:1")
    assert.isNull(await encoded(cold))
    const [kept] = await world.rows(
      (sql) => sql`select model_encoder_version as version, cardinality(model_embedding) as width from users
        where id = ${hasNot.id}`
    )
    assert.deepEqual(kept, { version: "bpr:1", width: 1 })
    assert.strictEqual(await rankedBy(hasNot), "bpr:1")
    assert.match((await world.command("traffic", "bpr", "0")).said, /0 is no share of travelers.*rollback bpr/)
  })

  it("is rolled back by one command, to what it took over from, within half a minute", async () => {
    ok(await promote("2", "production"))
    const [has, hasNot] = [await somebody("candidate", "2"), await somebody("control", "2")]
    await untilRankedBy(has, /^bpr:2$/)
    // Whom the new one has not reached keep the version before it.
    assert.strictEqual(await rankedBy(hasNot), "bpr:1")
    const { said } = await world.command("rollback", "bpr", "--reason", "people skip what it offers")
    assert.match(said, /bpr:2 is archived; 1 ranks again for everybody/)
    await untilRankedBy(has, /^bpr:1$/)
    assert.strictEqual(await rankedBy(has), "bpr:1")
    const rolledBack = ok(await admin.call("GET", "/admin/model-registry")).models.find(
      (one: Json) => one.model_name === "bpr" && one.model_version === "2"
    )
    assert.strictEqual(rolledBack.stage, "archived")
    assert.strictEqual(rolledBack.promotion.since[0].rolled_back, "people skip what it offers")
    const twice = ok(await admin.call("POST", "/admin/model-registry/bpr/rollback", { reason: "back to none" }))
    assert.deepStrictEqual([twice.from.model_version, twice.to], ["1", null])
    await untilRankedBy(has, /^local_ranker:/)
    assert.strictEqual(
      (await admin.call("POST", "/admin/model-registry/bpr/rollback", { reason: "again" })).status,
      404
    )
  })

  it("that people turn down goes by itself, with the figures that spoke against it", async () => {
    ok(await promote("3", "production"))
    const [has, hasNot] = [await somebody("candidate", "3"), await somebody("control", "3")]
    await untilRankedBy(has, /^bpr:3$/)
    // Forty people on either side; those who have the model turn down most of what it shows.
    await world.rows(
      (sql) => sql`
        with people as (
          insert into users (id) select gen_random_uuid() from generate_series(1, 80) returning id
        ), decided as (
          insert into ranking_events (id, user_id, surface, model_name, model_version, candidate_ids, scores, propensities,
            ranked_ids, selected_ids, arm, arm_of, latency_ms)
          select gen_random_uuid(), id, 'discovery', 'bpr', '3', '{}', '{}', '{}', '{}', '{}',
            case when row_number() over (order by id) % 2 = 0 then 'candidate' else 'control' end, 'bpr:3', 5
          from people returning id, user_id, arm
        )
        insert into decision_outcomes (id, decision_id, user_id, activity_node_id, outcome, occurred_at)
        select gen_random_uuid(), d.id, d.user_id, gen_random_uuid(),
          case when n % 4 <> 0 and d.arm = 'candidate' then 'swapped' else 'confirmed' end, now()
        from decided d, generate_series(1, 8) n`
    )
    const refused = await share(100)
    assert.strictEqual(refused.status, 409)
    assert.match(refused.body.detail, /stays with 10 % of travelers: 7\d\.\d % of \d+ judged places were turned down/)
    // What comes by itself every few minutes is asked for now.
    await world.rows(
      (sql) => sql`insert into jobs (id, kind, state) values (gen_random_uuid(), 'guard_models', 'queued')`
    )
    await untilRankedBy(has, /^local_ranker:/)
    assert.match(await rankedBy(hasNot), /^local_ranker:/)
    const gone = ok(await admin.call("GET", "/admin/model-registry")).models.find(
      (one: Json) => one.model_name === "bpr" && one.model_version === "3"
    )
    assert.strictEqual(gone.stage, "archived")
    assert.match(gone.promotion.since[0].rolled_back, /were turned down against 0\.0 %/)
  })

  it("of sequences gives warm travelers 128 numbers at night, from the twentieth signal on, and ranks for nobody", async () => {
    const sizes = { width: 128, blocks: 1, length: 8 }
    const small = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i + length) / 10)
    const ids: ReadonlyArray<string> = nodes.map(({ id }: Json) => id)
    const bytes = encodeSequenceModel({
      ...sizes,
      items: ids,
      rows: small(ids.length * sizes.width),
      contexts: small(CONTEXTS * sizes.width),
      stranger: small(sizes.width),
      cold: undefined,
      parameters: new Map(parametersOf(sizes).map(([name, size]) => [name, small(size)]))
    })
    const folder = join(world.folder, "models", "sasrec", "1")
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "sequence.bin"), bytes)
    await world.rows(
      (sql) => sql`insert into model_registry
        (id, model_name, model_version, model_type, stage, artifact_path, artifact_sha256)
        values (gen_random_uuid(), 'sasrec', '1', ${SEQUENCE_MODEL_TYPE}, 'staging', 'sasrec/1/sequence.bin',
          ${createHash("sha256").update(bytes).digest("hex")})`
    )
    const promoted = ok(await admin.call("POST", "/admin/model-registry/sasrec/1/promote?to=production&force=a+trial"))
    assert.deepInclude(promoted, { stage: "production", traffic_percent: null })
    const [warm, cold] = [await somebody("control", "3", 20), await somebody("control", "3", 19)]
    const encoded = async (who: Traveler) => ok(await who.call("GET", "/users/me/persona")).model_encoder_version
    await until("a night", async () => {
      await world.rows(
        (sql) => sql`insert into jobs (id, kind, state) select gen_random_uuid(), 'embed_travelers', 'queued'
            where not exists (select from jobs where kind = 'embed_travelers' and state in ('queued', 'running'))`
      )
      return (await encoded(warm)) === "sasrec:1"
    })
    assert.isNull(await encoded(cold))
    const kept = await world.rows(
      (sql) => sql`select id, cardinality(model_embedding) as width from users
        where id in (${warm.id}, ${cold.id}) and model_encoder_version = 'sasrec:1'`
    )
    assert.deepEqual(kept, [{ id: warm.id, width: 128 }])
    assert.match(await rankedBy(warm), /^local_ranker:/)
  })
  it("that hears each member of a party ranks beside whoever serves them, on top of the model of sequences", async () => {
    const width = 128
    const small = (length: number) => Float32Array.from({ length }, (_, i) => Math.cos(i + length) / 10)
    const bytes = encodeMembers(
      {
        width,
        parameters: new Map(shapesOf(width).map(([name, shape]) => [name, small(shape.reduce((a, b) => a * b, 1))]))
      },
      readFileSync(join(world.folder, "models", "sasrec", "1", "sequence.bin")),
      "1"
    )
    const folder = join(world.folder, "models", "u_sasrec", "1")
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "members.bin"), bytes)
    await world.rows(
      (sql) => sql`insert into model_registry
        (id, model_name, model_version, model_type, stage, artifact_path, artifact_sha256)
        values (gen_random_uuid(), 'u_sasrec', '1', ${MEMBERS_MODEL_TYPE}, 'staging', 'u_sasrec/1/members.bin',
          ${createHash("sha256").update(bytes).digest("hex")})`
    )
    ok(await admin.call("POST", "/admin/model-registry/u_sasrec/1/promote?to=shadow&force=a+trial"))
    const warm = await somebody("control", "3")
    // A slate is ranked at once, a plan moment by moment: a busy machine comes to the shadow of some slate in time.
    await until(
      "a slate with a shadow",
      async () => {
        ok(await warm.call("GET", "/discovery?city=seattle"))
        const seen = await world.rows(
          (sql) => sql`select 1 from ranking_events
            where user_id = ${warm.id} and surface = 'discovery' and shadow_model_name = 'u_sasrec'`
        )
        return seen.length > 0
      },
      180_000
    )
  })
  it("of two towers finds the places of warm travelers as soon as a city is indexed, and is gone at once", async () => {
    // People and places all stand in about one place: whoever is found by it is as near as can be.
    const parameters = new Map(
      TOWERS.flatMap(shapesOfTower).map(([name, shape]) => [
        name,
        new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(name.endsWith("out bias") ? 10 : 0)
      ])
    )
    const bytes = encodeTowers({ parameters })
    const folder = join(world.folder, "models", "two_tower", "1")
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "towers.bin"), bytes)
    await world.rows(
      (sql) => sql`insert into model_registry
        (id, model_name, model_version, model_type, stage, artifact_path, artifact_sha256)
        values (gen_random_uuid(), 'two_tower', '1', ${TWO_TOWER_MODEL_TYPE}, 'staging', 'two_tower/1/towers.bin',
          ${createHash("sha256").update(bytes).digest("hex")})`
    )
    const [warm, cold] = [await somebody("control", "3"), await somebody("control", "3", 19)]
    /** How near the farthest candidate of a new plan was. */
    const farthest = async (who: Traveler): Promise<number> => {
      const trip = ok(await who.call("POST", "/trips", A_TRIP), 201)
      const [{ least }] = await world.drained(
        (sql) => sql`select min((c -> 'features' ->> 'similarity')::float8) as least
          from behavioral_signals s, jsonb_array_elements(s.context -> 'full_candidate_set') c
          where s.trip_id = ${trip.id} and s.signal_type = 'candidate_set_logged'`,
        (rows) => rows.length > 0 && rows[0].least !== null
      )
      return least
    }
    assert.isBelow(await farthest(warm), 0.9)
    const promoted = ok(
      await admin.call("POST", "/admin/model-registry/two_tower/1/promote?to=production&force=a+trial")
    )
    assert.deepInclude(promoted, { stage: "production", traffic_percent: null })
    await until("a plan of places that it found", async () => (await farthest(warm)) > 0.9)
    assert.isBelow(await farthest(cold), 0.9)
    ok(await admin.call("POST", "/admin/model-registry/two_tower/rollback", { reason: "a trial" }))
    await until("a plan of places that were found by their vibes", async () => (await farthest(warm)) < 0.9)
  })
})
