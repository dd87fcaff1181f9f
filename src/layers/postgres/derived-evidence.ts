/** What nodes derive from all that is said of them: counts of posts, summaries, flags, and the vibes that posts found. */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { vibeEmbeddingOf } from "../../domain/catalog/embedding.ts"
import { crossReference } from "../../domain/catalog/evidence.ts"
import { blendVibes } from "../../domain/catalog/found-vibes.ts"
import type { QualitySignal, Voice } from "../../domain/catalog/node.ts"
import { sideOfScore } from "../../domain/catalog/reading/voice.ts"
import {
  type AuthorVoice,
  heardVoices,
  type MentionRow,
  MOST_BY_AUTHOR,
  MOST_COMPARED,
  MOST_NAMELESS,
  voicesOf
} from "../../domain/catalog/voices.ts"
import type { IndexedNode } from "../../services/catalog-store.ts"
import { type JudgementRow, judgementOf, SIGNAL_COLUMNS, signalRow, upsertFromJson } from "./catalog-rows.ts"
import { doorsOn } from "./door-counts.ts"

const UPSERT_SIGNALS = upsertFromJson("quality_signals", SIGNAL_COLUMNS, "activity_node_id, source, voice")

const UPDATE_DERIVED = `update activity_nodes n
  set quality_signals = d.quality_signals || case when n.source_tier = 4 then '{"places_fallback": true}'::jsonb else '{}' end, cross_ref_confidence = d.cross_ref_confidence, overrated_flag = d.overrated_flag,
    updated_at = now()
  from json_to_recordset($1::json) as d(id uuid, quality_signals jsonb, cross_ref_confidence real, overrated_flag boolean)
  where n.id = d.id`

const UPDATE_VIBES = `update activity_nodes n
  set vibe_tags = d.vibe_tags, vibe_weights = d.vibe_weights, vibe_embedding = d.vibe_embedding,
    own_vibe_tags = d.own_vibe_tags, own_vibe_weights = d.own_vibe_weights, updated_at = now()
  from json_to_recordset($1::json) as d(id uuid, vibe_tags text[], vibe_weights real[], vibe_embedding real[],
    own_vibe_tags text[], own_vibe_weights real[])
  where n.id = d.id`

export type VoicesByNode = ReadonlyMap<string, ReadonlyArray<AuthorVoice>>

interface Mention extends MentionRow {
  readonly activity_node_id: string
  /** How local the post sounds that it is in; a side counts it only where that is clear. */
  readonly local_score: number | null
}

/** The voices of posts on these nodes: of each post what its newest reader found. */
const voicesOn = Effect.fnUntraced(function* (sql: SqlClient, nodeIds: ReadonlyArray<string>) {
  const [day] = yield* sql<{ today: string }>`select current_date::text as today`
  const rows = yield* sql<Mention>`
    select activity_node_id, source, author, voice, sentiment::float8 as sentiment, avoid, posted_on, fingerprint, vibes,
      local_score::float8 as local_score
    from (
      select *, row_number() over (partition by activity_node_id order by posted_on desc nulls last, id) as of_place
      from (
        select m.activity_node_id, p.id, p.source, p.author, m.voice, m.sentiment, m.avoid, p.posted_at::date::text as posted_on,
          p.fingerprint, m.vibe_tags as vibes, p.local_score,
          row_number() over (partition by m.activity_node_id, p.source, coalesce(p.author, p.posted_at::date::text)
            order by p.posted_at desc nulls last, p.id) as of_author,
          dense_rank() over (partition by m.activity_node_id, p.source, p.author is null
            order by p.posted_at::date desc nulls last) as day_of_source
        from place_mentions m join scraped_posts p on p.id = m.post_id and p.extractor = m.extractor
        where m.activity_node_id = any(${nodeIds as Array<string>}::uuid[])) mentions
      where of_author <= ${MOST_BY_AUTHOR} and (author is not null or day_of_source <= ${MOST_NAMELESS})) newest
    where of_place <= ${MOST_COMPARED}`
  const voices = new Map<string, ReadonlyArray<AuthorVoice>>()
  const heard = rows.map((row) => ({
    ...row,
    voice: row.local_score === null ? row.voice : sideOfScore(row.local_score)
  }))
  for (const [id, own] of Map.groupBy(heard, (row) => row.activity_node_id)) voices.set(id, voicesOf(own, day!.today))
  return voices
})

const SIDES: ReadonlyArray<Voice> = ["local", "tourist"]

/** The voices of one node, counted by source and side. */
const signalsOf = (voices: ReadonlyArray<AuthorVoice>): ReadonlyArray<QualitySignal> =>
  [...new Set(voices.flatMap(({ sources }) => sources))].flatMap((source) =>
    SIDES.flatMap((voice) => {
      // Who speaks in two sources is counted in the first.
      const own = voices.filter((one) => one.voice === voice && one.sources[0] === source)
      const heard = heardVoices(own)
      if (heard === null) return []
      return [
        {
          source: `posts:${source}`,
          kind: "posts" as const,
          voice,
          mentions: own.reduce((sum, { posts }) => sum + posts, 0),
          score: heard.score,
          avoid_mentions: own.reduce((sum, { warnings }) => sum + warnings, 0),
          last_seen: own.reduce<string | null>(
            (last, { day }) => (last === null || (day ?? "") > last ? day : last),
            null
          ),
          quotes: [],
          licence: null
        }
      ]
    })
  )

/** Counts the voices of posts on these places into signals, replacing those counted before. */
export const countPosts = Effect.fnUntraced(function* (sql: SqlClient, nodeIds: ReadonlyArray<string>) {
  if (nodeIds.length === 0) return []
  const voices = yield* voicesOn(sql, nodeIds)
  yield* sql`delete from quality_signals where activity_node_id = any(${nodeIds as Array<string>}::uuid[]) and source like 'posts:%'`
  const rows = [...voices].flatMap(([id, own]) => signalsOf(own).map((signal) => signalRow(id, signal)))
  if (rows.length > 0) yield* sql.unsafe(UPSERT_SIGNALS, [JSON.stringify(rows)])
  return yield* deriveWith(sql, nodeIds, voices)
})

interface Tagged {
  readonly id: string
  readonly vibe_tags: ReadonlyArray<string>
  readonly vibe_weights: ReadonlyArray<number>
  readonly own_tags: ReadonlyArray<string>
  readonly own_weights: ReadonlyArray<number>
}

/** Blends what posts found into the vibes of these nodes; gives those whose vector is another one now. */
const blend = Effect.fnUntraced(function* (sql: SqlClient, nodeIds: ReadonlyArray<string>, voices: VoicesByNode) {
  const nodes = yield* sql<Tagged>`
    select id, vibe_tags, vibe_weights, coalesce(own_vibe_tags, vibe_tags) as own_tags,
      coalesce(own_vibe_weights, vibe_weights) as own_weights
    from activity_nodes where id = any(${nodeIds as Array<string>}::uuid[])`
  const changed = nodes.flatMap((node) => {
    const own = { tags: node.own_tags, weights: node.own_weights }
    const blended = blendVibes(own, voices.get(node.id) ?? [])
    const now = JSON.stringify([blended.tags, blended.weights.map(Math.fround)])
    if (now === JSON.stringify([node.vibe_tags, node.vibe_weights.map(Math.fround)])) return []
    const vibe_embedding = Array.from(vibeEmbeddingOf(blended.tags, blended.weights))
    const vibes = { vibe_tags: blended.tags, vibe_weights: blended.weights, vibe_embedding }
    return [{ id: node.id, ...vibes, own_vibe_tags: own.tags, own_vibe_weights: own.weights }]
  })
  if (changed.length > 0) yield* sql.unsafe(UPDATE_VIBES, [JSON.stringify(changed)])
  return changed.map(({ id, vibe_embedding }): IndexedNode => ({ id, vibe_embedding }))
})

const deriveWith = Effect.fnUntraced(function* (sql: SqlClient, nodeIds: ReadonlyArray<string>, voices: VoicesByNode) {
  // What the made-up population says is training data and never evidence that a traveler is shown.
  const rows = yield* sql<QualitySignal & { activity_node_id: string }>`
    select activity_node_id, source, kind, voice, mentions, score::float8 as score, avoid_mentions, last_seen::text as last_seen, quotes, licence
    from quality_signals where activity_node_id = any(${nodeIds as Array<string>}::uuid[]) and source not like 'shadow\\_%'`
  const judged = yield* sql<JudgementRow>`
    select activity_node_id, source, licence, local_score::float8 as local_score, local_note,
      tourist_score::float8 as tourist_score, tourist_note, warning, uncertainty::float8 as uncertainty
    from editor_judgements where activity_node_id = any(${nodeIds as Array<string>}::uuid[])`
  const judgements = new Map(judged.map((row) => [row.activity_node_id, judgementOf(row)]))
  const byNode = Map.groupBy(rows, (row) => row.activity_node_id)
  const doors = yield* doorsOn(sql, nodeIds)
  const derived = nodeIds.map((id) => {
    const { summary, cross_ref_confidence, overrated_flag } = crossReference(
      byNode.get(id) ?? [],
      judgements.get(id) ?? null,
      voices.get(id)
    )
    const found = doors.get(id)
    const quality_signals = found === undefined ? summary : { ...summary, doors: found }
    return { id, quality_signals, cross_ref_confidence, overrated_flag }
  })
  yield* sql.unsafe(UPDATE_DERIVED, [JSON.stringify(derived)])
  return yield* blend(sql, nodeIds, voices)
})

/** Derives anew what nodes say of themselves because of their signals, all sources together; gives those with a new vector. */
export const derive = Effect.fnUntraced(function* (sql: SqlClient, nodeIds: ReadonlyArray<string>) {
  if (nodeIds.length === 0) return []
  return yield* deriveWith(sql, nodeIds, yield* voicesOn(sql, nodeIds))
})
