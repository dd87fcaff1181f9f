import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as PromotionCases from "../../src/cases/models/promotions.ts"
import { Config } from "../../src/config.ts"
import { randomStream, whole } from "../../src/domain/basics/random.ts"
import { habitsOf } from "../../src/domain/companions/habits.ts"
import * as ModelFiles from "../../src/layers/files/model-artefacts.ts"
import type { Person } from "../../src/layers/postgres/match-people.ts"
import * as PostgresModelRegistry from "../../src/layers/postgres/model-registry.ts"
import { Promotions } from "../../src/services/promotions.ts"
import { Trainers } from "../../src/services/trainers.ts"
import { buildDataset } from "../../src/training/datasets/build.ts"
import type { Definition } from "../../src/training/datasets/definition.ts"
import { companionMatch } from "../../src/training/datasets/definitions/companion-match.ts"
import * as Shadow from "../../src/training/judge/shadow-report.ts"
import { type MatchEvent, syntheticMatches } from "../../src/training/match/events.ts"
import * as ModelTrainers from "../../src/training/models/trainers.ts"
import { dimensionsAfter, profileOf } from "../../src/training/population/profile.ts"
import { freshDatabase } from "../harness/postgres.ts"

const folder = mkdtempSync(join(tmpdir(), "overplanned-matches-"))
const [datasets, models] = [join(folder, "datasets"), join(folder, "models")]

const world = ModelTrainers.layer({ root: folder, version: "test" }).pipe(
  Layer.provideMerge(PromotionCases.layer),
  Layer.provideMerge(Shadow.layer),
  Layer.provideMerge(Layer.mergeAll(PostgresModelRegistry.layer, ModelFiles.layer(models))),
  Layer.provideMerge(freshDatabase({ statementTimeout: "60 seconds" })),
  Layer.provide(Config.layer({ OVERPLANNED_DATA_DIR: folder, DATASETS_DIR: datasets, MODELS_DIR: models })),
  Layer.provideMerge(
    Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))))
  )
)

const PEOPLE = 300
const CITIES = ["tokyo", "seattle", "lisbon", "seoul"]

/** Somebody of the made-up population who has been in two of four cities. */
const somebody = (n: number): Person => {
  const profile = profileOf(1, n)
  const dimensions = dimensionsAfter(profile, profile.trips)
  const random = randomStream("been", n)
  const days = () => ({ [CITIES[whole(random, 0, CITIES.length - 1)]!]: whole(random, 1, 40) })
  const cities = { ...days(), ...days() }
  const seen = { days: 0, stops: 0, priceSum: 0, firstMinuteSum: 0, cities, neighbourhoods: cities }
  return { ...profile, shadow: true, dimensions, seen, habits: habitsOf(dimensions, seen), trips: [] }
}

const people = Array.from({ length: PEOPLE }, (_, n) => somebody(n))

/** Matches of people who need no database, whose outcomes may be others. */
const matches = (count: number, outcomeOf: (event: MatchEvent) => number = ({ outcome }) => outcome): Definition => ({
  ...companionMatch,
  read: ({ row }) =>
    Effect.sync(() => {
      const events = syntheticMatches(people, { count, type: "solo", seed: 1 })
      for (const [i, event] of events.entries()) row({ ...event, outcome: outcomeOf(event) }, event.pair, i)
    })
})

interface Metrics {
  readonly name: string
  readonly metrics: { readonly auc: { readonly lower: number; readonly upper: number; readonly mean: number } }
}

const evaluationIn = (folder: string): { readonly models: ReadonlyArray<Metrics> } =>
  JSON.parse(readFileSync(join(folder, "evaluation.json"), "utf8"))

const BASELINES = ["shared_interests", "alike", "common_ground"]

describe("match_compatibility", () => {
  layer(world, { excludeTestServices: true, timeout: 600_000 })((it) => {
    const build = (definition: Definition) =>
      buildDataset({ root: datasets, trackingUri: undefined, definition }, { name: "companion_match" })

    it.effect(
      "is learnt from match events, better than any likeness alone, and kept with its features and metadata",
      () =>
        Effect.gen(function* () {
          yield* build(matches(10_000))
          const trainers = yield* Trainers
          const trained = yield* trainers.train("match_compatibility")
          assert.includeMembers(readdirSync(trained.folder), [
            "model.json",
            "features.json",
            "metadata.json",
            "card.md"
          ])
          assert.match(trained.notes.join(" "), /No real match is behind it/)
          const metadata = JSON.parse(readFileSync(join(trained.folder, "metadata.json"), "utf8"))
          const { accuracy, auc, distinct, span } = metadata.held_out
          assert.isAbove(auc, 0.7)
          assert.isAbove(accuracy, 0.55)
          assert.isBelow(span[0], 0.3)
          assert.isAbove(span[1], 0.7)
          assert.isAbove(distinct, 0.9)
          assert.deepInclude(metadata.matches, { real: 0 })

          const [own, ...others] = evaluationIn(trained.folder).models
          assert.deepStrictEqual(
            others.slice(0, BASELINES.length).map(({ name }) => name),
            BASELINES
          )
          for (const { metrics, name } of others.slice(0, BASELINES.length)) {
            assert.isAbove(own!.metrics.auc.lower, metrics.auc.upper, name)
          }
          const again = yield* trainers.evaluate("match_compatibility", trained.version)
          assert.deepEqual((again.evaluation as { models: ReadonlyArray<Metrics> }).models[0], own)

          // What was made up says nothing of people: nobody is shown to anybody by it unless an operator says why.
          const promotions = yield* Promotions
          const { message } = yield* Effect.flip(
            promotions.promote({ name: "match_compatibility", version: trained.version, to: "production" })
          )
          assert.match(message, /0 accept and skip pairs stand behind it; at least 500 are wanted/)
        }).pipe(Effect.provideService(References.MinimumLogLevel, "None")),
      600_000
    )

    it.effect(
      "beats nobody where how a match goes is chance, and is not let into the shadow; of one answer nothing is learnt",
      () =>
        Effect.gen(function* () {
          const trainers = yield* Trainers
          const random = randomStream("chance")
          yield* build(matches(5_000, () => (random() < 0.5 ? 1 : 0)))
          const trained = yield* trainers.train("match_compatibility")
          const [own, ...others] = evaluationIn(trained.folder).models
          for (const { metrics, name } of others.slice(0, BASELINES.length)) {
            assert.isBelow(own!.metrics.auc.lower, metrics.auc.upper, name)
          }
          assert.isBelow(Math.abs(own!.metrics.auc.mean - 0.5), 0.06)
          const promotions = yield* Promotions
          const { message } = yield* Effect.flip(
            promotions.promote({ name: "match_compatibility", version: trained.version, to: "production" })
          )
          assert.match(
            message,
            /ROC-AUC over held-out matches of made-up people is 0\.[45]\d\d; at least 0\.700 is wanted/
          )

          yield* build(matches(2_000, () => 1))
          const refused = yield* Effect.flip(trainers.train("match_compatibility"))
          assert.match(refused.message, /\d+ went well: with one answer only there is nothing to tell apart/)
          assert.strictEqual(readdirSync(join(models, "match_compatibility")).length, 2)
        }).pipe(Effect.provideService(References.MinimumLogLevel, "None")),
      600_000
    )
  })
})
