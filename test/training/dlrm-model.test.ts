import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { interactionsRanker } from "../../src/cases/ranking/interactions-ranker.ts"
import { gaussian, randomStream } from "../../src/domain/basics/random.ts"
import { FEATURES_VERSION } from "../../src/domain/features.ts"
import { affinityFrom } from "../../src/domain/group/affinity.ts"
import { fairnessOf } from "../../src/domain/group/fairness.ts"
import { groupPackage } from "../../src/domain/group/package.ts"
import { vibeQuery } from "../../src/domain/persona/encode.ts"
import type { Persona } from "../../src/domain/persona/persona.ts"
import {
  decodeInteractions,
  encodeInteractions,
  type InteractionsModel,
  interactionsScorer,
  parametersOf,
  partsFor
} from "../../src/domain/rankers/interactions.ts"
import { decodeMembers, membersScorer } from "../../src/domain/rankers/members-model.ts"
import {
  CONTEXTS,
  encodeSequenceModel,
  parametersOf as sequenceParametersOf,
  sequenceScorer
} from "../../src/domain/rankers/sequence-model.ts"
import { CitySeeder } from "../../src/services/city-seeder.ts"
import { ModelRegistry } from "../../src/services/model-registry.ts"
import { isComplete } from "../../src/services/ranker.ts"
import { Trainers } from "../../src/services/trainers.ts"
import { buildDataset } from "../../src/training/datasets/build.ts"
import type { Evaluation } from "../../src/training/judge/judge.ts"
import { columnsOf, interactionsServing, interactionsTraining } from "../../src/training/learn/interactions/graph.ts"
import { open } from "../../src/training/learn/runtime.ts"
import { places, request, traveler } from "../domain/rankers/fixtures.ts"
import { drawn, worstDifference } from "./learn/differences.ts"
import { feelings, type Place, type PlantedPerson, personaVector, plantSlates } from "./slates.ts"
import { NOW, trainersWorld } from "./trainers-world.ts"

describe("a model of feature interactions", () => {
  const shape = { batch: 5, parts: [4, 3, 3], hidden: 6, width: 2 }

  it("is taught by slopes that are those of finite differences", async () => {
    const { bytes, parameters } = interactionsTraining(shape, "double")
    const inputs = {
      rows: drawn("rows", [shape.batch, columnsOf(shape)]),
      labels: { shape: [shape.batch, 1], numbers: Float64Array.of(1, 0, 1, 0, 1) },
      weight: { shape: [shape.batch, 1], numbers: Float64Array.of(0.2, 0.2, 0.2, 0.4, 0) },
      ...Object.fromEntries([...parameters].map(([name, size]) => [name, drawn(name, size)]))
    }
    assert.isBelow(await worstDifference(bytes, inputs, [...parameters.keys()]), 1e-5)
  })

  it("says what the trainer's runtime says, from its file too, and not of features that are gone", async () => {
    const random = randomStream("test", "interactions", 1)
    const numbers = (length: number) => Float32Array.from({ length }, () => gaussian(random))
    const columns = columnsOf(shape)
    const model: InteractionsModel = {
      ...shape,
      means: new Float32Array(columns),
      scales: new Float32Array(columns).fill(1),
      parameters: new Map(parametersOf(shape).map(([name, size]) => [name, numbers(size)]))
    }
    const sizes = { width: 4, blocks: 1, length: 3 }
    const sequence = encodeSequenceModel({
      ...sizes,
      items: ["a"],
      rows: numbers(4),
      contexts: numbers(CONTEXTS * 4),
      stranger: numbers(4),
      cold: undefined,
      parameters: new Map(sequenceParametersOf(sizes).map(([name, size]) => [name, numbers(size)]))
    })
    const bytes = encodeInteractions(model, { kind: "sequence", file: sequence, sequenceVersion: "7" })
    const file = decodeInteractions(bytes)
    assert.deepEqual([file.sequenceVersion, file.sequence.items], ["7", ["a"]])
    const rows = numbers(shape.batch * columns)
    const runtime = await open(interactionsServing(shape, (name) => model.parameters.get(name)!))
    const { logits } = await runtime.session.run({ rows: runtime.float(rows, [shape.batch, columns]) })
    const own = interactionsScorer(file.model)(rows)
    for (const [i, logit] of (logits!.data as Float32Array).entries()) assert.closeTo(own[i]!, logit, 1e-4)
    const older = Buffer.from(Buffer.from(bytes).toString("latin1").replace("affinity", "affinitx"), "latin1")
    assert.throws(() => decodeInteractions(older), /other features/)
    assert.throws(() => decodeInteractions(bytes.subarray(0, -4)), /not the length/)
  })

  it("ranks each candidate once, whatever the order of a party's members, and by everybody's taste", async () => {
    const random = randomStream("test", "interactions", 2)
    const numbers = (length: number) => Float32Array.from({ length }, () => gaussian(random) / 4)
    const nodes = places(60)
    const ids = nodes.map(({ id }) => id as string)
    const sizes = { width: 8, blocks: 1, length: 6 }
    const shape = { parts: partsFor(sizes.width), hidden: 6, width: 3 }
    const columns = columnsOf(shape)
    const ranker = interactionsRanker(
      { name: "dlrm", version: "1" },
      {
        sequenceVersion: "1",
        members: undefined,
        sequence: {
          ...sizes,
          items: ids,
          rows: numbers(ids.length * sizes.width),
          contexts: numbers(CONTEXTS * sizes.width),
          stranger: numbers(sizes.width),
          cold: undefined,
          parameters: new Map(sequenceParametersOf(sizes).map(([name, size]) => [name, numbers(size)]))
        },
        model: {
          ...shape,
          means: new Float32Array(columns),
          scales: new Float32Array(columns).fill(1),
          parameters: new Map(parametersOf(shape).map(([name, size]) => [name, numbers(size)]))
        }
      },
      () => undefined,
      () => undefined
    )
    const member = (name: string, first: number) =>
      traveler(name, "food", {
        signalCount: 25,
        sequence: Array.from({ length: 6 }, (_, i) => ({ node_id: ids[first + i]!, accepted: i % 2 === 0, at: i }))
      })
    const [ann, bob] = [member("a", 0), member("b", 20)]
    const asked = request([ann], nodes)
    const scores = async (members: ReadonlyArray<Persona>) => {
      const ranking = await Effect.runPromise(ranker.rank({ ...asked, members }))
      assert.isTrue(isComplete(ranking, asked.candidates))
      return new Map(ranking.items.map(({ index, score }) => [index, score]))
    }
    const [together, turned, alone] = [await scores([ann, bob]), await scores([bob, ann]), await scores([ann])]
    for (const [index, score] of together) assert.closeTo(turned.get(index)!, score, 1e-6)
    assert.isTrue([...together].some(([index, score]) => Math.abs(alone.get(index)! - score) > 1e-4))
  })
})

/** Of a trip of three days. */
const STOPS = 18

/** What was accepted and passed of somebody, as the runtime remembers it. */
const remembered = (user: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const rows = yield* sql<{ id: string; accepted: boolean; at: Date }>`
      select activity_node_id as id, signal_type = 'slot_accept' as accepted, occurred_at as at from behavioral_signals
      where user_id = ${user} and activity_node_id is not null order by occurred_at`
    return rows.map(({ accepted, at, id }) => ({ place: { id, vibe: undefined }, accepted, at: at.getTime() }))
  })

const LOCAL_TASTE = (cosine: number) => Math.max(0.02, (cosine + 0.1) / 1.1) ** 1.5
const chance = (logit: number) => 1 / (1 + Math.exp(-logit))

/**
 * Everybody beside whoever wants the most different things: how content the worse-off of both is with a package, both on the mean, and
 * each alone; from what the ranker that is always there makes of their personas, and from what the model hears of each.
 */
const servePairs = Effect.fnUntraced(function* (
  folder: string,
  places: ReadonlyArray<Place>,
  truth: ReadonlyArray<PlantedPerson>
) {
  const { model, sequence } = decodeMembers(readFileSync(join(folder, "members.bin")))
  const scorer = sequenceScorer(sequence)
  const { hear, needsOf } = membersScorer(model, scorer.rowOf)
  const people: Array<Record<"really" | "today" | "members", ReadonlyArray<number>>> = []
  for (const one of truth) {
    const persona = personaVector(one.liking!)
    const taste = vibeQuery(Float32Array.from(persona))
    const needs = [needsOf(scorer.learnt(yield* remembered(one.id)), persona)]
    people.push({
      really: feelings(one, places),
      today: places.map(({ vibe }) => LOCAL_TASTE(vibe.reduce((sum, x, i) => sum + x * taste[i]!, 0))),
      members: places.map(({ id, vibe }) => chance(hear(needs, { id, vibe })!.score))
    })
  }
  type Known = (typeof people)[number]
  const unlike = (a: Known, b: Known) => a.really.reduce((sum, x, i) => sum + x * b.really[i]!, 0)
  const pairs = people.map((one) => [
    one,
    people.reduce((most, it) => (unlike(one, it) < unlike(one, most) ? it : most))
  ])
  const positions = [...places.keys()]
  const fairly = (party: ReadonlyArray<Known>, by: "today" | "members") => {
    const rows = (of: (one: Known) => ReadonlyArray<number>) => affinityFrom(positions, party.map(of))
    const { scores } = groupPackage(
      rows((one) => one[by]),
      STOPS
    )
    return fairnessOf(
      rows(({ really }) => really),
      scores.slice(0, STOPS).map(({ index }) => index)
    )
  }
  const meanOver = (parties: ReadonlyArray<ReadonlyArray<Known>>, value: (party: ReadonlyArray<Known>) => number) =>
    parties.reduce((sum, party) => sum + value(party) / parties.length, 0)
  const by = (kind: "today" | "members") => ({
    least: meanOver(pairs, (pair) => fairly(pair, kind).leastSatisfaction),
    mean: meanOver(pairs, (pair) => fairly(pair, kind).meanSatisfaction),
    alone: meanOver(
      people.map((one) => [one]),
      (one) => fairly(one, kind).meanSatisfaction
    )
  })
  return { today: by("today"), members: by("members") }
})

const { datasets, world } = trainersWorld("dlrm")

describe("dlrm, from plans as they were logged", () => {
  layer(world, { excludeTestServices: true, timeout: 600_000 })((it) => {
    const plant = Effect.fnUntraced(function* (mixed: boolean) {
      const planted = yield* plantSlates({
        people: 115,
        slates: 9,
        // What is trained beside may not have learnt from what is judged.
        now: mixed ? NOW + 86_400_000 : NOW,
        mixed,
        described: true,
        personas: true
      })
      for (const name of ["sequences", "bpr_triples"] as const) {
        yield* buildDataset({ root: datasets, trackingUri: undefined }, { name })
      }
      return planted
    })
    let planted: { readonly places: ReadonlyArray<Place>; readonly truth: ReadonlyArray<PlantedPerson> }
    const train = Effect.fnUntraced(function* (model: "u_sasrec" | "dlrm") {
      const { folder, notes, table } = yield* (yield* Trainers).train(model)
      const { models }: Evaluation = JSON.parse(readFileSync(join(folder, "evaluation.json"), "utf8"))
      const [own, ...rest] = models
      return { folder, notes, table, own: own!, others: rest.filter(({ name }) => !name.startsWith(model)) }
    })

    it.effect(
      "needs a model of sequences before",
      () =>
        Effect.gen(function* () {
          yield* (yield* CitySeeder).seed({ city: "tokyo", source: "curated" })
          planted = yield* plant(false)
          const trainers = yield* Trainers
          for (const model of ["u_sasrec", "dlrm"] as const) {
            const { message } = yield* Effect.flip(trainers.train(model))
            assert.match(message, /^No sasrec with an artifact is registered/)
          }
          yield* trainers.train("sasrec")
          // On days that end before those that it learnt from, what stands on it would be judged by what it has seen.
          const build = (to?: number) =>
            buildDataset(
              { root: datasets, trackingUri: undefined },
              { name: "bpr_triples", ...(to === undefined ? {} : { to }) }
            )
          yield* build(NOW - 20 * 86_400_000)
          const { message } = yield* Effect.flip(trainers.train("u_sasrec"))
          assert.match(message, /^Every version of sasrec has learnt from days that are to be judged by here/)
          yield* build()
        }),
      600_000
    )

    it.effect(
      "hears a party's members better than any baseline, where persona and mood decide",
      () =>
        Effect.gen(function* () {
          const { folder, others, own, table } = yield* train("u_sasrec")
          assert.includeMembers(readdirSync(folder), ["members.bin", "card.md", "evaluation.html"])
          assert.deepEqual(others.at(-1)!.name, "sasrec")
          for (const { metrics, name } of others) {
            assert.isAbove(own.metrics.ndcg10.lower, metrics.ndcg10.upper, `${name}\n${table}`)
          }
          const again = yield* (yield* Trainers).evaluate("u_sasrec")
          assert.deepEqual(JSON.parse(JSON.stringify(again.evaluation)).models[0], own)
          // As today's packages serve pairs who want different things, at least: what is left between both is no difference.
          const { members, today } = yield* servePairs(folder, planted.places, planted.truth)
          assert.isAbove(members.alone, today.alone + 0.005)
          assert.isAbove(members.mean, today.mean)
          assert.isAbove(members.least, today.least - 0.01)
        }),
      600_000
    )

    it.effect(
      "weighs that beside features, better than either alone",
      () =>
        Effect.gen(function* () {
          const { folder, notes, others, own, table } = yield* train("dlrm")
          assert.strictEqual(notes.length, 1, notes.join())
          assert.match(notes[0]!, /^The dataset bpr_triples/)
          const [row] = (yield* (yield* ModelRegistry).list).filter(({ model_name }) => model_name === "dlrm")
          assert.strictEqual(row!.features_version, FEATURES_VERSION)
          assert.includeMembers(readdirSync(folder), ["interactions.bin", "card.md"])
          assert.deepEqual(
            others.slice(-3).map(({ name }) => name),
            ["sasrec", "u_sasrec", "affinity"]
          )
          for (const { metrics, name } of others) {
            assert.isAbove(own.metrics.ndcg10.lower, metrics.ndcg10.upper, `${name}\n${table}`)
          }
          const judged = yield* (yield* Trainers).evaluate("dlrm")
          assert.deepEqual(JSON.parse(JSON.stringify(judged.evaluation)).models[0], own)
        }),
      600_000
    )

    for (const model of ["u_sasrec", "dlrm"] as const) {
      it.effect(
        `of ${model} beats nobody where what becomes of candidates is chance`,
        () =>
          Effect.gen(function* () {
            if (model === "u_sasrec") yield* plant(true)
            const { others, own, table } = yield* train(model)
            for (const { metrics, name } of others) {
              assert.isBelow(own.metrics.ndcg10.lower, metrics.ndcg10.upper, `${name}\n${table}`)
            }
            assert.isBelow(Math.abs(own.metrics.auc.mean - 0.5), 0.06)
          }),
        600_000
      )
    }
  })
})
