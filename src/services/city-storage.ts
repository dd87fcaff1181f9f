/** What is kept of cities' events in the database. Only the drainer writes them. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { CityEventEnvelope } from "../domain/city/decide.ts"
import type { CityId } from "../domain/ids.ts"

export class CityStorageUnavailable extends Schema.TaggedError<CityStorageUnavailable>()("CityStorageUnavailable", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export class CityStorage extends Context.Service<
  CityStorage,
  {
    /** The events that are on or ahead, oldest first. */
    readonly current: (
      city: CityId,
      now: number
    ) => Effect.Effect<ReadonlyArray<CityEventEnvelope>, CityStorageUnavailable>
  }
>()("overplanned/CityStorage") {}
