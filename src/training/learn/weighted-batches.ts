/** Lets a graph learn from rows that count differently, a batch at a time. What reads the rows fills the arrays that the graph is fed with. */
import { DenseAdam } from "./adam.ts"
import { open } from "./runtime.ts"
import { gradientName } from "./tape.ts"

export interface WeightedBatches {
  readonly graph: { readonly bytes: Uint8Array; readonly parameters: ReadonlyMap<string, ReadonlyArray<number>> }
  readonly batch: number
  readonly rate: number
  /** Where the numbers of a parameter begin; asked for one after another, in the order of the graph. */
  readonly initial: (name: string, shape: ReadonlyArray<number>) => Float32Array
  /** What the graph reads of a batch besides the weights of its rows, each with its shape. */
  readonly read: Readonly<Record<string, { readonly numbers: Float32Array; readonly shape: ReadonlyArray<number> }>>
  readonly weights: Float32Array
  /** Puts the row of this number at this place of the batch. */
  readonly put: (row: number, at: number) => void
}

export interface Learning {
  /** One step over the rows of these numbers; gives their loss. */
  readonly step: (rows: ReadonlyArray<number>) => Promise<number>
  /** The parameters as they are now: a copy. */
  readonly copied: () => Map<string, Float32Array>
  readonly close: () => Promise<void>
}

export const inWeightedBatches = async (options: WeightedBatches): Promise<Learning> => {
  const { batch, graph, initial, put, rate, read, weights } = options
  const runtime = await open(graph.bytes)
  const adam = { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
  const learnt = new Map(
    [...graph.parameters].map(([name, shape]) => [name, new DenseAdam(initial(name, shape), adam)])
  )
  const weight = new Float32Array(batch)
  const feeds = {
    ...Object.fromEntries(
      Object.entries(read).map(([name, { numbers, shape }]) => [name, runtime.float(numbers, shape)])
    ),
    weight: runtime.float(weight, [batch, 1]),
    ...Object.fromEntries(
      [...graph.parameters].map(([name, shape]) => [name, runtime.float(learnt.get(name)!.weights, shape)])
    )
  }
  let time = 0
  return {
    step: async (rows) => {
      // What is left of a longer batch before counts nothing.
      weight.fill(0)
      const total = rows.reduce((sum, r) => sum + weights[r]!, 0)
      for (const [at, row] of rows.entries()) {
        put(row, at)
        weight[at] = weights[row]! / total
      }
      const results = await runtime.session.run(feeds)
      time += 1
      for (const [name, parameter] of learnt) parameter.step(time, results[gradientName(name)]!.data as Float32Array)
      return (results["loss"]!.data as Float32Array)[0]!
    },
    copied: () => new Map([...learnt].map(([name, { weights }]) => [name, weights.slice()])),
    close: () => runtime.session.release()
  }
}
