/** How one gets around a city, beside its places: `city_ways`. What changes there is a new version of the catalog. */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Position } from "../../domain/basics/geo.ts"
import { uuidOfName } from "../../domain/basics/hash.ts"
import { readWalks } from "../../domain/itinerary/walks.ts"
import type { TransitNetwork } from "../../domain/transit/network.ts"
import { CATALOG_CHANGED } from "../../services/catalog-store.ts"

/** The next version, with the same places: servers that hold the city read it again. */
export const nextVersion = Effect.fnUntraced(function* (sql: SqlClient, cityId: string) {
  const [city] = yield* sql<{ slug: string; catalog_version: string }>`
    update cities set catalog_version = catalog_version + 1 where id = ${cityId} returning slug, catalog_version`
  const version = Number(city!.catalog_version)
  yield* sql`insert into exp.catalog_snapshots (id, city_id, catalog_version, valid_from, nodes, digest, summary)
    select ${uuidOfName("overplanned/catalog-snapshot", cityId, String(version))}, city_id, ${version}, now(), nodes, digest, summary
    from exp.catalog_snapshots where city_id = ${cityId} order by catalog_version desc limit 1`
  yield* sql`select pg_notify(${CATALOG_CHANGED}, ${city!.slug})`
  return version
})

export const saveTransit = Effect.fnUntraced(function* (sql: SqlClient, cityId: string, network: TransitNetwork) {
  const text = JSON.stringify(network)
  const rows = yield* sql<{ city_id: string }>`
    insert into city_ways as w (city_id, transit) values (${cityId}, ${text}::jsonb)
    on conflict (city_id) do update set transit = excluded.transit, updated_at = now()
      where w.transit is distinct from excluded.transit
    returning city_id`
  if (rows.length > 0) return { catalog_version: yield* nextVersion(sql, cityId), changed: true }
  const [city] = yield* sql<{ catalog_version: string }>`select catalog_version from cities where id = ${cityId}`
  return { catalog_version: Number(city!.catalog_version), changed: false }
})

export const saveWalks = Effect.fnUntraced(function* (sql: SqlClient, cityId: string, walks: Uint8Array) {
  const rows = yield* sql<{ city_id: string }>`
    insert into city_ways as w (city_id, walks) values (${cityId}, ${walks})
    on conflict (city_id) do update set walks = excluded.walks, updated_at = now()
      where w.walks is distinct from excluded.walks
    returning city_id`
  if (rows.length > 0) yield* nextVersion(sql, cityId)
})

/** Where each place lies, in the order of the city's matrix; retired ones keep theirs. */
export const positionsOf = (sql: SqlClient, cityId: string) =>
  sql<Position>`select lat, lon from activity_nodes where city_id = ${cityId} order by node_index`

/** What is kept of a city. A block that cannot be read counts as none: straight lines stand in. */
export const waysOf = Effect.fnUntraced(function* (sql: SqlClient, cityId: string) {
  const [row] = yield* sql<{ transit: TransitNetwork | null; walks: Uint8Array | null }>`
    select transit, walks from city_ways where city_id = ${cityId}`
  const walk = row?.walks === undefined || row.walks === null ? undefined : readWalks(row.walks)
  return {
    ...(row?.transit === undefined || row.transit === null ? {} : { transit: row.transit }),
    ...(walk === undefined ? {} : { walk })
  }
})
