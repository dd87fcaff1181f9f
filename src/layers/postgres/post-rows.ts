/** Posts and what was read in them, on their way into PostgreSQL. */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { hash128 } from "../../domain/basics/hash.ts"
import { BY_MODEL } from "../../domain/catalog/reading/by-claude.ts"
import type { ReadPost } from "../../services/catalog-store.ts"
import { upsertFromJson } from "./catalog-rows.ts"
import { countPosts } from "./derived-evidence.ts"

const POST_COLUMNS = [
  ["id", "uuid"],
  ["source", "text"],
  ["external_id", "text"],
  ["url", "text"],
  ["city_id", "uuid"],
  ["raw_text", "text"],
  ["author", "text"],
  ["language", "text"],
  ["fingerprint", "text"],
  ["read_hash", "text"],
  ["activity_node_id", "uuid"],
  ["vibe_tags", "text[]"],
  ["vibe_weights", "real[]"],
  ["local_score", "real"],
  ["tourist_flag", "boolean"],
  ["sentiment", "real"],
  ["avoid", "boolean"],
  ["extractor", "text"],
  ["content_hash", "text"],
  ["posted_at", "timestamptz"],
  ["processed_at", "timestamptz"]
] as const

const MENTION_COLUMNS = [
  ["post_id", "uuid"],
  ["activity_node_id", "uuid"],
  ["extractor", "text"],
  ["voice", "text"],
  ["stance", "text"],
  ["sentiment", "real"],
  ["avoid", "boolean"],
  ["confidence", "real"],
  ["vibe_tags", "text[]"],
  ["quote", "text"]
] as const

const UPSERT_POSTS = upsertFromJson("scraped_posts", POST_COLUMNS, "city_id, source, content_hash")
const UPSERT_MENTIONS = upsertFromJson("place_mentions", MENTION_COLUMNS, "post_id, activity_node_id, extractor")

const postRow = (cityId: string, now: string, hash: string, { mentions, ...post }: ReadPost) => {
  const one = mentions.length === 1 ? mentions[0]! : undefined
  const tags = [...new Set(mentions.flatMap(({ vibe_tags }) => vibe_tags))]
  return {
    ...post,
    city_id: cityId,
    processed_at: now,
    read_hash: hash,
    activity_node_id: one?.activity_node_id ?? null,
    vibe_tags: tags,
    vibe_weights: tags.map(() => 1),
    sentiment: one?.sentiment ?? null,
    avoid: one?.avoid ?? null
  }
}

/**
 * Rows that these posts take the place of: of the same post before it was edited, or as it was kept when only its words told it
 * from others, so that whoever copied them became its author.
 */
const replacedBy = (sql: SqlClient, cityId: string, posts: ReadonlyArray<ReadPost>) => {
  const known = posts.flatMap(({ id, source, external_id, author, raw_text }) =>
    external_id === null && author === null
      ? []
      : [{ id, source, external_id, author, words: external_id === null ? hash128(raw_text) : null }]
  )
  return Effect.map(
    sql<{ id: string }>`
      select p.id from scraped_posts p
        join json_to_recordset(${JSON.stringify(known)}::json) as e(id uuid, source text, external_id text, author text, words text)
          on p.source = e.source and p.id <> e.id and (p.external_id = e.external_id
            or (e.external_id is null and p.external_id is null and p.author = e.author and p.content_hash = e.words))
      where p.city_id = ${cityId}`,
    (rows) => rows.map(({ id }) => id)
  )
}

/** Each post once; of one that comes twice under one name of its source, what came last. */
const eachOnce = (posts: ReadonlyArray<ReadPost>): ReadonlyArray<ReadPost> => [
  ...new Map(
    posts.map((post) => [post.external_id === null ? post.id : JSON.stringify([post.source, post.external_id]), post])
  ).values()
]

/** Of a post that its author edited or took back, what was kept before goes. */
const dropPosts = (sql: SqlClient, ids: ReadonlyArray<string>) =>
  sql`delete from scraped_posts where id = any(${ids as Array<string>}::uuid[])`

const mentionedIn = (sql: SqlClient, ids: ReadonlyArray<string>) =>
  Effect.map(
    sql<{
      id: string
    }>`select distinct activity_node_id as id from place_mentions where post_id = any(${ids as Array<string>}::uuid[])`,
    (rows) => rows.map(({ id }) => id)
  )

const readHash = ({ mentions, extractor, author, tourist_flag, posted_at }: ReadPost) =>
  hash128(JSON.stringify([extractor, author, tourist_flag, posted_at, mentions]))

export const savePosts = Effect.fnUntraced(function* (sql: SqlClient, cityId: string, given: ReadonlyArray<ReadPost>) {
  const ids = given.map(({ id }) => id)
  const [clock] = yield* sql<{ now: string }>`select now()::text as now`
  const rows = yield* sql<{ id: string; read_hash: string | null; extractor: string; has_text: boolean }>`
    select id, read_hash, extractor, raw_text is not null as has_text from scraped_posts where id = any(${ids}::uuid[])`
  const before = new Map(rows.map((row) => [row.id, row]))
  // A model answers a day later: what was edited, taken back or has lost its words meanwhile does not come back with its answer.
  const posts = eachOnce(given).filter(
    ({ extractor, id }) => !extractor.startsWith(BY_MODEL) || before.get(id)?.has_text === true
  )
  const dropped = yield* replacedBy(sql, cityId, posts)
  const write = posts
    .map((post) => ({ post, hash: readHash(post) }))
    // What a language model has read is not read again by rules.
    .filter(
      ({ post, hash }) =>
        before.get(post.id)?.read_hash !== hash &&
        (!before.get(post.id)?.extractor.startsWith(BY_MODEL) || post.extractor.startsWith(BY_MODEL))
    )
  const written = write.map(({ post }) => post.id)
  const about = new Set(yield* mentionedIn(sql, [...dropped, ...written]))
  if (dropped.length > 0) yield* dropPosts(sql, dropped)
  if (write.length > 0) {
    yield* sql.unsafe(UPSERT_POSTS, [
      JSON.stringify(write.map(({ post, hash }) => postRow(cityId, clock!.now, hash, post)))
    ])
    yield* sql`delete from place_mentions where post_id = any(${written}::uuid[])`
    const mentions = write.flatMap(({ post }) =>
      post.mentions.map((one) => ({ ...one, post_id: post.id, extractor: post.extractor }))
    )
    if (mentions.length > 0) yield* sql.unsafe(UPSERT_MENTIONS, [JSON.stringify(mentions)])
    for (const { activity_node_id } of mentions) about.add(activity_node_id)
  }
  const embedded = yield* countPosts(sql, [...about])
  const changed = written.filter((id) => before.has(id)).length
  return { new: write.length - changed, changed, unchanged: given.length - write.length, embedded }
})

/** Posts that are gone from their source. */
export const removePosts = Effect.fnUntraced(function* (
  sql: SqlClient,
  cityId: string,
  source: string,
  externalIds: ReadonlyArray<string>
) {
  const rows = yield* sql<{ id: string }>`select id from scraped_posts
    where city_id = ${cityId} and source = ${source} and external_id = any(${externalIds as Array<string>}::text[])`
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return { removed: 0, embedded: [] }
  const about = yield* mentionedIn(sql, ids)
  yield* dropPosts(sql, ids)
  return { removed: ids.length, embedded: yield* countPosts(sql, about) }
})

/** Texts that were kept long enough; what was read in them stays. */
export const endTexts = Effect.fnUntraced(function* (sql: SqlClient, days: number) {
  const ended = yield* sql<{ id: string }>`update scraped_posts set raw_text = null
    where raw_text is not null and created_at < now() - make_interval(days => ${days}) returning id`
  if (ended.length > 0) {
    yield* sql`update place_mentions set quote = null where quote is not null and post_id = any(${ended.map(({ id }) => id)}::uuid[])`
  }
  return ended.length
})
