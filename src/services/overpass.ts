/**
 * An extract of OpenStreetMap as a server of Overpass gives it out, for a box of a city's size. Asked as rarely as it can be: an
 * answer that is complete is kept for a while, and what the server cannot give now is a sentence.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Bounds } from "../domain/catalog/city-file.ts"

export class OverpassRefused extends Schema.TaggedError<OverpassRefused>()("OverpassRefused", {
  message: Schema.String
}) {}

export class Overpass extends Context.Service<
  Overpass,
  {
    /** Whether the operator named a server. */
    readonly configured: boolean
    /** The file that the answer lies in. It may be gone again after a day. */
    readonly extract: (bounds: Bounds) => Effect.Effect<string, OverpassRefused>
  }
>()("overplanned/Overpass") {}
