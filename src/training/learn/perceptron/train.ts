/** Trains a small perceptron to say yes or no. The same rows and seed give the same bits. */
import { gaussian, type Random, randomStream } from "../../../domain/basics/random.ts"
import { interactionsScorer } from "../../../domain/rankers/interactions.ts"
import { rocAuc } from "../../judge/auc.ts"
import { type EpochsRun, throughEpochs } from "../epochs.ts"
import { type InteractionsShape, interactionsTraining } from "../interactions/graph.ts"
import { sizeOf } from "../onnx/graph.ts"
import { NOBODY_WATCHES, type Watcher } from "../progress.ts"
import { inWeightedBatches } from "../weighted-batches.ts"
import { perceptronTraining } from "./graph.ts"

/** Rows of so many columns, with what was answered and how much each counts. */
export interface LabelledRows {
  readonly columns: number
  readonly rows: Float32Array
  readonly labels: Float32Array
  readonly weights: Float32Array
}

export interface PerceptronSettings {
  readonly seed: number
  readonly units: number
  readonly batch: number
  readonly rate: number
  readonly mostEpochs: number
  readonly patience: number
  /** A model of interactions between parts of the columns, in place of one hidden layer over all of them. */
  readonly interactions?: Omit<InteractionsShape, "batch">
}

const LEAST_BATCH = 32
const MOST_BATCH = 512
/** Steps of an epoch, about: small data is gone through in smaller batches. */
const STEPS = 64
const MOST_STEPS = 20_000

export const perceptronSettings = (rows: number, seed: number): PerceptronSettings => {
  const batch = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, Math.ceil(rows / STEPS)))
  const stepsPerEpoch = Math.max(1, Math.ceil(rows / batch))
  return { seed, units: 16, batch, rate: 3e-3, mostEpochs: Math.ceil(MOST_STEPS / stepsPerEpoch), patience: 20 }
}

export interface PerceptronModel {
  readonly columns: number
  readonly units: number
  readonly means: Float64Array
  readonly scales: Float64Array
  readonly parameters: ReadonlyMap<string, Float32Array>
}

export type PerceptronRun = EpochsRun<PerceptronModel>

const standardization = ({ columns, rows, labels }: LabelledRows) => {
  const means = new Float64Array(columns)
  const scales = new Float64Array(columns)
  const count = labels.length
  for (let at = 0; at < rows.length; at++) means[at % columns]! += rows[at]! / count
  for (let at = 0; at < rows.length; at++) scales[at % columns]! += (rows[at]! - means[at % columns]!) ** 2 / count
  // A column that is always the same says nothing, and is not blown up.
  return { means, scales: scales.map((variance) => (variance > 1e-12 ? Math.sqrt(variance) : 1)) }
}

/** Logits of rows as they come. */
export const logitsOf = (model: PerceptronModel, { columns, rows, labels }: LabelledRows): Float64Array => {
  const of = (name: string) => model.parameters.get(name)!
  const [hidden, bias, out] = [of("hidden weight"), of("hidden bias"), of("out weight")]
  const logits = new Float64Array(labels.length)
  for (let r = 0; r < labels.length; r++) {
    let logit = of("out bias")[0]!
    for (let unit = 0; unit < model.units; unit++) {
      let sum = bias[unit]!
      for (let c = 0; c < columns; c++) {
        sum += (hidden[c * model.units + unit]! * (rows[r * columns + c]! - model.means[c]!)) / model.scales[c]!
      }
      if (sum > 0) logit += out[unit]! * sum
    }
    logits[r] = logit
  }
  return logits
}

const initial = (name: string, size: number, columns: number, units: number, random: Random): Float32Array => {
  if (name.endsWith("bias")) return new Float32Array(size)
  // In a model of interactions every layer is as its own width wants it; a pair begins as a hint.
  const width = name === "hidden weight" ? columns : units
  const deviation = name.startsWith("pair")
    ? 0.1
    : name.startsWith("part")
      ? 0.3 / Math.sqrt(units)
      : Math.sqrt(2 / width)
  return Float32Array.from({ length: size }, () => deviation * gaussian(random))
}

/** The graph that trains, and what its numbers say of rows. */
const networkOf = ({ batch, interactions, units }: PerceptronSettings, columns: number) => {
  if (interactions === undefined) return { graph: perceptronTraining({ batch, columns, units }), score: logitsOf }
  const score = ({ means, parameters, scales }: PerceptronModel, { rows }: LabelledRows) =>
    interactionsScorer({
      ...interactions,
      means: Float32Array.from(means),
      scales: Float32Array.from(scales),
      parameters
    })(rows)
  return { graph: interactionsTraining({ ...interactions, batch }), score }
}

export const trainPerceptron = async (
  data: LabelledRows,
  validation: LabelledRows,
  settings: PerceptronSettings,
  watcher: Watcher = NOBODY_WATCHES
): Promise<PerceptronRun> => {
  const { columns } = data
  const { batch, mostEpochs, patience, rate, seed, units } = settings
  const { means, scales } = standardization(data)
  const { graph, score } = networkOf(settings, columns)
  const start = randomStream("perceptron", "start", seed)
  const rows = new Float32Array(batch * columns)
  const labels = new Float32Array(batch)
  const { close, copied, step } = await inWeightedBatches({
    graph,
    batch,
    rate,
    initial: (name, shape) => initial(name, sizeOf(shape), columns, units, start),
    read: {
      rows: { numbers: rows, shape: [batch, columns] },
      labels: { numbers: labels, shape: [batch, 1] }
    },
    weights: data.weights,
    put: (row, at) => {
      for (let c = 0; c < columns; c++) {
        rows[at * columns + c] = (data.rows[row * columns + c]! - means[c]!) / scales[c]!
      }
      labels[at] = data.labels[row]!
    }
  })
  const run = await throughEpochs(
    {
      rows: data.labels.length,
      batch,
      mostEpochs,
      patience,
      order: randomStream("perceptron", "order", seed),
      step,
      copied: (): PerceptronModel => ({ columns, units, means, scales, parameters: copied() }),
      judged: (model) => rocAuc(score(model, validation), validation.labels)
    },
    watcher
  )
  await close()
  return run
}
