/**
 * The chance that this traveler takes an option of a pivot, by a model that was trained elsewhere and is small enough to be
 * worked out right here, within the turn: one hidden layer over the features of `features.ts`.
 */
import { chanceBy, PerceptronWeights, unfitFor } from "../basics/perceptron.ts"
import type { Arm } from "../learning/traffic.ts"
import type { ModelRef } from "../ranking.ts"
import { Trigger } from "../vocabulary.ts"
import { PIVOT_FEATURES, type PivotFeatures } from "./features.ts"

const TRIGGERS = Trigger.literals

/** What the model is fed with, in order: the features of an option, and which trigger it answers. */
export const ACCEPTANCE_COLUMNS: ReadonlyArray<string> = [...PIVOT_FEATURES, ...TRIGGERS]

/** As it lies in its file. */
export const AcceptanceWeights = PerceptronWeights
export type AcceptanceWeights = PerceptronWeights

/** Why these weights cannot be used here; undefined where they can. */
export const unfitWeights = (weights: AcceptanceWeights): string | undefined =>
  unfitFor(weights, ACCEPTANCE_COLUMNS, "an option")

/** A model in force, by the name that its offers carry. */
export interface AcceptanceModel {
  readonly ref: ModelRef
  readonly weights: AcceptanceWeights
}

/** The type that it is registered with. */
export const ACCEPTANCE_MODEL_TYPE = "pivot_acceptance"

/** What orders one traveler's options, and which side of the comparison with what ordered before they are on. */
export interface AcceptanceInForce {
  /** Absent where the engine orders. */
  readonly model?: AcceptanceModel
  /** Absent where no model is in production. */
  readonly trial?: { readonly arm: Arm; readonly of: ModelRef }
}

export const acceptanceColumns = (features: PivotFeatures, trigger: Trigger): ReadonlyArray<number> => [
  ...PIVOT_FEATURES.map((name) => features[name]),
  ...TRIGGERS.map((name) => (name === trigger ? 1 : 0))
]

/** Between 0 and 1. */
export const acceptanceOf = chanceBy
