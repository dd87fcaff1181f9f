/** Gradients that a graph writes, beside finite differences of its loss; in double, where they mean something. */
import { gaussian, randomStream } from "../../../src/domain/basics/random.ts"
import { type Shape, sizeOf, type Value } from "../../../src/training/learn/onnx/graph.ts"
import { open } from "../../../src/training/learn/runtime.ts"
import { gradientName, Tape } from "../../../src/training/learn/tape.ts"

export interface Numbers {
  readonly shape: Shape
  readonly numbers: Float64Array | Int32Array
}

export const drawn = (name: string, shape: Shape, make?: (gauss: number) => number): Numbers => {
  const random = randomStream("differences", name)
  return {
    shape,
    numbers: Float64Array.from({ length: sizeOf(shape) }, () => (make ?? ((x: number) => x))(gaussian(random)))
  }
}

const STEP = 1e-5
/** Numbers of each input that are moved. */
const TRIED = 8

/** The largest relative difference over the leaves of a graph whose output `loss` is one number. */
export const worstDifference = async (
  bytes: Uint8Array,
  inputs: Readonly<Record<string, Numbers>>,
  leaves: ReadonlyArray<string>
): Promise<number> => {
  const runtime = await open(bytes)
  const run = async () =>
    runtime.session.run(
      Object.fromEntries(
        Object.entries(inputs).map(([name, { numbers, shape }]) => [
          name,
          numbers instanceof Int32Array ? runtime.integer(numbers, shape) : runtime.double(numbers, shape)
        ])
      )
    )
  const lossOf = async () => ((await run())["loss"]!.data as Float64Array)[0]!
  const written = await run()
  let worst = 0
  for (const leaf of leaves) {
    const gradient = Float64Array.from(written[gradientName(leaf)]!.data as Float64Array)
    const { numbers } = inputs[leaf]!
    const largest = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 1e-6)
    for (let k = 0; k < Math.min(TRIED, numbers.length); k++) {
      const i = Math.floor((k * numbers.length) / Math.min(TRIED, numbers.length))
      const before = numbers[i]!
      numbers[i] = before + STEP
      const above = await lossOf()
      numbers[i] = before - STEP
      const below = await lossOf()
      numbers[i] = before
      worst = Math.max(worst, Math.abs((above - below) / (2 * STEP) - gradient[i]!) / largest)
    }
  }
  await runtime.session.release()
  return worst
}

/** The worst difference of one operation, whose output is made one number with random weights. */
export const operationDifference = (
  leaves: Readonly<Record<string, Numbers>>,
  build: (tape: Tape, values: Readonly<Record<string, Value>>) => Value,
  data: Readonly<Record<string, Numbers>> = {}
): Promise<number> => {
  const tape = new Tape({ precision: "double" })
  const values: Record<string, Value> = {}
  for (const [name, { shape }] of Object.entries(leaves)) values[name] = tape.leaf(name, shape)
  for (const [name, { shape, numbers }] of Object.entries(data)) {
    values[name] = tape.data(name, shape, numbers instanceof Int32Array ? "int32" : "double")
  }
  const y = build(tape, values)
  const weights = tape.constant([...drawn("weights", y.shape).numbers], y.shape)
  const loss = tape.sum(
    tape.node("Mul", [y, weights], y.shape),
    y.shape.map((_, i) => i)
  )
  tape.backward([{ value: y, gradient: weights }])
  tape.graph.output("loss", loss)
  return worstDifference(tape.graph.bytes(), { ...leaves, ...data }, Object.keys(leaves))
}
