/** The model that orders options of pivots, from a tenth of travelers to all of them and back, on a running server. */
import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { armOf } from "../../src/domain/learning/traffic.ts"
import { ACCEPTANCE_COLUMNS, ACCEPTANCE_MODEL_TYPE } from "../../src/domain/pivot/acceptance.ts"
import { ACCEPTANCE_MODEL } from "../../src/services/acceptance-model.ts"
import { personId } from "../support/person-ids.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const SIGNALS = 25
const SECOND = { name: ACCEPTANCE_MODEL, version: "2" }

describe("a model that orders options", () => {
  let world: World
  let admin: Traveler
  let nodes: Json

  /** Goes by the way alone. */
  const register = async (version: string, stage: string) => {
    const folder = join(world.folder, "models", ACCEPTANCE_MODEL)
    mkdirSync(folder, { recursive: true })
    const text = JSON.stringify({
      columns: ACCEPTANCE_COLUMNS,
      means: ACCEPTANCE_COLUMNS.map(() => 0),
      scales: ACCEPTANCE_COLUMNS.map(() => 1),
      hidden: [ACCEPTANCE_COLUMNS.map((name) => (name === "distance_km" ? 1 : 0))],
      hidden_bias: [0],
      out: [version === "1" ? 1 : -1],
      out_bias: 0
    })
    writeFileSync(join(folder, `${version}.json`), text)
    await world.rows(
      (sql) => sql`insert into model_registry
        (id, model_name, model_version, model_type, stage, artifact_path, artifact_sha256)
        values (gen_random_uuid(), ${ACCEPTANCE_MODEL}, ${version}, ${ACCEPTANCE_MODEL_TYPE}, ${stage},
          ${`${ACCEPTANCE_MODEL}/${version}.json`}, ${createHash("sha256").update(text).digest("hex")})`
    )
  }

  /** Somebody warm on one side of the comparison, with a trip under way. */
  const underWay = async (arm: "candidate" | "control") => {
    let id = personId()
    while (armOf(id, SECOND, 10) !== arm) id = personId()
    const who = await world.someone({ id })
    const given = Array.from({ length: SIGNALS }, (_, i) => ({
      id: personId(),
      signal_type: i % 2 === 0 ? "slot_accept" : "slot_skip",
      activity_node_id: nodes[i].id,
      occurred_at: new Date(Date.now() - (SIGNALS - i) * 1_000).toISOString()
    }))
    ok(await who.call("POST", "/signals", given), 202)
    await until("a warm persona", async () => ok(await who.call("GET", "/users/me/persona")).signal_count >= SIGNALS)
    const trip = ok(await who.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 5 }), 201)
    ok(await who.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
    const slots = trip.days.slice(1).flatMap(({ slots }: Json) => slots)
    /** The next offer that there is something to order of. */
    const next = async (): Promise<Json> => {
      for (const { id } of slots) {
        const offer = ok(await who.call("POST", `/trips/${trip.id}/pivot`, { trigger: "venue_closed", slot_id: id }))
        ok(await who.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, { response: "dismiss" }))
        if (offer.options.length > 1) return offer
      }
      throw new Error("No stop of the plan has two ways to go on.")
    }
    return { who, next }
  }
  type UnderWay = Awaited<ReturnType<typeof underWay>>

  const orders = ({ next }: UnderWay, version: string) =>
    until(`${version} orders`, async () => {
      const offer = await next()
      return `${offer.model.name}:${offer.model.version}` === `${ACCEPTANCE_MODEL}:${version}` && offer
    })

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off", MODELS_REFRESH_EVERY: "300ms" })
    admin = await world.someone({ role: "admin" })
    nodes = ok(await admin.call("GET", "/cities/seattle/nodes?limit=100")).nodes
    await register("1", "production")
    await register("2", "staging")
  })
  afterAll(() => world?.close())

  it("comes to a tenth of travelers, is logged with both sides, then to all, and is taken back by one command", async () => {
    const [has, hasNot] = [await underWay("candidate"), await underWay("control")]
    await orders(has, "1")
    const path = `/admin/model-registry/${ACCEPTANCE_MODEL}`
    const promoted = ok(await admin.call("POST", `${path}/2/promote?to=production&force=a+trial`))
    assert.deepInclude(promoted, { stage: "production", traffic_percent: 10, took_over_from: "1" })

    const offered = await orders(has, "2")
    const kept = await orders(hasNot, "1")
    const arms = await world.drained(
      (sql) => sql`select id, arm, arm_of from ranking_events where id in (${offered.pivot_id}, ${kept.pivot_id})`,
      (rows) => rows.length === 2 && rows.every(({ arm_of }) => arm_of !== null)
    )
    const side = new Map(arms.map(({ arm, arm_of, id }) => [id, [arm, arm_of]]))
    assert.deepStrictEqual(side.get(offered.pivot_id), ["candidate", `${ACCEPTANCE_MODEL}:2`])
    assert.deepStrictEqual(side.get(kept.pivot_id), ["control", `${ACCEPTANCE_MODEL}:2`])

    assert.match((await world.command("traffic", ACCEPTANCE_MODEL, "100")).said, /100 % of warm travelers/)
    await orders(hasNot, "2")
    const { said } = await world.command("rollback", ACCEPTANCE_MODEL, "--reason", "people dismiss what it puts first")
    assert.match(said, /pivot_acceptance:2 is archived; 1 ranks again for everybody/)
    await orders(has, "1")
    await orders(hasNot, "1")
  })
})
