/**
 * Behavioural signals: what a traveler did, in words that training can trust. An item from outside becomes a `Signal` here or
 * is refused with a sentence that names what is wrong with it; there is nothing in between.
 *
 * The judging is written out rather than left to a schema library, because twenty thousand of them pass in a second.
 */
import { entryOf } from "./basics/entry-of.ts"
import { unstorableIn } from "./basics/storable.ts"
import { isUuid } from "./ids.ts"
import { DAY_PARTS } from "./time/day-part.ts"
import { Intention, type SignalSource, SignalType } from "./vocabulary.ts"

export interface SignalContext {
  readonly time_to_action_ms?: number
  readonly day_of_trip?: number
  readonly day_part?: string
  readonly group_size?: number
  readonly weather?: string
  readonly position?: number
  readonly rating?: number
  readonly replaced_by?: string
  readonly pivot_id?: string
  readonly intention?: string
  readonly [more: string]: unknown
}

export interface Signal {
  readonly id: string
  readonly user_id: string
  readonly signal_type: SignalType
  readonly trip_id: string | null
  readonly slot_id: string | null
  readonly activity_node_id: string | null
  readonly session_id: string | null
  readonly context: SignalContext
  readonly source: SignalSource
  readonly weight: number
  /** The ranker and version whose decision it answers. */
  readonly model_version: string | null
  readonly occurred_at: number
  /** The logged decision that it answers, where that is known. */
  readonly decision_id?: string
  /** What the client took for the model and the session, where we know better. */
  readonly client_model_version?: string | null
  readonly client_session_id?: string | null
}

/** A decision of ours as signals refer to it. */
export interface Attribution {
  /** Absent for what was decided before decisions had names. */
  readonly decision_id: string | undefined
  readonly model_version: string
  readonly session_id: string
}

const ANSWERS: ReadonlySet<SignalType> = new Set<SignalType>(["pivot_accept", "pivot_dismiss", "pivot_ignore"])

/**
 * A client's signal beside our own: an answer to an offer that names its trigger is one that we wrote down ourselves, with the answer
 * itself. What a client says of a trigger is kept under another name.
 */
export const inTheirWords = (sent: Signal): Signal => {
  if (!ANSWERS.has(sent.signal_type) || !("trigger" in sent.context)) return sent
  const { trigger, ...context } = sent.context
  return { ...sent, context: { ...context, client_trigger: trigger } }
}

/** The signal as an answer to that decision, whatever its sender took it for. */
export const attributed = (signal: Signal, { decision_id, model_version, session_id }: Attribution): Signal => ({
  ...signal,
  session_id,
  model_version,
  ...(decision_id === undefined ? {} : { decision_id }),
  client_model_version: signal.model_version,
  client_session_id: signal.session_id
})

/** What each type must say it is about, where it would mean nothing otherwise: one of these fields. */
const SUBJECT: Readonly<Partial<Record<SignalType, ReadonlyArray<"slot_id" | "activity_node_id" | "trip_id">>>> = {
  slot_view: ["slot_id", "activity_node_id", "trip_id"],
  slot_accept: ["slot_id", "activity_node_id"],
  slot_skip: ["slot_id", "activity_node_id"],
  slot_swap: ["slot_id", "activity_node_id"],
  pivot_accept: ["slot_id", "activity_node_id", "trip_id"],
  pivot_dismiss: ["slot_id", "activity_node_id", "trip_id"],
  pivot_ignore: ["slot_id", "activity_node_id", "trip_id"],
  thumbs_up: ["slot_id", "activity_node_id"],
  thumbs_down: ["slot_id", "activity_node_id"],
  discovery_swipe_right: ["activity_node_id"],
  discovery_swipe_left: ["activity_node_id"],
  post_trip_rating: ["slot_id", "activity_node_id", "trip_id"]
}

/** The types that count towards the gate of twenty, when they come from the app. */
export const COUNTING_SIGNALS: ReadonlyArray<SignalType> = [
  "slot_accept",
  "slot_skip",
  "slot_swap",
  "pivot_accept",
  "pivot_dismiss",
  "thumbs_up",
  "thumbs_down",
  "discovery_swipe_right",
  "discovery_swipe_left",
  "post_trip_rating"
]
const COUNTING = new Set<string>(COUNTING_SIGNALS)

export const countsTowardsGate = (signal: Pick<Signal, "signal_type" | "source">): boolean =>
  signal.source === "app" && COUNTING.has(signal.signal_type)

/** How much a signal weighs: ours to say, whatever a client writes. */
export const SIGNAL_WEIGHT: Readonly<Record<SignalSource, number>> = { app: 1, backfill: 0.3 }

/** Most characters of a context as JSON: facts about a moment fit many times over. */
const MAX_CONTEXT_LENGTH = 4096

export const MAX_SIGNALS = 1000

const TYPES = new Set<string>(SignalType.literals)
const PARTS = new Set<string>(DAY_PARTS)
const INTENTIONS = new Set<string>(Intention.literals)
const DAY_MS = 86_400_000

const within = (from: number, to: number, whole: boolean) => (value: unknown) =>
  typeof value === "number" && value >= from && value <= to && (!whole || Number.isInteger(value))
    ? undefined
    : `must be a ${whole ? "whole " : ""}number from ${from} to ${to}`

const uuid = (value: unknown) => (isUuid(value) ? undefined : "must be a UUID in lower case")

const word = (most: number) => (value: unknown) =>
  typeof value === "string" && value.length > 0 && value.length <= most && !/[\p{Cc}\p{Cs}]/u.test(value)
    ? undefined
    : `must be 1 to ${most} printable characters`

const oneOf = (words: ReadonlySet<string>) => (value: unknown) =>
  typeof value === "string" && words.has(value) ? undefined : `must be one of ${[...words].join(", ")}`

/** The facts of a context that have a meaning of their own. Others may be there, within the length. */
const CONTEXT: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  time_to_action_ms: within(0, 7 * DAY_MS, false),
  day_of_trip: within(1, 60, true),
  day_part: oneOf(PARTS),
  group_size: within(1, 100, true),
  weather: word(40),
  position: within(0, 10_000, true),
  rating: within(1, 5, false),
  replaced_by: uuid,
  pivot_id: uuid,
  intention: oneOf(INTENTIONS),
  model_version: word(100)
}

/** What only the server writes into a context: from a client it would pass for the record of a decision. */
const OURS = new Set(["full_candidate_set", "ranker", "user_state", "arbitration", "unknown_node_id"])

/** Objects within objects: more is no fact about a signal, and much more cannot even be written down. */
const MAX_CONTEXT_DEPTH = 8

const tooDeep = (value: unknown, left: number): boolean => {
  if (typeof value !== "object" || value === null) return false
  if (left === 0) return true
  for (const name in value) if (tooDeep((value as Record<string, unknown>)[name], left - 1)) return true
  return false
}

/** What a client says of a signal. Anything else would be lost without a word: it is refused by name. */
const FIELDS: ReadonlySet<string> = new Set([
  "id",
  "signal_type",
  "trip_id",
  "slot_id",
  "activity_node_id",
  "session_id",
  "occurred_at",
  "created_at",
  "context",
  "model_version"
])

const unknownField = (item: object): string | undefined => {
  for (const name in item) if (!FIELDS.has(name)) return name.slice(0, 40)
  return undefined
}

const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/

export interface SignalRules {
  readonly now: number
  /** How far ahead of ours a client's clock may be. */
  readonly maxAheadMillis: number
  /** How long ago a signal may have happened, for phones that were offline. Backfill may be as old as it likes. */
  readonly maxAgeMillis: number
}

const contextProblem = (context: unknown): string | undefined => {
  if (typeof context !== "object" || context === null || Array.isArray(context)) return "context must be an object"
  for (const name in context) {
    const value = (context as Record<string, unknown>)[name]
    if (typeof value === "number" && !Number.isFinite(value))
      return `context.${name.slice(0, 40)} must be a finite number`
    if (OURS.has(name)) return `context.${name} is written by the server only`
    if (tooDeep(value, MAX_CONTEXT_DEPTH)) {
      return `context.${name.slice(0, 40)} is nested more than ${MAX_CONTEXT_DEPTH} levels deep`
    }
    const problem = entryOf(CONTEXT, name)?.(value)
    if (problem !== undefined) return `context.${name} ${problem}`
  }
  return undefined
}

/** The item as a signal of this user, or what is wrong with it. */
export const judgeSignal = (
  item: unknown,
  userId: string,
  source: SignalSource,
  rules: SignalRules
): Signal | { readonly problem: string } => {
  const refuse = (problem: string) => ({ problem })
  if (typeof item !== "object" || item === null || Array.isArray(item)) return refuse("must be an object")
  const unknown = unknownField(item)
  if (unknown !== undefined) return refuse(`"${unknown}" is not known here; there are ${[...FIELDS].join(", ")}`)
  const it = item as Record<string, unknown>
  if (!isUuid(it.id)) return refuse("id must be a UUID in lower case")
  const type = it.signal_type
  if (typeof type !== "string" || !TYPES.has(type)) {
    return refuse(`signal_type must be one of ${SignalType.literals.filter((name) => name in SUBJECT).join(", ")}`)
  }
  const subject = entryOf(SUBJECT, type)
  if (subject === undefined) return refuse(`signal_type ${type} is written by the server only`)
  for (const field of ["trip_id", "slot_id", "activity_node_id", "session_id"]) {
    const value = it[field]
    if (value !== undefined && value !== null && uuid(value)) return refuse(`${field} must be a UUID in lower case`)
  }
  if (!subject.some((field) => typeof it[field] === "string"))
    return refuse(`${type} must name ${subject.join(" or ")}`)

  const when = it.occurred_at ?? it.created_at
  if (when === undefined || when === null) return refuse("occurred_at is missing")
  if (typeof when !== "string" || !INSTANT.test(when)) {
    return refuse("occurred_at must be an instant such as 2026-05-01T09:30:00Z")
  }
  const occurredAt = Date.parse(when)
  if (Number.isNaN(occurredAt) || occurredAt < 0) return refuse("occurred_at is no instant there ever was")
  if (occurredAt > rules.now + rules.maxAheadMillis) return refuse("occurred_at lies in the future: check the clock")
  if (source === "app" && occurredAt < rules.now - rules.maxAgeMillis) {
    return refuse(`occurred_at is more than ${Math.round(rules.maxAgeMillis / DAY_MS)} days ago`)
  }

  const context = it.context ?? {}
  const problem = contextProblem(context)
  if (problem !== undefined) return refuse(problem)
  const text = JSON.stringify(context)
  if (text.length > MAX_CONTEXT_LENGTH) return refuse(`context is longer than ${MAX_CONTEXT_LENGTH} characters`)
  const fault = unstorableIn(text)
  if (fault !== undefined) return refuse(`context: ${fault}`)

  const model = it.model_version ?? (context as SignalContext).model_version ?? null
  if (model !== null && CONTEXT.model_version!(model))
    return refuse("model_version must be 1 to 100 printable characters")
  return {
    id: it.id,
    user_id: userId,
    signal_type: type as SignalType,
    trip_id: (it.trip_id as string | undefined) ?? null,
    slot_id: (it.slot_id as string | undefined) ?? null,
    activity_node_id: (it.activity_node_id as string | undefined) ?? null,
    session_id: (it.session_id as string | undefined) ?? null,
    context: context as SignalContext,
    source,
    weight: SIGNAL_WEIGHT[source],
    model_version: model as string | null,
    occurred_at: occurredAt
  }
}

/** What is about the place at its stop. The answer to a pivot is about places that were offered for it. */
export const ABOUT_STOPS: ReadonlyArray<SignalType> = [
  "slot_view",
  "slot_accept",
  "slot_skip",
  "slot_swap",
  "thumbs_up",
  "thumbs_down",
  "post_trip_rating"
]
const ABOUT_STOP = new Set<string>(ABOUT_STOPS)

/** Whether it names a stop and leaves to us of which trip, or which place, that is. */
export const lacksPlace = ({ activity_node_id, signal_type, slot_id, trip_id }: Signal): boolean =>
  slot_id !== null && (trip_id === null || (activity_node_id === null && ABOUT_STOP.has(signal_type)))

/** The signal with what a stop that it names says: never the place that has just replaced the one it is about. */
export const atStop = (
  signal: Signal,
  stop: { readonly trip_id: string; readonly activity_node_id: string | null }
): Signal => {
  const { activity_node_id, context, signal_type, trip_id } = signal
  if (trip_id !== null && trip_id !== stop.trip_id) return signal
  const says = ABOUT_STOP.has(signal_type) && stop.activity_node_id !== context.replaced_by
  return {
    ...signal,
    trip_id: stop.trip_id,
    activity_node_id: activity_node_id ?? (says ? stop.activity_node_id : null)
  }
}
