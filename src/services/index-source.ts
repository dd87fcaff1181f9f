/** What the vector indexes are derived from, for whoever compares or rebuilds them. Pages are in the order of ids. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export class IndexSourceUnavailable extends Schema.TaggedError<IndexSourceUnavailable>()("IndexSourceUnavailable", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export interface IndexedCity {
  readonly id: string
  readonly slug: string
  /** Places that are not retired. */
  readonly live: number
}

export interface IndexedPersona {
  readonly user_id: string
  readonly persona_embedding: ReadonlyArray<number>
}

export class IndexSource extends Context.Service<
  IndexSource,
  {
    readonly cities: Effect.Effect<ReadonlyArray<IndexedCity>, IndexSourceUnavailable>
    /** Travelers who are open to be suggested as companions, have a persona and are not deleted. */
    readonly personaCount: Effect.Effect<number, IndexSourceUnavailable>
    readonly personas: (
      afterUserId: string | undefined,
      limit: number
    ) => Effect.Effect<ReadonlyArray<IndexedPersona>, IndexSourceUnavailable>
  }
>()("overplanned/IndexSource") {}
