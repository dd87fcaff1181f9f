/** The erased person's rows as they are kept: the shape that training joins on, and nothing that was said freely. */
import type { CandidateSet, UserState } from "../decisions.ts"
import { DAY_PARTS } from "../time/day-part.ts"
import { Intention, Trigger } from "../vocabulary.ts"
import { blurred, coarse, type Disguise, disguisedState } from "./disguise.ts"

type Json = Readonly<Record<string, unknown>>

const words = (list: ReadonlyArray<string>): ReadonlySet<string> => new Set(list)
const PARTS = words(DAY_PARTS)
const INTENTIONS = words(Intention.literals)
const TRIGGERS = words(Trigger.literals)
const WEATHER = words(["clear", "rain", "heat", "cold", "storm", "snow", "wind"])

const wordOf = (known: ReadonlySet<string>, value: unknown): string | undefined =>
  typeof value === "string" && known.has(value) ? value : undefined

const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined)

const defined = (values: Json): Json =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** Steps in which a reaction's time is kept: whether somebody hesitated shows, the very moment does not. */
const REACTION_STEP_MS = 500

/** Groups larger than this are all alike. */
const LARGE_GROUP = 6

const coarseReaction = (millis: number | undefined): number | undefined =>
  millis === undefined ? undefined : Math.round(millis / REACTION_STEP_MS) * REACTION_STEP_MS

/** Only what has a meaning of its own stays of a context; a rare combination is told less precisely. */
export const disguisedContext = (disguise: Disguise, context: Json, ofThisTrip: ReadonlySet<string>): Json => {
  const size = number(context.group_size)
  const moment = {
    day_part: wordOf(PARTS, context.day_part),
    weather: wordOf(WEATHER, context.weather),
    group_size: size === undefined ? undefined : Math.min(size, LARGE_GROUP)
  }
  const kept = disguise.common(moment) ? moment : { day_part: moment.day_part }
  const id = (value: unknown) => (typeof value === "string" ? disguise.shared(value) : undefined)
  return defined({
    ...kept,
    time_to_action_ms: coarseReaction(number(context.time_to_action_ms)),
    day_of_trip: number(context.day_of_trip),
    position: number(context.position),
    rating: number(context.rating),
    intention: wordOf(INTENTIONS, context.intention),
    trigger: wordOf(TRIGGERS, context.trigger),
    replaced_by: context.replaced_by,
    pivot_id: id(context.pivot_id),
    ...(context.full_candidate_set === undefined
      ? {}
      : candidateSet(disguise, context as unknown as CandidateSet, ofThisTrip))
  })
}

const candidateSet = (disguise: Disguise, set: CandidateSet, ofThisTrip: ReadonlySet<string>): Json => ({
  full_candidate_set: set.full_candidate_set.map(({ node_id, score, rank, features }) => ({
    node_id,
    score: blurred(score),
    rank,
    features: Object.fromEntries(Object.entries(features ?? {}).map(([name, value]) => [name, blurred(value)]))
  })),
  ranker: set.ranker,
  user_state: disguisedState(disguise, set.user_state ?? {}, ofThisTrip),
  ...(set.arbitration === undefined
    ? {}
    : { arbitration: { choice: set.arbitration.choice, rule: set.arbitration.rule } })
})

export interface SignalRow {
  readonly id: string
  readonly trip_id: string | null
  readonly slot_id: string | null
  readonly session_id: string | null
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
  context: disguisedContext(disguise, row.context, ofThisTrip),
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

export const disguisedRanking = (disguise: Disguise, row: RankingRow, ofThisTrip: ReadonlySet<string>) => ({
  key: row.id,
  id: disguise.own(row.id),
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
  readonly options: ReadonlyArray<Json>
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
    delay_minutes: number(row.detail.delay_minutes)
  }),
  options: row.options.map((option) => ({
    ...option,
    ...(typeof option.option_id === "string" ? { option_id: disguise.shared(option.option_id) } : {})
  })),
  reasons: disguisedJson(disguise, row.reasons),
  chosen_option_id: maybe(disguise.shared, row.chosen_option_id),
  time_to_action_ms: coarseReaction(row.time_to_action_ms ?? undefined) ?? null,
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

/** Keys of a payload that hold a time, and those that hold ids of the trip's own. */
const TIMES = words(["starts_at", "ends_at"])
const IDS = words(["trip_id", "pivot_id", "option_id", "slot_id", "session_id"])
const FREE_TEXT = words(["narrative", "message", "note", "text", "degraded"])

const disguisedJson = (disguise: Disguise, value: unknown, name = ""): unknown => {
  if (Array.isArray(value)) return value.map((one) => disguisedJson(disguise, one, name))
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !FREE_TEXT.has(key))
        .map(([key, one]) => [key, disguisedJson(disguise, one, key)])
    )
  }
  if (value === disguise.person) return disguise.standIn
  if (TIMES.has(name) && typeof value === "number") return coarse(disguise, value)
  return IDS.has(name) && typeof value === "string" ? disguise.shared(value) : value
}

export const disguisedExperiment = (disguise: Disguise, row: ExperimentRow) => ({
  key: row.event_id,
  event_id: disguise.own(row.event_id),
  plan_id: disguise.shared(row.plan_id),
  payload: disguisedJson(disguise, row.payload),
  timestamp: new Date(coarse(disguise, row.timestamp)),
  created_at: new Date(coarse(disguise, row.created_at))
})
