/** Cities: their catalogs in memory, and how they are seeded. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as NoWalkTables from "../cases/absent/no-walk-tables.ts"
import * as PlacesHealth from "../cases/health/places-health.ts"
import { Config, type Settings } from "../config.ts"
import * as AuthorNames from "../layers/files/author-names.ts"
import * as GooglePlaces from "../layers/google-places/api.ts"
import * as Osrm from "../layers/osrm/walk-tables.ts"
import * as PostgresCatalog from "../layers/postgres/catalog.ts"
import * as PostgresCatalogListener from "../layers/postgres/catalog-listener.ts"
import * as PostgresCatalogStore from "../layers/postgres/catalog-store.ts"
import * as PlacesCache from "../layers/postgres/places-cache.ts"
import * as PostgresSeedFiles from "../layers/postgres/seed-files.ts"
import * as SourceStates from "../layers/postgres/source-states.ts"
import * as Overpass from "../layers/web/overpass.ts"
import * as PoliteWeb from "../layers/web/polite-web.ts"
import * as CitySeeder from "../sources/city-seeder.ts"
import * as PostSources from "../sources/post-sources.ts"
import { hostsOf, readSources } from "../sources/post-sources.ts"
import { version } from "./release.ts"

export const catalogs = PostgresCatalogListener.layer.pipe(Layer.provideMerge(PostgresCatalog.layer))

export const catalogStore = PostgresCatalogStore.layer

/** Places of cities that nobody seeded: asked for once, then from the cache. */
export const places = Layer.unwrap(
  Effect.map(Config, (settings) =>
    PlacesCache.layer({ dailyCalls: settings.GOOGLE_PLACES_DAILY_CALLS }).pipe(
      Layer.provide(
        GooglePlaces.layer({
          key: settings.GOOGLE_PLACES_API_KEY,
          baseUrl: settings.GOOGLE_PLACES_BASE_URL?.toString()
        })
      )
    )
  )
)

/** What `/ready` says of the places service. */
export const placesHealth = PlacesHealth.layer.pipe(Layer.provide(places))

/** Authors of posts have the same pseudonyms on every node that has the same key. */
export const authorNames = Layer.unwrap(
  Effect.map(Config, (settings) =>
    AuthorNames.layer({ key: settings.POSTS_AUTHOR_KEY, dataDir: settings.OVERPLANNED_DATA_DIR })
  )
)

/** Who we are to those whom we ask, and where they can complain. */
const userAgentOf = ({ SOURCES_CONTACT }: Settings) =>
  `overplanned/${version} (${SOURCES_CONTACT.replace(/[^\x20-\x7e]/g, "?")})`

/** Sources of posts, each from the hosts that the operator named and no others. */
export const postSources = Layer.unwrap(
  Effect.map(Config, (settings) => {
    const sources = readSources(settings.SOURCES_FILE)
    const reddit = {
      id: settings.REDDIT_CLIENT_ID,
      secret: settings.REDDIT_CLIENT_SECRET,
      tokenUrl: settings.REDDIT_TOKEN_URL.toString(),
      apiUrl: settings.REDDIT_API_URL.toString().replace(/\/$/, "")
    }
    const web = PoliteWeb.layer({
      hosts: hostsOf(
        Result.getOrElse(sources, () => []),
        reddit
      ),
      inner: new Set(settings.SOURCES_INNER_HOSTS),
      pace: settings.OWN_SERVERS_PACE,
      userAgent: userAgentOf(settings)
    })
    return PostSources.layer({ sources, reddit }).pipe(Layer.provide([web, SourceStates.layer]))
  })
).pipe(Layer.provide([catalogStore, authorNames]))

/** Walks over the streets, where the settings name an engine that knows them. */
const walkTables = Layer.unwrap(
  Effect.map(Config, ({ OSRM_URL }) =>
    OSRM_URL === undefined ? NoWalkTables.layer : Osrm.layer({ url: OSRM_URL.toString() })
  )
)

export const seedFiles = Layer.unwrap(
  Effect.map(Config, ({ SEED_FILE_MAX }) => PostgresSeedFiles.layer({ mostBytes: SEED_FILE_MAX }))
)

/** Extracts of OpenStreetMap, where the settings name a server that gives them out. */
const overpass = Layer.unwrap(
  Effect.map(Config, (settings) =>
    Overpass.layer({
      url: settings.OVERPASS_URL === undefined ? undefined : new URL(settings.OVERPASS_URL),
      userAgent: userAgentOf(settings),
      folder: join(settings.OVERPLANNED_DATA_DIR, "overpass"),
      keptMs: settings.OVERPASS_KEPT,
      pace: settings.OWN_SERVERS_PACE
    })
  )
)

export const seeder = CitySeeder.layer.pipe(
  Layer.provideMerge(postSources),
  Layer.provide(Layer.mergeAll(PostgresCatalogStore.layer, authorNames, places, walkTables, overpass))
)
