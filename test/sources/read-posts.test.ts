import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as MemoryIndex from "../../src/layers/memory/vector-index.ts"
import * as Store from "../../src/layers/postgres/catalog-store.ts"
import { fromCurated } from "../../src/sources/city-files.ts"
import { readPosts } from "../../src/sources/read-posts.ts"
import { seedCity } from "../../src/sources/seed-city.ts"
import { freshDatabase } from "../harness/postgres.ts"

const fileOf = (lines: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const path = join(mkdtempSync(join(tmpdir(), "read-posts-")), "posts.jsonl")
      writeFileSync(path, lines.join("\n"))
      return path
    }),
    (path) => Effect.sync(() => rmSync(join(path, ".."), { recursive: true }))
  )

const told = Effect.fnUntraced(function* (city: string, lines: ReadonlyArray<string>) {
  const out: Array<string> = []
  yield* readPosts(city, yield* fileOf(lines), (more) => Effect.sync(() => void out.push(...more.split("\n"))))
  return out.map((line) => JSON.parse(line) as Record<string, unknown>)
})

describe("reading posts without keeping them", () => {
  layer(Layer.mergeAll(Store.layer, MemoryIndex.layer).pipe(Layer.provideMerge(freshDatabase())), {
    excludeTestServices: true
  })((it) => {
    it.effect("says what to do where the city has no places, or there is no file", () =>
      Effect.gen(function* () {
        assert.include((yield* Effect.flip(told("tokyo", ["{}"]))).message, "seed-city --city tokyo")
        const away = yield* Effect.flip(readPosts("tokyo", "/nowhere/posts.jsonl", () => Effect.void))
        assert.include(away.message, "/nowhere/posts.jsonl")
      })
    )

    it.effect("writes a line for each post: what it says of which place, or why it was refused", () =>
      Effect.gen(function* () {
        yield* seedCity(yield* fromCurated("tokyo"))
        const lines = yield* told("tokyo", [
          JSON.stringify({ id: "a", text: "地元の人間は仲見世通りでは買い物しません。" }),
          "not json",
          JSON.stringify({ text: "<p>Golden Gai was wonderful, dark and cozy.</p>" }),
          JSON.stringify({ text: "b".repeat(60_000) })
        ])
        const sql = yield* SqlClient
        const [nakamise] = yield* sql<{ id: string }>`select id from activity_nodes where name = 'Nakamise-dōri'`
        assert.deepInclude(lines[0], { line: 1, id: "a", language: "ja", voice: "resident" })
        const [first] = lines[0]!["mentions"] as ReadonlyArray<Record<string, unknown>>
        assert.deepInclude(first, { place: nakamise!.id, text: "仲見世通り", stance: "warn", avoid: true })
        assert.isString(lines[1]!["refused"])
        assert.strictEqual(lines[2]!["text"], "Golden Gai was wonderful, dark and cozy.")
        assert.match(lines[3]!["refused"] as string, /60000 characters/)
        assert.strictEqual((yield* sql<{ n: number }>`select count(*)::int as n from scraped_posts`)[0]!.n, 0)
      })
    )
  })
})
