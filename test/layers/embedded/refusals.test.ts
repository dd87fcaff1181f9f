import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { bundled } from "../../../src/layers/embedded/binaries.ts"
import { type EmbeddedOptions, layer } from "../../../src/layers/embedded/layer.ts"
import { dataOf, scratchDir } from "./support.ts"

const refusal = (options: EmbeddedOptions) => Effect.flip(Effect.scoped(Layer.build(layer(options))))

const makeCluster = (dataDir: string, version: string) => {
  mkdirSync(dataOf(dataDir), { recursive: true })
  writeFileSync(join(dataOf(dataDir), "PG_VERSION"), version)
}

describe("the embedded PostgreSQL refuses, in one sentence and without touching anything,", () => {
  it.live("a database of a newer PostgreSQL", () =>
    Effect.gen(function* () {
      const dataDir = yield* scratchDir()
      makeCluster(dataDir, "99\n")
      const error = yield* refusal({ dataDir })
      assert.strictEqual(error.reason, "newer_version")
      assert.match(error.message, /made by PostgreSQL 99.*newer release/)
      assert.deepStrictEqual(readdirSync(dataOf(dataDir)), ["PG_VERSION"])
    })
  )

  it.live("a database of an older PostgreSQL", () =>
    Effect.gen(function* () {
      const dataDir = yield* scratchDir()
      makeCluster(dataDir, "14\n")
      const error = yield* refusal({ dataDir })
      assert.strictEqual(error.reason, "other_version")
    })
  )

  it.live("a data directory that a newer release arranged", () =>
    Effect.gen(function* () {
      const dataDir = yield* scratchDir()
      mkdirSync(join(dataDir, "postgres"))
      const facts = join(dataDir, "postgres", "server.json")
      writeFileSync(facts, '{"layout":2,"port":1}')
      const error = yield* refusal({ dataDir })
      assert.strictEqual(error.reason, "newer_version")
      assert.strictEqual(readFileSync(facts, "utf8"), '{"layout":2,"port":1}')
    })
  )

  it.live("a folder with something else in it", () =>
    Effect.gen(function* () {
      const dataDir = yield* scratchDir()
      mkdirSync(dataOf(dataDir), { recursive: true })
      writeFileSync(join(dataOf(dataDir), "letter.txt"), "dear diary")
      const error = yield* refusal({ dataDir })
      assert.strictEqual(error.reason, "foreign_directory")
      assert.isTrue(existsSync(join(dataOf(dataDir), "letter.txt")))
    })
  )

  it.live("a data directory that cannot be written", () =>
    Effect.gen(function* () {
      const file = join(yield* scratchDir(), "file")
      writeFileSync(file, "")
      const error = yield* refusal({ dataDir: file })
      assert.strictEqual(error.reason, "not_writable")
      assert.include(error.message, "OVERPLANNED_DATA_DIR")
    })
  )

  it.live("a database whose files are damaged", () =>
    Effect.gen(function* () {
      const dataDir = yield* scratchDir()
      const { major } = yield* bundled
      makeCluster(dataDir, `${major}\n`)
      const error = yield* refusal({ dataDir })
      assert.strictEqual(error.reason, "did_not_start")
      assert.match(error.message, /did not start \(.+\); its log is/)
    })
  )
})
