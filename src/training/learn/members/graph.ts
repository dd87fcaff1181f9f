/** Cross-attention of a taste over the dimensions of a persona, and of a place over the members of a party, as one graph. */
import {
  DIMENSION_COLUMNS,
  DIMENSIONS,
  KEY_WIDTH,
  ownBlocks,
  shapesOf,
  VALUE_WIDTH
} from "../../../domain/rankers/members-model.ts"
import { logistic } from "../heads.ts"
import type { Shape, Value } from "../onnx/graph.ts"
import { attention } from "../operations/attention.ts"
import { add, mask, reshape } from "../operations/elementwise.ts"
import { linear } from "../operations/linear.ts"
import { ownScores } from "../operations/scores.ts"
import { type Precision, Tape } from "../tape.ts"

export interface MembersShape {
  readonly batch: number
  /** Members of the largest party. */
  readonly members: number
  /** Of the model of sequences. */
  readonly width: number
}

/** Logits (batch × 1). Members and their dimensions lie one after another; `absent` is far below 0 where nobody is. */
const membersLogits = (
  tape: Tape,
  { batch, members, width }: MembersShape,
  { absent, personas, places, tastes }: Readonly<Record<"tastes" | "personas" | "places" | "absent", Value>>
): Value => {
  const people = batch * members
  const shapes = new Map(shapesOf(width))
  const parameter = (name: string) => tape.parameter(name, shapes.get(name)!)
  const dense = (x: Value, name: string) => linear(tape, x, parameter(`${name} weight`), parameter(`${name} bias`))
  /** Each dimension speaks for itself alone: what would mix them is held at nothing. */
  const dimensions = (name: string, each: number) => {
    const weight = parameter(`${name} weight`)
    const own = mask(tape, weight, tape.constant([...ownBlocks(each)], weight.shape))
    return reshape(tape, linear(tape, personas, own, parameter(`${name} bias`)), [people, DIMENSIONS, each])
  }
  const everywhere = tape.constant(
    Array.from({ length: DIMENSIONS }, () => 0),
    [1, 1, DIMENSIONS]
  )
  const found = attention(tape, {
    query: reshape(tape, dense(tastes, "question"), [people, 1, KEY_WIDTH]),
    key: dimensions("dimension keys", KEY_WIDTH),
    value: dimensions("dimension values", VALUE_WIDTH),
    bias: everywhere,
    kept: undefined
  })
  const needs = add(tape, dense(reshape(tape, found, [people, VALUE_WIDTH]), "found"), tastes)
  const heard = attention(tape, {
    query: reshape(tape, dense(places, "place"), [batch, 1, KEY_WIDTH]),
    key: reshape(tape, dense(needs, "member"), [batch, members, KEY_WIDTH]),
    value: reshape(tape, needs, [batch, members, width]),
    bias: absent,
    kept: undefined
  })
  return dense(ownScores(tape, reshape(tape, heard, [batch, width]), places), "answer")
}

const inputsOf = (tape: Tape, { batch, members, width }: MembersShape) => ({
  tastes: tape.data("tastes", [batch * members, width]),
  personas: tape.data("personas", [batch * members, DIMENSION_COLUMNS]),
  places: tape.data("places", [batch, width]),
  absent: tape.data("absent", [batch, 1, members])
})

/**
 * Takes `tastes` (people × width), `personas` (people × columns), `places` (batch × width), `absent` (batch × 1 × members), `labels`
 * and `weight` (batch × 1); gives `loss` and the gradients.
 */
export const membersTraining = (
  shape: MembersShape,
  precision: Precision = "float"
): { readonly bytes: Uint8Array; readonly parameters: ReadonlyMap<string, Shape> } => {
  const { batch } = shape
  const tape = new Tape({ precision })
  const logits = membersLogits(tape, shape, inputsOf(tape, shape))
  const head = logistic(tape, logits, tape.data("labels", [batch, 1]), tape.data("weight", [batch, 1]))
  tape.backward(head.seeds)
  tape.graph.output("loss", head.loss)
  return { bytes: tape.graph.bytes(), parameters: tape.parameters }
}

/** The same with its weights in the file: gives `logits`. */
export const membersServing = (shape: MembersShape, weights: (name: string) => ArrayLike<number>): Uint8Array => {
  const tape = new Tape({ weights })
  tape.graph.output("logits", membersLogits(tape, shape, inputsOf(tape, shape)))
  return tape.graph.bytes()
}
