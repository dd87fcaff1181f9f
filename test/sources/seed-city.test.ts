import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { explain, tagVector } from "../../src/domain/catalog/embedding.ts"
import { cityIdOf } from "../../src/domain/catalog/node.ts"
import { syntheticNodes } from "../../src/domain/catalog/synthetic.ts"
import * as MemoryIndex from "../../src/layers/memory/vector-index.ts"
import * as Store from "../../src/layers/postgres/catalog-store.ts"
import { CatalogStore } from "../../src/services/catalog-store.ts"
import { VectorIndex } from "../../src/services/vector-index.ts"
import { fromCurated, fromFile, fromSynthetic } from "../../src/sources/city-files.ts"
import { type SeedInput, seedCity } from "../../src/sources/seed-city.ts"
import { freshDatabase } from "../harness/postgres.ts"

const world = () => Layer.mergeAll(Store.layer, MemoryIndex.layer).pipe(Layer.provideMerge(freshDatabase()))

const scratchFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "catalog-test-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

const rows = Effect.gen(function* () {
  const sql = yield* SqlClient
  const nodes =
    yield* sql`select id, node_index, name, opening_hours, content_hash, vibe_embedding, overrated_flag, retired_at
    from activity_nodes order by id`
  const signals = yield* sql`select activity_node_id, source, kind, mentions, score from quality_signals order by id`
  const snapshots = yield* sql<{
    catalog_version: string
  }>`select catalog_version, digest from exp.catalog_snapshots order by catalog_version`
  return { nodes, signals, snapshots }
})

describe("seeding a curated city", () => {
  layer(world(), { excludeTestServices: true })((it) => {
    it.effect("fills tables and index, and a second run finds everything unchanged", () =>
      Effect.gen(function* () {
        const input = yield* fromCurated("seattle")
        const first = yield* seedCity(input)
        assert.deepInclude(first, { new: input.total, changed: 0, unchanged: 0, rejected: 0, catalog_version: 1 })
        assert.deepStrictEqual(first.notes, [])
        const before = yield* rows
        assert.strictEqual(before.nodes.length, first.counts["activity_nodes"])
        assert.strictEqual(before.signals.length, first.counts["quality_signals"])

        const second = yield* seedCity(yield* fromCurated("seattle"))
        assert.deepInclude(second, { new: 0, changed: 0, unchanged: input.total, catalog_version: 1 })
        assert.deepStrictEqual(second.counts, first.counts)
        assert.deepStrictEqual(yield* rows, before)
      })
    )

    it.effect("finds by vibe, within the city, what the vibe says", () =>
      Effect.gen(function* () {
        const index = yield* VectorIndex
        const hits = yield* index.search("vibe_embedding", tagVector("specialty_coffee"), 5, "seattle")
        const sql = yield* SqlClient
        const [best] = yield* sql<{ vibe_embedding: ReadonlyArray<number> }>`
          select vibe_embedding from activity_nodes where id = ${hits[0]!.id}`
        assert.strictEqual(explain(best!.vibe_embedding)[0]!.tag, "specialty_coffee")
        assert.strictEqual(hits.length, 5)
        assert.strictEqual((yield* index.search("vibe_embedding", tagVector("cozy"), 5, "elsewhere")).length, 0)
      })
    )

    it.effect(
      "changes what changed, retires what is gone, keeps every place in the matrix, and makes one new version",
      () =>
        Effect.gen(function* () {
          const input = yield* fromCurated("seattle")
          const before = yield* rows
          const [gone, altered, ...rest] = [...input.nodes]
          const edited = {
            ...input,
            nodes: [{ ...altered!, name: `${altered!.name} (moved)` }, ...rest],
            total: input.total - 1
          }
          const summary = yield* seedCity(edited)
          assert.deepInclude(summary, {
            new: 0,
            changed: 1,
            retired: 1,
            unchanged: input.total - 2,
            catalog_version: 2
          })
          const after = yield* rows
          assert.deepStrictEqual(
            after.nodes.map(({ id, node_index }) => [id, node_index]),
            before.nodes.map(({ id, node_index }) => [id, node_index])
          )
          assert.strictEqual(after.nodes.filter(({ retired_at }) => retired_at !== null).length, 1)
          const index = yield* VectorIndex
          assert.strictEqual(yield* index.count("vibe_embedding", "seattle"), input.total - 1)

          const back = yield* seedCity(input)
          assert.deepInclude(back, { changed: 2, retired: 0, catalog_version: 3 })
          assert.strictEqual((yield* rows).nodes.filter(({ retired_at }) => retired_at !== null).length, 0)
          assert.isDefined(gone)
        })
    )

    it.effect("a limited run retires nothing", () =>
      Effect.gen(function* () {
        const summary = yield* seedCity(yield* fromCurated("seattle", 10))
        assert.deepInclude(summary, { new: 0, unchanged: 10, retired: 0, catalog_version: 3 })
      })
    )

    it.effect("an index that lost its points is filled again", () =>
      Effect.gen(function* () {
        const index = yield* VectorIndex
        yield* index.removeCity("vibe_embedding", "seattle")
        const summary = yield* seedCity(yield* fromCurated("seattle"))
        assert.strictEqual(yield* index.count("vibe_embedding", "seattle"), summary.unchanged)
      })
    )
  })
})

describe("a seeding that is killed", () => {
  layer(world(), { excludeTestServices: true })((it) => {
    it.effect("goes on where it was, and ends as if nothing had happened", () =>
      Effect.gen(function* () {
        const whole = yield* fromSynthetic("synthetic-killed", 2500, 3)
        const dying: SeedInput = {
          ...whole,
          nodes: (function* () {
            let n = 0
            for (const node of whole.nodes) {
              if (++n === 1700) throw new Error("killed")
              yield node
            }
          })()
        }
        assert.isTrue(Exit.isFailure(yield* Effect.exit(seedCity(dying))))
        const half = yield* rows
        assert.strictEqual(half.nodes.length, 1500)
        assert.strictEqual(half.snapshots.length, 0)

        const again = yield* seedCity(yield* fromSynthetic("synthetic-killed", 2500, 3))
        assert.deepInclude(again, { new: 1000, unchanged: 1500, changed: 0, catalog_version: 1 })
        assert.strictEqual((yield* rows).nodes.length, 2500)
        assert.strictEqual(yield* (yield* VectorIndex).count("vibe_embedding", "synthetic-killed"), 2500)
      })
    )

    it.effect("between its last batch and its end still gets its snapshot from the next run", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`update cities set catalog_version = 0`
        yield* sql`delete from exp.catalog_snapshots`
        const again = yield* seedCity(yield* fromSynthetic("synthetic-killed", 2500, 3))
        assert.deepInclude(again, { new: 0, unchanged: 2500, catalog_version: 1 })
      })
    )

    it.effect("does not share places in the matrix with another that runs at the same time", () =>
      Effect.gen(function* () {
        const city = (yield* fromSynthetic("synthetic-twice", 1)).city
        const half = (from: number, to: number): SeedInput => ({
          city,
          source: "synthetic",
          licence: "Apache-2.0",
          nodes: [...syntheticNodes(city, 2000, 9)].slice(from, to),
          total: to - from,
          complete: false,
          rejected: []
        })
        yield* Effect.all([seedCity(half(0, 1200)), seedCity(half(800, 2000))], { concurrency: 2 })
        const sql = yield* SqlClient
        const [places] =
          yield* sql`select count(*)::int as n, count(distinct node_index)::int as d, max(node_index) as top
          from activity_nodes where city_id = ${cityIdOf("synthetic-twice")}`
        assert.deepStrictEqual({ ...places }, { n: 2000, d: 2000, top: 1999 })
      })
    )
  })
})

describe("bad input", () => {
  layer(world(), { excludeTestServices: true })((it) => {
    it.effect("leaves out the bad entries of a file, each with its reason, and takes the rest", () =>
      Effect.gen(function* () {
        const folder = yield* scratchFolder
        const seattle = yield* fromCurated("seattle", 6)
        const nodes = [...seattle.nodes]
        const file = {
          format: "overplanned/city@1",
          source: "import:test",
          licence: "ODbL-1.0",
          city: { ...seattle.city, slug: "elsewhere" },
          nodes: [
            ...nodes,
            { ...nodes[0], key: "off-the-planet", lat: 400 },
            { ...nodes[0], key: "out-of-town", lat: 40.7, lon: -74 },
            { ...nodes[0], key: "twin" },
            { ...nodes[1] },
            "not even an object",
            { ...nodes[0], key: "nul", name: "A \u0000 in the name" },
            { ...nodes[0], key: "half", neighbourhood: "half \ud800 a pair" },
            { ...nodes[0], key: "odd-hours", name: "Odd hours", opening_hours: "'; drop table cities; --" }
          ]
        }
        const path = join(folder, "elsewhere.json")
        writeFileSync(path, JSON.stringify(file))
        const summary = yield* seedCity(yield* fromFile(path))
        assert.deepInclude(summary, { new: 7, rejected: 7 })
        assert.deepStrictEqual(
          summary.rejections.map(({ item }) => item).sort(),
          [nodes[1]!.key, "node 11", "off-the-planet", "out-of-town", "twin", "nul", "half"].sort()
        )
        for (const { reason } of summary.rejections) assert.isAbove(reason.length, 10)
        assert.strictEqual(summary.notes[0]!.item, "odd-hours")
      })
    )

    it.effect("names the cities there are when asked for one there is not, whatever the name", () =>
      Effect.gen(function* () {
        for (const slug of ["atlantis", "../../package", "", "Seattle", "x".repeat(5000)]) {
          const refused = yield* Effect.flip(fromCurated(slug))
          assert.strictEqual(refused._tag, "UnknownCity")
          assert.include(refused.message, "seattle")
        }
        assert.strictEqual((yield* Effect.flip(fromSynthetic("atlantis", 10)))._tag, "UnknownCity")
      })
    )

    it.effect("says what is wrong with a file that is none", () =>
      Effect.gen(function* () {
        const folder = yield* scratchFolder
        const path = join(folder, "broken.json")
        writeFileSync(path, "{ not json")
        assert.include((yield* Effect.flip(fromFile(path))).message, "broken.json")
        writeFileSync(path, "[]")
        assert.include((yield* Effect.flip(fromFile(path))).message, "not a city file")
        assert.include((yield* Effect.flip(fromFile(join(folder, "missing.json")))).message, "missing.json")
      })
    )
  })
})

describe("signals of another source", () => {
  layer(world(), { excludeTestServices: true })((it) => {
    it.effect("change what a node says of itself, and survive the next seeding", () =>
      Effect.gen(function* () {
        const store = yield* CatalogStore
        const sql = yield* SqlClient
        const input = yield* fromCurated("seattle")
        yield* seedCity(input)
        const [node] = yield* sql<{ id: string }>`select id from activity_nodes where overrated_flag = false
          and quality_signals -> 'editor' -> 'tourist' -> 'score' > '0.75' limit 1`
        const forum = {
          source: "forum",
          kind: "aggregator" as const,
          voice: "local" as const,
          mentions: 30,
          score: 0.1,
          avoid_mentions: 20,
          last_seen: "2026-05-01",
          quotes: ["Skip it."],
          licence: null
        }
        yield* store.saveSignals([{ node_id: node!.id, signals: [forum] }])
        const flag = Effect.map(
          sql<{ overrated_flag: boolean; quality_signals: { avoid_mentions: number } }>`
            select overrated_flag, quality_signals from activity_nodes where id = ${node!.id}`,
          ([row]) => row!
        )
        assert.deepInclude(yield* flag, { overrated_flag: true })
        const edited = [...input.nodes].map((entry) => ({ ...entry, price_tier: 4 as const }))
        const summary = yield* seedCity({ ...input, nodes: edited })
        assert.isAbove(summary.changed, 0)
        assert.deepInclude(yield* flag, { overrated_flag: true })
        assert.isAtLeast((yield* flag).quality_signals.avoid_mentions, 20)
      })
    )
  })
})
