/** Where a trained model and Claude disagree and neither is sure: on a running server that may ask the careful model. */
import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { encodeFactors, FACTORS_MODEL_TYPE } from "../../src/domain/rankers/factors.ts"
import { personId } from "../support/person-ids.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorldWithClaude, type WorldWithClaude } from "./world-with-claude.ts"

/** So sure is Claude of its orders here. */
const UNSURE = 0.55
const SIGNALS = 25

describe("an edge case of arbitration", () => {
  let claude: WorldWithClaude
  let nodes: Json
  let warm: Traveler

  /** Knows every place, and is sure of none. */
  const inProduction = async () => {
    const { world } = claude
    const folder = join(world.folder, "models", "bpr", "1")
    mkdirSync(folder, { recursive: true })
    const known = await world.rows((sql) => sql`select id::text as id from activity_nodes order by id`)
    const items: ReadonlyArray<string> = known.map(({ id }) => id)
    const bytes = encodeFactors({
      users: ["somebody"],
      items,
      model: {
        width: 1,
        users: Float32Array.of(0.1),
        items: new Float32Array(items.length),
        biases: Float32Array.from(items, (_, i) => i / items.length - 3)
      },
      cold: undefined
    })
    writeFileSync(join(folder, "factors.bin"), bytes)
    const checksum = createHash("sha256").update(bytes).digest("hex")
    await world.rows(
      (sql) => sql`insert into model_registry
        (id, model_name, model_version, model_type, stage, artifact_path, artifact_sha256, promoted_at)
        values (gen_random_uuid(), 'bpr', '1', ${FACTORS_MODEL_TYPE}, 'production', 'bpr/1/factors.bin', ${checksum}, now())`
    )
  }

  beforeAll(async () => {
    claude = await openWorldWithClaude({
      ARBITRATION_BY_CLAUDE: "on",
      MODELS_REFRESH_EVERY: "300ms",
      RANKING_WARMING: "off"
    })
    const { fake, world } = claude
    fake.always((call) => {
      const said = fake.sensible(call)
      const ranking = "say" in said && (said.say as Json).ranking
      return ranking ? { say: { ranking, confidence: UNSURE } } : said
    })
    warm = await world.someone()
    nodes = ok(await warm.call("GET", "/cities/seattle/nodes?limit=100")).nodes
    await inProduction()
    const given = Array.from({ length: SIGNALS }, (_, i) => ({
      id: personId(),
      signal_type: i % 2 === 0 ? "slot_accept" : "slot_skip",
      activity_node_id: nodes[i].id,
      occurred_at: new Date(Date.now() - (SIGNALS - i) * 1_000).toISOString()
    }))
    assert.strictEqual(ok(await warm.call("POST", "/signals", given), 202).accepted, SIGNALS)
    await until("a warm persona", async () => ok(await warm.call("GET", "/users/me/persona")).signal_count >= SIGNALS)
    await until(
      "the model in force for somebody warm",
      async () => (await warm.call("GET", "/trips")).headers.get("x-model-version") === "bpr:1"
    )
  })
  afterAll(() => claude?.close())

  it("is judged by the careful model, paid for by whom it is for, and logged with both orders", async () => {
    const { fake, world } = claude
    // A plan does not wait for whoever a busy machine keeps from answering: then the next one is judged.
    const { answer, arbitration } = await until("a plan that was judged", async () => {
      const answer = await warm.call("POST", "/trips", { city: "seattle", start_date: dayAhead(12), days: 2 })
      const { id } = ok(answer, 201)
      const [logged] = await world.drained(
        (sql) => sql`select context -> 'arbitration' as arbitration from behavioral_signals
          where trip_id = ${id} and signal_type = 'candidate_set_logged'`,
        (rows) => rows.length === 1
      )
      return logged.arbitration?.rule === "careful_model" && { answer, arbitration: logged.arbitration }
    })
    const [call] = fake.calls.filter(({ schema }) => schema.properties?.["better"] !== undefined)
    assert.match(call!.model, /sonnet/)
    assert.notInclude(JSON.stringify(call), warm.id)
    const { choice, orders } = arbitration
    assert.strictEqual(orders.ml.ranker, "bpr:1")
    assert.match(orders.llm.ranker, /^llm_ranker:/)
    assert.strictEqual(answer.headers.get("x-model-version"), orders[choice].ranker)
    for (const { node_ids } of [orders.ml, orders.llm]) assert.strictEqual(node_ids.length, 20)
    assert.notDeepEqual(orders.ml.node_ids, orders.llm.node_ids)

    const spent = await world.drained(
      (sql) =>
        sql`select model, user_id, cost_usd::float8 as cost from llm_ledger where purpose = 'arbitrate' and outcome = 'ok'`,
      (rows) => rows.length > 0
    )
    assert.match(spent[0].model, /sonnet/)
    assert.strictEqual(spent[0].user_id, warm.id)
    assert.isAbove(spent[0].cost, 0)
  })
})
