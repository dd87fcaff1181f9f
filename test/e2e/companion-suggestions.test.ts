/** Who is suggested to whom: only those who want it, by a model where one is in production, and learnt from what they answer. */
import { createHash, randomUUID } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { MATCH_FEATURES } from "../../src/domain/companions/features.ts"
import { openToSuggestions, SUGGESTIONS, wholePerson } from "../support/companion.ts"
import { type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

/** Goes by age alone: the nearer, the better. */
const BY_AGE = JSON.stringify({
  columns: MATCH_FEATURES,
  means: MATCH_FEATURES.map(() => 0),
  scales: MATCH_FEATURES.map(() => 1),
  hidden: [MATCH_FEATURES.map((name) => (name === "age_score" ? 1 : 0))],
  hidden_bias: [0],
  out: [4],
  out_bias: -2
})

describe("suggested companions", () => {
  let world: World
  let admin: Traveler
  let ann: Traveler
  let bob: Traveler
  let cat: Traveler
  /** As whole as the others, and never open to it. */
  let dan: Traveler

  const suggested = async (who: Traveler) => {
    const answer = await who.call("GET", SUGGESTIONS)
    const { missing, open, suggestions } = ok(answer)
    return { missing, open, suggestions, model: answer.headers.get("x-model-version") }
  }
  const names = ({ suggestions }: Json): ReadonlyArray<string> => suggestions.map(({ user_id }: Json) => user_id)
  const answer = (who: Traveler, other: Traveler, answer: string) =>
    who.call("PUT", `${SUGGESTIONS}/${other.id}`, { answer })
  const real = async (): Promise<ReadonlyArray<Json>> => {
    const folder = join(world.folder, `matches-${randomUUID()}`)
    const { code, said } = await world.command("generate-match-events", "--count", "1", "--folder", folder)
    assert.strictEqual(code, 0, said)
    return readFileSync(join(folder, "match_events.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ source }) => source === "real")
  }

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off", MODELS_REFRESH_EVERY: "300ms" })
    admin = await world.someone({ role: "admin" })
    ann = await wholePerson(world, 34, ["food", "culture"])
    bob = await wholePerson(world, 61, ["food", "culture"])
    cat = await wholePerson(world, 35, ["food", "nightlife"])
    dan = await wholePerson(world, 34, ["food", "culture"])
  })
  afterAll(() => world?.close())

  it("are those who are open to it as well, of whom enough is known, and nobody else", async () => {
    assert.deepInclude(await suggested(ann), { open: false, suggestions: [] })
    for (const who of [ann, bob, cat]) await openToSuggestions(who)
    const unknown = await world.someone()
    await openToSuggestions(unknown)
    const { missing, suggestions } = await suggested(unknown)
    assert.deepStrictEqual(suggestions, [])
    assert.includeMembers(missing, ["age", "interests", "personality"])

    const found = await until("both are known", async () => {
      const now = await suggested(ann)
      return now.suggestions.length === 2 && now
    })
    assert.strictEqual(found.model, "shared_interests:1")
    const { models } = ok(await admin.call("GET", "/admin/model-registry"))
    const inForce = models.flatMap(({ model_name, model_version, stage }: Json) =>
      stage === "production" ? [`${model_name}:${model_version}`] : []
    )
    assert.include(inForce, found.model, "who orders them is somebody that operators can look up")
    assert.deepStrictEqual(names(found), [bob.id, cat.id], "whoever likes the same comes first")
    assert.deepStrictEqual(found.suggestions[0].interests, ["food", "culture"])
    assert.deepStrictEqual(found.suggestions[1].interests, ["food"])
    assert.deepStrictEqual(Object.keys(found.suggestions[0]).sort(), ["interests", "score", "user_id"])
    assert.strictEqual((await answer(ann, dan, "accepted")).status, 404)
    assert.deepStrictEqual(await suggested(dan).then(names), [], "nor is anybody shown to who is not open")
  })

  it("are ordered by the model in production, which is kept with each that was shown", async () => {
    const folder = join(world.folder, "models", "match_compatibility", "1")
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "model.json"), BY_AGE)
    const checksum = createHash("sha256").update(BY_AGE).digest("hex")
    await world.rows(
      (sql) => sql`insert into model_registry
        (id, model_name, model_version, model_type, stage, artifact_path, artifact_sha256)
        values (gen_random_uuid(), 'match_compatibility', '1', 'match_compatibility', 'staging',
          'match_compatibility/1/model.json', ${checksum})`
    )
    ok(await admin.call("POST", "/admin/model-registry/match_compatibility/1/promote?to=production&force=a+trial"))
    const found = await until("the model is in force", async () => {
      const now = await suggested(ann)
      return now.model === "match_compatibility:1" && now
    })
    assert.deepStrictEqual(names(found), [cat.id, bob.id])
    const shown = await world.rows(
      (sql) => sql`select suggested_id, position, model_name, features, earlier from companion_suggestions
        where user_id = ${ann.id} order by position`
    )
    for (const { earlier, features, suggested_id } of shown) {
      const [before] = earlier.filter((one: Json) => one.model_name === "shared_interests").slice(-1)
      assert.strictEqual(before.position, suggested_id === bob.id ? 1 : 2, "how each was shown before stays known")
      assert.sameMembers(Object.keys(before.features), Object.keys(features))
    }
    assert.deepStrictEqual(
      shown.map((row) => [row.suggested_id, row.position, row.model_name]),
      [
        [cat.id, 1, "match_compatibility"],
        [bob.id, 2, "match_compatibility"]
      ]
    )
    assert.hasAllKeys(shown[0].features, [...MATCH_FEATURES])
  })

  it("are answered: a yes of both is told to both, a no to nobody, and each is a real match to learn from", async () => {
    assert.deepStrictEqual(ok(await answer(ann, bob, "accepted")), { mutual: false })
    assert.include(names(await suggested(bob)), ann.id)
    assert.deepStrictEqual(ok(await answer(bob, ann, "accepted")), { mutual: true })
    const agreed = async (who: Traveler) => ok(await who.call("GET", SUGGESTIONS)).mutual
    assert.deepStrictEqual(await agreed(ann), [{ user_id: bob.id, interests: ["food", "culture"] }])
    assert.deepStrictEqual(await agreed(bob), [{ user_id: ann.id, interests: ["food", "culture"] }])
    assert.deepStrictEqual(ok(await answer(ann, cat, "declined")), { mutual: false })
    assert.deepStrictEqual(names(await suggested(ann)), [])
    assert.notInclude(names(await suggested(cat)), ann.id)
    assert.deepStrictEqual(await agreed(cat), [])
    assert.strictEqual((await answer(cat, ann, "accepted")).status, 404)

    const events = await real()
    assert.deepStrictEqual(events.map(({ outcome }) => outcome).sort(), [0, 1, 1])
    assert.isFalse(events.some((event) => JSON.stringify(event).includes(ann.id)))
  })

  it("are forgotten with whoever closes themselves to it; of whoever leaves, the answer stays without a name", async () => {
    await openToSuggestions(cat, false)
    assert.deepStrictEqual(await suggested(cat), {
      open: false,
      missing: [],
      suggestions: [],
      model: "match_compatibility:1"
    })
    assert.strictEqual((await real()).length, 2)
    assert.notInclude(names(await suggested(bob)), cat.id)

    const { job_id } = ok(await bob.call("DELETE", "/users/me"), 202)
    await until("bob is gone", async () => (await admin.call("GET", `/admin/jobs/${job_id}`)).body.state === "done")
    assert.strictEqual((await real()).length, 2, "what was learnt from stays")
    const left = await world.rows(
      (sql) => sql`select user_id, suggested_id, shown_at::text as at from companion_suggestions`
    )
    assert.isFalse(JSON.stringify(left).includes(bob.id))
    assert.deepStrictEqual(names(await suggested(ann)), [])
  })
})
