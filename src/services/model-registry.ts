/** The models there are and the stage each is in; of one name at most one version is in production. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ArmRecord } from "../domain/learning/traffic.ts"

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
  /** How it came to its stage: what was checked, the reason of whoever forced it, and why it was taken back. */
  readonly promotion: unknown
  /** Of a model in production, the percentage of travelers that have it; null counts as all of them. */
  readonly traffic_percent: number | null
  /** The version that was in production before: the others have it meanwhile, and a rollback brings it back. */
  readonly took_over_from: string | null
  /** People whom it was trained with and who have left since: nothing of it leads to them. */
  readonly people_erased: number
}

export interface RolledBack {
  /** What was in production, and is archived now. */
  readonly from: RegisteredModel
  /** What is in production again; undefined where nothing of that name is. */
  readonly to: RegisteredModel | undefined
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
    /**
     * Moves a version to a stage; whichever version of that name was in production, or in the shadow, is archived in the
     * same moment, and is what the new one took over from; into production only over one that everybody has. Whether it may is decided before, by `Promotions`.
     */
    readonly moveTo: (
      name: string,
      version: string,
      stage: "shadow" | "production",
      promotion: unknown,
      trafficPercent?: number
    ) => Effect.Effect<RegisteredModel, UnknownModel | PromotionRefused | RegistryUnavailable>
    /** Gives the model in production to so many percent of travelers; `note` is added to what is kept of its promotion. */
    readonly share: (
      name: string,
      trafficPercent: number,
      note: Readonly<Record<string, unknown>>
    ) => Effect.Effect<RegisteredModel, UnknownModel | RegistryUnavailable>
    /**
     * Archives the version that is in production and brings back what it took over from, where that is wanted and there is
     * one, in the same moment. Gives both.
     */
    readonly rollback: (
      name: string,
      note: Readonly<Record<string, unknown>>,
      bringBack: boolean
    ) => Effect.Effect<RolledBack, UnknownModel | RegistryUnavailable>
    /** What was logged of both sides since this version was promoted. */
    readonly arms: (
      model: RegisteredModel
    ) => Effect.Effect<{ readonly candidate: ArmRecord; readonly control: ArmRecord }, RegistryUnavailable>
  }
>()("overplanned/ModelRegistry") {}
