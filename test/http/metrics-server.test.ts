import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import type { InetAddress } from "effect/net/NetAddress"
import * as Gateway from "../../src/http/gateway.ts"
import { GatewayMetrics } from "../../src/http/metrics.ts"
import * as UwsHttpServer from "../../src/http/uws/UwsHttpServer.ts"

const server = Gateway.metricsLayer.pipe(
  Layer.provideMerge(UwsHttpServer.layer({ host: "127.0.0.1", port: 0, drainTimeout: "1 second" })),
  Layer.provide(Layer.merge(GatewayMetrics.layer, HttpServer.layerServices))
)

describe("the metrics of a scraper", () => {
  it.live("are served on a port of their own, and nothing else is", () =>
    Effect.gen(function* () {
      const { address } = yield* HttpServer.HttpServer
      const url = `http://127.0.0.1:${(address as InetAddress).port}`
      yield* Metric.update(Metric.counter("test_told_total"), 3)
      const told = yield* Effect.promise(async () => (await fetch(`${url}/metrics`)).text())
      assert.match(told, /^overplanned_test_told_total 3$/m)
      assert.match(told, /^overplanned_process_resident_memory_bytes \d+/m)
      for (const path of ["/", "/health", "/api/v1/admin/actors"]) {
        assert.strictEqual(yield* Effect.promise(async () => (await fetch(url + path)).status), 404, path)
      }
    }).pipe(Effect.provide(server))
  )
})
