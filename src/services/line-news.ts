/** What agencies say of their lines right now: alerts and delays, as they stand at this moment. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { LineNews } from "../domain/transit/realtime.ts"

export class LineNewsUnavailable extends Schema.TaggedError<LineNewsUnavailable>()("LineNewsUnavailable", {
  message: Schema.String
}) {}

export class LineNewsSource extends Context.Service<
  LineNewsSource,
  {
    /** The cities that have a feed. */
    readonly cities: ReadonlyArray<string>
    /** What all feeds of a city say; fails where one of them cannot be had or read. */
    readonly of: (city: string) => Effect.Effect<ReadonlyArray<LineNews>, LineNewsUnavailable>
  }
>()("overplanned/LineNewsSource") {}
