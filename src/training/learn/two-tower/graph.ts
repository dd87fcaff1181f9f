/** Both towers as one graph: whoever preferred one place to another is to be nearer to it. */
import {
  ACCEPTED_FROM,
  LATELY,
  PASSED_FROM,
  PERSON_COLUMNS,
  PLACE_COLUMNS,
  SPACE,
  shapesOf,
  type Tower
} from "../../../domain/rankers/two-tower.ts"
import { pairwise } from "../heads.ts"
import type { Shape, Value } from "../onnx/graph.ts"
import { add, relu, scale } from "../operations/elementwise.ts"
import { linear } from "../operations/linear.ts"
import { ownScores } from "../operations/scores.ts"
import { unitRows } from "../operations/unit-rows.ts"
import { type Precision, Tape } from "../tape.ts"

/** How sure a preference is at the widest angle: cosines alone are between −1 and 1. */
const SHARPNESS = 8

/** A tower, whose parameters are the same wherever it is built into the graph. */
const towerOf = (tape: Tape, name: Tower) => {
  const [inWeight, inBias, outWeight, outBias] = shapesOf(name).map(([parameter, shape]) =>
    tape.parameter(parameter, shape)
  )
  return (input: Value): Value => {
    const rows = input.shape[0]!
    const whole = (n: number) => tape.graph.constant([1], "int64", [n])
    const from = (at: number) =>
      tape.graph.node("Slice", [input, whole(at), whole(at + SPACE), whole(1)], [rows, SPACE])
    // Nothing is learnt about what is given.
    const lately = () =>
      tape.node(
        "Mul",
        [tape.node("Sub", [from(ACCEPTED_FROM), from(PASSED_FROM)], [rows, SPACE]), tape.constant([LATELY])],
        [rows, SPACE]
      )
    const begins = name === "place" ? from(0) : tape.node("Add", [from(0), lately()], [rows, SPACE])
    const hidden = relu(tape, linear(tape, input, inWeight!, inBias!))
    return unitRows(tape, add(tape, linear(tape, hidden, outWeight!, outBias!), begins))
  }
}

/**
 * Takes `people` (batch × columns), `preferred` and `others` (batch × columns) and `weight` (batch × 1); gives `loss` and the
 * gradients.
 */
export const towersTraining = (
  batch: number,
  precision: Precision = "float"
): { readonly bytes: Uint8Array; readonly parameters: ReadonlyMap<string, Shape> } => {
  const tape = new Tape({ precision })
  const [person, place] = [towerOf(tape, "person"), towerOf(tape, "place")]
  const who = person(tape.data("people", [batch, PERSON_COLUMNS]))
  const near = (name: string) =>
    scale(tape, ownScores(tape, who, place(tape.data(name, [batch, PLACE_COLUMNS]))), SHARPNESS)
  const head = pairwise(tape, near("preferred"), near("others"), tape.data("weight", [batch, 1]))
  tape.backward(head.seeds)
  tape.graph.output("loss", head.loss)
  return { bytes: tape.graph.bytes(), parameters: tape.parameters }
}

/** With its weights in the file: takes `rows`, gives `vectors`. */
export const towerServing = (name: Tower, batch: number, weights: (name: string) => ArrayLike<number>): Uint8Array => {
  const tape = new Tape({ weights })
  const columns = name === "person" ? PERSON_COLUMNS : PLACE_COLUMNS
  tape.graph.output("vectors", towerOf(tape, name)(tape.data("rows", [batch, columns])))
  return tape.graph.bytes()
}
