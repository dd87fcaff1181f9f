/** One hidden layer and a logit. */
import { logistic } from "../heads.ts"
import type { Shape, Value } from "../onnx/graph.ts"
import { relu } from "../operations/elementwise.ts"
import { linear } from "../operations/linear.ts"
import { type Precision, Tape } from "../tape.ts"

export interface PerceptronShape {
  readonly batch: number
  readonly columns: number
  readonly units: number
}

/** Logits (batch × 1) of rows (batch × columns). */
export const perceptron = (tape: Tape, { columns, units }: PerceptronShape, rows: Value): Value => {
  const weight = tape.parameter("hidden weight", [columns, units])
  const hidden = relu(tape, linear(tape, rows, weight, tape.parameter("hidden bias", [units])))
  return linear(tape, hidden, tape.parameter("out weight", [units, 1]), tape.parameter("out bias", [1]))
}

/** Takes `rows`, `labels` and `weight` (batch × 1); gives `loss` and the gradients. */
export const perceptronTraining = (
  shape: PerceptronShape,
  precision: Precision = "float"
): { readonly bytes: Uint8Array; readonly parameters: ReadonlyMap<string, Shape> } => {
  const tape = new Tape({ precision })
  const rows = tape.data("rows", [shape.batch, shape.columns])
  const labels = tape.data("labels", [shape.batch, 1])
  const weight = tape.data("weight", [shape.batch, 1])
  const head = logistic(tape, perceptron(tape, shape, rows), labels, weight)
  tape.backward(head.seeds)
  tape.graph.output("loss", head.loss)
  return { bytes: tape.graph.bytes(), parameters: tape.parameters }
}
