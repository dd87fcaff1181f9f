import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { membersRanker } from "../../src/cases/ranking/members-ranker.ts"
import { gaussian, randomStream } from "../../src/domain/basics/random.ts"
import type { Persona } from "../../src/domain/persona/persona.ts"
import {
  DIMENSION_COLUMNS,
  decodeMembers,
  encodeMembers,
  type MembersFile,
  membersScorer,
  shapesOf
} from "../../src/domain/rankers/members-model.ts"
import { CONTEXTS, encodeSequenceModel, parametersOf, sequenceScorer } from "../../src/domain/rankers/sequence-model.ts"
import { isComplete } from "../../src/services/ranker.ts"
import { membersServing, membersTraining } from "../../src/training/learn/members/graph.ts"
import { sizeOf } from "../../src/training/learn/onnx/graph.ts"
import { open } from "../../src/training/learn/runtime.ts"
import { places, request, traveler } from "../domain/rankers/fixtures.ts"
import { drawn, worstDifference } from "./learn/differences.ts"

const WIDTH = 8
const random = randomStream("test", "members", 1)
const numbers = (length: number, deviation = 1) => Float32Array.from({ length }, () => deviation * gaussian(random))

const nodes = places(60)
const ids = nodes.map(({ id }) => id as string)
const sizes = { width: WIDTH, blocks: 1, length: 6 }

const file: MembersFile = decodeMembers(
  encodeMembers(
    { width: WIDTH, parameters: new Map(shapesOf(WIDTH).map(([name, shape]) => [name, numbers(sizeOf(shape), 0.5)])) },
    encodeSequenceModel({
      ...sizes,
      items: ids,
      rows: numbers(ids.length * WIDTH),
      contexts: numbers(CONTEXTS * WIDTH),
      stranger: numbers(WIDTH),
      cold: undefined,
      parameters: new Map(parametersOf(sizes).map(([name, size]) => [name, numbers(size, 0.5)]))
    }),
    "7"
  )
)

const member = (name: string, first: number, interest: "food" | "culture") =>
  traveler(name, interest, {
    signalCount: 25,
    sequence: Array.from({ length: 6 }, (_, i) => ({ node_id: ids[first + i]!, accepted: i % 2 === 0, at: i }))
  })
const [ann, bob, cleo] = [member("a", 0, "food"), member("b", 20, "culture"), member("c", 40, "food")]

const sequence = sequenceScorer(file.sequence)
const { hear, needsOf } = membersScorer(file.model, sequence.rowOf)
const needs = (one: Persona) =>
  needsOf(
    sequence.learnt(
      one.sequence.map(({ node_id: id, accepted, at }) => ({ place: { id, vibe: undefined }, accepted, at }))
    ),
    one.vector
  )
const heard = (party: ReadonlyArray<Persona>, id: string) => hear(party.map(needs), { id, vibe: undefined })!

describe("a model that hears the members of a party", () => {
  it("is taught by slopes that are those of finite differences", async () => {
    const shape = { batch: 3, members: 2, width: WIDTH }
    const { bytes, parameters } = membersTraining(shape, "double")
    const inputs = {
      tastes: drawn("tastes", [6, WIDTH]),
      personas: drawn("personas", [6, DIMENSION_COLUMNS]),
      places: drawn("places", [3, WIDTH]),
      absent: { shape: [3, 1, 2], numbers: Float64Array.of(0, 0, 0, -1e9, 0, 0) },
      labels: { shape: [3, 1], numbers: Float64Array.of(1, 0, 1) },
      weight: { shape: [3, 1], numbers: Float64Array.of(0.5, 0.2, 0.3) },
      ...Object.fromEntries([...parameters].map(([name, size]) => [name, drawn(name, size, (x) => x / 4)]))
    }
    assert.isBelow(await worstDifference(bytes, inputs, [...parameters.keys()]), 1e-5)
  })

  it("says what the trainer's runtime says, of parties of every size, from its file too", async () => {
    const shape = { batch: 2, members: 3, width: WIDTH }
    const parties = [[ann, bob, cleo], [bob]]
    const [tastes, personas] = [new Float32Array(6 * WIDTH), new Float32Array(6 * DIMENSION_COLUMNS)]
    const absent = new Float32Array(6).fill(-1e9)
    for (const [p, party] of parties.entries()) {
      for (const [m, one] of party.entries()) {
        const taste = sequence.learnt(
          one.sequence.map(({ node_id: id, accepted, at }) => ({ place: { id, vibe: undefined }, accepted, at }))
        )
        tastes.set(Float32Array.from(taste), (p * 3 + m) * WIDTH)
        personas.set(one.vector.subarray(0, DIMENSION_COLUMNS), (p * 3 + m) * DIMENSION_COLUMNS)
        absent[p * 3 + m] = 0
      }
    }
    const rows = Float32Array.from(
      [3, 33].flatMap((i) => Array.from(sequence.rowOf({ id: ids[i]!, vibe: undefined })!))
    )
    const runtime = await open(membersServing(shape, (name) => file.model.parameters.get(name)!))
    const { logits } = await runtime.session.run({
      tastes: runtime.float(tastes, [6, WIDTH]),
      personas: runtime.float(personas, [6, DIMENSION_COLUMNS]),
      places: runtime.float(rows, [2, WIDTH]),
      absent: runtime.float(absent, [2, 1, 3])
    })
    const said = logits!.data as Float32Array
    assert.closeTo(heard(parties[0]!, ids[3]!).score, said[0]!, 1e-4)
    assert.closeTo(heard(parties[1]!, ids[33]!).score, said[1]!, 1e-4)
    assert.throws(() => decodeMembers(new TextEncoder().encode("{}\n")), /line does not say/)
  })

  it("does not care for the order of members, and one alone is a party of one", () => {
    for (const id of ids) {
      const inOrder = heard([ann, bob, cleo], id).score
      for (const turned of [
        [bob, cleo, ann],
        [cleo, bob, ann]
      ]) {
        assert.closeTo(heard(turned, id).score, inOrder, 1e-6)
      }
      const alone = heard([ann], id)
      assert.deepEqual(alone.members, [{ score: alone.score, share: 1 }])
      // Whoever comes twice says nothing new.
      assert.closeTo(heard([ann, ann], id).score, alone.score, 1e-6)
    }
  })

  it("lets every member's needs be read off: what they say alone, how much it counts, and what of them was looked at", () => {
    const party = [ann, bob, cleo]
    for (const id of ids) {
      const { members, score } = heard(party, id)
      for (const [m, one] of party.entries()) assert.closeTo(members[m]!.score, heard([one], id).score, 1e-6)
      assert.closeTo(
        members.reduce((sum, { share }) => sum + share, 0),
        1,
        1e-9
      )
      assert.closeTo(
        members.reduce((sum, one) => sum + one.share * one.score, 0),
        score,
        1e-9
      )
    }
    for (const one of party) {
      const { looked } = needs(one)
      assert.lengthOf(looked, 8)
      assert.closeTo(
        looked.reduce((sum, x) => sum + x, 0),
        1,
        1e-9
      )
    }
    // Another persona needs something else.
    assert.notDeepEqual([...needs({ ...ann, vector: bob.vector }).taste], [...needs(ann).taste])
  })

  it("ranks each candidate once, whatever the order of a party's members", async () => {
    const ranker = membersRanker(
      { name: "u_sasrec", version: "1" },
      file,
      () => undefined,
      () => undefined
    )
    const asked = request([ann], nodes)
    const order = async (members: ReadonlyArray<Persona>) => {
      const ranking = await Effect.runPromise(ranker.rank({ ...asked, members }))
      assert.isTrue(isComplete(ranking, asked.candidates))
      return ranking.items.map(({ index }) => index)
    }
    assert.deepEqual(await order([bob, ann]), await order([ann, bob]))
    assert.notDeepEqual(await order([ann]), await order([bob]))
    const cold = await Effect.runPromise(
      Effect.flip(ranker.rank({ ...asked, members: [ann, { ...bob, signal_count: 19 }] }))
    )
    assert.strictEqual(cold.reason, "cold")
  })
})
