import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as TrainedRankerDesk from "../../../src/cases/ranking/trained-rankers.ts"
import { FEATURES, type FeatureName } from "../../../src/domain/features.ts"
import { rankLocally } from "../../../src/domain/rankers/local.ts"
import * as ModelFiles from "../../../src/layers/files/model-artefacts.ts"
import { load } from "../../../src/layers/onnx/session.ts"
import { ModelArtefacts } from "../../../src/services/model-artefacts.ts"
import { isComplete, type Ranker, RankingDesk } from "../../../src/services/ranker.ts"
import {
  ModelRefused,
  RANKER_MODEL_TYPE,
  type RegisteredRanker,
  TrainedRankers
} from "../../../src/services/trained-rankers.ts"
import { places, request, traveler } from "../../domain/rankers/fixtures.ts"
import { linearRanker } from "../../fakes/onnx.ts"
import { deskLayer } from "./rankers.ts"

const on = (feature: FeatureName, factor = 1) => FEATURES.map((name) => (name === feature ? factor : 0))

const registered = (version: string, more: Partial<RegisteredRanker> = {}): RegisteredRanker => ({
  model_name: "wide",
  model_version: version,
  model_type: RANKER_MODEL_TYPE,
  stage: "production",
  artifact_path: `wide/${version}.onnx`,
  promoted_at: null,
  ...more
})

/** A folder of models, a registry one can write into, and what is loaded from them. */
const house = Effect.gen(function* () {
  const dir = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-models-"))),
    (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
  )
  mkdirSync(join(dir, "models", "wide"), { recursive: true })
  const registry: Array<RegisteredRanker> = []
  const write = (version: string, bytes: Uint8Array) =>
    writeFileSync(join(dir, "models", "wide", `${version}.onnx`), bytes)
  const artefacts = Context.get(yield* Layer.build(ModelFiles.layer(join(dir, "models"))), ModelArtefacts)
  const context = yield* Layer.build(
    TrainedRankerDesk.layer({
      registered: Effect.sync(() => registry),
      loaders: {
        [RANKER_MODEL_TYPE]: (row) =>
          artefacts.read(row.artifact_path ?? "", row.artifact_sha256 ?? null).pipe(
            Effect.mapError(({ message }) => new ModelRefused({ message })),
            Effect.flatMap((bytes) => load({ name: row.model_name, version: row.model_version }, "wide", bytes)),
            Effect.map((ranker) => ({ ranker }))
          )
      },
      ranks: "wide",
      rankedBefore: ["deep", "wide"],
      refreshEvery: "1 hour"
    })
  )
  return { dir, registry, write, trained: Context.get(context, TrainedRankers) }
})

const nodes = places(200)
const warm = [traveler("a", "food", { signalCount: 25 })]
const rank = (ranker: Ranker | undefined, members = warm) => ranker!.rank(request(members, nodes))

describe("trained rankers", () => {
  it.live("rank by what the model says, every candidate once, with features and reasons", () =>
    Effect.gen(function* () {
      const { registry, write, trained } = yield* house
      assert.isUndefined(trained.production())
      write("1", linearRanker(on("price_fit", 3)))
      registry.push(registered("1"))
      yield* trained.refresh
      const asked = request(warm, nodes)
      const ranking = yield* rank(trained.production())
      assert.isTrue(isComplete(ranking, asked.candidates))
      assert.deepStrictEqual(ranking.model, { name: "wide", version: "1" })
      const fits = ranking.items.map(({ features }) => features["price_fit"]!)
      assert.deepStrictEqual(
        fits,
        fits.toSorted((a, b) => b - a)
      )
      assert.deepStrictEqual(
        ranking.items[0]!.why,
        rankLocally(asked).items.find(({ index }) => index === ranking.items[0]!.index)!.why
      )
    }).pipe(Effect.scoped)
  )

  it.live("refuse cold travelers and groups by themselves, whoever asks them", () =>
    Effect.gen(function* () {
      const { registry, write, trained } = yield* house
      write("1", linearRanker(on("affinity")))
      registry.push(registered("1"))
      yield* trained.refresh
      for (const counts of [[19], [25, 19], []]) {
        const members = counts.map((signalCount, i) => traveler(`${i}`, "food", { signalCount }))
        const refused = yield* Effect.result(trained.production()!.rank({ ...request(warm, nodes), members }))
        assert.isTrue(Result.isFailure(refused) && refused.failure.reason === "cold")
      }
    }).pipe(Effect.scoped)
  )

  it.live("follow promotions, and keep what works when the new one does not", () =>
    Effect.gen(function* () {
      const { registry, write, trained } = yield* house
      write("1", linearRanker(on("affinity")))
      write("2", linearRanker(on("affinity", -1)))
      write("broken", new TextEncoder().encode("not a model"))
      write("older", linearRanker([1, 2, 3]))
      write("other", linearRanker(on("affinity"), { input: "x" }))
      registry.push(registered("1"), registered("2", { stage: "shadow" }))
      yield* trained.refresh
      assert.strictEqual(trained.production()?.model.version, "1")
      assert.strictEqual(trained.shadow()?.model.version, "2")
      registry.splice(0, 2, registered("2"))
      yield* trained.refresh
      assert.strictEqual(trained.production()?.model.version, "2")
      assert.isUndefined(trained.shadow())
      for (const bad of ["broken", "older", "other", "missing"]) {
        registry[0] = registered(bad)
        yield* trained.refresh
        assert.strictEqual(trained.production()?.model.version, "2", bad)
      }
      yield* rank(trained.production())
      registry.length = 0
      yield* trained.refresh
      assert.isUndefined(trained.production())
    }).pipe(Effect.scoped)
  )

  it.live("leave to what ranked under another name whom the first version does not rank for yet", () =>
    Effect.gen(function* () {
      const { registry, write, trained } = yield* house
      write("1", linearRanker(on("affinity")))
      const deep = registered("1", { model_name: "deep" })
      registry.push(deep, registered("1", { traffic_percent: 10 }))
      const names = () => {
        const all = Array.from({ length: 200 }, (_, n) => trained.production(`traveler ${n}`)?.model.name ?? "nobody")
        return Object.fromEntries(
          Map.groupBy(all, (name) => name)
            .entries()
            .map(([name, some]) => [name, some.length])
        )
      }
      yield* trained.refresh
      assert.hasAllKeys(names(), ["deep", "wide"])
      assert.isBelow(names()["wide"]!, 60)
      // What only some had was never let to the others.
      registry[0] = { ...deep, traffic_percent: 10 }
      yield* trained.refresh
      assert.hasAllKeys(names(), ["nobody", "wide"])
    }).pipe(Effect.scoped)
  )

  it.live("open no file outside their folder, whatever the registry says", () =>
    Effect.gen(function* () {
      const { dir, registry, trained } = yield* house
      writeFileSync(join(dir, "secret.onnx"), linearRanker(on("affinity")))
      registry.push(registered("1", { artifact_path: "../secret.onnx" }))
      yield* trained.refresh
      assert.isUndefined(trained.production())
    }).pipe(Effect.scoped)
  )

  it.live("answer the warm traveler's next ranking through the desk, and never the cold one's", () =>
    Effect.gen(function* () {
      const { registry, write, trained } = yield* house
      write("1", linearRanker(on("affinity")))
      registry.push(registered("1"))
      yield* trained.refresh
      yield* Effect.gen(function* () {
        const desk = yield* RankingDesk
        const by = (...counts: ReadonlyArray<number>) =>
          Effect.map(
            desk.rank({
              ...request(
                counts.map((signalCount, i) => traveler(`${i}`, "food", { signalCount })),
                nodes
              ),
              deadline: Date.now() + 8_000
            }),
            ({ ranking }) => ranking.model.name
          )
        assert.strictEqual(yield* by(25), "wide")
        assert.strictEqual(yield* by(19), "local_ranker")
        assert.strictEqual(yield* by(25, 19), "local_ranker")
      }).pipe(Effect.provide(deskLayer({ nodes, trained })))
    }).pipe(Effect.scoped)
  )
})
