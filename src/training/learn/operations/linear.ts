/** Products with weights. */
import type { Value } from "../onnx/graph.ts"
import type { Tape } from "../tape.ts"

/** `x · weight + bias`: rows × in, in × out, out. */
export const linear = (tape: Tape, x: Value, weight: Value, bias: Value): Value => {
  const [rows, width] = [x.shape[0]!, weight.shape[1]!]
  const y = tape.node("Gemm", [x, weight, bias], [rows, width])
  return tape.record(y, [x, weight, bias], (dy) => {
    tape.contribute(x, () => tape.node("Gemm", [dy, weight], x.shape, { transB: 1 }))
    tape.contribute(weight, () => tape.node("Gemm", [x, dy], weight.shape, { transA: 1 }))
    tape.contribute(bias, () => tape.sum(dy, [0]))
  })
}
