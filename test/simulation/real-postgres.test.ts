/**
 * The model of PostgreSQL against a real one: what a run told the one is told to the other, statement by statement, and afterwards
 * every row that the runtime wrote must be the same in both. `SIMULATION_SCRIPTS` says how many runs; CI has time for a few.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { freshDatabase } from "../harness/postgres.ts"
import { differences } from "./real-postgres.ts"
import { simulate } from "./simulation.ts"

const SCRIPTS = Number(process.env["SIMULATION_SCRIPTS"] ?? 3)
const FIRST = 1

/** Only there to end what hangs. */
const PATIENCE = 900_000 + SCRIPTS * 20_000

describe("the model of PostgreSQL", () => {
  it.live(
    `answers and stores as a real one does, in the scripts of ${SCRIPTS} runs`,
    () =>
      Effect.gen(function* () {
        for (let seed = FIRST; seed < FIRST + SCRIPTS; seed++) {
          const { server } = yield* Effect.promise(() => simulate(seed))
          const found = yield* Effect.provide(differences(server), freshDatabase())
          assert.deepStrictEqual(found.slice(0, 5), [], `seed ${seed}, ${server.executed.length} statements`)
        }
      }),
    PATIENCE
  )
})
