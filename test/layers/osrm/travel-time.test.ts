import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { DEFAULT_TRAVEL_MODEL, estimateTravel } from "../../../src/domain/basics/geo.ts"
import * as Osrm from "../../../src/layers/osrm/travel-time.ts"
import { TravelTime } from "../../../src/services/travel-time.ts"

const here = { lat: 47.6, lon: -122.33 }
const corner = { lat: 47.604, lon: -122.331 }
const across = { lat: 47.66, lon: -122.33 }

const server = (answer: (path: string) => { status: number; body: string } | undefined) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const paths: Array<string> = []
      const http = createServer((request, response) => {
        paths.push(request.url ?? "")
        const reply = answer(request.url ?? "")
        if (reply === undefined) return
        response.writeHead(reply.status, { "content-type": "application/json" })
        response.end(reply.body)
      })
      await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
      return { http, paths, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
    }),
    ({ http }) =>
      Effect.promise(
        () =>
          new Promise<void>((resolve) => {
            http.close(() => resolve())
            http.closeAllConnections()
          })
      )
  )

const ask = (url: string, to: typeof corner) =>
  Effect.flatMap(TravelTime, (travel) => travel.between(DEFAULT_TRAVEL_MODEL, here, to)).pipe(
    Effect.provide(Osrm.layer({ url, timeout: "200 millis" }))
  )

describe("travel times of a routing engine", () => {
  it.live("are asked for walks, with a moment for the door", () =>
    Effect.gen(function* () {
      const body = JSON.stringify({ code: "Ok", routes: [{ duration: 601, distance: 700 }] })
      const { url, paths } = yield* server(() => ({ status: 200, body }))
      assert.deepStrictEqual(yield* ask(url, corner), { minutes: 13, mode: "walk", km: 0.7, source: "osrm" })
      assert.match(paths[0]!, /^\/route\/v1\/foot\/-122\.33,47\.6;-122\.331,47\.604\?/)
      assert.strictEqual((yield* ask(url, across)).source, "estimate")
      assert.strictEqual(paths.length, 1)
    })
  )

  it.live("are replaced by the estimate, which says so, when the engine is slow, broken or away", () =>
    Effect.gen(function* () {
      const estimate = { ...estimateTravel(DEFAULT_TRAVEL_MODEL, here, corner), source: "estimate" as const }
      for (const answer of [
        () => undefined,
        () => ({ status: 500, body: "{}" }),
        () => ({ status: 200, body: "not json" }),
        () => ({ status: 200, body: JSON.stringify({ code: "NoRoute", routes: [] }) })
      ]) {
        const { url } = yield* server(answer)
        assert.deepStrictEqual(yield* ask(url, corner), estimate)
      }
      assert.deepStrictEqual(yield* ask("http://127.0.0.1:9", corner), estimate)
    })
  )
})
