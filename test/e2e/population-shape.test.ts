/** What a running server writes and what the made-up population does: both fill the data sets in one shape. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { DATASETS } from "../../src/services/datasets.ts"
import { DEFINITIONS } from "../../src/training/datasets/build.ts"
import type { ColumnType } from "../../src/training/datasets/columns.ts"
import { offeredFor, swapped } from "../support/offers.ts"
import { readDataset } from "../support/read-dataset.ts"
import { dayAhead, type Json, ok } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const conforms = (type: ColumnType, value: unknown): boolean => {
  if (value === null || value === undefined) return true
  if (typeof type === "object" && "list" in type) {
    return Array.isArray(value) && value.every((one) => conforms(type.list, one))
  }
  if (typeof type === "object") {
    return Object.entries(type.struct).every(([name, inner]) => conforms(inner, (value as Json)[name]))
  }
  if (type === "timestamp") return value instanceof Date && Number.isFinite(value.getTime())
  if (type === "int") return Number.isInteger(value)
  return typeof value === (type === "double" ? "number" : type)
}

/** The paths in a row at which there is a value. */
const filled = (value: unknown, path = ""): ReadonlyArray<string> => {
  if (value === null || value === undefined) return []
  if (value instanceof Date || typeof value !== "object") return [path]
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => filled(one, `${path}[]`)))]
  return Object.entries(value).flatMap(([name, one]) => filled(one, path === "" ? name : `${path}.${name}`))
}

describe("a running server and the made-up population", () => {
  let live: World
  let made: World

  beforeAll(async () => {
    live = await openWorld({ RATE_LIMIT: "off" })
    made = await openWorld({ RATE_LIMIT: "off" })
    assert.strictEqual((await made.command("seed-training-data", "--users", "30", "--seed", "3")).code, 0)
    const [ann, bob] = [await live.someone(), await live.someone()]
    for (const [i, one] of [ann, bob].entries()) {
      const tags = { pace: "slow", budget: i === 0 ? "low" : "mid", time: "early_bird", food: ["ramen"] }
      ok(
        await one.call("PUT", "/users/me/onboarding", {
          tags,
          age: 30 + i,
          interests: ["food"],
          personality: 0.4 + i / 10
        })
      )
      const slate = ok(await one.call("GET", "/discovery?city=seattle"))
      const swipes = slate.nodes.slice(0, 6).map(({ node }: Json, n: number) => ({
        id: randomUUID(),
        signal_type: n % 2 === 0 ? "discovery_swipe_right" : "discovery_swipe_left",
        activity_node_id: node.id,
        session_id: slate.session_id,
        occurred_at: new Date().toISOString()
      }))
      assert.include([200, 202], (await one.call("POST", "/signals", swipes)).status)
    }
    const ahead = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(9), days: 2 }), 201)
    await swapped(ann, ahead.id, ahead.days[0].slots)
    ok(await ann.call("PATCH", `/trips/${ahead.id}`, { status: "confirmed" }))
    const trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 2 }), 201)
    ok(await ann.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
    const { offer } = await offeredFor(ann, trip.id, trip.days[1].slots)
    const answer = { response: "accept", option_id: offer.options[0].option_id }
    ok(await ann.call("POST", `/trips/${trip.id}/pivots/${offer.pivot_id}`, answer))
    await live.drained(
      (sql) => sql`select 1 from pivot_events where response is not null`,
      (rows) => rows.length > 0
    )
  })
  afterAll(async () => {
    await live?.close()
    await made?.close()
  })

  for (const name of DATASETS) {
    it(`fill ${name} in one shape`, async () => {
      const { columns } = DEFINITIONS[name]
      const paths: Array<ReadonlySet<string>> = []
      for (const world of [live, made]) {
        const { rows } = await readDataset(world, name)
        assert.isNotEmpty(rows, `${name} of ${world === live ? "the server" : "the population"}`)
        for (const row of rows) {
          for (const [column, { required, type }] of Object.entries(columns)) {
            assert.isTrue(conforms(type, row[column]), `${name}.${column}: ${JSON.stringify(row[column])}`)
            if (required) assert.exists(row[column], `${name}.${column}`)
          }
        }
        paths.push(new Set(rows.flatMap((row) => filled(row))))
      }
      const [ours, theirs] = paths as [ReadonlySet<string>, ReadonlySet<string>]
      assert.deepEqual([...theirs].filter((path) => !ours.has(path) && !MAY_LACK.has(`${name}: ${path}`)).sort(), [])
    })
  }
})

/** What the few things that happen in this file need not show: somebody's second plan of one trip, a rejected one. */
const MAY_LACK: ReadonlySet<string> = new Set([
  ...["day", "order", "node_id", "starts_at", "ends_at"].map((field) => `planner: input.previous_plan[].${field}`),
  "planner: input.traveler.restrictions[]"
])
