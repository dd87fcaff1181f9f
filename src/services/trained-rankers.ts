/**
 * The trained models that rank: the one in production, the one that it took over from while only some travelers have the new
 * one, and the one that runs beside them in the shadow. All are looked up again when the registry changes; who asks gets what
 * is loaded now, without waiting. Which model may rank at all is a setting; how many travelers have it, the registry says.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Arm } from "../domain/learning/traffic.ts"
import type { SequenceItem } from "../domain/persona/persona.ts"
import { FACTORS_MODEL_TYPE } from "../domain/rankers/factors.ts"
import { INTERACTIONS_MODEL_TYPE } from "../domain/rankers/interactions.ts"
import { MEMBERS_MODEL_TYPE } from "../domain/rankers/members-model.ts"
import { SEQUENCE_MODEL_TYPE } from "../domain/rankers/sequence-model.ts"
import type { ModelRef } from "../domain/ranking.ts"
import type { RegisteredModel } from "./model-registry.ts"
import type { Ranker } from "./ranker.ts"

/** `model_registry.model_type` of rankers in ONNX, over the columns of `domain/features.ts`. */
export const RANKER_MODEL_TYPE = "onnx_ranker"

/** The types of models that rank slates: they come to travelers step by step. */
export const RANKER_MODEL_TYPES: ReadonlyArray<string> = [
  RANKER_MODEL_TYPE,
  FACTORS_MODEL_TYPE,
  INTERACTIONS_MODEL_TYPE
]

/** The types of models that something runs in the shadow; of others nobody knows what they would have done. */
export const SHADOWED_MODEL_TYPES: ReadonlyArray<string> = [
  ...RANKER_MODEL_TYPES,
  SEQUENCE_MODEL_TYPE,
  MEMBERS_MODEL_TYPE
]

/** What the registry says of a model, as far as loading it goes. */
export type RegisteredRanker = Pick<
  RegisteredModel,
  "model_name" | "model_version" | "model_type" | "stage" | "artifact_path" | "promoted_at"
> &
  Partial<
    Pick<RegisteredModel, "artifact_sha256" | "features_version" | "traffic_percent" | "took_over_from" | "lineage">
  >

/** The file cannot rank: what is wrong with it, in words. */
export class ModelRefused extends Schema.TaggedError<ModelRefused>()("ModelRefused", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export interface LoadedRanker {
  readonly ranker: Ranker
  /** Looks again for what may have changed about it since it was loaded: who of its people have left. */
  readonly renew?: Effect.Effect<void>
  /** Whether it has a taste of this traveler: it was trained on them, or the night has worked it out. */
  readonly knows?: (userId: string) => boolean
  /** A traveler's taste in the model's words, from what they accepted and passed, oldest first. */
  readonly embed?: TasteEncoder["embed"]
}

export interface TasteEncoder {
  readonly model: ModelRef
  /** Without its vibe, a place that the model was not trained on says nothing. */
  readonly embed: (
    userId: string,
    choices: ReadonlyArray<SequenceItem>,
    vibeOf: (place: string) => ArrayLike<number> | undefined
  ) => ArrayLike<number>
}

/** Makes a ranker of one type of model; what it holds goes with the scope. */
export type RankerLoader = (model: RegisteredRanker) => Effect.Effect<LoadedRanker, ModelRefused, Scope.Scope>

export interface TrafficArm {
  readonly arm: Arm
  /** The model in production, which those on the other side do not have yet. */
  readonly of: ModelRef
}

export class TrainedRankers extends Context.Service<
  TrainedRankers,
  {
    /** Who ranks for this traveler; undefined where no trained model does. Without a traveler: what was promoted last. */
    readonly production: (traveler?: string) => Ranker | undefined
    /** Which side this traveler is on of the comparison with what ranked before; undefined where no model is in production. */
    readonly armOf: (traveler: string) => TrafficArm | undefined
    readonly shadow: () => Ranker | undefined
    /**
     * Puts tastes into words: those of the model of sequences where one is in production, else those of what ranks; undefined
     * where neither has any.
     */
    readonly encoder: () => TasteEncoder | undefined
    /** The version of that model, where it has a taste of this traveler. */
    readonly encodedBy: (userId: string) => string | undefined
    /** Reads the registry again now; keeps what is loaded where that fails. */
    readonly refresh: Effect.Effect<void>
  }
>()("overplanned/TrainedRankers") {}
