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
}

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
    /** Adds a version; one that is there already stays as it is. */
    readonly register: (
      model: Omit<RegisteredModel, "promoted_at" | "stage"> & { readonly stage?: "staging" | "production" }
    ) => Effect.Effect<void, RegistryUnavailable>
    /** Puts a version that has an artifact into production; the one that was there is archived in the same moment. */
    readonly promote: (
      name: string,
      version: string
    ) => Effect.Effect<RegisteredModel, UnknownModel | PromotionRefused | RegistryUnavailable>
  }
>()("overplanned/ModelRegistry") {}
