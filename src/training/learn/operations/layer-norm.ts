/** Rows brought to mean 0 and variance 1, then stretched and moved by what is learnt. */
import type { Value } from "../onnx/graph.ts"
import type { Tape } from "../tape.ts"

const EPSILON = 1e-8

/** Each row less its mean and divided by its deviation, and one over that deviation. */
const standardized = (tape: Tape, x: Value): { readonly unit: Value; readonly inverse: Value } => {
  const [rows, width] = [x.shape[0]!, x.shape[1]!]
  const mean = tape.node("ReduceMean", [x], [rows, 1], { axes: [1], keepdims: 1 })
  const centred = tape.node("Sub", [x, mean], x.shape)
  const squares = tape.node("Mul", [centred, centred], x.shape)
  const variance = tape.node("ReduceMean", [squares], [rows, 1], { axes: [1], keepdims: 1 })
  const deviation = tape.node("Sqrt", [tape.node("Add", [variance, tape.constant([EPSILON])], [rows, 1])], [rows, 1])
  const inverse = tape.node("Reciprocal", [deviation], [rows, 1])
  return { unit: tape.node("Mul", [centred, inverse], [rows, width]), inverse }
}

/** The same by the operator made for it, which keeps its statistics in float: not for graphs in double. */
const standardizedAtOnce = (tape: Tape, x: Value): { readonly unit: Value; readonly inverse: Value } => {
  const [rows, width] = [x.shape[0]!, x.shape[1]!]
  const column = { shape: [rows, 1], element: tape.precision }
  const ones = tape.constant(Array(width).fill(1), [width])
  const [unit, , inverse] = tape.graph.nodes(
    "LayerNormalization",
    [x, ones],
    [{ shape: x.shape, element: tape.precision }, column, column],
    { axis: -1, epsilon: { float: EPSILON } }
  )
  return { unit: unit!, inverse: inverse! }
}

/** Of each row of `x` (rows × width); `gain` and `offset` have one number per column. */
export const layerNorm = (tape: Tape, x: Value, gain: Value, offset: Value): Value => {
  const { unit, inverse } = tape.precision === "float" ? standardizedAtOnce(tape, x) : standardized(tape, x)
  const rows = x.shape[0]!
  const product = (a: Value, b: Value) => tape.node("Mul", [a, b], x.shape)
  const mean = (a: Value) => tape.node("ReduceMean", [a], [rows, 1], { axes: [1], keepdims: 1 })
  const y = tape.node("Add", [product(unit, gain), offset], x.shape)
  return tape.record(y, [x, gain, offset], (dy) => {
    tape.contribute(gain, () => tape.sum(product(dy, unit), [0]))
    tape.contribute(offset, () => tape.sum(dy, [0]))
    tape.contribute(x, () => {
      const slope = product(dy, gain)
      const along = product(unit, mean(product(slope, unit)))
      const straight = tape.node("Sub", [slope, mean(slope)], x.shape)
      return product(tape.node("Sub", [straight, along], x.shape), inverse)
    })
  })
}
