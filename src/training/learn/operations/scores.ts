/** How well states and items go together. */
import type { Value } from "../onnx/graph.ts"
import type { Tape } from "../tape.ts"

/** Below any logit that means something. */
const IMPOSSIBLE = -1e9

/** Row by row: `states` and `items` are both rows × width; gives rows × 1. */
export const ownScores = (tape: Tape, states: Value, items: Value): Value => {
  const y = tape.sum(tape.node("Mul", [states, items], states.shape), [1], true)
  return tape.record(y, [states, items], (dy) => {
    tape.contribute(states, () => tape.node("Mul", [items, dy], states.shape))
    tape.contribute(items, () => tape.node("Mul", [states, dy], items.shape))
  })
}

/** Every state with every item: rows × width and items × width give rows × items. */
export const sharedScores = (tape: Tape, states: Value, items: Value): Value => {
  const y = tape.node("Gemm", [states, items], [states.shape[0]!, items.shape[0]!], { transB: 1 })
  return tape.record(y, [states, items], (dy) => {
    tape.contribute(states, () => tape.node("Gemm", [dy, items], states.shape))
    tape.contribute(items, () => tape.node("Gemm", [dy, states], items.shape, { transA: 1 }))
  })
}

/** Negatives that are the row's own target count for nothing. `targets` are rows × 1, `ids` 1 × items. */
export const withoutHits = (tape: Tape, scores: Value, targets: Value, ids: Value): Value => {
  const hits = tape.graph.node("Equal", [targets, ids], scores.shape, {}, "bool")
  const y = tape.graph.node("Where", [hits, tape.constant([IMPOSSIBLE]), scores], scores.shape, {}, tape.precision)
  // A head's gradient of an impossible logit is zero already.
  return tape.record(y, [scores], (dy) => tape.contribute(scores, () => dy))
}
