/** A process that owns an embedded server, to be killed by a test: says where it is once it is up, then waits. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { layer } from "../../../src/layers/embedded/layer.ts"
import { DatabaseServer } from "../../../src/services/database-server.ts"

const [dataDir] = process.argv.slice(2)

Effect.gen(function* () {
  const server = yield* DatabaseServer
  process.stdout.write(`${Redacted.value(server.url)}\n`)
  yield* Effect.callback<void>((resume) => {
    process.stdin.once("end", () => resume(Effect.void)).resume()
  })
}).pipe(Effect.provide(layer({ dataDir: dataDir! })), Effect.runPromise)
