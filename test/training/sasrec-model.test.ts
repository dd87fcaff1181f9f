import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { randomStream } from "../../src/domain/basics/random.ts"
import {
  CONTEXTS,
  contextOf,
  decodeSequenceModel,
  encodeSequenceModel,
  type SequenceModel,
  sequenceScorer
} from "../../src/domain/rankers/sequence-model.ts"
import { CitySeeder } from "../../src/services/city-seeder.ts"
import { ModelRegistry } from "../../src/services/model-registry.ts"
import { Trainers } from "../../src/services/trainers.ts"
import { buildDataset } from "../../src/training/datasets/build.ts"
import type { Evaluation } from "../../src/training/judge/judge.ts"
import { statesOf } from "../../src/training/learn/sasrec/model.ts"
import { sasrecSettings } from "../../src/training/learn/sasrec/settings.ts"
import { trainSasrec } from "../../src/training/learn/sasrec/train.ts"
import { packed, type Sequences } from "../../src/training/learn/sequences.ts"
import { plantSlates } from "./slates.ts"
import { NOW, trainersWorld } from "./trainers-world.ts"

const HOUR_MS = 3_600_000

describe("a model of sequences as it serves", () => {
  const ITEMS = 30
  const random = randomStream("test", "sequences", 1)
  const steps = Array.from({ length: 40 }, () =>
    Array.from({ length: 3 + Math.floor(random() * 12) }, (_, i) => ({
      item: Math.floor(random() * ITEMS),
      accepted: random() < 0.6,
      at: i * HOUR_MS * Math.floor(1 + random() * 200)
    })).sort((a, b) => a.at - b.at)
  )
  const data: Sequences = {
    ...packed(
      ITEMS,
      steps.map((own) => own.map(({ item }) => item))
    ),
    contexts: Int32Array.from(steps.flatMap((own) => own.map((one, i) => contextOf(one, own[i - 1]?.at)))),
    contextCount: CONTEXTS,
    answers: Uint8Array.from(steps.flatMap((own) => own.map(({ accepted }) => (accepted ? 1 : 0))))
  }
  const validation = { users: Int32Array.of(0, 1), candidates: Int32Array.of(0, 1, 2, 3), width: 2 }

  const trained = async (): Promise<{ readonly model: SequenceModel; readonly states: Float32Array }> => {
    const settings = {
      ...sasrecSettings(data, 1, { cpuSeconds: 5 }, { width: 16, blocks: 2, mostLength: 8 }),
      mostEpochs: 3
    }
    const { model } = await trainSasrec(data, validation, settings)
    return {
      states: await statesOf(model, data, Int32Array.from(steps.keys())),
      model: {
        width: model.width,
        blocks: model.blocks,
        length: model.lengths.at(-1)!,
        items: Array.from({ length: ITEMS }, (_, i) => `place ${i}`),
        rows: model.items,
        contexts: model.contexts!,
        parameters: model.parameters,
        stranger: new Float32Array(model.width).fill(0.5),
        cold: undefined
      }
    }
  }

  it("gives the states that the trainer's runtime gives, from its file too", async () => {
    const { model, states } = await trained()
    const { learnt } = sequenceScorer(decodeSequenceModel(encodeSequenceModel(model)))
    for (const [user, own] of steps.entries()) {
      const judged = own.map(({ item, ...one }) => ({ place: { id: `place ${item}`, vibe: undefined }, ...one }))
      const state = learnt(judged)
      for (let i = 0; i < model.width; i++) assert.closeTo(state[i]!, states[user * model.width + i]!, 1e-4)
    }
  })

  it("takes the order, the time between and what was passed into account, and a stranger for everybody", async () => {
    const { learnt, score, stranger } = sequenceScorer((await trained()).model)
    const step = (n: number, accepted: boolean, at: number) => ({
      place: { id: `place ${n}`, vibe: undefined },
      accepted,
      at
    })
    const one = learnt([step(1, true, 0), step(2, true, HOUR_MS)])
    assert.notDeepEqual(Array.from(learnt([step(2, true, 0), step(1, true, HOUR_MS)])), Array.from(one))
    assert.notDeepEqual(Array.from(learnt([step(1, true, 0), step(2, true, 100 * HOUR_MS)])), Array.from(one))
    assert.notDeepEqual(Array.from(learnt([step(1, true, 0), step(2, false, HOUR_MS)])), Array.from(one))
    assert.strictEqual(learnt([]), stranger)
    assert.strictEqual(learnt([{ ...step(1, true, 0), place: { id: "nowhere", vibe: undefined } }]), stranger)
    assert.strictEqual(score(one, { id: "nowhere", vibe: undefined }), 0)
  })

  it("says in words that a file is not one", () => {
    for (const text of ["", "{}\n", "[1]\n", '{"width":4,"blocks":2,"length":8,"items":[],"cold":null}\nshort']) {
      assert.throws(() => decodeSequenceModel(new TextEncoder().encode(text)), /line does not say|length that it says/)
    }
  })
})

const { datasets, world } = trainersWorld("sasrec")

describe("sasrec, from what was logged", () => {
  layer(world, { excludeTestServices: true, timeout: 600_000 })((it) => {
    const PEOPLE = { people: 115, slates: 9 }
    const trainOn = Effect.fnUntraced(function* (mixed: boolean) {
      const trainers = yield* Trainers
      yield* plantSlates({ ...PEOPLE, now: NOW, mixed })
      for (const name of ["sequences", "bpr_triples"] as const) {
        yield* buildDataset({ root: datasets, trackingUri: undefined }, { name })
      }
      const trained = yield* trainers.train("sasrec")
      const evaluation: Evaluation = JSON.parse(readFileSync(join(trained.folder, "evaluation.json"), "utf8"))
      return { trained, evaluation }
    })

    it.effect(
      "beats every baseline where people go by their mood, and is registered with its file and its card",
      () =>
        Effect.gen(function* () {
          const trainers = yield* Trainers
          assert.match((yield* Effect.flip(trainers.train("sasrec"))).message, /^No dataset sequences is published/)
          yield* (yield* CitySeeder).seed({ city: "tokyo", source: "curated" })
          const { evaluation, trained } = yield* trainOn(false)
          assert.includeMembers(readdirSync(trained.folder), ["sequence.bin", "card.md", "evaluation.html"])
          const [own, ...others] = evaluation.models
          assert.strictEqual(own!.name, "sasrec")
          for (const { metrics, name } of others.slice(0, 5)) {
            assert.isAbove(own!.metrics.ndcg10.lower, metrics.ndcg10.upper, `${name}\n${trained.table}`)
          }
          const row = yield* (yield* ModelRegistry).find("sasrec", trained.version)
          assert.deepEqual([row.stage, row.model_type], ["staging", "sequence"])
          const again = yield* trainers.evaluate("sasrec", trained.version)
          assert.deepEqual(JSON.parse(JSON.stringify(again.evaluation)).models[0], own)
        }),
      600_000
    )

    it.effect(
      "beats nobody where what people like is chance",
      () =>
        Effect.gen(function* () {
          const { evaluation } = yield* trainOn(true)
          const [own, ...others] = evaluation.models
          for (const { metrics, name } of others.slice(0, 5)) {
            assert.isBelow(own!.metrics.ndcg10.lower, metrics.ndcg10.upper, name)
          }
          assert.isBelow(Math.abs(own!.metrics.auc.mean - 0.5), 0.06)
        }),
      600_000
    )
  })
})
