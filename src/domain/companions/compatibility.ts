/** The chance that a match goes well, by a model that was trained elsewhere and is worked out right here. */
import { chanceBy, type PerceptronWeights, unfitFor } from "../basics/perceptron.ts"
import type { ModelRef } from "../ranking.ts"
import { MATCH_FEATURES, type MatchFeatures } from "./features.ts"

export const COMPATIBILITY_MODEL_TYPE = "match_compatibility"

/** A model in force, by the name that its suggestions carry. */
export interface CompatibilityModel {
  readonly ref: ModelRef
  readonly weights: PerceptronWeights
}

export const unfitCompatibility = (weights: PerceptronWeights): string | undefined =>
  unfitFor(weights, MATCH_FEATURES, "a match")

/** Between 0 and 1. */
export const compatibilityOf = (weights: PerceptronWeights, features: MatchFeatures): number =>
  chanceBy(
    weights,
    MATCH_FEATURES.map((name) => features[name])
  )
