import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { CatalogStoreError } from "../../services/catalog-store.ts"
import { type SourceState, SourceStates } from "../../services/source-states.ts"

const failed = (cause: unknown) =>
  new CatalogStoreError({
    message: "How far sources of posts were read cannot be told right now: the database does not answer.",
    cause
  })

export const layer = Layer.effect(
  SourceStates,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return SourceStates.of({
      all: sql<Omit<SourceState, "last_run_at"> & { last_run_at: Date | null }>`
        select name, city_slug as city, kind, runs, last_run_at, last_new, last_changed, last_removed, last_refused, last_error, failures
        from post_sources order by name`.pipe(
        Effect.map((rows) => rows.map((row) => ({ ...row, last_run_at: row.last_run_at?.getTime() ?? null }))),
        Effect.mapError(failed)
      ),
      cursor: (name) =>
        sql<{ cursor: unknown }>`select cursor from post_sources where name = ${name}`.pipe(
          Effect.map(([row]) => row?.cursor ?? null),
          Effect.mapError(failed)
        ),
      ended: ({ name, city, kind }, { cursor, error, ...run }) =>
        sql`
          insert into post_sources (name, city_slug, kind, cursor, runs, last_run_at, last_new, last_changed, last_removed, last_refused, last_error, failures)
          values (${name}, ${city}, ${kind}, ${JSON.stringify(cursor ?? null)}::text::jsonb, 1, now(), ${run.new}, ${run.changed}, ${run.removed}, ${run.refused},
            ${error}, ${error === null ? 0 : 1})
          on conflict (name) do update set city_slug = excluded.city_slug, kind = excluded.kind,
            cursor = case when excluded.last_error is null then excluded.cursor else post_sources.cursor end,
            runs = post_sources.runs + 1, last_run_at = now(), last_new = excluded.last_new, last_changed = excluded.last_changed,
            last_removed = excluded.last_removed, last_refused = excluded.last_refused, last_error = excluded.last_error,
            failures = case when excluded.last_error is null then 0 else post_sources.failures + 1 end`.pipe(
          Effect.asVoid,
          Effect.mapError(failed)
        ),
      kept: (cityId, sources, limit, days) =>
        sql<{ source: string; id: string; url: string | null }>`
          select source, external_id as id, url from scraped_posts
          where city_id = ${cityId} and source = any(${sources as Array<string>}::text[]) and external_id is not null
            and greatest(posted_at, created_at) > now() - make_interval(days => ${days})
          order by random() limit ${limit}`.pipe(Effect.mapError(failed))
    })
  })
)
