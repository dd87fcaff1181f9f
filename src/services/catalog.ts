/**
 * Reading side of the catalogs: each seeded city as one immutable object in memory, swapped whole when a new version
 * is seeded. Reads never touch PostgreSQL once a city is loaded; an outage of the database is not noticed here.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { City, CityCatalog, PlaceInCity } from "../domain/catalog/city-catalog.ts"
import type { ActivityNode } from "../domain/catalog/node.ts"

export class UnknownCity extends Schema.TaggedError<UnknownCity>()("UnknownCity", {
  city: Schema.String,
  seeded: Schema.Array(Schema.String),
  message: Schema.String
}) {}

export class CatalogUnavailable extends Schema.TaggedError<CatalogUnavailable>()("CatalogUnavailable", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export interface CityEntry extends City {
  readonly nodes: number
  readonly catalog_version: number
}

export class Catalog extends Context.Service<
  Catalog,
  {
    /** The newest version of a city, by slug; loaded on first use, then from memory. */
    readonly city: (slug: string) => Effect.Effect<CityCatalog, UnknownCity | CatalogUnavailable>
    /** The newest version that is in memory now, without waiting: what actor turns use. */
    readonly resident: (slug: string) => CityCatalog | undefined
    /** A place by its id alone, whichever city it lies in, where that is in memory. */
    readonly place: (nodeId: string) => PlaceInCity | undefined
    /**
     * Places by their ids alone: from memory, and of cities that are not there, in one query that loads none of them. Those that nobody
     * knows are left out; so are those not in memory while the database is away, or does not answer soon.
     */
    readonly places: (nodeIds: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, ActivityNode>>
    readonly cities: Effect.Effect<ReadonlyArray<CityEntry>, CatalogUnavailable>
    /** Loads the city again when PostgreSQL holds a newer version; called after seeding and on a schedule. */
    readonly refresh: (slug: string) => Effect.Effect<CityCatalog, UnknownCity | CatalogUnavailable>
    /** Called with each newly resident version. Returns the way to stop. */
    readonly onChange: (listener: (catalog: CityCatalog) => void) => () => void
  }
>()("overplanned/Catalog") {}
