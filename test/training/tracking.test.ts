import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { track } from "../../src/training/datasets/tracking.ts"

const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tracking-test-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

describe("tracking", () => {
  it.effect("speaks MLflow's interface, and falls back to files where the server fails", () =>
    Effect.gen(function* () {
      const calls: Array<readonly [string, Readonly<Record<string, unknown>> | undefined]> = []
      let broken = false
      const body = async (request: IncomingMessage) => {
        let text = ""
        for await (const part of request) text += part
        return text === "" ? undefined : JSON.parse(text)
      }
      const server = createServer(async (request, response) => {
        const path = request.url!.replace("/api/2.0/mlflow/", "").split("?")[0]!
        calls.push([path, await body(request)])
        const missing = path === "experiments/get-by-name"
        response.statusCode = broken ? 500 : missing ? 404 : 200
        const info = { run_id: "r1", artifact_uri: "mlflow-artifacts:/7/r1/artifacts" }
        response.end(JSON.stringify(path === "runs/create" ? { run: { info } } : { experiment_id: "7" }))
      })
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done))),
        () => Effect.sync(() => server.close())
      )
      const root = yield* scratch
      const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const run = {
        experiment: "e",
        name: "n",
        startedAt: 1,
        endedAt: 2,
        finished: true,
        params: { seed: "1" },
        metrics: { rows: 5 },
        tags: {},
        artifacts: { "schema.json": '{"dataset":"e"}' }
      }
      yield* track({ uri, root }, run)
      assert.deepStrictEqual(
        calls.map(([path]) => path),
        [
          "experiments/get-by-name",
          "experiments/create",
          "runs/create",
          "runs/log-batch",
          "/api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts/schema.json",
          "runs/update"
        ]
      )
      assert.deepStrictEqual(calls[4]![1], { dataset: "e" })
      assert.deepInclude(calls[3]![1]!, { run_id: "r1", params: [{ key: "seed", value: "1" }] })
      assert.isFalse(existsSync(join(root, "mlruns")))
      broken = true
      yield* track({ uri, root }, run)
      assert.strictEqual(readFileSync(join(root, "mlruns/e/n-1/metrics/rows"), "utf8"), "2 5 0\n")
      assert.strictEqual(readFileSync(join(root, "mlruns/e/n-1/artifacts/schema.json"), "utf8"), '{"dataset":"e"}')
    }).pipe(Effect.provideService(References.MinimumLogLevel, "None"))
  )
})
