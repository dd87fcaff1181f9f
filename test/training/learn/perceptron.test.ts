import { describe, expect, it } from "vitest"
import { gaussian, logistic, randomStream, shuffled } from "../../../src/domain/basics/random.ts"
import { ACCEPTANCE_COLUMNS, acceptanceOf } from "../../../src/domain/pivot/acceptance.ts"
import { rocAuc } from "../../../src/training/judge/auc.ts"
import { sizeOf } from "../../../src/training/learn/onnx/graph.ts"
import { type PerceptronShape, perceptron, perceptronTraining } from "../../../src/training/learn/perceptron/graph.ts"
import {
  type LabelledRows,
  logitsOf,
  perceptronSettings,
  trainPerceptron
} from "../../../src/training/learn/perceptron/train.ts"
import { weightsOf } from "../../../src/training/learn/perceptron/weights.ts"
import { open } from "../../../src/training/learn/runtime.ts"
import { Tape } from "../../../src/training/learn/tape.ts"
import { drawn, type Numbers, worstDifference } from "./differences.ts"

const COLUMNS = ACCEPTANCE_COLUMNS.length

/** Rows whose answers come from known chances: of some columns straight, of one only in the middle. */
const world = (name: string, count: number): { readonly data: LabelledRows; readonly chances: Float64Array } => {
  const random = randomStream("acceptance", name)
  const rows = Float32Array.from({ length: count * COLUMNS }, () => gaussian(random) * 2 + 1)
  const chances = Float64Array.from({ length: count }, (_, r) => {
    const at = (c: number) => (rows[r * COLUMNS + c]! - 1) / 2
    return logistic(1.4 * at(0) - 1.1 * at(2) + 0.7 * at(4) + 1.2 * (1 - at(1) ** 2))
  })
  return {
    chances,
    data: {
      columns: COLUMNS,
      rows,
      labels: Float32Array.from(chances, (chance) => (random() < chance ? 1 : 0)),
      weights: new Float32Array(count).fill(1)
    }
  }
}

/** The graph that was trained, with its weights in the file: takes `rows`, gives `logits`. */
const perceptronServing = (shape: PerceptronShape, parameters: (name: string) => ArrayLike<number>): Uint8Array => {
  const tape = new Tape({ weights: parameters })
  tape.graph.output("logits", perceptron(tape, shape, tape.data("rows", [shape.batch, shape.columns])))
  return tape.graph.bytes()
}

describe("the perceptron", () => {
  it("has the gradients of finite differences", async () => {
    const graph = perceptronTraining({ batch: 7, columns: 4, units: 5 }, "double")
    const inputs: Record<string, Numbers> = {
      rows: drawn("rows", [7, 4]),
      labels: drawn("labels", [7, 1], (x) => (x > 0 ? 1 : 0)),
      weight: drawn("weight", [7, 1], Math.abs),
      ...Object.fromEntries([...graph.parameters].map(([name, shape]) => [name, drawn(name, shape)]))
    }
    expect(await worstDifference(graph.bytes, inputs, [...graph.parameters.keys()])).toBeLessThan(1e-6)
  })

  it("reaches nearly what the world's own chances reach, and nothing where the answers were mixed", async () => {
    const [train, validation, test] = [world("train", 4_000), world("validation", 1_000), world("test", 2_000)]
    const settings = { ...perceptronSettings(4_000, 1), mostEpochs: 60 }
    const { model } = await trainPerceptron(train.data, validation.data, settings)
    const own = rocAuc(test.chances, test.data.labels)
    expect(own).toBeGreaterThan(0.8)
    expect(rocAuc(logitsOf(model, test.data), test.data.labels)).toBeGreaterThan(0.95 * own)

    const mixed = (one: LabelledRows): LabelledRows => ({
      ...one,
      labels: Float32Array.from(shuffled(randomStream("mixed"), [...one.labels]))
    })
    const nothing = await trainPerceptron(mixed(train.data), mixed(validation.data), { ...settings, mostEpochs: 20 })
    const auc = rocAuc(logitsOf(nothing.model, mixed(test.data)), mixed(test.data).labels)
    expect(Math.abs(auc - 0.5)).toBeLessThan(0.04)
  })

  it("is the same as a pure function as in the runtime, and gives the same bits again", async () => {
    const { data } = world("parity", 300)
    const settings = { ...perceptronSettings(300, 1), mostEpochs: 5 }
    const { model } = await trainPerceptron(data, data, settings)
    expect((await trainPerceptron(data, data, settings)).model.parameters).toEqual(model.parameters)
    const shape = { batch: 300, columns: COLUMNS, units: model.units }
    const runtime = await open(perceptronServing(shape, (name) => model.parameters.get(name)!))
    const scaled = data.rows.map((x, at) => (x - model.means[at % COLUMNS]!) / model.scales[at % COLUMNS]!)
    const { logits } = await runtime.session.run({ rows: runtime.float(scaled, [300, COLUMNS]) })
    const weights = weightsOf(model, ACCEPTANCE_COLUMNS)
    for (let r = 0; r < 300; r++) {
      const chance = acceptanceOf(weights, [...data.rows.subarray(r * COLUMNS, (r + 1) * COLUMNS)])
      expect(chance).toBeCloseTo(logistic((logits!.data as Float32Array)[r]!), 5)
    }
    expect(sizeOf([model.units, COLUMNS])).toBe(weights.hidden.flat().length)
  })
})
