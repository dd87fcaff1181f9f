import { randomUUID } from "node:crypto"
import { assert, describe, layer } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as StartupDesk from "../../../src/cases/health/startup-desk.ts"
import * as Keeper from "../../../src/cases/nodes/keeper.ts"
import { LEASE_MS, type Node } from "../../../src/domain/nodes/standing.ts"
import * as PostgresLeases from "../../../src/layers/postgres/nodes/leases.ts"
import { Leases } from "../../../src/services/leases.ts"
import { Ownership } from "../../../src/services/ownership.ts"
import { Startup } from "../../../src/services/startup.ts"
import { Machine, realMachine } from "../../../src/support/machine.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { clockThatJumps } from "../../support/clock-that-jumps.ts"

const node = (name: string): Node => ({
  directory: randomUUID(),
  incarnation: randomUUID(),
  name,
  role: "all",
  release: "1",
  place: name,
  acks: "local",
  address: null
})

const DAY = 86_400_000

describe("a server's place among those of its database", () => {
  layer(PostgresLeases.layer.pipe(Layer.provideMerge(freshDatabase())), { excludeTestServices: true })((it) => {
    it.effect("is taken once the former owner's lease has lapsed, also where the clock was set back meanwhile", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const leases = yield* Leases
        const former = node("former")
        yield* leases.enter(former, undefined)
        yield* leases.take(former)
        yield* sql`update nodes set until = now() - interval '1 second' where directory = ${former.directory}`

        const desk = Context.get(yield* Layer.build(StartupDesk.layer), Startup)
        let ahead = DAY
        let passed = 0
        const startup = Startup.of({
          ...desk,
          say: (sentence) =>
            Effect.sync(() => {
              // It has looked once: now the clock is right again, and as much time passes as it has to wait.
              if (!sentence.includes("waited out")) return
              ahead = 0
              passed = LEASE_MS
            })
        })
        const standing = yield* Keeper.layer(node("next")).pipe(
          Layer.provide(Layer.succeed(Startup, startup)),
          Layer.build,
          Effect.map((services) => Context.get(services, Ownership).standing()),
          Effect.provideService(Machine, { ...realMachine, elapsed: () => performance.now() + passed }),
          Effect.provideService(Clock.Clock, yield* clockThatJumps(() => ahead)),
          Effect.timeout("30 seconds")
        )
        assert.strictEqual(standing.is, "owner")
      })
    )
  })
})
