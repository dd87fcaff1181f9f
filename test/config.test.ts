import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Config } from "../src/config.ts"

const refused = (environment: Readonly<Record<string, string>>) =>
  Config.pipe(
    Effect.provide(Config.layer(environment)),
    Effect.match({ onFailure: ({ message }) => message, onSuccess: () => undefined })
  )

describe("pictures for the map", () => {
  const credit = { MAP_TILES_CREDIT: "© somebody" }

  it.effect("come from one plain origin, as squares, and never without their licence's words", () =>
    Effect.gen(function* () {
      for (const address of [
        "https://tiles.example.org/{z}/{x}/{y}.png",
        "http://127.0.0.1:8080/t?z={z}&x={x}&y={y}&key=abc",
        "http://[::1]:8080/{z}/{x}/{y}"
      ]) {
        assert.isUndefined(yield* refused({ MAP_TILES: address, ...credit }), address)
      }
      for (const [address, says] of [
        ["tiles.example.org/{z}/{x}/{y}.png", /no address|not an address/],
        ["javascript:alert(1)/{z}/{x}/{y}", /not an address/],
        ["https://tiles.example.org/{z}/{x}.png", /has no \{y\}/],
        ["https://{z}.example.org/{x}/{y}.png", /plain name/],
        ["https://tiles.example.org;script-src/{z}/{x}/{y}", /plain name/],
        ["https://*/{z}/{x}/{y}", /plain name/],
        ["https://me:secret@tiles.example.org/{z}/{x}/{y}", /password/],
        ["https://tiles.example.org/{z}/{x}/{y} https://other.example.org", /not an address/]
      ] as const) {
        assert.match((yield* refused({ MAP_TILES: address, ...credit })) ?? "taken", says, address)
      }
      assert.match((yield* refused({ MAP_TILES: "https://t.example.org/{z}/{x}/{y}" })) ?? "taken", /MAP_TILES_CREDIT/)
      assert.match((yield* refused(credit)) ?? "taken", /MAP_TILES_CREDIT/)
      assert.isUndefined(yield* refused({}))
    })
  )
})
