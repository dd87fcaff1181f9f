/** Stops that travelers have ahead of them at places which left the catalog. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { NodeId } from "../domain/ids.ts"

export class StopsAheadUnavailable extends Schema.TaggedError<StopsAheadUnavailable>()("StopsAheadUnavailable", {
  message: Schema.String
}) {}

export interface LostStop {
  readonly node_id: NodeId
  /** When the last planned visit to it ends, in Unix milliseconds. */
  readonly until: number
}

export class StopsAhead extends Context.Service<
  StopsAhead,
  {
    /** Retired places of a city that somebody still plans to visit, at most `limit` of them, the soonest first. */
    readonly atRetired: (cityId: string, limit: number) => Effect.Effect<ReadonlyArray<LostStop>, StopsAheadUnavailable>
  }
>()("overplanned/StopsAhead") {}
