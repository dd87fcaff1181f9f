/**
 * Feature interactions (after DLRM, Naumov et al. 2019): what describes a candidate goes through a small perceptron, each
 * embedding is drawn into the same few numbers, and what all of them say of each other, pair by pair, decides with them.
 */
import { logistic } from "../heads.ts"
import type { Shape, Value } from "../onnx/graph.ts"
import { add, relu } from "../operations/elementwise.ts"
import { linear } from "../operations/linear.ts"
import { ownScores } from "../operations/scores.ts"
import { type Precision, Tape } from "../tape.ts"

/** Numbers of a row, part after part: what describes the candidate first, then each embedding. */
export interface InteractionsShape {
  readonly batch: number
  readonly parts: ReadonlyArray<number>
  readonly hidden: number
  readonly width: number
}

export const columnsOf = ({ parts }: Pick<InteractionsShape, "parts">): number => parts.reduce((sum, n) => sum + n, 0)

/** Columns of a row that nothing is learnt about: rows × (to − from). */
const cut = (tape: Tape, rows: Value, from: number, to: number): Value => {
  const whole = (n: number) => tape.graph.constant([1], "int64", [n])
  return tape.graph.node("Slice", [rows, whole(from), whole(to), whole(1)], [rows.shape[0]!, to - from])
}

/** Logits (batch × 1) of rows (batch × all parts). */
export const interactions = (tape: Tape, { hidden, parts, width }: InteractionsShape, rows: Value): Value => {
  const dense = (x: Value, name: string, to: number) =>
    linear(tape, x, tape.parameter(`${name} weight`, [x.shape[1]!, to]), tape.parameter(`${name} bias`, [to]))
  let from = 0
  const drawn = parts.map((size, part) => {
    const x = cut(tape, rows, from, from + size)
    from += size
    return part === 0
      ? dense(relu(tape, dense(x, "described", hidden)), "part 0", width)
      : dense(x, `part ${part}`, width)
  })
  let top = dense(drawn[0]!, "top", hidden)
  for (let a = 0; a < drawn.length; a++) {
    for (let b = a + 1; b < drawn.length; b++) {
      top = add(tape, top, dense(ownScores(tape, drawn[a]!, drawn[b]!), `pair ${a} ${b}`, hidden))
    }
  }
  return dense(relu(tape, top), "out", 1)
}

/** Takes `rows`, `labels` and `weight` (batch × 1); gives `loss` and the gradients. */
export const interactionsTraining = (
  shape: InteractionsShape,
  precision: Precision = "float"
): { readonly bytes: Uint8Array; readonly parameters: ReadonlyMap<string, Shape> } => {
  const tape = new Tape({ precision })
  const rows = tape.data("rows", [shape.batch, columnsOf(shape)])
  const labels = tape.data("labels", [shape.batch, 1])
  const weight = tape.data("weight", [shape.batch, 1])
  const head = logistic(tape, interactions(tape, shape, rows), labels, weight)
  tape.backward(head.seeds)
  tape.graph.output("loss", head.loss)
  return { bytes: tape.graph.bytes(), parameters: tape.parameters }
}

/** The same with its weights in the file: takes `rows`, gives `logits`. */
export const interactionsServing = (
  shape: InteractionsShape,
  parameters: (name: string) => ArrayLike<number>
): Uint8Array => {
  const tape = new Tape({ weights: parameters })
  tape.graph.output("logits", interactions(tape, shape, tape.data("rows", [shape.batch, columnsOf(shape)])))
  return tape.graph.bytes()
}
