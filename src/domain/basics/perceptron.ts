/** A small model that was trained elsewhere and is worked out right here: one hidden layer over named columns, and a chance. */
import * as Schema from "effect/Schema"

const Numbers = Schema.Array(Schema.Finite)

/** As it lies in its file. */
export const PerceptronWeights = Schema.Struct({
  columns: Schema.Array(Schema.String),
  /** Of each column, from what it was trained on. */
  means: Numbers,
  scales: Numbers,
  /** One row of weights per hidden unit, over the columns. */
  hidden: Schema.Array(Numbers),
  hidden_bias: Numbers,
  out: Numbers,
  out_bias: Schema.Finite
})
export type PerceptronWeights = typeof PerceptronWeights.Type

/** Why these weights cannot be used for such columns; undefined where they can. */
export const unfitFor = (
  weights: PerceptronWeights,
  columns: ReadonlyArray<string>,
  what: string
): string | undefined => {
  if (weights.columns.join() !== columns.join()) {
    return `it knows ${what} by ${weights.columns.join(", ")}; this release by ${columns.join(", ")}`
  }
  const width = columns.length
  const units = weights.hidden.length
  const whole =
    weights.means.length === width &&
    weights.scales.length === width &&
    weights.hidden.every((row) => row.length === width) &&
    weights.hidden_bias.length === units &&
    weights.out.length === units
  return whole ? undefined : "its numbers do not fit together"
}

/** Between 0 and 1. */
export const chanceBy = (weights: PerceptronWeights, columns: ArrayLike<number>): number => {
  let logit = weights.out_bias
  for (let unit = 0; unit < weights.hidden.length; unit++) {
    const row = weights.hidden[unit]!
    let sum = weights.hidden_bias[unit]!
    for (let i = 0; i < columns.length; i++) sum += (row[i]! * (columns[i]! - weights.means[i]!)) / weights.scales[i]!
    if (sum > 0) logit += weights.out[unit]! * sum
  }
  return 1 / (1 + Math.exp(-logit))
}
