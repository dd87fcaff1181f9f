/** One training step: rows are gathered here, the graph computes, gradients go back to their rows. */
import type { Random } from "../../../domain/basics/random.ts"
import { type Shape, sizeOf } from "../onnx/graph.ts"
import { open } from "../runtime.ts"
import type { Sequences } from "../sequences.ts"
import { gradientName } from "../tape.ts"
import { gathering } from "./gathering.ts"
import { trainingGraph } from "./graphs.ts"
import type { Learner } from "./learner.ts"
import type { SasrecSettings } from "./settings.ts"

export interface Step {
  readonly parameters: ReadonlyMap<string, Shape>
  /** Gives the loss of the batch, per example. */
  readonly run: (learner: Learner, data: Sequences, users: ReadonlyArray<number>, draw: Random) => Promise<number>
  readonly close: () => Promise<void>
}

/** Opens the graph for the sequences of one length. */
export const openStep = async (settings: SasrecSettings, bucket: number, known: Sequences): Promise<Step> => {
  const { width, lesson } = settings
  const length = settings.lengths[bucket]!
  const batch = settings.batches[bucket]!
  const graph = trainingGraph({ batch, length, width, blocks: settings.blocks }, lesson, {
    dropout: settings.dropout > 0,
    columns: known.descriptions?.columns
  })
  const runtime = await open(graph.bytes)
  const gathered = gathering(settings, bucket, known)
  const { asked, described, gather, ids, labels, padding, read, rows, shared, turned, weight, wrong } = gathered
  const feeds: Record<string, ReturnType<typeof runtime.float> | ReturnType<typeof runtime.integer>> = {
    items: runtime.float(read.items, [rows, width]),
    targets: runtime.float(read.targets, [rows, width]),
    ...(asked
      ? { answers: runtime.float(labels, [rows, 1]) }
      : { negatives: runtime.float(read.negatives, [wrong, width]) }),
    padding: runtime.float(padding, [batch, 1, length]),
    weight: runtime.float(weight, [rows, 1]),
    ...(shared === undefined
      ? {}
      : {
          "target ids": runtime.integer(ids.targets, [rows, 1]),
          "negative ids": runtime.integer(ids.negatives, [1, shared])
        })
  }
  for (const [name, numbers] of described?.read ?? []) {
    feeds[`described ${name}`] = runtime.float(numbers, [numbers.length / described!.columns, described!.columns])
  }

  const run: Step["run"] = async (learner, data, users, draw) => {
    gather(learner, data, users, draw)
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
    const slope = gradient("items")
    learner.contexts?.add(ids.contexts, slope)
    learner.contexts?.step()
    turned(slope)
    learner.items.add(ids.items, slope)
    learner.items.add(ids.targets, gradient("targets"))
    if (!asked) learner.items.add(ids.negatives, gradient("negatives"))
    learner.items.step()
    return (results["loss"]!.data as Float32Array)[0]!
  }
  return { parameters: graph.parameters, run, close: () => runtime.session.release() }
}
