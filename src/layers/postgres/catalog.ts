/** Loads cities from PostgreSQL once, and again when a newer version was seeded; everything else is answered from memory. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { SqlClient } from "effect/sql/SqlClient"
import type { TravelModel } from "../../domain/basics/geo.ts"
import { type City, type CityCatalog, placeAmong } from "../../domain/catalog/city-catalog.ts"
import type { ActivityNode } from "../../domain/catalog/node.ts"
import { residentCatalog } from "../../domain/catalog/resident-catalog.ts"
import { Catalog, CatalogUnavailable, UnknownCity } from "../../services/catalog.ts"
import { whyAway } from "./away.ts"
import { waysOf } from "./city-ways.ts"

/** Nodes that one query brings: a city of 100,000 neither fills the connection nor holds the loop. */
const PAGE = 2_000

/** How long somebody waits for the names of places whose city is not in memory. */
const PLACES_PATIENCE = "1 second"

/** What a place is made of. */
const NODE_COLUMNS = `id, city_id, name, neighbourhood, category, lat, lon, time_zone, opening_hours, price_tier, setting,
  weather_sensitivity, typical_minutes, booking_needed, day_parts, vibe_tags, vibe_weights, vibe_embedding,
  taxonomy_version, quality_signals, cross_ref_confidence, overrated_flag, source_tier, source, provenance, names, facts,
  external_ids`

interface CityRow extends Omit<City, "travel"> {
  readonly catalog_version: string
  readonly transit: TravelModel | null
}

interface NodeRow extends ActivityNode {
  readonly node_index: number
  readonly retired: boolean
}

const unavailable = (cause: unknown) =>
  new CatalogUnavailable({ message: `The catalog cannot be read right now: ${whyAway(cause)}.`, cause })

const cityOf = ({ transit, ...row }: CityRow): City => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  country: row.country,
  time_zone: row.time_zone,
  lat: row.lat,
  lon: row.lon,
  languages: row.languages ?? [],
  currency: row.currency ?? null,
  ...(transit === null ? {} : { travel: transit })
})

/** Places by their ids: those of cities in memory, and the others from their rows. */
const placesIn = (sql: SqlClient, resident: ReadonlyMap<string, CityCatalog>) =>
  Effect.fnUntraced(function* (nodeIds: ReadonlyArray<string>) {
    const found = new Map<string, ActivityNode>()
    const elsewhere = new Set<string>()
    for (const id of nodeIds) {
      const here = placeAmong(resident.values(), id)
      if (here === undefined) elsewhere.add(id)
      else found.set(id, here.node)
    }
    if (elsewhere.size === 0) return found
    const rows = yield* sql<ActivityNode>`
      select ${sql.literal(NODE_COLUMNS)} from activity_nodes where ${sql.in("id", [...elsewhere])}`.pipe(
      Effect.timeout(PLACES_PATIENCE),
      Effect.catch((error) =>
        Effect.as(Effect.logDebug(`Places of other cities have no names right now: ${error.message}`), [])
      )
    )
    for (const node of rows) found.set(node.id, node)
    return found
  })

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const resident = new Map<string, CityCatalog>()
  const listeners = new Set<(catalog: CityCatalog) => void>()
  const loading = new Map<string, Semaphore.Semaphore>()

  const columns = sql.literal(
    "id, slug, name, country, time_zone, lat, lon, transit, languages, currency, catalog_version"
  )

  const cityRow = (slug: string) =>
    Effect.gen(function* () {
      const [row] = yield* sql<CityRow>`select ${columns} from cities where slug = ${slug} and catalog_version > 0`
      if (row !== undefined) return row
      const seeded = yield* sql<{ slug: string }>`select slug from cities where catalog_version > 0 order by slug`
      const names = seeded.map((city) => city.slug)
      return yield* new UnknownCity({
        city: slug,
        seeded: names,
        message: `There is no catalog of "${slug}". ${names.length === 0 ? "No city is seeded yet." : `Seeded: ${names.join(", ")}.`}`
      })
    })

  const load = Effect.fnUntraced(function* (row: CityRow) {
    const nodes: Array<ActivityNode> = []
    const retired = new Set<number>()
    for (;;) {
      const page = yield* sql<NodeRow>`
        select node_index, retired_at is not null as retired, ${sql.literal(NODE_COLUMNS)}
        from activity_nodes where city_id = ${row.id} and node_index >= ${nodes.length}
        order by node_index limit ${PAGE}`
      for (const { node_index, retired: gone, ...node } of page) {
        if (gone) retired.add(node_index)
        nodes[node_index] = node
      }
      if (page.length < PAGE) break
    }
    const ways = yield* waysOf(sql, row.id)
    return residentCatalog({ city: cityOf(row), version: Number(row.catalog_version), nodes, retired, ...ways })
  })

  const refresh = Effect.fnUntraced(
    function* (slug: string) {
      const row = yield* cityRow(slug)
      const held = resident.get(slug)
      if (held !== undefined && held.version >= Number(row.catalog_version)) return held
      const catalog = yield* load(row)
      resident.set(slug, catalog)
      for (const listener of listeners) listener(catalog)
      return catalog
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(unavailable(error)))
  )

  /** One load of a city at a time; whoever comes meanwhile waits for that one. */
  const once = (slug: string) => {
    const turn = loading.get(slug) ?? Semaphore.makeUnsafe(1)
    loading.set(slug, turn)
    return turn.withPermits(1)
  }

  return Catalog.of({
    city: (slug) =>
      Effect.suspend(() => {
        const held = resident.get(slug)
        if (held !== undefined) return Effect.succeed(held)
        return once(slug)(Effect.suspend(() => refreshIfAbsent(slug)))
      }),
    resident: (slug) => resident.get(slug),
    place: (nodeId) => placeAmong(resident.values(), nodeId),
    places: placesIn(sql, resident),
    cities: sql<CityRow & { readonly nodes: number }>`
      select ${columns}, (select count(*)::int from activity_nodes n where n.city_id = c.id and n.retired_at is null) as nodes
      from cities c where catalog_version > 0 order by slug`.pipe(
      Effect.map((rows) =>
        rows.map((row) => ({ ...cityOf(row), nodes: row.nodes, catalog_version: Number(row.catalog_version) }))
      ),
      Effect.mapError(unavailable)
    ),
    refresh: (slug) => once(slug)(refresh(slug)),
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  })

  function refreshIfAbsent(slug: string) {
    const held = resident.get(slug)
    return held !== undefined ? Effect.succeed(held) : refresh(slug)
  }
})

export const layer = Layer.effect(Catalog, make)
