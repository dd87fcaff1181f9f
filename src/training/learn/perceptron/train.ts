/** Trains a small perceptron to say yes or no. The same rows and seed give the same bits. */
import { gaussian, type Random, randomStream, shuffled } from "../../../domain/basics/random.ts"
import { interactionsScorer } from "../../../domain/rankers/interactions.ts"
import { rocAuc } from "../../judge/auc.ts"
import { DenseAdam } from "../adam.ts"
import { EarlyStopping } from "../early-stopping.ts"
import { type InteractionsShape, interactionsTraining } from "../interactions/graph.ts"
import { sizeOf } from "../onnx/graph.ts"
import { finiteLoss, goOn, NOBODY_WATCHES, type Progress, type Watcher } from "../progress.ts"
import { open } from "../runtime.ts"
import { gradientName } from "../tape.ts"
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

export interface PerceptronRun {
  readonly model: PerceptronModel
  readonly progress: ReadonlyArray<Progress>
  readonly bestEpoch: number
}

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
  const { units, batch } = settings
  const { means, scales } = standardization(data)
  const { graph, score } = networkOf(settings, columns)
  const runtime = await open(graph.bytes)
  const start = randomStream("perceptron", "start", settings.seed)
  const order = randomStream("perceptron", "order", settings.seed)
  const adam = { rate: settings.rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
  const learnt = new Map(
    [...graph.parameters].map(([name, shape]) => [
      name,
      new DenseAdam(initial(name, sizeOf(shape), columns, units, start), adam)
    ])
  )
  const copied = (): PerceptronModel => ({
    columns,
    units,
    means,
    scales,
    parameters: new Map([...learnt].map(([name, { weights }]) => [name, weights.slice()]))
  })
  const read = {
    rows: new Float32Array(batch * columns),
    labels: new Float32Array(batch),
    weight: new Float32Array(batch)
  }
  const feeds = {
    rows: runtime.float(read.rows, [batch, columns]),
    labels: runtime.float(read.labels, [batch, 1]),
    weight: runtime.float(read.weight, [batch, 1]),
    ...Object.fromEntries(
      [...graph.parameters].map(([name, shape]) => [name, runtime.float(learnt.get(name)!.weights, shape)])
    )
  }
  /** One step over the rows of these numbers; gives their loss. */
  let time = 0
  const step = async (numbers: ReadonlyArray<number>): Promise<number> => {
    read.weight.fill(0)
    const total = numbers.reduce((sum, r) => sum + data.weights[r]!, 0)
    for (const [k, r] of numbers.entries()) {
      for (let c = 0; c < columns; c++) {
        read.rows[k * columns + c] = (data.rows[r * columns + c]! - means[c]!) / scales[c]!
      }
      read.labels[k] = data.labels[r]!
      read.weight[k] = data.weights[r]! / total
    }
    const results = await runtime.session.run(feeds)
    time += 1
    for (const [name, parameter] of learnt) parameter.step(time, results[gradientName(name)]!.data as Float32Array)
    return (results["loss"]!.data as Float32Array)[0]!
  }

  const stopping = new EarlyStopping(settings.patience)
  const progress: Array<Progress> = []
  const began = performance.now()
  let numbers = Array.from({ length: data.labels.length }, (_, r) => r)
  let model = copied()
  let epoch = 0
  while (epoch < settings.mostEpochs && !stopping.over(epoch)) {
    epoch += 1
    numbers = shuffled(order, numbers)
    let loss = 0
    let steps = 0
    for (let from = 0; from < numbers.length; from += batch) {
      goOn(watcher)
      loss += await step(numbers.slice(from, from + batch))
      steps += 1
    }
    finiteLoss(loss, epoch)
    const current = copied()
    const reached = rocAuc(score(current, validation), validation.labels)
    if (stopping.better(epoch, reached)) model = current
    const seconds = (performance.now() - began) / 1000
    const now: Progress = {
      epoch,
      most_epochs: settings.mostEpochs,
      loss: loss / steps,
      examples_per_second: (epoch * numbers.length) / seconds,
      eta_s: (seconds / epoch) * (settings.mostEpochs - epoch),
      validation: reached
    }
    progress.push(now)
    watcher.progress(now)
  }
  await runtime.session.release()
  return { model, progress, bestEpoch: stopping.bestAt }
}
