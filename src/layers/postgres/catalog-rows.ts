/**
 * Catalog rows on their way into PostgreSQL: a batch travels as one JSON parameter, and PostgreSQL takes it apart. One
 * statement of any size, one plan, and no limit on the number of parameters.
 */

import { hash128, uuidOfName } from "../../domain/basics/hash.ts"
import type { AssembledNode } from "../../domain/catalog/assemble.ts"
import type { EditorJudgement, QualitySignal } from "../../domain/catalog/node.ts"

/** The columns of a node as the recordset declares them. */
export const NODE_COLUMNS = [
  ["id", "uuid"],
  ["city_id", "uuid"],
  ["node_index", "integer"],
  ["name", "text"],
  ["neighbourhood", "text"],
  ["category", "text"],
  ["lat", "double precision"],
  ["lon", "double precision"],
  ["time_zone", "text"],
  ["opening_hours", "text"],
  ["price_tier", "smallint"],
  ["setting", "text"],
  ["weather_sensitivity", "real"],
  ["typical_minutes", "smallint"],
  ["booking_needed", "boolean"],
  ["day_parts", "text[]"],
  ["vibe_tags", "text[]"],
  ["vibe_weights", "real[]"],
  ["vibe_embedding", "real[]"],
  ["taxonomy_version", "text"],
  ["quality_signals", "jsonb"],
  ["cross_ref_confidence", "real"],
  ["overrated_flag", "boolean"],
  ["source_tier", "smallint"],
  ["source", "text"],
  ["provenance", "jsonb"],
  ["names", "jsonb"],
  ["facts", "jsonb"],
  ["external_ids", "jsonb"],
  ["content_hash", "text"]
] as const

export const SIGNAL_COLUMNS = [
  ["id", "uuid"],
  ["activity_node_id", "uuid"],
  ["source", "text"],
  ["kind", "text"],
  ["voice", "text"],
  ["mentions", "integer"],
  ["score", "real"],
  ["avoid_mentions", "integer"],
  ["last_seen", "date"],
  ["quotes", "jsonb"],
  ["licence", "text"]
] as const

export const JUDGEMENT_COLUMNS = [
  ["activity_node_id", "uuid"],
  ["source", "text"],
  ["licence", "text"],
  ["local_score", "real"],
  ["local_note", "text"],
  ["tourist_score", "real"],
  ["tourist_note", "text"],
  ["warning", "text"],
  ["uncertainty", "real"]
] as const

type Columns = ReadonlyArray<readonly [name: string, type: string]>

const names = (columns: Columns) => columns.map(([name]) => name).join(", ")

/**
 * `insert … select` of a JSON recordset in `$1`, replacing what is there under the same key. `fixed` columns never change and
 * are left alone: an update that names a column of any unique index locks the row against everybody who refers to it.
 */
export const upsertFromJson = (
  table: string,
  columns: Columns,
  key: string,
  fixed: ReadonlyArray<string> = [],
  extra = ""
): string => {
  const record = columns.map(([name, type]) => `${name} ${type}`).join(", ")
  const keys = new Set([...key.split(", "), "id", ...fixed])
  const updates = columns.filter(([name]) => !keys.has(name)).map(([name]) => `${name} = excluded.${name}`)
  return `insert into ${table} (${names(columns)})
    select ${names(columns)} from json_to_recordset($1::json) as rows(${record})
    on conflict (${key}) do update set ${updates.join(", ")}${extra}`
}

/** What a node's content is, apart from what is derived from it: equal hashes mean that there is nothing to write. */
export const contentHash = ({ node, signals, judgement }: AssembledNode): string => {
  const { vibe_embedding, quality_signals, cross_ref_confidence, overrated_flag, ...content } = node
  return hash128(JSON.stringify([content, signals, judgement]))
}

export const signalRow = (nodeId: string, signal: QualitySignal) => ({
  ...signal,
  id: uuidOfName("overplanned/signal", nodeId, signal.source, signal.voice),
  activity_node_id: nodeId
})

export const judgementRow = (nodeId: string, { local, tourist, ...judgement }: EditorJudgement) => ({
  ...judgement,
  activity_node_id: nodeId,
  local_score: local?.score ?? null,
  local_note: local?.note ?? null,
  tourist_score: tourist?.score ?? null,
  tourist_note: tourist?.note ?? null
})

export type JudgementRow = ReturnType<typeof judgementRow>

export const judgementOf = (row: JudgementRow): EditorJudgement => ({
  source: row.source,
  licence: row.licence,
  local: row.local_score === null ? null : { score: row.local_score, note: row.local_note },
  tourist: row.tourist_score === null ? null : { score: row.tourist_score, note: row.tourist_note },
  warning: row.warning,
  uncertainty: row.uncertainty
})
