/** Small models of the registry, loaded from files: what cannot be used is said once, and what decided before goes on. */
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { MATCH_FEATURES } from "../../../src/domain/companions/features.ts"
import { armOf } from "../../../src/domain/learning/traffic.ts"
import { ACCEPTANCE_COLUMNS } from "../../../src/domain/pivot/acceptance.ts"
import * as PerceptronModels from "../../../src/layers/files/perceptron-models.ts"
import { ACCEPTANCE_MODEL, AcceptanceModels } from "../../../src/services/acceptance-model.ts"
import { COMPATIBILITY_MODEL, CompatibilityModels } from "../../../src/services/compatibility-models.ts"
import type { RegisteredModel } from "../../../src/services/model-registry.ts"
import { logged } from "../../harness/logged.ts"

const weights = (columns: ReadonlyArray<string>, more: object = {}) => ({
  columns,
  means: columns.map(() => 0),
  scales: columns.map(() => 1),
  hidden: [columns.map(() => 1)],
  hidden_bias: [0],
  out: [1],
  out_bias: 0,
  ...more
})

/** A models' folder and a registry that say what a test wants. */
const shelf = (name: string) => {
  const folder = mkdtempSync(join(tmpdir(), "overplanned-shelf-"))
  let rows: ReadonlyArray<RegisteredModel> = []
  let away = false
  const put = (version: string, content: unknown, changes: Partial<RegisteredModel> = {}): RegisteredModel => {
    const text = typeof content === "string" ? content : JSON.stringify(content)
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, `${version}.json`), text)
    return {
      model_name: name,
      model_version: version,
      model_type: name,
      description: "",
      stage: "production",
      artifact_path: `${name}/${version}.json`,
      training_date: null,
      promoted_at: null,
      metrics: {},
      artifact_sha256: createHash("sha256").update(text).digest("hex"),
      features_version: null,
      encoder_version: null,
      code_commit: null,
      lineage: {},
      card: "",
      promotion: {},
      traffic_percent: null,
      took_over_from: null,
      people_erased: 0,
      ...changes
    }
  }
  return {
    folder,
    put,
    says: (...all: ReadonlyArray<RegisteredModel>) => {
      rows = all
    },
    goesAway: () => {
      away = true
    },
    options: {
      modelsDir: folder,
      registered: Effect.suspend(() => (away ? Effect.fail(new Error("away")) : Effect.succeed(rows))),
      refreshEvery: "1 hour" as const
    }
  }
}

const withShelf = <A, E, R>(name: string, use: (one: ReturnType<typeof shelf>) => Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => shelf(name)),
    use,
    (one) => Effect.sync(() => rmSync(one.folder, { recursive: true, force: true }))
  )

describe("a small model", () => {
  it.effect("that cannot be used changes nothing, and is complained of once, in a sentence", () =>
    withShelf(COMPATIBILITY_MODEL, (one) => {
      const log = logged()
      const good = one.put("good", weights(MATCH_FEATURES))
      one.says(good)
      return Effect.gen(function* () {
        const models = yield* CompatibilityModels
        assert.strictEqual(models.current()?.ref.version, "good")
        const gone = [...MATCH_FEATURES.slice(1), "shoe_size"]
        const bad: ReadonlyArray<readonly [RegisteredModel, RegExp]> = [
          [one.put("gone", weights(gone)), /it knows a match by .*shoe_size; this release by interest_score/],
          [one.put("torn", weights(MATCH_FEATURES, { out: [] })), /its numbers do not fit together/],
          [one.put("endless", weights(MATCH_FEATURES, { out_bias: "NaN" })), /out_bias/],
          [one.put("cut", JSON.stringify(weights(MATCH_FEATURES)).slice(0, -9)), /JSON/],
          [one.put("changed", weights(MATCH_FEATURES), { artifact_sha256: "0" }), /not the one that was registered/],
          [one.put("nowhere", "", { artifact_path: "nowhere.json" }), /ENOENT/],
          [one.put("outside", "", { artifact_path: "../../../../../../etc/hostname" }), /lies outside of MODELS_DIR/],
          [one.put("none", "", { artifact_path: null }), /it has no artifact/]
        ]
        for (const [row, problem] of bad) {
          log.lines.length = 0
          one.says(row)
          yield* models.refresh
          yield* models.refresh
          assert.strictEqual(models.current()?.ref.version, "good", row.model_version)
          assert.strictEqual(log.lines.length, 1, row.model_version)
          assert.match(
            log.lines[0]!,
            /^match_compatibility:\w+ cannot be used, what orders suggested companions goes on: /
          )
          assert.match(log.lines[0]!, problem)
        }
        one.goesAway()
        yield* models.refresh
        assert.strictEqual(models.current()?.ref.version, "good", "nor does a registry that does not answer")
      }).pipe(Effect.provide(PerceptronModels.compatibility(one.options).pipe(Layer.provideMerge(log.layer))))
    })
  )

  it.effect("comes to travelers in shares, and is gone when nothing is in production", () =>
    withShelf(ACCEPTANCE_MODEL, (one) => {
      const old = one.put("1", weights(ACCEPTANCE_COLUMNS), { stage: "archived" })
      const share = (traffic_percent: number | null) =>
        one.put("2", weights(ACCEPTANCE_COLUMNS), { traffic_percent, took_over_from: "1" })
      one.says(old, share(10))
      return Effect.gen(function* () {
        const models = yield* AcceptanceModels
        const of = { name: ACCEPTANCE_MODEL, version: "2" }
        const travelers = Array.from({ length: 300 }, (_, i) => `traveler ${i}`)
        const having = () => travelers.filter((who) => models.current(who).model?.ref.version === "2")
        const first = having()
        assert.isTrue(first.length > 0 && first.length < 100)
        for (const who of travelers) {
          const arm = armOf(who, of, 10)
          const { model, trial } = models.current(who)
          assert.deepStrictEqual([trial, model?.ref.version], [{ arm, of }, arm === "candidate" ? "2" : "1"])
        }
        one.says(old, share(50))
        yield* models.refresh
        assert.includeMembers([...having()], [...first])
        one.says(old, share(null))
        yield* models.refresh
        assert.strictEqual(having().length, travelers.length)
        one.says({ ...share(10), took_over_from: null })
        yield* models.refresh
        const without = travelers.find((who) => armOf(who, of, 10) === "control")!
        assert.deepStrictEqual(models.current(without), { trial: { arm: "control", of } }, "the engine orders for them")
        one.says(old)
        yield* models.refresh
        assert.deepStrictEqual(models.current(without), {})
      }).pipe(Effect.provide(PerceptronModels.acceptance(one.options)), Effect.provide(logged().layer))
    })
  )
})
