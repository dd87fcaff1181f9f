/**
 * A traveler as their actor holds them: the persona, what taught it, and how far that is written down. Signals are
 * durable before they come here; learning from them again in the same order gives the same persona.
 */
import type { UserId } from "../ids.ts"
import { defaultDimensions } from "../persona/dimensions.ts"
import { ENCODER_VERSION, encodePersona } from "../persona/encode.ts"
import { type Onboarding, personaFromOnboarding } from "../persona/onboarding.ts"
import type { Persona, PersonaDimensions, SequenceItem } from "../persona/persona.ts"
import { type Evidence, type PersonaChange, updatePersona } from "../persona/update.ts"
import { countsTowardsGate } from "../signal.ts"
import type { SignalType } from "../vocabulary.ts"
import type { Learnt, LearntChange, Lesson } from "./commands.ts"

/** The same as it is written down: the signal itself is stored elsewhere. */
export type ToldChanges = Pick<Learnt, "signal_id" | "changes">

export interface UserState {
  readonly persona: Persona
  /** Newest last. */
  readonly recent: ReadonlyArray<Learnt>
  /** When the oldest change that is not written down was made. */
  readonly unsavedSince: number | undefined
  /** Signals that came in until then have been learnt from. */
  readonly learntUntil: number
}

/** Things that a persona remembers about the past. */
export const MAX_SEQUENCE = 50
/** Cities whose discovery somebody is known to have swiped in. */
export const MAX_EXPLORED = 100
const MAX_RECENT = 64
const TOLD_TAGS = 3

/** Signals whose changes are written down with the persona: what people look at, in a record of some kilobytes. */
const WRITTEN_RECENT = 20

export const personaOf = (
  userId: string,
  dimensions: PersonaDimensions,
  sequence: ReadonlyArray<SequenceItem>,
  signalCount: number,
  explored: ReadonlyArray<string> = []
): Persona => ({
  user_id: userId as UserId,
  dimensions,
  vector: encodePersona({ dimensions, sequence, signalCount }),
  encoder_version: ENCODER_VERSION,
  signal_count: signalCount,
  sequence,
  ...(explored.length === 0 ? {} : { explored })
})

export const newUser = (id: string): UserState => ({
  persona: personaOf(id, defaultDimensions(), [], 0),
  recent: [],
  unsavedSince: undefined,
  learntUntil: 0
})

export const ACCEPTED: ReadonlySet<SignalType> = new Set<SignalType>([
  "slot_accept",
  "pivot_accept",
  "thumbs_up",
  "discovery_swipe_right"
])
export const PASSED: ReadonlySet<SignalType> = new Set<SignalType>([
  "slot_skip",
  "slot_swap",
  "pivot_dismiss",
  "thumbs_down",
  "discovery_swipe_left"
])

export const SWIPES: ReadonlySet<SignalType> = new Set<SignalType>(["discovery_swipe_right", "discovery_swipe_left"])

/** What somebody accepted and passed, in the order given. */
export const sequenceOf = (lessons: ReadonlyArray<Lesson>): ReadonlyArray<SequenceItem> =>
  lessons.flatMap(({ node, signal }) => {
    const accepted = ACCEPTED.has(signal.signal_type)
    if (signal.activity_node_id === null || !(accepted || PASSED.has(signal.signal_type))) return []
    return [
      {
        node_id: signal.activity_node_id,
        accepted,
        at: signal.occurred_at,
        ...(SWIPES.has(signal.signal_type) ? { swiped: true as const } : {}),
        ...(node === undefined ? {} : { category: node.category })
      }
    ]
  })

/** The cities that somebody has explored, once these signals are heard. */
export const exploredWith = (before: ReadonlyArray<string>, lessons: ReadonlyArray<Lesson>): ReadonlyArray<string> => {
  const cities = lessons.flatMap(({ node, signal }) => (SWIPES.has(signal.signal_type) ? (node?.city ?? []) : []))
  const fresh = [...new Set(cities)].filter((city) => !before.includes(city))
  return fresh.length === 0 ? before : [...before, ...fresh].slice(-MAX_EXPLORED)
}

const evidenceOf = ({ signal, node }: Lesson): Evidence | undefined => {
  if (node === undefined) return undefined
  const { time_to_action_ms, day_part, rating } = signal.context
  return {
    signal_type: signal.signal_type,
    weight: signal.weight,
    occurred_at: signal.occurred_at,
    node,
    ...(time_to_action_ms === undefined ? {} : { time_to_action_ms }),
    ...(day_part === undefined ? {} : { day_part: day_part as NonNullable<Evidence["day_part"]> }),
    ...(rating === undefined ? {} : { rating })
  }
}

const heard = ({ activity_node_id, id, occurred_at, signal_type }: Lesson["signal"]): Omit<Learnt, "changes"> => ({
  signal_id: id,
  signal_type,
  occurred_at,
  ...(activity_node_id === null ? {} : { node_id: activity_node_id })
})

/**
 * What was learnt before this actor woke up: an app that sends those signals again, because it never saw that they were
 * taken, does not make them count twice. What they changed then stands in what was written down.
 */
export const remembered = (lessons: ReadonlyArray<Lesson>, told: ReadonlyArray<ToldChanges>): ReadonlyArray<Learnt> => {
  const changesOf = new Map(told.map((one) => [one.signal_id, one.changes]))
  return lessons.slice(-MAX_RECENT).map(({ signal }) => ({ ...heard(signal), changes: changesOf.get(signal.id) ?? [] }))
}

/** What of it is written down with the persona. */
export const toldChanges = (recent: ReadonlyArray<Learnt>): ReadonlyArray<ToldChanges> =>
  recent
    .filter(({ changes }) => changes.length > 0)
    .slice(-WRITTEN_RECENT)
    .map(({ signal_id, changes }) => ({ signal_id, changes }))

/** What somebody reads of an update: dimensions that are another value now, then the tastes that moved most. */
const accountOf = (changes: ReadonlyArray<PersonaChange>): ReadonlyArray<LearntChange> => {
  const values = changes.flatMap(
    ({ dimension, tag, from, to }): ReadonlyArray<LearntChange> =>
      tag === undefined ? [{ dimension, from: String(from), to: String(to) }] : []
  )
  const tastes = changes.flatMap(
    ({ dimension, tag, from, to }): ReadonlyArray<LearntChange> =>
      tag === undefined || typeof from !== "number" || typeof to !== "number"
        ? []
        : [{ dimension, tag, change: to - from }]
  )
  return [...values, ...tastes.slice(0, TOLD_TAGS)]
}

/**
 * Learns from signals in order, each as fresh as it was when it came in: learning late teaches the same. One that was
 * learnt from lately changes nothing.
 */
export const learn = (state: UserState, lessons: ReadonlyArray<Lesson>, now: number): UserState => {
  let { dimensions, signal_count: count } = state.persona
  let { learntUntil } = state
  const sequence = [...state.persona.sequence]
  const recent = [...state.recent]
  let moved = false
  for (const lesson of lessons) {
    const { signal } = lesson
    if (recent.some((one) => one.signal_id === signal.id)) continue
    const evidence = evidenceOf(lesson)
    const update =
      evidence === undefined ? undefined : updatePersona(dimensions, evidence, { signalCount: count, now: lesson.at })
    if (countsTowardsGate(signal)) count++
    dimensions = update?.dimensions ?? dimensions
    sequence.push(...sequenceOf([lesson]))
    if (recent.length >= MAX_RECENT) recent.shift()
    recent.push({ ...heard(signal), changes: accountOf(update?.changes ?? []) })
    learntUntil = Math.max(learntUntil, lesson.at)
    moved = true
  }
  if (!moved) return state
  const explored = exploredWith(state.persona.explored ?? [], lessons)
  return {
    persona: personaOf(state.persona.user_id, dimensions, sequence.slice(-MAX_SEQUENCE), count, explored),
    recent,
    unsavedSince: state.unsavedSince ?? now,
    learntUntil
  }
}

/** Learnt by other means than a signal: everything else stays. */
export const revise = (state: UserState, dimensions: PersonaDimensions): UserState => {
  const { explored, sequence, signal_count, user_id } = state.persona
  return {
    ...state,
    persona: personaOf(user_id, dimensions, sequence, signal_count, explored),
    unsavedSince: undefined
  }
}

/** Somebody said who they are: that replaces what was known of the same, and what they did not speak of stays. */
export const onboard = (state: UserState, onboarding: Onboarding): UserState =>
  revise(state, personaFromOnboarding(onboarding, state.persona.dimensions).dimensions)
