import { Worker } from "node:worker_threads"
import { assert, describe, it } from "@effect/vitest"
import { CALM_CITY } from "../../../src/domain/city/live.ts"
import { PIVOT_SETTINGS, pivotEnv } from "../../../src/domain/pivot/env.ts"
import { computeFallbacks, type FallbackSet, fallbackInput } from "../../../src/domain/pivot/fallbacks.ts"
import { curatedCities } from "../../support/curated-cities.ts"
import { tasteOf, tripIn } from "../../support/trips.ts"

describe("fallbacks in a worker thread", () => {
  it("come out as in the process itself, over the same shared matrix", async () => {
    const city = curatedCities()[0]!
    const trip = tripIn(city, 5, 4)
    const env = pivotEnv(city)
    const now = trip.slots[1]!.starts_at - 3_600_000
    const input = fallbackInput(trip, city, env, [tasteOf(5)], CALM_CITY, now, PIVOT_SETTINGS)
    const parts = { city: city.city, version: city.version, nodes: city.nodes, retired: new Set(), matrix: city.matrix }
    const worker = new Worker(new URL("./fallback-worker.ts", import.meta.url), { workerData: { parts, input } })
    const answer = await new Promise<{ readonly set: FallbackSet; readonly shared: boolean }>((resolve, reject) => {
      worker.once("message", resolve).once("error", reject)
    })
    await worker.terminate()
    assert.isTrue(answer.shared)
    assert.deepEqual(answer.set, computeFallbacks(input, env))
  })
})
