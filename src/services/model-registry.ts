/** The models there are and the stage each is in; of one name at most one version is in production. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export interface RegisteredModel {
  readonly model_name: string
  readonly model_version: string
  readonly model_type: string
  readonly description: string
  readonly stage: "staging" | "shadow" | "production" | "archived"
  readonly artifact_path: string | null
  readonly training_date: string | null
  readonly promoted_at: string | null
  readonly metrics: unknown
  /** Of the file at `artifact_path`; a file that differs is not the model that was judged. */
  readonly artifact_sha256: string | null
  /** Which version of the features, and of the persona encoder, it was trained on; null where it takes none. */
  readonly features_version: string | null
  readonly encoder_version: string | null
  readonly code_commit: string | null
  /** The dataset's files with their rows and checksums. */
  readonly lineage: unknown
  /** What it is and is not, for people. */
  readonly card: string
  /** How it came to its stage: what was checked, and the reason of whoever forced it. */
  readonly promotion: unknown
}

/** What ran in the shadow of served decisions, as far as it was logged. */
export interface ShadowRecord {
  readonly days: number
  readonly decisions: number
}

export type Registration = Pick<
  RegisteredModel,
  "model_name" | "model_version" | "model_type" | "description" | "artifact_path" | "training_date"
> &
  Partial<
    Pick<
      RegisteredModel,
      "metrics" | "artifact_sha256" | "features_version" | "encoder_version" | "code_commit" | "lineage" | "card"
    >
  >

export class UnknownModel extends Schema.TaggedError<UnknownModel>()("UnknownModel", { message: Schema.String }) {}

/** The model cannot be promoted from where it is, or there is nothing of it to promote. */
export class PromotionRefused extends Schema.TaggedError<PromotionRefused>()("PromotionRefused", {
  message: Schema.String
}) {}

export class RegistryUnavailable extends Schema.TaggedError<RegistryUnavailable>()("RegistryUnavailable", {
  message: Schema.String
}) {}

export class ModelRegistry extends Context.Service<
  ModelRegistry,
  {
    readonly list: Effect.Effect<ReadonlyArray<RegisteredModel>, RegistryUnavailable>
    readonly find: (name: string, version: string) => Effect.Effect<RegisteredModel, UnknownModel | RegistryUnavailable>
    /** What is in production, of every name. */
    readonly production: Effect.Effect<ReadonlyArray<RegisteredModel>, RegistryUnavailable>
    /** Adds a version for staging; one that is there already stays as it is. */
    readonly register: (model: Registration) => Effect.Effect<void, RegistryUnavailable>
    /** Replaces what a version showed. */
    readonly setMetrics: (name: string, version: string, metrics: unknown) => Effect.Effect<void, RegistryUnavailable>
    readonly shadowRecord: (name: string, version: string) => Effect.Effect<ShadowRecord, RegistryUnavailable>
    /**
     * Moves a version to a stage; whichever version of that name was in production, or in the shadow, is archived in the
     * same moment. Whether it may is decided before, by `Promotions`.
     */
    readonly moveTo: (
      name: string,
      version: string,
      stage: "shadow" | "production",
      promotion: unknown
    ) => Effect.Effect<RegisteredModel, UnknownModel | PromotionRefused | RegistryUnavailable>
  }
>()("overplanned/ModelRegistry") {}
