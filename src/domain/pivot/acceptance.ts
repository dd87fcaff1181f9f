/**
 * The chance that this traveler takes an option of a pivot, by a model that was trained elsewhere and is small enough to be
 * worked out right here, within the turn: one hidden layer over the features of `features.ts`.
 */
import * as Schema from "effect/Schema"
import type { ModelRef } from "../ranking.ts"
import { Trigger } from "../vocabulary.ts"
import { PIVOT_FEATURES, type PivotFeatures } from "./features.ts"

const TRIGGERS = Trigger.literals

/** What the model is fed with, in order: the features of an option, and which trigger it answers. */
export const ACCEPTANCE_COLUMNS: ReadonlyArray<string> = [...PIVOT_FEATURES, ...TRIGGERS]

const Numbers = Schema.Array(Schema.Finite)

/** As it lies in its file. */
export const AcceptanceWeights = Schema.Struct({
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
export type AcceptanceWeights = typeof AcceptanceWeights.Type

/** Why these weights cannot be used here; undefined where they can. */
export const unfitWeights = (weights: AcceptanceWeights): string | undefined => {
  if (weights.columns.join() !== ACCEPTANCE_COLUMNS.join()) {
    return `it knows an option by ${weights.columns.join(", ")}; this release by ${ACCEPTANCE_COLUMNS.join(", ")}`
  }
  const width = weights.columns.length
  const units = weights.hidden.length
  const whole =
    weights.means.length === width &&
    weights.scales.length === width &&
    weights.hidden.every((row) => row.length === width) &&
    weights.hidden_bias.length === units &&
    weights.out.length === units
  return whole ? undefined : "its numbers do not fit together"
}

/** A model in force, by the name that its offers carry. */
export interface AcceptanceModel {
  readonly ref: ModelRef
  readonly weights: AcceptanceWeights
}

export const acceptanceColumns = (features: PivotFeatures, trigger: Trigger): ReadonlyArray<number> => [
  ...PIVOT_FEATURES.map((name) => features[name]),
  ...TRIGGERS.map((name) => (name === trigger ? 1 : 0))
]

/** Between 0 and 1. */
export const acceptanceOf = (weights: AcceptanceWeights, columns: ReadonlyArray<number>): number => {
  let logit = weights.out_bias
  for (let unit = 0; unit < weights.hidden.length; unit++) {
    const row = weights.hidden[unit]!
    let sum = weights.hidden_bias[unit]!
    for (let i = 0; i < columns.length; i++) sum += (row[i]! * (columns[i]! - weights.means[i]!)) / weights.scales[i]!
    if (sum > 0) logit += weights.out[unit]! * sum
  }
  return 1 / (1 + Math.exp(-logit))
}
