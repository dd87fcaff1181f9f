/**
 * Places from a commercial places service, for cities that nobody seeded. Two services: `PlacesApi` asks the provider,
 * `PlacesSource` stands before it and asks only what it does not know: a fresh cached answer never costs a call, one
 * place or query is asked for once at a time, a stale answer is given at once and renewed behind it, and a daily cap
 * stops what would cost too much. What the provider's terms forbid to keep is not kept: place ids stay, all other fields
 * are purged after 30 days.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export class PlacesUnavailable extends Schema.TaggedError<PlacesUnavailable>()("PlacesUnavailable", {
  reason: Schema.Literals(["not_configured", "capped", "refused", "timeout", "unavailable", "malformed"]),
  message: Schema.String
}) {}

const OpeningPoint = Schema.Struct({ day: Schema.Int, hour: Schema.Int, minute: Schema.Int })

/** The fields that are asked for, and no others. */
export const Place = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  lat: Schema.Finite,
  lon: Schema.Finite,
  types: Schema.Array(Schema.String),
  /** 0–4, where the provider says. */
  price_level: Schema.NullOr(Schema.Int),
  rating: Schema.NullOr(Schema.Finite),
  ratings: Schema.Int,
  neighbourhood: Schema.NullOr(Schema.String),
  opening: Schema.NullOr(Schema.Array(Schema.Struct({ open: OpeningPoint, close: Schema.NullOr(OpeningPoint) }))),
  closed_for_good: Schema.Boolean
})
export type Place = typeof Place.Type

/** A city as the provider knows it. */
export const PlacesCity = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  country: Schema.String,
  time_zone: Schema.String,
  lat: Schema.Finite,
  lon: Schema.Finite,
  bounds: Schema.Struct({ south: Schema.Finite, west: Schema.Finite, north: Schema.Finite, east: Schema.Finite })
})
export type PlacesCity = typeof PlacesCity.Type

export interface PlacesQuery {
  readonly text: string
  /** Results outside of it are not wanted. */
  readonly bounds: PlacesCity["bounds"]
}

interface PlacesOperations {
  /** Whether there is a key. */
  readonly configured: boolean
  readonly search: (query: PlacesQuery) => Effect.Effect<ReadonlyArray<Place>, PlacesUnavailable>
  /** The city of this name, or `null`. */
  readonly city: (name: string) => Effect.Effect<PlacesCity | null, PlacesUnavailable>
}

/** Every call costs money. */
export class PlacesApi extends Context.Service<PlacesApi, PlacesOperations>()("overplanned/PlacesApi") {}

export class PlacesSource extends Context.Service<
  PlacesSource,
  PlacesOperations & {
    /** Calls of this UTC day over all nodes, and the most there may be. */
    readonly usage: Effect.Effect<{ readonly calls: number; readonly limit: number }, PlacesUnavailable>
    /** Forgets what may not be kept any longer; gives how many rows. For a nightly job. */
    readonly purge: Effect.Effect<number, PlacesUnavailable>
  }
>()("overplanned/PlacesSource") {}
