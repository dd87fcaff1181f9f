/** The two graphs of a SASRec model: one that trains, one that serves. */
import { binaryCrossEntropy, generalizedCrossEntropy, type Head, logistic, pairwise, sampledSoftmax } from "../heads.ts"
import type { Shape, Value } from "../onnx/graph.ts"
import { add } from "../operations/elementwise.ts"
import { linear } from "../operations/linear.ts"
import { ownScores, sharedScores, withoutHits } from "../operations/scores.ts"
import { type Precision, Tape } from "../tape.ts"
import { type TrunkShape, trunk } from "./trunk.ts"

/**
 * What the states are taught by: whether the next item was accepted (`answers`), or which of all items it was. `negatives` are drawn once per batch and shared by all its rows, except with plain
 * cross-entropy, where every row has one of its own.
 */
export type Lesson =
  | { readonly head: "answers" }
  | { readonly head: "bce" }
  | { readonly head: "gbce"; readonly negatives: number; readonly calibration: number; readonly itemCount: number }
  | { readonly head: "softmax"; readonly negatives: number }
  | { readonly head: "bpr"; readonly negatives: number }

export interface TrainingGraph {
  readonly bytes: Uint8Array
  readonly parameters: ReadonlyMap<string, Shape>
  /** The inputs that take a window of the dropout pool, with their shapes. */
  readonly masks: ReadonlyArray<{ readonly name: string; readonly shape: Shape }>
}

const sharedHead = (lesson: Exclude<Lesson, { head: "bce" | "answers" }>) => {
  switch (lesson.head) {
    case "softmax":
      return sampledSoftmax
    case "bpr":
      return pairwise
    case "gbce": {
      const { calibration } = lesson
      const sampled = Math.min(1, lesson.negatives / Math.max(1, lesson.itemCount - 1))
      return (tape: Tape, positive: Value, negatives: Value, weight: Value): Head =>
        generalizedCrossEntropy(tape, positive, negatives, weight, { sampled, calibration })
    }
  }
}

/** What descriptions of so many columns add to the rows of items; nothing where items are not described. */
const describing = (tape: Tape, width: number, columns: number | undefined) => {
  if (columns === undefined) return (_: string, rows: Value) => rows
  const weight = tape.parameter("description weight", [columns, width])
  const nothing = tape.constant(
    Array.from({ length: width }, () => 0),
    [width]
  )
  return (name: string, rows: Value) =>
    add(tape, rows, linear(tape, tape.data(`described ${name}`, [rows.shape[0]!, columns]), weight, nothing))
}

/**
 * Takes `items`, `targets` and `negatives` as rows of the item table, where items are described also `described items` and so
 * on, `padding`, `weight` (rows × 1) and, where negatives
 * are shared, `target ids` and `negative ids`; gives `loss` and the gradients of all rows and parameters.
 */
export const trainingGraph = (
  shape: TrunkShape,
  lesson: Lesson,
  options: { readonly dropout: boolean; readonly precision?: Precision; readonly columns?: number | undefined }
): TrainingGraph => {
  const tape = new Tape({ precision: options.precision ?? "float" })
  const rows = shape.batch * shape.length
  const items = tape.leaf("items", [rows, shape.width])
  const padding = tape.data("padding", [shape.batch, 1, shape.length])
  const masks: Array<{ readonly name: string; readonly shape: Shape }> = []
  const dropout = (of: Shape) => {
    if (!options.dropout) return undefined
    const name = `kept ${masks.length}`
    masks.push({ name, shape: of })
    return tape.data(name, of)
  }
  const described = describing(tape, shape.width, options.columns)
  const states = trunk(tape, shape, described("items", items), padding, dropout)
  const targets = described("targets", tape.leaf("targets", [rows, shape.width]))
  const weight = tape.data("weight", [rows, 1])
  const positive = ownScores(tape, states, targets)
  let head: Head
  if (lesson.head === "answers") {
    // How often people say yes to whatever comes is no word about them.
    const logits = linear(tape, positive, tape.parameter("answer gain", [1, 1]), tape.parameter("answer offset", [1]))
    head = logistic(tape, logits, tape.data("answers", [rows, 1]), weight)
  } else if (lesson.head === "bce") {
    const negatives = described("negatives", tape.leaf("negatives", [rows, shape.width]))
    head = binaryCrossEntropy(tape, positive, ownScores(tape, states, negatives), weight)
  } else {
    const negatives = described("negatives", tape.leaf("negatives", [lesson.negatives, shape.width]))
    const targetIds = tape.data("target ids", [rows, 1], "int32")
    const negativeIds = tape.data("negative ids", [1, lesson.negatives], "int32")
    const scores = withoutHits(tape, sharedScores(tape, states, negatives), targetIds, negativeIds)
    head = sharedHead(lesson)(tape, positive, scores, weight)
  }
  tape.backward(head.seeds)
  tape.graph.output("loss", head.loss)
  return { bytes: tape.graph.bytes(), parameters: tape.parameters, masks }
}

const HIDDEN = -1e9

/** A learnt parameter's numbers, by its name. */
export type Parameters = (name: string) => Float32Array

const servingTape = ({ length, width }: TrunkShape, parameters: Parameters): Tape =>
  new Tape({
    weights: (name) => {
      const numbers = parameters(name)
      // Sequences stand at the right: a shorter graph has the last positions.
      return name === "positions" ? numbers.subarray(numbers.length - length * width) : numbers
    }
  })

const lastState = (tape: Tape, shape: TrunkShape, items: Value, padding: Value): Uint8Array => {
  const { batch, length, width } = shape
  const states = tape.reshape(trunk(tape, shape, items, padding), [batch, length, width])
  const last = tape.graph.constant([], "int64", [length - 1])
  tape.graph.output("state", tape.graph.node("Gather", [states, last], [batch, width], { axis: 1 }))
  return tape.graph.bytes()
}

/**
 * The same trunk with its weights in the file and without dropout: takes `items` as rows of the item table and `padding`,
 * as the training graph does; gives `state` (batch × width), whose product with an item's row is its score.
 */
export const stateGraph = (shape: TrunkShape, parameters: Parameters): Uint8Array => {
  const { batch, length, width } = shape
  const tape = servingTape(shape, parameters)
  return lastState(tape, shape, tape.data("items", [batch * length, width]), tape.data("padding", [batch, 1, length]))
}

/**
 * The same with the item table in the file too: takes `history` (batch × length), items by their number from 1, the newest
 * last, 0 before the first. The first row of `table` belongs to nobody.
 */
export const servingGraph = (shape: TrunkShape, parameters: Parameters, table: Float32Array): Uint8Array => {
  const { batch, length, width } = shape
  const tape = servingTape(shape, parameters)
  const { graph } = tape
  const history = graph.input("history", [batch, length], "int32")
  const rows = graph.initializer("item rows", [table.length / width, width], "float", table)
  const items = graph.node("Gather", [rows, tape.reshape(history, [batch * length])], [batch * length, width])
  const none = graph.node("Equal", [history, graph.constant([], "int32", [0])], [batch, length], {}, "bool")
  const hidden = graph.node("Where", [none, tape.constant([HIDDEN]), tape.constant([0])], [batch, length], {}, "float")
  return lastState(tape, shape, items, tape.reshape(hidden, [batch, 1, length]))
}
