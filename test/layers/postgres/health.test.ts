import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as HealthDesk from "../../../src/cases/health/health-desk.ts"
import * as PostgresHealth from "../../../src/layers/postgres/health.ts"
import { DatabaseServer } from "../../../src/services/database-server.ts"
import { Health } from "../../../src/services/health.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { clockThatJumps } from "../../support/clock-that-jumps.ts"

const underTest = PostgresHealth.layer.pipe(
  Layer.provide(
    Layer.succeed(DatabaseServer)({
      kind: "external",
      url: Redacted.make("postgres://elsewhere.invalid/"),
      status: Effect.succeed({ state: "up", restarts: 0 })
    })
  ),
  Layer.provideMerge(HealthDesk.layer),
  Layer.provide(freshDatabase())
)

describe("the health of the database", () => {
  it.live("says by how much its clock and this server's differ, where that is more than clocks do", () =>
    Effect.gen(function* () {
      let ahead = 0
      const clock = yield* clockThatJumps(() => ahead)
      const said = Effect.flatMap(Health, (health) => health.report).pipe(
        Effect.provideService(Clock.Clock, clock),
        Effect.map(([one]) => one!)
      )
      assert.strictEqual((yield* said).status, "up")
      for (const [millis, sentence] of [
        [300_000, /(299|300|301) s ahead of its own/],
        [-300_000, /(299|300|301) s behind its own/]
      ] as const) {
        ahead = millis
        const one = yield* said
        assert.strictEqual(one.status, "degraded")
        assert.match(one.detail, sentence)
      }
    }).pipe(Effect.provide(underTest))
  )
})
