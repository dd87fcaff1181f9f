/** One training step: rows are gathered here, the graph computes, gradients go back to their rows. */
import type { Random } from "../../../domain/basics/random.ts"
import type { DenseAdam, RowAdam } from "../adam.ts"
import { rightAligned } from "../batches.ts"
import type { DropoutPool } from "../dropout.ts"
import { type Shape, sizeOf } from "../onnx/graph.ts"
import { open } from "../runtime.ts"
import { type Sequences, sequenceOf } from "../sequences.ts"
import { gradientName } from "../tape.ts"
import { trainingGraph } from "./graphs.ts"
import type { SasrecSettings } from "./settings.ts"

/** What is learnt, and how. */
export interface Learner {
  readonly items: RowAdam
  readonly parameters: Map<string, DenseAdam>
  readonly dropout: DropoutPool
  time: number
}

export interface Step {
  readonly parameters: ReadonlyMap<string, Shape>
  /** Gives the loss of the batch, per example. */
  readonly run: (learner: Learner, data: Sequences, users: ReadonlyArray<number>, draw: Random) => Promise<number>
  readonly close: () => Promise<void>
}

const HIDDEN = -1e9
/** A user who has touched everything still gets a negative: one of their own. */
const MOST_DRAWS = 20

const untouched = (items: Int32Array, itemCount: number, draw: Random): number => {
  let item = Math.floor(draw() * itemCount)
  for (let i = 0; i < MOST_DRAWS && items.includes(item); i++) item = Math.floor(draw() * itemCount)
  return item
}

/** Opens the graph for the sequences of one length. */
export const openStep = async (settings: SasrecSettings, bucket: number): Promise<Step> => {
  const { width, lesson } = settings
  const length = settings.lengths[bucket]!
  const batch = settings.batches[bucket]!
  const graph = trainingGraph({ batch, length, width, blocks: settings.blocks }, lesson, {
    dropout: settings.dropout > 0
  })
  const runtime = await open(graph.bytes)
  const rows = batch * length
  const shared = lesson.head === "bce" ? undefined : lesson.negatives
  const ids = { items: new Int32Array(rows), targets: new Int32Array(rows), negatives: new Int32Array(shared ?? rows) }
  const read = {
    items: new Float32Array(rows * width),
    targets: new Float32Array(rows * width),
    negatives: new Float32Array((shared ?? rows) * width)
  }
  const padding = new Float32Array(rows)
  const weight = new Float32Array(rows)
  const feeds: Record<string, ReturnType<typeof runtime.float> | ReturnType<typeof runtime.integer>> = {
    items: runtime.float(read.items, [rows, width]),
    targets: runtime.float(read.targets, [rows, width]),
    negatives: runtime.float(read.negatives, [shared ?? rows, width]),
    padding: runtime.float(padding, [batch, 1, length]),
    weight: runtime.float(weight, [rows, 1]),
    ...(shared === undefined
      ? {}
      : {
          "target ids": runtime.integer(ids.targets, [rows, 1]),
          "negative ids": runtime.integer(ids.negatives, [1, shared])
        })
  }

  const drawNegatives = (data: Sequences, users: ReadonlyArray<number>, draw: Random) => {
    if (shared !== undefined) {
      for (let k = 0; k < shared; k++) ids.negatives[k] = Math.floor(draw() * data.itemCount)
      return
    }
    ids.negatives.fill(-1)
    for (const [row, user] of users.entries()) {
      const items = sequenceOf(data, user)
      for (let at = row * length; at < (row + 1) * length; at++) {
        if (ids.targets[at]! >= 0) ids.negatives[at] = untouched(items, data.itemCount, draw)
      }
    }
  }

  const run: Step["run"] = async (learner, data, users, draw) => {
    rightAligned(data, users, length, 1, ids.items)
    rightAligned(data, users, length, 0, ids.targets)
    let examples = 0
    for (let at = 0; at < rows; at++) {
      // A sequence of n items has n − 1 steps: its first item is nobody's target.
      if (ids.items[at]! < 0) ids.targets[at] = -1
      else examples += 1
    }
    for (let at = 0; at < rows; at++) {
      padding[at] = ids.items[at]! < 0 ? HIDDEN : 0
      weight[at] = ids.items[at]! < 0 ? 0 : 1 / examples
    }
    drawNegatives(data, users, draw)
    learner.items.read(ids.items, read.items)
    learner.items.read(ids.targets, read.targets)
    learner.items.read(ids.negatives, read.negatives)
    for (const { name, shape } of graph.masks) feeds[name] = runtime.float(learner.dropout.window(sizeOf(shape)), shape)
    for (const [name, shape] of graph.parameters) {
      const { weights } = learner.parameters.get(name)!
      // Sequences stand at the right: a shorter graph has the last positions.
      feeds[name] = runtime.float(weights.subarray(weights.length - sizeOf(shape)), shape)
    }
    const results = await runtime.session.run(feeds)
    const gradient = (name: string) => results[gradientName(name)]!.data as Float32Array
    learner.time += 1
    for (const name of graph.parameters.keys()) {
      const slope = gradient(name)
      const parameter = learner.parameters.get(name)!
      parameter.step(learner.time, slope, parameter.weights.length - slope.length)
    }
    learner.items.add(ids.items, gradient("items"))
    learner.items.add(ids.targets, gradient("targets"))
    learner.items.add(ids.negatives, gradient("negatives"))
    learner.items.step()
    return (results["loss"]!.data as Float32Array)[0]!
  }
  return { parameters: graph.parameters, run, close: () => runtime.session.release() }
}
