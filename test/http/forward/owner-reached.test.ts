/** What a server that follows says of the one that owns: whether it can be reached where it is said to be. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NobodyElse from "../../../src/cases/absent/nobody-else.ts"
import * as HealthDesk from "../../../src/cases/health/health-desk.ts"
import { Config } from "../../../src/config.ts"
import * as OwnerReached from "../../../src/http/forward/owner-reached.ts"
import { Health } from "../../../src/services/health.ts"
import { Ownership, type Standing } from "../../../src/services/ownership.ts"

const followed = (address: string): Standing => ({
  is: "follower",
  owner: { directory: "d", incarnation: "i", name: "ann", address, leftMillis: 6_000 }
})

const reportOf = (standing: Standing) => {
  const ownership = Layer.effect(
    Ownership,
    Effect.map(Ownership, (one) => Ownership.of({ ...one, standing: () => standing }))
  ).pipe(Layer.provide(NobodyElse.layer))
  const served = OwnerReached.layer.pipe(
    Layer.provideMerge(HealthDesk.layer),
    Layer.provide([ownership, Config.layer({ NODE_ADDRESS: "127.0.0.1:8000" })])
  )
  return Effect.provide(
    Effect.flatMap(Health, ({ report }) => report),
    served
  )
}

const listening = Effect.acquireRelease(
  Effect.callback<ReturnType<typeof createServer>>((resume) => {
    const server = createServer((_, answer) => answer.end("{}"))
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
)

describe("the server that owns", () => {
  it.live("is said to answer, and to be out of reach once nobody listens at its address", () =>
    Effect.gen(function* () {
      const address = yield* Effect.scoped(
        Effect.gen(function* () {
          const { port } = (yield* listening).address() as AddressInfo
          const [said] = yield* reportOf(followed(`127.0.0.1:${port}`))
          assert.strictEqual(said?.status, "up", said?.detail)
          return `127.0.0.1:${port}`
        })
      )
      const [said] = yield* reportOf(followed(address))
      assert.strictEqual(said?.status, "degraded")
      assert.include(said!.detail, `cannot be reached at ${address}`)
      assert.include(said!.fix!, "NODE_ADDRESS")
    })
  )

  it.live("is nobody else where this one owns", () =>
    Effect.gen(function* () {
      const [said] = yield* reportOf({ is: "owner", epoch: 1, awaits: [] })
      assert.strictEqual(said?.status, "up")
    })
  )
})
