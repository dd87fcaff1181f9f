/** The writing side of the catalogs over PostgreSQL. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { uuidOfName } from "../../domain/basics/hash.ts"
import type { AssembledNode } from "../../domain/catalog/assemble.ts"
import { cityIdOf, type QualitySignal } from "../../domain/catalog/node.ts"
import {
  CATALOG_CHANGED,
  CatalogStore,
  CatalogStoreError,
  type IndexedNode,
  type KnownNode
} from "../../services/catalog-store.ts"
import {
  contentHash,
  JUDGEMENT_COLUMNS,
  judgementRow,
  NODE_COLUMNS,
  SIGNAL_COLUMNS,
  signalRow,
  upsertFromJson
} from "./catalog-rows.ts"
import { positionsOf, saveTransit, saveWalks } from "./city-ways.ts"
import { derive } from "./derived-evidence.ts"
import { doorsToCount } from "./door-counts.ts"
import { endTexts, removePosts, savePosts } from "./post-rows.ts"
import { type CityRow, cityOfRow, sourceEntries } from "./source-entries.ts"

const UPSERT_NODES = upsertFromJson(
  "activity_nodes",
  NODE_COLUMNS,
  "id",
  ["city_id", "node_index"],
  ", own_vibe_tags = null, own_vibe_weights = null, retired_at = null, updated_at = now()"
)
const UPSERT_SIGNALS = upsertFromJson("quality_signals", SIGNAL_COLUMNS, "activity_node_id, source, voice")
const UPSERT_JUDGEMENTS = upsertFromJson("editor_judgements", JUDGEMENT_COLUMNS, "activity_node_id")

/** The source under which our own travelers' ratings are counted. */
const TRAVELERS = "overplanned"
/** Fewer people than this are no number: each of them could be known by it. */
const FEWEST_TRAVELERS = 3

const failed = (what: string) => (cause: unknown) =>
  new CatalogStoreError({
    message: `${what} failed, and nothing of that batch was written: ${cause instanceof Error ? cause.message : String(cause)}. Run it again; what is in already is found unchanged.`,
    cause
  })

/**
 * Batches of one city take turns, so that no two give out the same place in its matrix. Whoever only refers to the city,
 * such as the drainer that stores a trip in it, does not wait: the row's key does not change.
 */
const lockCity = (sql: SqlClient, cityId: string) => sql`select 1 from cities where id = ${cityId} for no key update`

/** What travelers of ours said after their trips, by place: distinct people, and only where several did. */
const signalsOfTravelers = Effect.fnUntraced(function* (sql: SqlClient, cityId: string) {
  const before = yield* sql<{ activity_node_id: string }>`
    delete from quality_signals q using activity_nodes n
    where n.id = q.activity_node_id and n.city_id = ${cityId} and q.kind = 'travelers' and q.source = ${TRAVELERS}
    returning q.activity_node_id`
  const counted = yield* sql<QualitySignal & { activity_node_id: string }>`
    select s.activity_node_id, ${TRAVELERS} as source, 'travelers' as kind, 'tourist' as voice,
      count(distinct s.user_id)::int as mentions, avg(((s.context ->> 'rating')::float8 - 1) / 4) as score,
      0 as avoid_mentions, max(s.occurred_at)::date::text as last_seen, '[]'::jsonb as quotes, null as licence
    from behavioral_signals s join activity_nodes n on n.id = s.activity_node_id
    where n.city_id = ${cityId} and s.source = 'app' and s.signal_type = 'post_trip_rating'
      and jsonb_typeof(s.context -> 'rating') = 'number' and (s.context ->> 'rating')::float8 between 1 and 5
    group by s.activity_node_id having count(distinct s.user_id) >= ${FEWEST_TRAVELERS}`
  const rows = counted.map(({ activity_node_id, ...signal }) => signalRow(activity_node_id, signal))
  if (rows.length > 0) yield* sql.unsafe(UPSERT_SIGNALS, [JSON.stringify(rows)])
  yield* derive(sql, [...new Set([...before, ...counted].map((row) => row.activity_node_id))])
})

const saveNodes = Effect.fnUntraced(function* (sql: SqlClient, cityId: string, nodes: ReadonlyArray<AssembledNode>) {
  const ids = nodes.map(({ node }) => node.id as string)
  yield* lockCity(sql, cityId)
  const rows = yield* sql<{ id: string; content_hash: string; node_index: number; retired: boolean }>`
    select id, content_hash, node_index, retired_at is not null as retired
    from activity_nodes where id = any(${ids}::uuid[])`
  const existing = new Map(rows.map((row) => [row.id, row]))
  const write = nodes
    .map((assembled) => ({ assembled, hash: contentHash(assembled), before: existing.get(assembled.node.id) }))
    .filter(({ hash, before }) => before === undefined || before.content_hash !== hash || before.retired)
  const changed = write.filter(({ before }) => before !== undefined).map(({ assembled }) => assembled.node.id)
  let blended: ReadonlyArray<IndexedNode> = []
  if (write.length > 0) {
    const [top] = yield* sql<{ next: number }>`
      select coalesce(max(node_index), -1) + 1 as next from activity_nodes where city_id = ${cityId}`
    let next = top!.next
    const nodeRows = write.map(({ assembled, hash, before }) => ({
      names: {},
      facts: {},
      external_ids: {},
      ...assembled.node,
      // An array literal: PostgreSQL takes it in several times faster than an array of JSON.
      vibe_embedding: `{${assembled.node.vibe_embedding.join(",")}}`,
      node_index: before?.node_index ?? next++,
      content_hash: hash
    }))
    yield* sql.unsafe(UPSERT_NODES, [JSON.stringify(nodeRows)])
    if (changed.length > 0) {
      yield* sql`delete from quality_signals q using activity_nodes n
        where n.id = q.activity_node_id and n.source = q.source and n.id = any(${changed as Array<string>}::uuid[])`
      yield* sql`delete from editor_judgements where activity_node_id = any(${changed as Array<string>}::uuid[])`
    }
    const signalRows = write.flatMap(({ assembled }) =>
      assembled.signals.map((signal) => signalRow(assembled.node.id, signal))
    )
    if (signalRows.length > 0) yield* sql.unsafe(UPSERT_SIGNALS, [JSON.stringify(signalRows)])
    const judgements = write.flatMap(({ assembled: { node, judgement } }) =>
      judgement === null ? [] : [judgementRow(node.id, judgement)]
    )
    if (judgements.length > 0) yield* sql.unsafe(UPSERT_JUDGEMENTS, [JSON.stringify(judgements)])
    // Other sources may have spoken of a node that was here before.
    blended = yield* derive(sql, changed)
  }
  return {
    new: write.length - changed.length,
    changed: changed.length,
    unchanged: nodes.length - write.length,
    touched: write.map(({ assembled }) => assembled.node.id),
    blended
  }
})

const closeSeeding = Effect.fnUntraced(function* (sql: SqlClient, cityId: string) {
  const [city] = yield* sql<{ slug: string; catalog_version: string; time: Date }>`
    select slug, catalog_version, now() as time from cities where id = ${cityId} for no key update`
  yield* signalsOfTravelers(sql, cityId)
  const doors = yield* doorsToCount(sql, cityId)
  yield* derive(
    sql,
    doors.map(({ id }) => id)
  )
  const [state] = yield* sql<{ all: number; live: number; overrated: number; digest: string }>`
    select count(*)::int as all, (count(*) filter (where retired_at is null))::int as live,
      (count(*) filter (where overrated_flag))::int as overrated,
      coalesce(md5(string_agg(content_hash || quality_signals::text ||
        case when own_vibe_tags is null then '' else vibe_tags::text || vibe_weights::text end || coalesce(retired_at::text, ''), '' order by node_index)), '') as digest
    from activity_nodes where city_id = ${cityId}`
  const [rows] = yield* sql<{ signals: number; posts: number }>`
    select (select count(*) from quality_signals q join activity_nodes n on n.id = q.activity_node_id
        where n.city_id = ${cityId})::int as signals,
      (select count(*) from scraped_posts where city_id = ${cityId})::int as posts`
  const [last] = yield* sql<{ digest: string }>`
    select digest from exp.catalog_snapshots where city_id = ${cityId} order by catalog_version desc limit 1`
  const changed = last?.digest !== state!.digest
  const version = Number(city!.catalog_version) + (changed ? 1 : 0)
  if (changed) {
    const summary = { retired: state!.all - state!.live, overrated: state!.overrated }
    yield* sql`update cities set catalog_version = ${version} where id = ${cityId}`
    yield* sql`insert into exp.catalog_snapshots (id, city_id, catalog_version, valid_from, nodes, digest, summary)
      values (${uuidOfName("overplanned/catalog-snapshot", cityId, String(version))}, ${cityId}, ${version}, now(),
        ${state!.live}, ${state!.digest}, ${JSON.stringify(summary)}::jsonb)`
    yield* sql`select pg_notify(${CATALOG_CHANGED}, ${city!.slug})`
  }
  return {
    catalog_version: version,
    changed,
    live: state!.live,
    counts: { activity_nodes: state!.all, quality_signals: rows!.signals, scraped_posts: rows!.posts }
  }
})

const countDoors = Effect.fnUntraced(function* (sql: SqlClient) {
  const changed = yield* doorsToCount(sql)
  for (const cityId of new Set(changed.map(({ city_id }) => city_id))) {
    yield* sql.withTransaction(closeSeeding(sql, cityId))
  }
  return changed.length
})

export const layer = Layer.effect(
  CatalogStore,
  Effect.gen(function* () {
    const sql = yield* SqlClient

    return CatalogStore.of({
      ...sourceEntries(sql),

      city: (slug) =>
        sql<CityRow>`select slug, name, country, time_zone, bounds, lat, lon, transit, languages, currency
          from cities where slug = ${slug}`.pipe(
          Effect.map(([row]) => (row === undefined ? undefined : cityOfRow(row))),
          Effect.mapError(failed("Reading the city"))
        ),

      retire: (ids) =>
        sql<{ id: string }>`update activity_nodes set retired_at = now(), updated_at = now()
          where id = any(${ids as Array<string>}::uuid[]) and retired_at is null returning id`.pipe(
          Effect.map((rows) => rows.map(({ id }) => id)),
          Effect.mapError(failed("Retiring places"))
        ),

      saveCity: (city) =>
        sql`insert into cities (id, slug, name, country, time_zone, lat, lon, bounds, transit, languages, currency)
          values (${cityIdOf(city.slug)}, ${city.slug}, ${city.name}, ${city.country}, ${city.time_zone}, ${city.centre.lat},
            ${city.centre.lon}, ${JSON.stringify(city.bounds)}::jsonb, ${city.transit === undefined ? null : JSON.stringify(city.transit)}::jsonb,
            ${(city.languages ?? []) as Array<string>}, ${city.currency ?? null})
          on conflict (id) do update set name = excluded.name, country = excluded.country, time_zone = excluded.time_zone,
            lat = excluded.lat, lon = excluded.lon, bounds = excluded.bounds, transit = excluded.transit,
            languages = case when excluded.languages = '{}' then cities.languages else excluded.languages end,
            currency = coalesce(excluded.currency, cities.currency)`.pipe(
          Effect.asVoid,
          Effect.mapError(failed(`Saving the city ${city.slug}`))
        ),

      saveTransit: (cityId, network) =>
        saveTransit(sql, cityId, network).pipe(sql.withTransaction, Effect.mapError(failed("Saving the city's lines"))),

      positions: (cityId) => positionsOf(sql, cityId).pipe(Effect.mapError(failed("Reading where places lie"))),

      saveWalks: (cityId, walks) =>
        saveWalks(sql, cityId, walks).pipe(sql.withTransaction, Effect.mapError(failed("Saving the city's walks"))),

      saveNodes: (cityId, nodes) =>
        saveNodes(sql, cityId, nodes).pipe(sql.withTransaction, Effect.mapError(failed("Saving a batch of places"))),

      retireOthers: (cityId, source, keep) =>
        sql<{ id: string }>`update activity_nodes n set retired_at = now(), updated_at = now()
          where city_id = ${cityId} and source = ${source} and retired_at is null
            and not exists (select 1 from unnest(${[...keep]}::uuid[]) as kept(id) where kept.id = n.id)
          returning id`.pipe(
          Effect.map((rows) => rows.map(({ id }) => id)),
          Effect.mapError(failed("Retiring places"))
        ),

      saveSignals: (nodes) =>
        Effect.gen(function* () {
          const rows = nodes.flatMap(({ node_id, signals }) => signals.map((signal) => signalRow(node_id, signal)))
          if (rows.length === 0) return
          yield* sql.unsafe(UPSERT_SIGNALS, [JSON.stringify(rows)])
          yield* derive(
            sql,
            nodes.map(({ node_id }) => node_id)
          )
        }).pipe(sql.withTransaction, Effect.mapError(failed("Saving signals"))),

      savePosts: (cityId, posts) =>
        Effect.andThen(lockCity(sql, cityId), savePosts(sql, cityId, posts)).pipe(
          sql.withTransaction,
          Effect.mapError(failed("Saving a batch of posts"))
        ),

      removePosts: (cityId, source, externalIds) =>
        Effect.andThen(lockCity(sql, cityId), removePosts(sql, cityId, source, externalIds)).pipe(
          sql.withTransaction,
          Effect.mapError(failed("Removing posts"))
        ),

      endTexts: (days) =>
        endTexts(sql, days).pipe(sql.withTransaction, Effect.mapError(failed("Ending the texts of old posts"))),

      close: (cityId) =>
        closeSeeding(sql, cityId).pipe(sql.withTransaction, Effect.mapError(failed("Closing the seeding"))),

      countDoors: countDoors(sql).pipe(Effect.mapError(failed("Counting what travelers found at doors"))),

      known: (cityId) =>
        sql<KnownNode>`select id, name, names, neighbourhood, category, lat, lon from activity_nodes
          where city_id = ${cityId} and retired_at is null order by node_index`.pipe(
          Effect.mapError(failed("Reading the city's places"))
        ),

      indexed: (cityId, after, limit) =>
        sql<IndexedNode & { node_index: number }>`select id, vibe_embedding, node_index
          from activity_nodes where city_id = ${cityId} and retired_at is null and node_index > ${after}
          order by node_index limit ${limit}`.pipe(
          Effect.map((nodes) => ({ nodes, next: nodes.length < limit ? undefined : nodes.at(-1)!.node_index })),
          Effect.mapError(failed("Reading the city's embeddings"))
        )
    })
  })
)
