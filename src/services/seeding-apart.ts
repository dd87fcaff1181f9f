/**
 * Seedings beside the server: a file of hundreds of megabytes is read by a process of its own, so that nobody who travels waits
 * for it. It ends with this process, however that ends, and takes no more memory than it may. One at a time: two would share a machine
 * that has better things to do.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { SeedRequest } from "./city-seeder.ts"

/** What that process says of itself on its standard output, one line of JSON each; the last one is not `progress`. */
export const SeedingLine = Schema.Union([
  Schema.Struct({ progress: Schema.Struct({ done: Schema.Finite, total: Schema.Finite }) }),
  Schema.Struct({ summary: Schema.Unknown }),
  Schema.Struct({ failed: Schema.Struct({ message: Schema.String, retry: Schema.Boolean }) })
])
export type SeedingLine = typeof SeedingLine.Type

/** With `retry: false` it would fail again. */
export class SeedingFailed extends Schema.TaggedError<SeedingFailed>()("SeedingFailed", {
  message: Schema.String,
  retry: Schema.Boolean
}) {}

export class SeedingApart extends Context.Service<
  SeedingApart,
  {
    /** Gives the summary. Interrupted, the process has ended before this has. */
    readonly seed: (
      request: SeedRequest,
      onProgress: (done: number, total: number) => void
    ) => Effect.Effect<unknown, SeedingFailed>
  }
>()("overplanned/SeedingApart") {}
