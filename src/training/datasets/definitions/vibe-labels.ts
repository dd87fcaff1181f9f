/**
 * Texts about places (what they are called and where, what somebody wrote of them), and how much of each of the 64 vibes
 * they have. Labels come from curators and from the language model; what the local reader guessed never becomes a teacher.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { VIBE_TAGS } from "../../../domain/catalog/taxonomy.ts"
import type { Definition } from "../definition.ts"

const PAGE = 2_000

const QUERY = `
  select * from (
    select n.id::text || '/name' as id, n.id as node_id, n.created_at as at, 'curated' as teacher, n.taxonomy_version, n.vibe_tags,
      n.vibe_weights, n.name || ', ' || replace(n.category, '_', ' ') || ' in ' || n.neighbourhood as text
    from activity_nodes n where n.source = 'curated' and n.retired_at is null
    union all
    select n.id::text || '/' || e.source || '/' || note.of, n.id, n.created_at, 'curated', n.taxonomy_version, n.vibe_tags,
      n.vibe_weights, note.text
    from activity_nodes n
      join editor_judgements e on e.activity_node_id = n.id
      cross join lateral (values ('local', e.local_note), ('tourist', e.tourist_note), ('warning', e.warning)) as note(of, text)
    where n.source = 'curated' and n.retired_at is null and length(note.text) > 12
    union all
    select p.id::text, p.activity_node_id, p.processed_at, p.extractor, '1', p.vibe_tags, p.vibe_weights, p.raw_text
    from scraped_posts p
    where p.processed_at is not null and p.extractor like 'llm:%' and p.raw_text is not null
      and cardinality(p.vibe_tags) > 0) texts
  where at >= $1 and at < $2 and id collate "C" > $3
  order by id collate "C" limit $4`

interface Row {
  readonly id: string
  readonly node_id: string | null
  readonly at: Date
  readonly teacher: string
  readonly taxonomy_version: string
  readonly vibe_tags: ReadonlyArray<string>
  readonly vibe_weights: ReadonlyArray<number>
  readonly text: string
}

export const vibeLabels: Definition = {
  columns: {
    text_id: { type: "string", required: true, role: "key" },
    node_id: { type: "string", role: "key" },
    timestamp: { type: "timestamp", required: true, role: "remark" },
    teacher: { type: "string", required: true, role: "remark" },
    taxonomy_version: { type: "string", required: true, role: "remark" },
    text: { type: "string", required: true, role: "feature" },
    weights: { type: { list: "double" }, required: true, role: "label" }
  },
  people: [],
  ids: [],
  untimed: true,
  query: QUERY,
  read: Effect.fnUntraced(function* ({ range, row, skip }) {
    const sql = yield* SqlClient
    let after = ""
    for (;;) {
      const page = yield* sql.unsafe<Row>(QUERY, [new Date(range.from), new Date(range.to), after, PAGE])
      for (const one of page) {
        const weights = VIBE_TAGS.map((tag) => one.vibe_weights[one.vibe_tags.indexOf(tag)] ?? 0)
        if (!weights.some((weight) => weight > 0)) {
          skip("no tag of the taxonomy in force")
          continue
        }
        // A text belongs to its place: texts of one place must not stand on both sides of a split.
        row(
          {
            text_id: one.id,
            node_id: one.node_id,
            timestamp: one.at,
            teacher: one.teacher,
            taxonomy_version: one.taxonomy_version,
            text: one.text.trim(),
            weights
          },
          one.node_id ?? one.id,
          one.at.getTime()
        )
      }
      if (page.length < PAGE) return
      after = page.at(-1)!.id
    }
  })
}
