/** What each source said of a city's places, as it was read: nodes are put together from these rows. */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { CityInfo } from "../../domain/catalog/city-file.ts"
import type { KnownEntry } from "../../domain/catalog/conflation/join.ts"
import { type CatalogStore, CatalogStoreError } from "../../services/catalog-store.ts"

/** Rows of one statement: entries are small, and a city has up to a hundred thousand. */
const PAGE = 2_000

const failed = (what: string) => (cause: unknown) =>
  new CatalogStoreError({
    message: `${what} failed: ${cause instanceof Error ? cause.message : String(cause)}. Run it again.`,
    cause
  })

interface Row extends KnownEntry {
  readonly source_key: string
}

export const sourceEntries = (sql: SqlClient): Pick<CatalogStore["Service"], "sourceEntries" | "saveEntries"> => ({
  sourceEntries: (cityId) =>
    Effect.gen(function* () {
      const all: Array<KnownEntry> = []
      let after = ["", ""]
      for (;;) {
        const page = yield* sql<Row>`
          select source, licence, node_key, entry, gone_at is not null as gone, source_key from place_sources
          where city_id = ${cityId} and (source, source_key) > (${after[0]!}, ${after[1]!})
          order by source, source_key limit ${PAGE}`
        for (const { source_key: _key, ...entry } of page) all.push(entry)
        if (page.length < PAGE) return all
        after = [page.at(-1)!.source, page.at(-1)!.source_key]
      }
    }).pipe(Effect.mapError(failed("Reading what sources said"))),

  saveEntries: (cityId, source, entries, gone) =>
    Effect.gen(function* () {
      for (let at = 0; at < entries.length; at += PAGE) {
        const rows = entries.slice(at, at + PAGE).map((one) => ({ ...one, source_key: one.entry.key }))
        yield* sql`insert into place_sources (city_id, source, source_key, node_key, licence, entry)
          select ${cityId}::uuid, source, source_key, node_key, licence, entry
          from json_to_recordset(${JSON.stringify(rows)}::json)
            as rows(source text, source_key text, node_key text, licence text, entry jsonb)
          on conflict (city_id, source, source_key) do update
            set node_key = excluded.node_key, licence = excluded.licence, entry = excluded.entry, gone_at = null, seen_at = now()`
      }
      yield* sql`update place_sources set gone_at = now()
        where city_id = ${cityId} and source = ${source} and source_key = any(${gone as Array<string>})`
    }).pipe(sql.withTransaction, Effect.mapError(failed("Keeping what the source says")))
})

export interface CityRow extends Pick<CityInfo, "slug" | "name" | "country" | "time_zone" | "bounds"> {
  readonly lat: number
  readonly lon: number
  readonly transit: CityInfo["transit"] | null
  readonly languages: ReadonlyArray<string>
  readonly currency: string | null
}

/** A city's row as an importer knows it. */
export const cityOfRow = ({ lat, lon, transit, languages, currency, ...row }: CityRow): CityInfo => ({
  ...row,
  centre: { lat, lon },
  ...(transit === null || transit === undefined ? {} : { transit }),
  ...(languages.length === 0 ? {} : { languages }),
  ...(currency === null ? {} : { currency })
})
