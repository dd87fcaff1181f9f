import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { processOf } from "../../../src/layers/embedded/cluster.ts"
import { layer } from "../../../src/layers/embedded/layer.ts"
import { DatabaseServer } from "../../../src/services/database-server.ts"
import { dataOf, query, scratchDir } from "./support.ts"

const isRoot = process.getuid?.() === 0
/** As everybody else there is nothing to work around; the other suites of this folder run as that user then. */
const asRoot = isRoot ? describe : describe.skip

const counted = (dataDir: string, userNamespaces: boolean) =>
  Effect.gen(function* () {
    const server = yield* DatabaseServer
    yield* query(server.url, "CREATE TABLE IF NOT EXISTS visits (n int)")
    yield* query(server.url, "INSERT INTO visits VALUES (1)")
    const [row] = yield* query(server.url, "SELECT count(*)::int AS n FROM visits")
    return (row as { n: number }).n
  }).pipe(Effect.provide(layer({ dataDir, userNamespaces })))

const userOf = (dataDir: string) => statSync(join(dataOf(dataDir), "..")).uid

asRoot("as root, the embedded PostgreSQL", () => {
  it.live("runs as another user where user namespaces are not allowed, and stays with that user", () =>
    Effect.gen(function* () {
      const dataDir = yield* scratchDir()
      chmodSync(dataDir, 0o755)
      assert.strictEqual(yield* counted(dataDir, false), 1)
      assert.notStrictEqual(userOf(dataDir), 0)
      assert.strictEqual(yield* counted(dataDir, true), 2)
      assert.notStrictEqual(userOf(dataDir), 0)
    })
  )

  it.live("keeps its data when user namespaces go away", () =>
    Effect.gen(function* () {
      const dataDir = yield* scratchDir()
      chmodSync(dataDir, 0o755)
      assert.strictEqual(yield* counted(dataDir, true), 1)
      assert.strictEqual(yield* counted(dataDir, false), 2)
    })
  )

  it.live("moves its data to the system's place where no other user can reach the folder, and finds it again", () =>
    Effect.gen(function* () {
      const closed = yield* scratchDir()
      const dataDir = join(closed, "data")
      mkdirSync(dataDir)
      chmodSync(closed, 0o700)
      const pointer = join(dataDir, "postgres", "server-moved-to")
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          if (existsSync(pointer)) rmSync(readFileSync(pointer, "utf8").trim(), { recursive: true, force: true })
        })
      )
      assert.strictEqual(yield* counted(dataDir, false), 1)
      const shelter = readFileSync(pointer, "utf8").trim()
      assert.isTrue(existsSync(join(shelter, "server", "data", "PG_VERSION")))
      assert.isFalse(existsSync(dataOf(dataDir)))
      assert.strictEqual(yield* counted(dataDir, true), 2)
      assert.isUndefined(processOf(join(shelter, "server", "data")))
    })
  )
})
