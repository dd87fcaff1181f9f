/** Who stands behind the names of a family of data sets: the one row that tells them apart, read for whoever ranks. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export class NamesUnavailable extends Schema.TaggedError<NamesUnavailable>()("NamesUnavailable", {
  message: Schema.String
}) {}

export class DatasetNames extends Context.Service<
  DatasetNames,
  {
    /** Of these names the ones that belong to somebody, by that traveler's id. Whoever was erased is not among them. */
    readonly travelers: (
      family: string,
      names: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, string>, NamesUnavailable>
  }
>()("overplanned/DatasetNames") {}
