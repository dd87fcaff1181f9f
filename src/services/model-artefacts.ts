/** The files of trained models, where this node keeps them. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The file is not there, or is not the one that was judged; which of them, in words. */
export class ArtefactUnusable extends Schema.TaggedError<ArtefactUnusable>()("ArtefactUnusable", {
  message: Schema.String
}) {}

export class ModelArtefacts extends Context.Service<
  ModelArtefacts,
  {
    /** The SHA-256 of a model's file; undefined where there is none inside the models' folder. */
    readonly checksum: (artifactPath: string) => Effect.Effect<string | undefined>
    /** A model's file whole, where it has this checksum; any file of that name where none was registered. */
    readonly read: (artifactPath: string, sha256: string | null) => Effect.Effect<Uint8Array, ArtefactUnusable>
  }
>()("overplanned/ModelArtefacts") {}
