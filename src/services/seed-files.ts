/**
 * Files that operators hand in to be seeded, kept where every node can read them until the job that needs them has ended. A large one
 * comes in parts, in any order and each as often as it takes; who never comes back is forgotten after a day.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export class SeedFilesUnavailable extends Schema.TaggedError<SeedFilesUnavailable>()("SeedFilesUnavailable", {
  message: Schema.String
}) {}

/** It cannot be handed in, or used, as it is. */
export class SeedFileRefused extends Schema.TaggedError<SeedFileRefused>()("SeedFileRefused", {
  reason: Schema.Literals(["unknown", "too_large", "too_many", "incomplete", "used"]),
  message: Schema.String
}) {}

/** Parts of one file; they are counted from 0. */
export const MOST_PARTS = 10_000

/** What is there of a file. */
export interface SeedFileSize {
  readonly parts: number
  readonly bytes: number
}

export class SeedFiles extends Context.Service<
  SeedFiles,
  {
    /** A small file, whole. Gives the name under which the job finds it. */
    readonly keep: (bytes: Uint8Array) => Effect.Effect<string, SeedFilesUnavailable>
    /** The name of a file whose parts are to come. */
    readonly begin: Effect.Effect<string, SeedFilesUnavailable | SeedFileRefused>
    /** A part that is there already is replaced. */
    readonly put: (
      id: string,
      part: number,
      bytes: Uint8Array
    ) => Effect.Effect<SeedFileSize, SeedFilesUnavailable | SeedFileRefused>
    /** From now on it belongs to a job and takes no more parts; refused where parts are missing, or it has not the size it should have. */
    readonly use: (id: string, bytes?: number) => Effect.Effect<void, SeedFilesUnavailable | SeedFileRefused>
    /** Hands over its bytes in order, some at a time; false where the file is gone. */
    readonly read: <E, R>(
      id: string,
      take: (bytes: Uint8Array) => Effect.Effect<void, E, R>
    ) => Effect.Effect<boolean, SeedFilesUnavailable | E, R>
    readonly forget: (id: string) => Effect.Effect<void, SeedFilesUnavailable>
    /** Forgets those that were never handed in whole, and those whose job never came to an end; gives how many. */
    readonly purge: Effect.Effect<number, SeedFilesUnavailable>
  }
>()("overplanned/SeedFiles") {}
