/** `PlacesSource`: a cache in PostgreSQL before `PlacesApi`. */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import { hash128 } from "../../domain/basics/hash.ts"
import { Place, PlacesApi, PlacesCity, PlacesSource, PlacesUnavailable } from "../../services/places-source.ts"
import { nextVersion } from "./city-ways.ts"
import { derive } from "./derived-evidence.ts"

export interface PlacesCacheOptions {
  /** Most calls in one UTC day, over all nodes. */
  readonly dailyCalls: number
}

const DAY_MS = 86_400_000
/** A place changes its hours about as often as it changes its menu. */
const FRESH_MS = 7 * DAY_MS
/** What the provider's terms allow. */
const KEPT_MS = 30 * DAY_MS

const Places = Schema.Array(Place)
const CityAnswer = Schema.NullOr(PlacesCity)

const database = () =>
  new PlacesUnavailable({
    reason: "unavailable",
    message: "The cache of places cannot be read: the database does not answer."
  })

/** What the provider's terms do not let us keep any longer goes. */
const purge = (sql: SqlClient) =>
  Effect.gen(function* () {
    const limit = new Date((yield* Clock.currentTimeMillis) - KEPT_MS).toISOString()
    const gone = yield* sql`delete from places_api_cache where fetched_at < ${limit}::timestamptz returning place_id`
    // Places that came from there keep their id and lose everything that the provider said of them.
    const blanked =
      yield* sql`update activity_nodes set name = 'A place of Google Places', opening_hours = null, neighbourhood = '',
        retired_at = coalesce(retired_at, now()), updated_at = now(), content_hash = 'purged'
      where source = 'places' and content_hash <> 'purged' and updated_at < ${limit}::timestamptz returning id`
    const ids = blanked.map(({ id }) => id as string)
    yield* sql`delete from quality_signals where source = 'places' and activity_node_id = any(${ids}::uuid[])`
    const old = yield* sql<{ id: string }>`delete from quality_signals
      where source = 'places' and last_seen < ${limit}::timestamptz::date returning activity_node_id as id`
    yield* derive(sql, [...new Set(old.map(({ id }) => id))])
    // Servers hold cities in memory: what is gone here is shown there until they are told.
    const touched = [...new Set([...ids, ...old.map(({ id }) => id)])]
    const cities = yield* sql<{ city_id: string }>`
      select distinct city_id from activity_nodes where id = any(${touched}::uuid[]) order by city_id`
    for (const { city_id } of cities) yield* nextVersion(sql, city_id)
    const days = yield* sql`delete from places_api_usage where day < ${limit}::date returning day`
    return gone.length + blanked.length + old.length + days.length
  }).pipe(sql.withTransaction, Effect.mapError(database))

export const layer = (options: PlacesCacheOptions) =>
  Layer.effect(
    PlacesSource,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const api = yield* PlacesApi
      const scope = yield* Effect.scope
      /** Questions that are being asked right now: as many entries as there are calls under way. */
      const asking = new Map<string, Deferred.Deferred<unknown, PlacesUnavailable>>()

      const countCall = Effect.fnUntraced(function* (now: number) {
        const day = new Date(now).toISOString().slice(0, 10)
        const counted =
          options.dailyCalls === 0
            ? []
            : yield* sql`insert into places_api_usage (day, calls) values (${day}::date, 1)
                on conflict (day) do update set calls = places_api_usage.calls + 1
                where places_api_usage.calls < ${options.dailyCalls} returning calls`.pipe(Effect.mapError(database))
        if (counted.length > 0) return
        return yield* new PlacesUnavailable({
          reason: "capped",
          message: `Today's ${options.dailyCalls} calls to Google Places are used up; they begin anew at midnight UTC (GOOGLE_PLACES_DAILY_CALLS).`
        })
      })

      /** Asks the provider and keeps the answer; whoever asks the same meanwhile gets the same answer. */
      const ask = <A>(key: string, codec: Schema.Codec<A, unknown>, call: Effect.Effect<A, PlacesUnavailable>) =>
        Effect.suspend((): Effect.Effect<A, PlacesUnavailable> => {
          const underway = asking.get(key)
          if (underway !== undefined) return Deferred.await(underway) as Effect.Effect<A, PlacesUnavailable>
          const deferred = Deferred.makeUnsafe<A, PlacesUnavailable>()
          asking.set(key, deferred as Deferred.Deferred<unknown, PlacesUnavailable>)
          const work = Effect.gen(function* () {
            const now = yield* Clock.currentTimeMillis
            yield* countCall(now)
            const answer = yield* call
            const fields = JSON.stringify(yield* Effect.orDie(Schema.encodeEffect(codec)(answer)))
            const due = new Date(now + FRESH_MS).toISOString()
            yield* sql`insert into places_api_cache (place_id, query_key, fields, fetched_at, refresh_due_at)
              values (${key}, ${key}, ${fields}::jsonb, ${new Date(now).toISOString()}::timestamptz, ${due}::timestamptz)
              on conflict (place_id) do update set fields = excluded.fields, fetched_at = excluded.fetched_at,
                refresh_due_at = excluded.refresh_due_at`.pipe(Effect.mapError(database))
            return answer
          }).pipe(
            Effect.onExit((exit) =>
              Effect.sync(() => {
                asking.delete(key)
                Deferred.doneUnsafe(deferred, exit)
              })
            )
          )
          // In the layer's own scope: the one who asked first may go away, the others still wait.
          return Effect.andThen(Effect.forkIn(work, scope), Deferred.await(deferred))
        })

      const cached = Effect.fnUntraced(function* <A>(
        key: string,
        codec: Schema.Codec<A, unknown>,
        call: Effect.Effect<A, PlacesUnavailable>
      ) {
        const now = yield* Clock.currentTimeMillis
        const [row] = yield* sql<{ fields: unknown; age: number }>`
          select fields, (extract(epoch from fetched_at) * 1000)::float8 as age from places_api_cache
          where place_id = ${key} and fields is not null`.pipe(Effect.mapError(database))
        if (row === undefined || now - row.age >= KEPT_MS) return yield* ask(key, codec, call)
        const known = yield* Effect.exit(Schema.decodeUnknownEffect(codec)(row.fields))
        if (Exit.isFailure(known)) return yield* ask(key, codec, call)
        if (now - row.age >= FRESH_MS) yield* Effect.forkIn(Effect.ignore(ask(key, codec, call)), scope)
        return known.value
      })

      const keyOf = (kind: string, ...parts: ReadonlyArray<string>) => `${kind}:${hash128(parts.join("\n"))}`

      return PlacesSource.of({
        configured: api.configured,
        search: (query) => {
          const { south, west, north, east } = query.bounds
          const box = [south, west, north, east].map((x) => x.toFixed(3))
          return cached(keyOf("search", query.text.toLowerCase(), ...box), Places, api.search(query))
        },
        city: (name) => cached(keyOf("city", name.toLowerCase()), CityAnswer, api.city(name)),
        usage: Effect.gen(function* () {
          const day = new Date(yield* Clock.currentTimeMillis).toISOString().slice(0, 10)
          const [row] = yield* sql<{ calls: number }>`select calls from places_api_usage where day = ${day}::date`
          return { calls: row?.calls ?? 0, limit: options.dailyCalls }
        }).pipe(Effect.mapError(database)),
        purge: purge(sql)
      })
    })
  )
