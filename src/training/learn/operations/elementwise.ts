/** What is done number by number. */
import { sameShape, type Value } from "../onnx/graph.ts"
import type { Tape } from "../tape.ts"

/** Both have the same shape. */
export const add = (tape: Tape, a: Value, b: Value): Value => {
  if (!sameShape(a.shape, b.shape)) throw new Error(`Cannot add ${b.shape} to ${a.shape}.`)
  return tape.record(tape.node("Add", [a, b], a.shape), [a, b], (dy) => {
    tape.contribute(a, () => dy)
    tape.contribute(b, () => dy)
  })
}

/** Adds one row for each position to every sequence: batch × length × width and length × width. */
export const addToEach = (tape: Tape, x: Value, rows: Value): Value =>
  tape.record(tape.node("Add", [x, rows], x.shape), [x, rows], (dy) => {
    tape.contribute(x, () => dy)
    tape.contribute(rows, () => tape.sum(dy, [0]))
  })

/** Times a fixed number. */
export const scale = (tape: Tape, x: Value, by: number): Value => {
  const factor = tape.constant([by])
  return tape.record(tape.node("Mul", [x, factor], x.shape), [x], (dy) => {
    tape.contribute(x, () => tape.node("Mul", [dy, factor], x.shape))
  })
}

/** Times given numbers of the same shape that nothing is learnt about: what dropout leaves, or which rows count. */
export const mask = (tape: Tape, x: Value, kept: Value | undefined): Value => {
  if (kept === undefined) return x
  return tape.record(tape.node("Mul", [x, kept], x.shape), [x], (dy) => {
    tape.contribute(x, () => tape.node("Mul", [dy, kept], x.shape))
  })
}

export const relu = (tape: Tape, x: Value): Value => {
  const y = tape.node("Relu", [x], x.shape)
  return tape.record(y, [x], (dy) => {
    // The slope is the sign of what came out: 1 or 0.
    tape.contribute(x, () => tape.node("Mul", [dy, tape.node("Sign", [y], x.shape)], x.shape))
  })
}

/** The same numbers in the same order, otherwise divided into axes. */
export const reshape = (tape: Tape, x: Value, shape: ReadonlyArray<number>): Value =>
  tape.record(tape.reshape(x, shape), [x], (dy) => {
    tape.contribute(x, () => tape.reshape(dy, x.shape))
  })
