/** Files that operators hand in to be seeded, kept where every node can read them until the job that needs them has ended. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export class SeedFilesUnavailable extends Schema.TaggedError<SeedFilesUnavailable>()("SeedFilesUnavailable", {
  message: Schema.String
}) {}

export class SeedFiles extends Context.Service<
  SeedFiles,
  {
    /** Gives the name under which the job finds it. */
    readonly keep: (bytes: Uint8Array) => Effect.Effect<string, SeedFilesUnavailable>
    /** Undefined where it is gone. */
    readonly read: (id: string) => Effect.Effect<Uint8Array | undefined, SeedFilesUnavailable>
    readonly forget: (id: string) => Effect.Effect<void, SeedFilesUnavailable>
    /** Forgets those whose job never came to an end; gives how many. */
    readonly purge: Effect.Effect<number, SeedFilesUnavailable>
  }
>()("overplanned/SeedFiles") {}
