import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { gaussian, randomStream } from "../../src/domain/basics/random.ts"
import {
  decodeTowers,
  encodeTowers,
  PERSON_COLUMNS,
  PLACE_COLUMNS,
  personInput,
  placeInput,
  SPACE,
  shapesOf,
  TOWERS,
  towersOf
} from "../../src/domain/rankers/two-tower.ts"
import { CitySeeder } from "../../src/services/city-seeder.ts"
import { ModelRegistry } from "../../src/services/model-registry.ts"
import { Trainers } from "../../src/services/trainers.ts"
import { buildDataset } from "../../src/training/datasets/build.ts"
import type { Evaluation } from "../../src/training/judge/judge.ts"
import { sizeOf } from "../../src/training/learn/onnx/graph.ts"
import { open } from "../../src/training/learn/runtime.ts"
import { towerServing, towersTraining } from "../../src/training/learn/two-tower/graph.ts"
import { drawn, worstDifference } from "./learn/differences.ts"
import { plantSlates } from "./slates.ts"
import { NOW, trainersWorld } from "./trainers-world.ts"

describe("a model of two towers", () => {
  const random = randomStream("test", "towers", 1)
  const numbers = (length: number) => Float32Array.from({ length }, () => gaussian(random) / 4)
  const model = {
    parameters: new Map(TOWERS.flatMap(shapesOf).map(([name, shape]) => [name, numbers(sizeOf(shape))]))
  }

  it("is taught by slopes that are those of finite differences", async () => {
    const { bytes, parameters } = towersTraining(3, "double")
    const inputs = {
      people: drawn("people", [3, PERSON_COLUMNS]),
      preferred: drawn("preferred", [3, PLACE_COLUMNS]),
      others: drawn("others", [3, PLACE_COLUMNS]),
      weight: { shape: [3, 1], numbers: Float64Array.of(0.5, 0.2, 0.3) },
      ...Object.fromEntries([...parameters].map(([name, size]) => [name, drawn(name, size, (x) => x / 8)]))
    }
    assert.isBelow(await worstDifference(bytes, inputs, [...parameters.keys()]), 1e-5)
  })

  it("puts people and places where the trainer's runtime puts them, from its file too", async () => {
    const towers = towersOf(decodeTowers(encodeTowers(model)))
    for (const name of TOWERS) {
      const columns = name === "person" ? PERSON_COLUMNS : PLACE_COLUMNS
      const rows = numbers(4 * columns)
      const runtime = await open(towerServing(name, 4, (parameter) => model.parameters.get(parameter)!))
      const { vectors } = await runtime.session.run({ rows: runtime.float(rows, [4, columns]) })
      const said = vectors!.data as Float32Array
      for (let r = 0; r < 4; r++) {
        const own = towers[name](rows.subarray(r * columns, (r + 1) * columns))
        for (let i = 0; i < SPACE; i++) assert.closeTo(own[i]!, said[r * SPACE + i]!, 1e-4)
      }
    }
    assert.throws(() => decodeTowers(new TextEncoder().encode('{"space":64,"hidden":8}\n')), /other numbers/)
    assert.throws(() => decodeTowers(new TextEncoder().encode("{}\n")), /does not say what it holds/)
  })

  it("begins as what retrieval goes by without it, with what somebody judged last", () => {
    const nothing = towersOf({
      parameters: new Map(TOWERS.flatMap(shapesOf).map(([name, shape]) => [name, new Float32Array(sizeOf(shape))]))
    })
    const axis = (n: number) => Float32Array.from({ length: SPACE }, (_, i) => (i === n ? 1 : 0))
    const place = nothing.place(placeInput({ vibe: axis(3), category: "museum", priceTier: 2 }))
    assert.deepEqual([...place], [...axis(3)])
    const persona = new Float32Array(128)
    persona.set(axis(3))
    assert.deepEqual([...nothing.person(personInput(persona, []))], [...axis(3)])
    const lately = nothing.person(
      personInput(persona, [
        { accepted: true, vibe: axis(4) },
        { accepted: false, vibe: axis(5) },
        { accepted: true, vibe: undefined }
      ])
    )
    assert.isAbove(lately[4]!, 0.5)
    assert.isBelow(lately[5]!, -0.5)
  })
})

const { datasets, world } = trainersWorld("towers")

describe("two_tower, from what was logged", () => {
  layer(world, { excludeTestServices: true, timeout: 600_000 })((it) => {
    const trained = Effect.fnUntraced(function* (mixed: boolean) {
      yield* plantSlates({ people: 115, slates: 9, now: NOW, mixed, personas: true, crossed: true })
      yield* buildDataset({ root: datasets, trackingUri: undefined }, { name: "bpr_triples" })
      const { folder, table, version } = yield* (yield* Trainers).train("two_tower")
      const { models }: Evaluation = JSON.parse(readFileSync(join(folder, "evaluation.json"), "utf8"))
      const [own, ...rest] = models
      return { folder, table, version, own: own!, others: rest.filter(({ name }) => !name.startsWith("two_tower")) }
    })

    it.effect(
      "beats every baseline where people take something else than their likings say, and is registered as an encoder",
      () =>
        Effect.gen(function* () {
          yield* (yield* CitySeeder).seed({ city: "tokyo", source: "curated" })
          const { folder, others, own, table, version } = yield* trained(false)
          assert.includeMembers(readdirSync(folder), ["towers.bin", "card.md", "evaluation.html", "learning-curve.svg"])
          assert.deepEqual([others[0]!.name, others[1]!.name], ["by_vibe", "as_logged"])
          for (const { metrics, name } of others) {
            assert.isAbove(own.metrics.ndcg10.lower, metrics.ndcg10.upper, `${name}\n${table}`)
          }
          const row = yield* (yield* ModelRegistry).find("two_tower", version)
          assert.deepEqual(
            [row.stage, row.model_type, row.encoder_version],
            ["staging", "two_tower", `two_tower:${version}`]
          )
          const again = yield* (yield* Trainers).evaluate("two_tower", version)
          assert.deepEqual(JSON.parse(JSON.stringify(again.evaluation)).models[0], own)
        }),
      600_000
    )

    it.effect(
      "beats nobody where what people take is chance",
      () =>
        Effect.gen(function* () {
          const { others, own, table } = yield* trained(true)
          for (const { metrics, name } of others) {
            assert.isBelow(own.metrics.ndcg10.lower, metrics.ndcg10.upper, `${name}\n${table}`)
          }
          assert.isBelow(Math.abs(own.metrics.auc.mean - 0.5), 0.06)
        }),
      600_000
    )
  })
})
