/** Scaled dot-product attention: within each sequence of a batch, or from one thing to others beside it. */
import type { Value } from "../onnx/graph.ts"
import type { Tape } from "../tape.ts"
import { mask } from "./elementwise.ts"

/**
 * `softmax(q·kᵀ/√width + bias)·v`: queries are batch × length × width, keys batch × seen × width, values batch × seen × whatever.
 * `bias` (batch × length × seen, or what stretches to it) says who may look where: 0, or far below. `kept` is what dropout leaves
 * of the attention weights.
 */
export const attention = (
  tape: Tape,
  {
    query,
    key,
    value,
    bias,
    kept
  }: Readonly<Record<"query" | "key" | "value" | "bias", Value>> & {
    readonly kept: Value | undefined
  }
): Value => {
  const [batch, length, width] = query.shape as [number, number, number]
  const square = [batch, length, key.shape[1]!]
  const out = [batch, length, value.shape[2]!]
  const turned = (x: Value) => tape.node("Transpose", [x], [x.shape[0]!, x.shape[2]!, x.shape[1]!], { perm: [0, 2, 1] })
  const factor = tape.constant([1 / Math.sqrt(width)])
  const products = tape.node("MatMul", [query, turned(key)], square)
  const scores = tape.node("Add", [tape.node("Mul", [products, factor], square), bias], square)
  const weights = tape.node("Softmax", [scores], square, { axis: -1 })
  const used = mask(tape, weights, kept)
  const y = tape.node("MatMul", [used, value], out)
  return tape.record(y, [query, key, value], (dy) => {
    tape.contribute(value, () => tape.node("MatMul", [turned(used), dy], value.shape))
    const slope = tape.node("MatMul", [dy, turned(value)], square)
    const throughMask = kept === undefined ? slope : tape.node("Mul", [slope, kept], square)
    // What the softmax takes away is the weighted mean of the slopes, which is dy·y: no second pass over the square.
    const common = tape.sum(tape.node("Mul", [dy, y], out), [2], true)
    const centred = tape.node("Sub", [throughMask, common], square)
    const dScores = tape.node("Mul", [tape.node("Mul", [weights, centred], square), factor], square)
    tape.contribute(query, () => tape.node("MatMul", [dScores, key], query.shape))
    tape.contribute(key, () => tape.node("MatMul", [turned(dScores), query], key.shape))
  })
}
