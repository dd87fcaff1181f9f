/** Each option that a pivot offered, as it was at that moment, and whether it was taken and not taken back. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { PIVOT_FEATURES, type PivotFeatures } from "../../../domain/pivot/features.ts"
import type { Columns } from "../columns.ts"
import type { Definition } from "../definition.ts"

const PAGE = 2_000

/** What each option is described by: the same function writes them for travelers and for the shadow population. */
const described = (features: Readonly<Record<string, number>> | null | undefined): PivotFeatures | undefined =>
  PIVOT_FEATURES.every((name) => Number.isFinite(features?.[name])) ? (features as PivotFeatures) : undefined

const QUERY = `
  select p.pivot_id, coalesce(p.user_id, t.user_id) as user_id, p.trip_id, p.trigger, p.options, p.response,
    p.chosen_option_id, p.offered_at as at, p.offered_at::text as exact_at, p.origin,
    p.model_name || ':' || p.model_version as model_version,
    exists (select from exp.events e where e.plan_id = d.session_id and e.event_type = 'plan_edited'
      and e.payload ->> 'edit' = 'undo' and e.payload ->> 'pivot_id' = p.pivot_id::text) as undone,
    exists (select from trip_events e where e.trip_id = p.trip_id and e.type in ('pivot_accepted', 'pivot_dismissed')
      and e.payload ->> 'pivot_id' = p.pivot_id::text and e.payload #>> '{vote,by_default}' = 'true') as by_default
  from pivot_events p left join trips t on t.id = p.trip_id left join ranking_events d on d.id = p.pivot_id
  where p.response is not null and p.offered_at >= $1 and p.offered_at < $2 and (p.offered_at, p.pivot_id) > ($3::timestamptz, $4)
  order by p.offered_at, p.pivot_id limit $5`

interface Row {
  readonly pivot_id: string
  readonly user_id: string | null
  readonly trigger: string
  readonly options: ReadonlyArray<{
    readonly option_id: string
    readonly node_id: string | null
    readonly score: number
    readonly position: number
    readonly features: Readonly<Record<string, number>> | null
  }>
  readonly response: string
  readonly chosen_option_id: string | null
  readonly at: Date
  /** To the microsecond: a page goes on after exactly this. */
  readonly exact_at: string
  readonly origin: string
  readonly model_version: string
  /** It was taken, and taken back within minutes. */
  readonly undone: boolean
  /** A vote that came to nothing: its default decided. */
  readonly by_default: boolean
}

const COLUMNS: Columns = {
  pivot_id: { type: "string", required: true, role: "key" },
  option_id: { type: "string", required: true, role: "key" },
  user_id: { type: "string", required: true, role: "key" },
  node_id: { type: "string", role: "key" },
  timestamp: { type: "timestamp", required: true, role: "remark" },
  origin: { type: "string", required: true, role: "remark" },
  policy_version_id: { type: "string", required: true, role: "remark" },
  trigger: { type: "string", required: true, role: "feature" },
  position: { type: "int", required: true, role: "feature" },
  score: { type: "double", required: true, role: "feature", continuous: true },
  affinity: { type: "double", required: true, role: "feature", continuous: true },
  affinity_planned: { type: "double", required: true, role: "feature", continuous: true },
  distance_km: { type: "double", required: true, role: "feature", continuous: true },
  price_mismatch: { type: "double", required: true, role: "feature" },
  weather_fit: { type: "double", required: true, role: "feature", ofWeather: true },
  // What is offered to travelers was verified to fit: of them it says nothing, and holding that against them would refuse them all.
  day_part_fit: { type: "double", required: true, role: "remark" },
  same_category: { type: "double", required: true, role: "feature" },
  response: { type: "string", required: true, role: "remark" },
  accepted: { type: "boolean", required: true, role: "label" }
}

export const pivotAcceptance: Definition = {
  columns: COLUMNS,
  people: [["user_id"]],
  ids: [["pivot_id"], ["option_id"]],
  query: QUERY,
  read: Effect.fnUntraced(function* ({ range, row, skip }) {
    const sql = yield* SqlClient
    let after: readonly [string, string] = ["-infinity", "00000000-0000-0000-0000-000000000000"]
    for (;;) {
      const page = yield* sql.unsafe<Row>(QUERY, [new Date(range.from), new Date(range.to), after[0], after[1], PAGE])
      for (const one of page) {
        if (one.user_id === null) {
          skip("nobody knows any more whom it was offered to")
          continue
        }
        if (one.by_default) {
          skip("the default of a vote decided, which nobody had said")
          continue
        }
        for (const option of one.options) {
          const features = described(option.features)
          if (features === undefined) {
            skip("an option was logged before all its features were, or is about no place of the catalog")
            continue
          }
          row(
            {
              pivot_id: one.pivot_id,
              option_id: option.option_id,
              user_id: one.user_id,
              node_id: option.node_id,
              timestamp: one.at,
              origin: one.origin,
              policy_version_id: one.model_version,
              trigger: one.trigger,
              position: option.position,
              score: option.score,
              ...Object.fromEntries(PIVOT_FEATURES.map((name) => [name, features[name]])),
              response: one.response,
              accepted: option.option_id === one.chosen_option_id && !one.undone
            },
            one.user_id,
            one.at.getTime()
          )
        }
      }
      if (page.length < PAGE) return
      const last = page.at(-1)!
      after = [last.exact_at, last.pivot_id]
    }
  })
}
