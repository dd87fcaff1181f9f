import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { CatalogStoreError } from "../../services/catalog-store.ts"
import { type AskedPost, ClaudeReadings, type KeptPost, type OpenBatch } from "../../services/claude-readings.ts"
import type { Reservation } from "../../services/cost-guard.ts"

/** A post that the provider failed at so often is left to the rules. */
const MOST_TRIES = 3
/** Longest a batch is looked for; the provider ends each within a day, and keeps its answers for some weeks. */
const MOST_OPEN = 100

const failed = (cause: unknown) =>
  new CatalogStoreError({
    message: "Which posts Claude has read cannot be told right now: the database does not answer.",
    cause
  })

const KEPT = `p.id, p.source, p.external_id, p.url, p.raw_text, p.author, coalesce(p.language, '') as language, p.fingerprint,
  coalesce(p.local_score, 0.5)::float8 as local_score, coalesce(p.tourist_flag, false) as tourist_flag, p.content_hash,
  p.posted_at::date::text as posted_at,
  array(select m.activity_node_id::text from place_mentions m where m.post_id = p.id and m.extractor = p.extractor) as found`

/** The city whose post waits the longest has its turn. */
const UNREAD = `
  with waiting as (
    select p.id, p.city_id, p.created_at, coalesce(a.tries, 0) as tries
    from scraped_posts p left join reading_asks a on a.post_id = p.id and a.reader = $1
    where p.raw_text is not null and p.extractor is distinct from $1 and (a.post_id is null or (a.state = 'again' and a.tries < ${MOST_TRIES})))
  select c.id as city_id, c.slug, ${KEPT}
  from waiting w join scraped_posts p on p.id = w.id join cities c on c.id = p.city_id
  where w.city_id = (select city_id from waiting order by created_at, id limit 1)
  order by w.created_at, w.id limit $2`

const POSTS = `
  select a.number, a.places::text[] as places, ${KEPT}
  from reading_asks a join scraped_posts p on p.id = a.post_id
  where a.batch_id = $1 and a.state = 'asked' and p.raw_text is not null order by a.number`

/** A post that is asked again keeps the count of its tries. */
const ASK = `
  insert into reading_asks (post_id, reader, batch_id, number, places, state)
  select d.post_id, $2, $3, d.number, d.places, $4
  from json_to_recordset($1::json) as d(post_id uuid, number int, places uuid[])
  where exists (select 1 from scraped_posts p where p.id = d.post_id)
  on conflict (post_id, reader) do update set batch_id = excluded.batch_id, number = excluded.number, places = excluded.places,
    state = excluded.state, tries = reading_asks.tries + 1 where reading_asks.state = 'again'
  returning post_id`

const rowsOf = (posts: ReadonlyArray<AskedPost>) =>
  JSON.stringify(
    posts.map(({ number, postId, places }) => ({ number, post_id: postId, places: `{${places.join(",")}}` }))
  )

interface BatchRow {
  readonly id: string
  readonly city_id: string
  readonly slug: string
  readonly reader: string
  readonly provider_id: string | null
  readonly reservation: Reservation
  readonly created_at: Date
}

export const layer = Layer.effect(
  ClaudeReadings,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return ClaudeReadings.of({
      unread: (reader, most) =>
        sql.unsafe<KeptPost & { city_id: string; slug: string }>(UNREAD, [reader, most]).pipe(
          Effect.map((rows) => {
            const [first] = rows
            if (first === undefined) return undefined
            return {
              cityId: first.city_id,
              slug: first.slug,
              posts: rows.map(({ city_id: _, slug: __, ...post }) => post)
            }
          }),
          Effect.mapError(failed)
        ),
      passOver: (reader, postIds) =>
        sql
          .unsafe(ASK, [rowsOf(postIds.map((postId) => ({ number: 0, postId, places: [] }))), reader, null, "nothing"])
          .pipe(Effect.asVoid, Effect.mapError(failed)),
      begin: ({ id, cityId, reader, reservation }, posts) =>
        sql
          .withTransaction(
            sql`insert into reading_batches (id, city_id, reader, reservation)
              values (${id}, ${cityId}, ${reader}, ${JSON.stringify(reservation)}::text::jsonb)`.pipe(
              Effect.andThen(sql.unsafe<{ post_id: string }>(ASK, [rowsOf(posts), reader, id, "asked"]))
            )
          )
          .pipe(
            Effect.map((rows) => new Set(rows.map(({ post_id }) => post_id))),
            Effect.mapError(failed)
          ),
      sent: (id, providerId) =>
        sql`update reading_batches set provider_id = ${providerId} where id = ${id}`.pipe(
          Effect.asVoid,
          Effect.mapError(failed)
        ),
      open: sql<BatchRow>`
        select b.id, b.city_id, c.slug, b.reader, b.provider_id, b.reservation, b.created_at
        from reading_batches b join cities c on c.id = b.city_id
        where b.ended_at is null order by b.created_at limit ${MOST_OPEN}`.pipe(
        Effect.map((rows) =>
          rows.map(
            (row): OpenBatch => ({
              id: row.id,
              cityId: row.city_id,
              slug: row.slug,
              reader: row.reader,
              providerId: row.provider_id,
              reservation: row.reservation,
              createdAt: row.created_at.getTime()
            })
          )
        ),
        Effect.mapError(failed)
      ),
      ours: (providerIds) =>
        sql<{
          id: string
        }>`select provider_id as id from reading_batches where provider_id = any(${providerIds as Array<string>}::text[])`.pipe(
          Effect.map((rows) => new Set(rows.map(({ id }) => id))),
          Effect.mapError(failed)
        ),
      posts: (id) =>
        sql.unsafe<KeptPost & { number: number; places: ReadonlyArray<string> }>(POSTS, [id]).pipe(
          Effect.map((rows) =>
            rows.map(({ number, places, ...post }) => ({ asked: { number, postId: post.id, places }, post }))
          ),
          Effect.mapError(failed)
        ),
      end: (id, outcome, { again, unusable }) =>
        sql
          .withTransaction(
            Effect.gen(function* () {
              yield* sql`update reading_batches set ended_at = now(), outcome = ${outcome} where id = ${id}`
              // A question that never arrived was no try.
              if (outcome === "never_sent") {
                yield* sql`delete from reading_asks where batch_id = ${id} and tries = 1`
                yield* sql`update reading_asks set state = 'again', tries = tries - 1 where batch_id = ${id}`
                return
              }
              yield* sql`update reading_asks set state = case
                  when post_id = any(${again as Array<string>}::uuid[]) then 'again'
                  when post_id = any(${unusable as Array<string>}::uuid[]) then 'unusable' else 'read' end
                where batch_id = ${id}`
            })
          )
          .pipe(Effect.mapError(failed))
    })
  })
)
