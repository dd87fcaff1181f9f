/** The files of trained models, where this node keeps them. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

export class ModelArtefacts extends Context.Service<
  ModelArtefacts,
  {
    /** The SHA-256 of a model's file; undefined where there is none inside the models' folder. */
    readonly checksum: (artifactPath: string) => Effect.Effect<string | undefined>
  }
>()("overplanned/ModelArtefacts") {}
