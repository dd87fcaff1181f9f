/** How long one walks from a place to those around it, over the streets, as a routing engine knows. Asked when a city is seeded, and never later. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Position } from "../domain/basics/geo.ts"

export class WalkTablesUnavailable extends Schema.TaggedError<WalkTablesUnavailable>()("WalkTablesUnavailable", {
  message: Schema.String
}) {}

export class WalkTables extends Context.Service<
  WalkTables,
  {
    /** Whether an engine is configured at all. */
    readonly available: boolean
    /** Minutes to each place; undefined where the engine knows no way, or says what cannot be. */
    readonly walks: (
      from: Position,
      to: ReadonlyArray<Position>
    ) => Effect.Effect<ReadonlyArray<number | undefined>, WalkTablesUnavailable>
  }
>()("overplanned/WalkTables") {}
