/**
 * A traveler as their actor holds them: the persona, what taught it, and how far that is written down. Signals are
 * durable before they come here; learning from them again in the same order gives the same persona.
 */
import type { UserId } from "../ids.ts"
import { defaultDimensions } from "../persona/dimensions.ts"
import { ENCODER_VERSION, encodePersona } from "../persona/encode.ts"
import { type Onboarding, personaFromOnboarding } from "../persona/onboarding.ts"
import type { Persona, PersonaDimensions, SequenceItem } from "../persona/persona.ts"
import { type Evidence, updatePersona } from "../persona/update.ts"
import { countsTowardsGate, type Signal } from "../signal.ts"
import type { SignalType } from "../vocabulary.ts"

/** A signal and the place it is about, where the catalog knows it. */
export interface Lesson {
  readonly signal: Signal
  readonly node: Evidence["node"] | undefined
  /** When it came in, which is the order of learning: phones that were offline send old signals late. */
  readonly at: number
}

/** What one recent signal changed. */
export interface Learnt {
  readonly signal_id: string
  readonly signal_type: SignalType
  readonly occurred_at: number
  readonly changes: ReadonlyArray<{ readonly tag: string; readonly change: number }>
}

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
const MAX_RECENT = 64
const TOLD_CHANGES = 3

export const personaOf = (
  userId: string,
  dimensions: PersonaDimensions,
  sequence: ReadonlyArray<SequenceItem>,
  signalCount: number
): Persona => ({
  user_id: userId as UserId,
  dimensions,
  vector: encodePersona({ dimensions, sequence, signalCount }),
  encoder_version: ENCODER_VERSION,
  signal_count: signalCount,
  sequence
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
        ...(node === undefined ? {} : { category: node.category })
      }
    ]
  })

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

/**
 * What was learnt before this actor woke up: an app that sends those signals again, because it never saw that they were
 * taken, does not make them count twice. What they changed then is not known any more.
 */
export const remembered = (lessons: ReadonlyArray<Lesson>): ReadonlyArray<Learnt> =>
  lessons.slice(-MAX_RECENT).map(({ signal }) => ({
    signal_id: signal.id,
    signal_type: signal.signal_type,
    occurred_at: signal.occurred_at,
    changes: []
  }))

/**
 * Learns from signals in order, each as fresh as it was when it came in: learning late teaches the same. One that was
 * learnt from lately changes nothing.
 */
export const learn = (state: UserState, lessons: ReadonlyArray<Lesson>, now: number): UserState => {
  let { dimensions, signal_count: count, sequence } = state.persona
  let { recent, learntUntil } = state
  let moved = false
  for (const lesson of lessons) {
    const { signal } = lesson
    if (recent.some((one) => one.signal_id === signal.id)) continue
    const evidence = evidenceOf(lesson)
    const update =
      evidence === undefined ? undefined : updatePersona(dimensions, evidence, { signalCount: count, now: lesson.at })
    if (countsTowardsGate(signal)) count++
    dimensions = update?.dimensions ?? dimensions
    sequence = [...sequence, ...sequenceOf([lesson])].slice(-MAX_SEQUENCE)
    const changes = (update?.changes ?? []).flatMap(({ tag, from, to }) =>
      tag === undefined || typeof from !== "number" || typeof to !== "number" ? [] : [{ tag, change: to - from }]
    )
    recent = [
      ...recent.slice(1 - MAX_RECENT),
      {
        signal_id: signal.id,
        signal_type: signal.signal_type,
        occurred_at: signal.occurred_at,
        changes: changes.slice(0, TOLD_CHANGES)
      }
    ]
    learntUntil = Math.max(learntUntil, lesson.at)
    moved = true
  }
  if (!moved) return state
  return {
    persona: personaOf(state.persona.user_id, dimensions, sequence, count),
    recent,
    unsavedSince: state.unsavedSince ?? now,
    learntUntil
  }
}

/** Learnt by other means than a signal: everything else stays. */
export const revise = (state: UserState, dimensions: PersonaDimensions): UserState => {
  const { sequence, signal_count, user_id } = state.persona
  return { ...state, persona: personaOf(user_id, dimensions, sequence, signal_count), unsavedSince: undefined }
}

/** Somebody said who they are: that replaces what was assumed, and what the signals taught stays in the sequence. */
export const onboard = (state: UserState, onboarding: Onboarding): UserState =>
  revise(state, personaFromOnboarding(onboarding).dimensions)
