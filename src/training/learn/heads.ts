/**
 * What is to be made small, and the slope of that along each logit, derived by hand. `weight` (rows × 1) says how much
 * each row counts; rows that only fill up a batch count 0. Positives are rows × 1, negatives rows × count.
 */
import type { Value } from "./onnx/graph.ts"
import type { Tape } from "./tape.ts"

export interface Head {
  /** One number: the sum over rows. */
  readonly loss: Value
  /** Where the gradients begin. */
  readonly seeds: ReadonlyArray<{ readonly value: Value; readonly gradient: Value }>
}

const times = (tape: Tape, a: Value, b: Value): Value => tape.node("Mul", [a, b], a.shape)
const total = (tape: Tape, x: Value): Value => tape.sum(x, [0, 1])

/** `log(1 + exp(x))` that overflows nowhere. */
const softplus = (tape: Tape, x: Value): Value => {
  const tail = tape.node("Exp", [tape.node("Neg", [tape.node("Abs", [x], x.shape)], x.shape)], x.shape)
  const log = tape.node("Log", [tape.node("Add", [tape.constant([1]), tail], x.shape)], x.shape)
  return tape.node("Add", [tape.node("Relu", [x], x.shape), log], x.shape)
}

const sigmoid = (tape: Tape, x: Value): Value => tape.node("Sigmoid", [x], x.shape)

const negated = (tape: Tape, x: Value): Value => tape.node("Neg", [x], x.shape)

/**
 * Yes to the positive and no to each negative; `positivePower` is 1 for plain binary cross-entropy. Many more negatives
 * than positives would first of all teach that the answer is no: all rows of items move one way together, until the
 * states can hardly be told apart. So logits are counted from what is right on the average, `log(positives / negatives)`.
 */
const crossEntropy = (tape: Tape, positive: Value, negatives: Value, weight: Value, positivePower: number): Head => {
  const count = negatives.shape[1]!
  const usual = tape.constant([Math.log(positivePower / count)])
  const yesLogit = tape.node("Add", [positive, usual], positive.shape)
  const noLogits = tape.node("Add", [negatives, usual], negatives.shape)
  const share = tape.constant([1 / (count + 1)])
  const power = tape.constant([positivePower / (count + 1)])
  const yes = times(tape, times(tape, softplus(tape, negated(tape, yesLogit)), power), weight)
  const no = times(tape, times(tape, softplus(tape, noLogits), share), weight)
  const doubt = tape.node("Sub", [sigmoid(tape, yesLogit), tape.constant([1])], positive.shape)
  return {
    loss: tape.node("Add", [total(tape, yes), total(tape, no)], []),
    seeds: [
      { value: positive, gradient: times(tape, times(tape, doubt, power), weight) },
      { value: negatives, gradient: times(tape, times(tape, sigmoid(tape, noLogits), share), weight) }
    ]
  }
}

export const binaryCrossEntropy = (tape: Tape, positive: Value, negatives: Value, weight: Value): Head =>
  crossEntropy(tape, positive, negatives, weight, 1)

/**
 * gBCE (Petrov & Macdonald 2023): the positive's probability to a power that undoes the overconfidence of seeing few
 * negatives. `sampled` is the share of the catalog that is drawn, `calibration` 0 (plain) to 1 (fully undone).
 */
export const generalizedCrossEntropy = (
  tape: Tape,
  positive: Value,
  negatives: Value,
  weight: Value,
  { sampled, calibration }: { readonly sampled: number; readonly calibration: number }
): Head => {
  const power = sampled * (calibration * (1 - 1 / sampled) + 1 / sampled)
  return crossEntropy(tape, positive, negatives, weight, power)
}

/** The positive against all negatives at once. */
export const sampledSoftmax = (tape: Tape, positive: Value, negatives: Value, weight: Value): Head => {
  const [rows, count] = negatives.shape as [number, number]
  const element = tape.precision
  const logits = tape.node("Concat", [positive, negatives], [rows, count + 1], { axis: 1 })
  const logs = tape.node("LogSoftmax", [logits], logits.shape, { axis: 1 })
  const sizes = tape.graph.constant([2], "int64", [1, count])
  const parts = [
    { shape: [rows, 1], element },
    { shape: [rows, count], element }
  ]
  const [own] = tape.graph.nodes("Split", [logs, sizes], parts, { axis: 1 })
  const chances = tape.node("Exp", [logs], logits.shape)
  const [taken, others] = tape.graph.nodes("Split", [chances, sizes], parts, { axis: 1 })
  const doubt = tape.node("Sub", [taken!, tape.constant([1])], [rows, 1])
  return {
    loss: total(tape, times(tape, negated(tape, own!), weight)),
    seeds: [
      { value: positive, gradient: times(tape, doubt, weight) },
      { value: negatives, gradient: times(tape, others!, weight) }
    ]
  }
}

/** The positive above each negative (Rendle et al. 2009). */
export const pairwise = (tape: Tape, positive: Value, negatives: Value, weight: Value): Head => {
  const [rows, count] = negatives.shape as [number, number]
  const share = tape.constant([1 / count])
  const behind = tape.node("Sub", [negatives, positive], [rows, count])
  const slope = times(tape, times(tape, sigmoid(tape, behind), share), weight)
  return {
    loss: total(tape, times(tape, times(tape, softplus(tape, behind), share), weight)),
    seeds: [
      { value: positive, gradient: negated(tape, tape.sum(slope, [1], true)) },
      { value: negatives, gradient: slope }
    ]
  }
}

/** Logits (rows × 1) against labels between 0 and 1 (rows × 1). */
export const logistic = (tape: Tape, logits: Value, labels: Value, weight: Value): Head => {
  const cost = tape.node("Sub", [softplus(tape, logits), times(tape, logits, labels)], logits.shape)
  const error = tape.node("Sub", [sigmoid(tape, logits), labels], logits.shape)
  return {
    loss: total(tape, times(tape, cost, weight)),
    seeds: [{ value: logits, gradient: times(tape, error, weight) }]
  }
}
