/** Stored signals as the lessons that they were, each with its place as the catalog has it now. */
import type { Category } from "../../domain/catalog/category.ts"
import type { Signal } from "../../domain/signal.ts"
import type { Lesson } from "../../domain/user/commands.ts"

/** The columns that a lesson is made of, from signals `s` and their places `n`. */
export const LESSON_COLUMNS = `s.id, s.user_id, s.signal_type, s.trip_id, s.slot_id, s.activity_node_id, s.session_id, s.context,
  s.source, s.weight, s.model_version, s.occurred_at, s.created_at, n.category, n.price_tier, n.vibe_embedding`

export interface LessonRow extends Omit<Signal, "occurred_at"> {
  readonly occurred_at: Date
  readonly created_at: Date
  readonly category: Category | null
  readonly price_tier: number
  readonly vibe_embedding: ReadonlyArray<number>
}

export const lessonOf = (row: LessonRow): Lesson => {
  const { category, created_at, price_tier, vibe_embedding, ...signal } = row
  return {
    signal: { ...signal, occurred_at: row.occurred_at.getTime() },
    node:
      category === null || row.activity_node_id === null
        ? undefined
        : { id: row.activity_node_id, category, price_tier, vibe: vibe_embedding },
    at: created_at.getTime()
  }
}
