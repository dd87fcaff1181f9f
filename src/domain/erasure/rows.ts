/** The erased person's rows as they are kept: the shape that training joins on, and nothing that was said freely. */
import type { UserState } from "../learning-log/snapshots.ts"
import { isoDate, MS_PER_DAY, parseIsoDate } from "../time/calendar.ts"
import { blurredFeatures, blurredOf, coarseReaction, disguisedContext, WEATHER } from "./contexts.ts"
import { blurred, coarse, type Disguise, disguisedState } from "./disguise.ts"
import { defined, idOf, type Json, listOf, numberOf, objectOf, wordOf } from "./shapes.ts"

export interface SignalRow {
  readonly id: string
  readonly signal_type: string
  readonly trip_id: string | null
  readonly slot_id: string | null
  readonly session_id: string | null
  readonly decision_id: string | null
  readonly context: Json
  readonly occurred_at: number
  readonly created_at: number
}

const maybe = (map: (id: string) => string, id: string | null): string | null => (id === null ? null : map(id))

/** `key` is the row as it is now; the rest is what it becomes. */
export const disguisedSignal = (disguise: Disguise, row: SignalRow, ofThisTrip: ReadonlySet<string>) => ({
  key: row.id,
  id: disguise.own(row.id),
  trip_id: maybe(disguise.shared, row.trip_id),
  slot_id: maybe(disguise.shared, row.slot_id),
  session_id: maybe(disguise.shared, row.session_id),
  decision_id: maybe(disguise.shared, row.decision_id),
  context: disguisedContext(disguise, row.signal_type, row.context, ofThisTrip),
  occurred_at: new Date(coarse(disguise, row.occurred_at)),
  created_at: new Date(coarse(disguise, row.created_at))
})

export type OutcomeRow = Pick<SignalRow, "id" | "trip_id" | "slot_id" | "session_id" | "occurred_at" | "created_at">

export const disguisedOutcome = (disguise: Disguise, row: OutcomeRow) => ({
  key: row.id,
  id: disguise.own(row.id),
  trip_id: maybe(disguise.shared, row.trip_id),
  slot_id: maybe(disguise.shared, row.slot_id),
  session_id: maybe(disguise.shared, row.session_id),
  occurred_at: new Date(coarse(disguise, row.occurred_at)),
  created_at: new Date(coarse(disguise, row.created_at))
})

export interface RankingRow {
  readonly id: string
  readonly trip_id: string | null
  readonly session_id: string | null
  readonly scores: ReadonlyArray<number>
  readonly user_state: Partial<UserState>
  readonly occurred_at: number
  readonly created_at: number
}

/** Whether an id says when it was made. */
const tellsTime = (id: string): boolean => id[14] === "7"

/** Companions' signals refer to the decisions of a trip that lives on: those keep their names, which tell nothing. */
export const disguisedRanking = (disguise: Disguise, row: RankingRow, ofThisTrip: ReadonlySet<string>) => ({
  key: row.id,
  id: tellsTime(row.id) ? disguise.own(row.id) : disguise.shared(row.id),
  trip_id: maybe(disguise.shared, row.trip_id),
  session_id: maybe(disguise.shared, row.session_id),
  scores: row.scores.map(blurred),
  user_state: disguisedState(disguise, row.user_state, ofThisTrip),
  occurred_at: new Date(coarse(disguise, row.occurred_at)),
  created_at: new Date(coarse(disguise, row.created_at))
})

export interface PivotRow {
  readonly id: string
  readonly pivot_id: string
  readonly trip_id: string
  readonly slot_id: string | null
  readonly detail: Json
  readonly options: unknown
  readonly reasons: unknown
  readonly chosen_option_id: string | null
  readonly time_to_action_ms: number | null
  readonly offered_at: number
  readonly responded_at: number | null
  readonly created_at: number
}

export const disguisedPivot = (disguise: Disguise, row: PivotRow) => ({
  key: row.id,
  id: disguise.own(row.id),
  pivot_id: disguise.shared(row.pivot_id),
  trip_id: disguise.shared(row.trip_id),
  slot_id: maybe(disguise.shared, row.slot_id),
  detail: defined({
    condition: wordOf(WEATHER, row.detail.condition),
    delay_minutes: numberOf(row.detail.delay_minutes)
  }),
  options: listOf(row.options)
    .map(objectOf)
    .map((option) => ({
      option_id: typeof option.option_id === "string" ? disguise.shared(option.option_id) : null,
      node_id: idOf(option.node_id) ?? null,
      score: blurredOf(option.score) ?? null,
      position: numberOf(option.position) ?? null,
      features: blurredFeatures(option.features),
      ...(option.own === undefined ? {} : { own: blurredFeatures(option.own) }),
      ...(option.measures === undefined ? {} : { measures: blurredFeatures(option.measures) }),
      changes: numberOf(option.changes) ?? null
    })),
  reasons: disguisedJson(disguise, row.reasons),
  chosen_option_id: maybe(disguise.shared, row.chosen_option_id),
  time_to_action_ms: coarseReaction(row.time_to_action_ms) ?? null,
  offered_at: new Date(coarse(disguise, row.offered_at)),
  responded_at: row.responded_at === null ? null : new Date(coarse(disguise, row.responded_at)),
  created_at: new Date(coarse(disguise, row.created_at))
})

export interface ExperimentRow {
  readonly event_id: string
  readonly plan_id: string
  readonly payload: unknown
  readonly timestamp: number
  readonly created_at: number
}

/** Keys of a payload that hold an instant, and those that hold ids of the trip's own. */
const TIMES = new Set(["starts_at", "ends_at"])
const IDS = new Set(["trip_id", "pivot_id", "option_id", "slot_id", "session_id"])
const FREE_TEXT = new Set(["narrative", "message", "note", "text", "degraded"])

/** Says when the plan was made as well as a date does: each version of a catalog has its own days. */
const DATING = new Set(["catalog_version"])

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/

/** A date that stayed where it was would give the weeks away by which everything else was moved. */
const disguisedText = (disguise: Disguise, text: string): string => {
  const day = parseIsoDate(text)
  if (day !== undefined) return isoDate(day - disguise.shiftMillis / MS_PER_DAY)
  const at = INSTANT.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? text : new Date(coarse(disguise, at)).toISOString()
}

const disguisedJson = (disguise: Disguise, value: unknown, name = ""): unknown => {
  if (Array.isArray(value)) return value.map((one) => disguisedJson(disguise, one, name))
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !FREE_TEXT.has(key) && !(disguise.shiftMillis > 0 && DATING.has(key)))
        .map(([key, one]) => [key, disguisedJson(disguise, one, key)])
    )
  }
  if (value === disguise.person) return disguise.standIn
  if (TIMES.has(name) && typeof value === "number") return coarse(disguise, value)
  if (typeof value !== "string") return value
  return IDS.has(name) ? disguise.shared(value) : disguisedText(disguise, value)
}

export const disguisedExperiment = (disguise: Disguise, row: ExperimentRow) => ({
  key: row.event_id,
  event_id: disguise.own(row.event_id),
  plan_id: disguise.shared(row.plan_id),
  payload: disguisedJson(disguise, row.payload),
  timestamp: new Date(coarse(disguise, row.timestamp)),
  created_at: new Date(coarse(disguise, row.created_at))
})
