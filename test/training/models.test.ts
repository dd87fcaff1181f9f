import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as PromotionCases from "../../src/cases/models/promotions.ts"
import { Config } from "../../src/config.ts"
import { ACCEPTANCE_COLUMNS } from "../../src/domain/pivot/acceptance.ts"
import * as ModelFiles from "../../src/layers/files/model-artefacts.ts"
import * as PostgresModelRegistry from "../../src/layers/postgres/model-registry.ts"
import { ModelRegistry } from "../../src/services/model-registry.ts"
import { Promotions } from "../../src/services/promotions.ts"
import { ShadowPopulation } from "../../src/services/shadow-population.ts"
import { Trainers } from "../../src/services/trainers.ts"
import { buildDataset } from "../../src/training/datasets/build.ts"
import * as Shadow from "../../src/training/judge/shadow-report.ts"
import * as ModelTrainers from "../../src/training/models/trainers.ts"
import { plantPivots } from "./pivots.ts"
import { populated, SMALL } from "./population/world.ts"
import { shown, worseFor } from "./shown.ts"

const folder = mkdtempSync(join(tmpdir(), "overplanned-models-"))
const [datasets, models] = [join(folder, "datasets"), join(folder, "models")]

const world = ModelTrainers.layer({ root: folder, version: "test" }).pipe(
  Layer.provideMerge(PromotionCases.layer),
  Layer.provideMerge(Shadow.layer),
  Layer.provideMerge(Layer.mergeAll(PostgresModelRegistry.layer, ModelFiles.layer(models))),
  Layer.provideMerge(populated()),
  Layer.provide(Config.layer({ OVERPLANNED_DATA_DIR: folder, DATASETS_DIR: datasets, MODELS_DIR: models })),
  Layer.provideMerge(
    Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))))
  )
)

describe("a model, from what was logged to the gate", () => {
  layer(world, { excludeTestServices: true })((it) => {
    it.effect("is not trained where there is nothing to train on", () =>
      Effect.gen(function* () {
        const trainers = yield* Trainers
        const { message, retry } = yield* Effect.flip(trainers.train("bpr"))
        assert.match(message, /^No dataset bpr_triples is published .* build-dataset bpr_triples\.$/)
        assert.isFalse(retry)
        assert.match((yield* Effect.flip(trainers.evaluate("bpr"))).message, /No bpr with an artifact is registered/)
      })
    )

    it.effect(
      "is trained, judged beside its baselines, and registered for staging with all that it comes from",
      () =>
        Effect.gen(function* () {
          yield* (yield* ShadowPopulation).seed(SMALL)
          // The night's build and one by hand at the same time: neither takes the other's draft away.
          const build = buildDataset({ root: datasets, trackingUri: undefined }, { name: "bpr_triples" })
          yield* Effect.all([build, build], { concurrency: 2 })
          const trainers = yield* Trainers
          const progress: Array<number> = []
          const trained = yield* trainers.train("bpr", ({ epoch }) => void progress.push(epoch))
          assert.isAbove(progress.length, 0)
          assert.isAbove(trained.epochs, 0)
          assert.isAbove(trained.rows["comparisons"]!, 500)
          assert.match(trained.table, /as_logged/)
          assert.includeMembers(readdirSync(trained.folder), [
            "factors.bin",
            "card.md",
            "evaluation.html",
            "evaluation.json",
            "evaluation.svg",
            "learning-curve.svg"
          ])
          const evaluation = JSON.parse(readFileSync(join(trained.folder, "evaluation.json"), "utf8"))
          assert.deepEqual(
            evaluation.models.map(({ name }: { name: string }) => name),
            [
              "bpr",
              "as_logged",
              "popularity",
              "popularity_7_days",
              "user_frequency",
              "distance_category",
              "bpr, seed 2",
              "bpr, seed 3"
            ]
          )
          // People choose by their taste in this world, and what they like can be learnt from what they took before.
          const [own, , ,] = evaluation.models
          assert.isAbove(own.metrics.auc.lower, 0.5)
          const kinds = new Set(
            evaluation.comparisons[0].segments.map(({ name }: { name: string }) => name.split("=")[0])
          )
          assert.includeMembers([...kinds], ["city", "party"])
          assert.isTrue(own.local_picks > 0 && own.local_picks < 1)

          const registry = yield* ModelRegistry
          const row = yield* registry.find("bpr", trained.version)
          assert.strictEqual(row.stage, "staging")
          assert.strictEqual(row.artifact_sha256, trained.artifact_sha256)
          assert.strictEqual(row.code_commit, "release test")
          assert.match(row.card, /Backfill counts 0\.3/)
          const lineage = row.lineage as { dataset: string; files: Record<string, { sha256: string }> }
          assert.strictEqual(lineage.dataset, "bpr_triples")
          assert.match(lineage.files["train.parquet"]!.sha256, /^[0-9a-f]{64}$/)

          // The file alone gives the same figures again.
          const again = yield* trainers.evaluate("bpr", trained.version)
          const figures = (one: { models: ReadonlyArray<unknown> }) => one.models.slice(0, 6)
          assert.deepEqual(figures(JSON.parse(JSON.stringify(again.evaluation))), figures(evaluation))

          // Also who is kept apart is judged by what they decided later only.
          const { cuts } = JSON.parse(readFileSync(join(trained.dataset, "lineage.json"), "utf8"))
          assert.isAtLeast(Date.parse(evaluation.from), Date.parse(cuts.test_from))
          assert.match(trained.notes[0]!, /^The dataset bpr_triples\/\S+ holds all, until/)
          // By the days that it has learnt from it would know the answers.
          yield* buildDataset(
            { root: datasets, trackingUri: undefined },
            { name: "bpr_triples", to: Date.parse(cuts.test_from) }
          )
          const { message } = yield* Effect.flip(trainers.evaluate("bpr", trained.version))
          assert.match(message, /^bpr:\S+ learnt from what happened until .* it would be judged by what it has seen/)
          assert.deepEqual((yield* registry.find("bpr", trained.version)).metrics, {
            ...(row.metrics as object),
            evaluation: JSON.parse(JSON.stringify(again.evaluation))
          })
        }),
      600_000
    )

    it.effect(
      "beats nobody where what people take is chance: a better one there would have looked ahead",
      () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient
          const trainers = yield* Trainers
          yield* sql`create table kept as select id, activity_node_id from decision_outcomes`
          yield* sql`
            update decision_outcomes o set activity_node_id =
              r.candidate_ids[1 + (hashtext(o.id::text) & 2147483647) % cardinality(r.candidate_ids)]
            from ranking_events r where r.id = o.decision_id and cardinality(r.candidate_ids) > 1`
          const today = (yield* buildDataset({ root: datasets, trackingUri: undefined }, { name: "bpr_triples" }))
            .folder
          const { folder } = yield* trainers.train("bpr")
          const [own, ...others] = JSON.parse(readFileSync(join(folder, "evaluation.json"), "utf8")).models
          for (const { metrics, name } of others.slice(0, 5)) {
            assert.isBelow(own.metrics.hr5.lower, metrics.hr5.upper, name)
          }
          assert.isBelow(Math.abs(own.metrics.auc.mean - 0.5), 0.05)
          yield* sql`update decision_outcomes o set activity_node_id = k.activity_node_id from kept k where k.id = o.id`
          assert.isTrue(existsSync(today))
        }),
      600_000
    )

    it.effect("is trained by one trainer at a time; who is cancelled leaves nothing and nobody waiting", () =>
      Effect.gen(function* () {
        const trainers = yield* Trainers
        const registry = yield* ModelRegistry
        const before = (yield* registry.list).length
        const begun = yield* Deferred.make<void>()
        const first = yield* Effect.forkChild(
          trainers.train("bpr", () => Effect.runSync(Deferred.done(begun, Exit.void)))
        )
        yield* Deferred.await(begun)
        const { message, retry } = yield* Effect.flip(trainers.train("bpr"))
        assert.match(message, /^bpr is being trained already\. Wait for that run, or cancel it\.$/)
        assert.isFalse(retry)
        yield* Fiber.interrupt(first)
        assert.strictEqual((yield* registry.list).length, before)
        // The lock went with whoever held it.
        assert.match((yield* Effect.flip(trainers.train("pivot_acceptance"))).message, /No dataset pivot_acceptance/)
        const again = yield* Effect.forkChild(trainers.train("bpr"))
        yield* Fiber.interrupt(again)
      })
    )

    it.effect(
      "orders the options of pivots: trained, judged against the order that was offered, and kept as numbers",
      () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient
          const folderOf = (name: string) => join(datasets, `pivot_acceptance/${name}`)
          const build = buildDataset({ root: datasets, trackingUri: undefined }, { name: "pivot_acceptance" })
          yield* sql`delete from pivot_events`
          yield* plantPivots(4_000, Date.now())
          const today = (yield* build).folder
          const trainers = yield* Trainers
          const trained = yield* trainers.train("pivot_acceptance")
          assert.match(trained.notes.join(), /AUC over all options of later pivots: pivot_acceptance 0\.\d+, as_logged/)
          const evaluation = JSON.parse(readFileSync(join(trained.folder, "evaluation.json"), "utf8"))
          assert.strictEqual(evaluation.by, "auc")
          const auc = new Map<string, { mean: number; lower: number; upper: number }>(
            evaluation.models.map((model: { name: string; metrics: { auc: unknown } }) => [
              model.name,
              model.metrics.auc
            ])
          )
          for (const baseline of ["as_logged", "affinity", "nearest"]) {
            assert.isAbove(auc.get("pivot_acceptance")!.lower, auc.get(baseline)!.upper, baseline)
          }
          const weights = JSON.parse(readFileSync(join(trained.folder, "weights.json"), "utf8"))
          assert.deepEqual(weights.columns, ACCEPTANCE_COLUMNS)
          const again = yield* trainers.evaluate("pivot_acceptance", trained.version)
          assert.deepEqual(
            JSON.parse(JSON.stringify(again.evaluation)).models.slice(0, 4),
            evaluation.models.slice(0, 4)
          )
          const promotions = yield* Promotions
          const { message } = yield* Effect.flip(
            promotions.promote({ name: "pivot_acceptance", version: trained.version, to: "production" })
          )
          assert.match(message, /0 days in the shadow; at least 14 are wanted\./)
          const [, reached] = /: pivot_acceptance (0\.\d{3}),/.exec(trained.notes.join())!
          const wanting = `AUC over all options of travelers is ${reached}; at least 0.800 is wanted.`
          assert.strictEqual(message.includes(wanting), Number(reached) < 0.8, `${reached}: ${message}`)
          const aside = { name: "pivot_acceptance", version: trained.version, to: "shadow", force: "a try" } as const
          assert.match(
            (yield* Effect.flip(promotions.promote(aside))).message,
            /^Nothing runs pivot_acceptance in the shadow/
          )

          // Where chance alone decides what is taken, a better model would be one that had looked ahead.
          yield* sql`delete from pivot_events`
          yield* plantPivots(4_000, Date.now(), true)
          renameSync(today, folderOf("2000-01-01"))
          yield* build
          const mixed = yield* trainers.train("pivot_acceptance")
          const [own, logged] = JSON.parse(readFileSync(join(mixed.folder, "evaluation.json"), "utf8")).models
          assert.isBelow(own.metrics.auc.lower, logged.metrics.auc.upper)
          assert.isBelow(Math.abs(own.metrics.auc.mean - 0.5), 0.1)
        }),
      600_000
    )

    it.effect(
      "is promoted by what it showed, or by somebody who says why; never without the file that was judged",
      () =>
        Effect.gen(function* () {
          const promotions = yield* Promotions
          const registry = yield* ModelRegistry
          const sql = yield* SqlClient
          const [newest] = (yield* registry.list).filter(({ model_name }) => model_name === "bpr")
          const version = newest!.model_version
          const promote = (to: "shadow" | "production", force?: string) =>
            promotions.promote({ name: "bpr", version, to, ...(force === undefined ? {} : { force }) })

          const refused = (yield* Effect.flip(promote("production"))).message
          // It was trained and judged on made-up people alone.
          assert.match(refused, /has not shown enough for production\. Only what made-up people decided was judged/)
          const placeholder = { name: "bpr", version: "0.0.0", to: "production", force: "for a try" } as const
          assert.match((yield* Effect.flip(promotions.promote(placeholder))).message, /bpr:0\.0\.0 has no artifact/)

          const file = join(models, newest!.artifact_path!)
          const bytes = readFileSync(file)
          writeFileSync(file, bytes.subarray(1))
          assert.match((yield* Effect.flip(promote("shadow", "for a try"))).message, /not the one that was judged/)
          const trainers = yield* Trainers
          assert.match((yield* Effect.flip(trainers.evaluate("bpr"))).message, /not the one that was registered/)
          rmSync(file)
          assert.match((yield* Effect.flip(promote("shadow", "for a try"))).message, /is not in this node's MODELS_DIR/)
          writeFileSync(file, bytes)
          yield* sql`update model_registry set features_version = '0' where model_version = ${version}`
          assert.match((yield* Effect.flip(promote("shadow", "for a try"))).message, /features of version 0/)
          yield* sql`update model_registry set features_version = null where model_version = ${version}`

          const shadow = yield* promote("shadow", "to see what it would do")
          assert.strictEqual(shadow.stage, "shadow")
          const forced = yield* promote("production", "  the gate's numbers are known ")
          assert.strictEqual(forced.stage, "production")
          assert.deepInclude(forced.promotion as object, {
            to: "production",
            passed: false,
            forced: "the gate's numbers are known"
          })

          const back = (yield* Effect.flip(promote("shadow", "to look again"))).message
          assert.match(back, /is in production: in the shadow it would be gone for everybody.*rollback bpr/)
          assert.strictEqual((yield* registry.find("bpr", version)).stage, "production")

          // One that showed everything needs nobody's reason.
          yield* registry.register({ ...newest!, model_version: "shown", metrics: shown })
          // The shadow may have seen thousands: what was held out of one traveler is no reason, nor what nobody is known to be behind.
          const { people: _, ...uncounted } = shown.evaluation.of_travelers
          for (const of_travelers of [{ ...shown.evaluation.of_travelers, decisions: 1, people: 1 }, uncounted]) {
            const metrics = { ...shown, evaluation: { ...shown.evaluation, of_travelers } }
            yield* registry.setMetrics("bpr", "shown", metrics)
            const { message } = yield* Effect.flip(
              promotions.promote({ name: "bpr", version: "shown", to: "production" })
            )
            assert.match(message, /held-out decisions of [01] travelers say so, .* at least 30 travelers are wanted\./)
          }
          // Only who travels is worse off by it.
          const evaluation = worseFor({ everybody: "party=made_up", travelers: "party=group" })
          yield* registry.setMetrics("bpr", "shown", { ...shown, evaluation })
          const held = yield* Effect.flip(promotions.promote({ name: "bpr", version: "shown", to: "production" }))
          assert.match(held.message, /Worse off by their own interval: party=group\./)
          yield* registry.setMetrics("bpr", "shown", shown)
          const good = { name: "bpr", version: "shown", to: "production" } as const
          assert.match((yield* Effect.flip(promotions.promote(good))).message, /0 days in the shadow/)
          // A decision a day for two weeks, of which the place that was taken stood first, and last in the other order.
          const beside = (shadow: "lost" | "won") => sql`
            with places as (select array_agg(id order by id) as ids from (select id from activity_nodes order by id limit 6) six),
            decided as (
              insert into ranking_events (id, user_id, surface, model_name, model_version, candidate_ids, scores, propensities,
                ranked_ids, selected_ids, shadow_model_name, shadow_model_version, shadow_ranked_ids, latency_ms, occurred_at)
              select gen_random_uuid(), (select id from users limit 1), 'discovery', 'local_ranker', '1', ids,
                '{6,5,4,3,2,1}', '{1,1,1,1,1,1}', case when ${shadow === "lost"} then ids else ids[2:6] || ids[1] end, '{}', 'bpr', 'shown',
                case when ${shadow === "lost"} then ids[2:6] || ids[1] else ids end, 1, now() - n * interval '1 day'
              from places, generate_series(1, 14) n returning id, user_id, candidate_ids, occurred_at)
            insert into decision_outcomes (id, decision_id, user_id, activity_node_id, outcome, occurred_at)
            select gen_random_uuid(), id, user_id, candidate_ids[1], 'swiped_right', occurred_at from decided`
          yield* beside("lost")
          assert.match(
            (yield* Effect.flip(promotions.promote(good))).message,
            /In the shadow it is -1\.000 \[-1\.000, -1\.000\]/
          )
          yield* sql`delete from decision_outcomes where decision_id in (
            select id from ranking_events where shadow_model_version = 'shown')`
          yield* sql`delete from ranking_events where shadow_model_version = 'shown'`
          yield* beside("won")
          // What has the model before it at a tenth would have this one's control: the others would get what was never let to them.
          const narrow = (yield* Effect.flip(promotions.promote({ ...good, force: "in a hurry" }))).message
          assert.match(narrow, /^bpr:\S+ ranks for 10 % of travelers only, .* traffic bpr 100.* rollback bpr/)
          assert.strictEqual((yield* registry.find("bpr", version)).stage, "production")
          yield* promotions.share({ name: "bpr", percent: 100 })
          assert.strictEqual((yield* promotions.promote(good)).stage, "production")
          assert.strictEqual((yield* registry.find("bpr", version)).stage, "archived")
          assert.match((yield* Effect.flip(promote("production", "back"))).message, /is archived/)
        })
    )

    it.effect("ends in a sentence where the disk is full, and leaves nothing half", () =>
      Effect.gen(function* () {
        const trainers = yield* Trainers
        // A file stands where the folder of models has to go.
        rmSync(models, { recursive: true })
        writeFileSync(models, "in the way")
        const { message } = yield* Effect.flip(trainers.train("pivot_acceptance"))
        assert.match(message, /^The model could not be written to .*Make room or mend the folder, and train again\.$/)
        assert.isFalse(existsSync(join(models, "pivot_acceptance")))
      })
    )
  })
})
