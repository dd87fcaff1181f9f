/** Rows at unit length. */
import type { Value } from "../onnx/graph.ts"
import type { Tape } from "../tape.ts"

/** A row of nothing has no direction, and stays nothing. */
const EPSILON = 1e-12

export const unitRows = (tape: Tape, x: Value): Value => {
  const column = [x.shape[0]!, 1]
  const product = (a: Value, b: Value) => tape.node("Mul", [a, b], x.shape)
  const square = tape.node("Add", [tape.sum(product(x, x), [1], true), tape.constant([EPSILON])], column)
  const inverse = tape.node("Reciprocal", [tape.node("Sqrt", [square], column)], column)
  const y = product(x, inverse)
  return tape.record(y, [x], (dy) => {
    tape.contribute(x, () => {
      // What lies along the row changes its length alone.
      const along = product(y, tape.sum(product(dy, y), [1], true))
      return product(tape.node("Sub", [dy, along], x.shape), inverse)
    })
  })
}
