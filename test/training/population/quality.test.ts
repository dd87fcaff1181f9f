import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ShadowPopulation } from "../../../src/services/shadow-population.ts"
import { populated, TODAY } from "./world.ts"

describe("the choices of the shadow population", () => {
  layer(populated(), { excludeTestServices: true })((it) => {
    it.effect("have tastes to learn: who knows them is told apart from who only counts, and neither is an echo", () =>
      Effect.gen(function* () {
        const population = yield* ShadowPopulation
        const { quality } = yield* population.seed({ users: 100, seed: 1, today: TODAY })
        const said = JSON.stringify(quality)
        assert.isTrue(quality.sound, said)
        assert.isAbove(quality.oracle.low, quality.popularity.high, said)
        assert.isAbove(quality.popularity.low, quality.random.high, said)
      })
    )
  })
})
