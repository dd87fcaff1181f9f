/**
 * Who stands in for an erased person in what is kept for training: somebody with no more character than their archetype,
 * for one trip only, at times that are right to the hour and moved by whole weeks.
 */
import type { UserState } from "../learning-log/snapshots.ts"
import { type Archetype, typicalOf } from "../persona/archetype.ts"
import { defaultDimensions } from "../persona/dimensions.ts"
import { encodePersona } from "../persona/encode.ts"
import type { Dimension, PersonaDimensions } from "../persona/persona.ts"
import { COLD_BELOW_SIGNALS } from "../vocabulary.ts"
import { listOf, numberOf, objectOf } from "./shapes.ts"

/** What a stand-in's dimensions and vector name as their source: no living person has it. */
export const ARCHETYPE_SOURCE = "archetype"

export const HOUR_MS = 3_600_000
export const WEEK_MS = 7 * 24 * HOUR_MS

/** How far back, in weeks, a trip may be moved: far enough to hide it in a year, and never into the future. */
export const LONGEST_SHIFT_WEEKS = 52

export interface Disguise {
  /** The id that must vanish. */
  readonly person: string
  /** Who stands in for them, here and nowhere else. */
  readonly standIn: string
  /** A fresh id for a row of theirs; the same one each time. */
  readonly own: (id: string) => string
  /** The same for ids that companions' rows may carry too: a trip that lives on keeps its own. */
  readonly shared: (id: string) => string
  /** Whole weeks, back in time; none in a trip that lives on. */
  readonly shiftMillis: number
  /** Where too few share it, the archetype is not told either. */
  readonly archetype: Archetype | undefined
  /** Whether it is a common enough combination of what a moment's context says. */
  readonly common: (moment: Moment) => boolean
}

/** The part of a context that, taken together, could single somebody out. */
export interface Moment {
  readonly day_part: string | undefined
  readonly weather: string | undefined
  readonly group_size: number | undefined
}

export const coarse = (disguise: Pick<Disguise, "shiftMillis">, at: number): number =>
  Math.floor(at / HOUR_MS) * HOUR_MS - disguise.shiftMillis

/** The dimensions of a stand-in: the archetype's, said to come from it, and as unsure as any guess about a stranger. */
export const archetypeDimensions = (archetype: Archetype | undefined): PersonaDimensions => {
  const base = defaultDimensions()
  const typical = archetype === undefined ? base : typicalOf(archetype, base)
  const entries = Object.entries(typical) as Array<[string, Dimension<unknown>]>
  return Object.fromEntries(
    entries.map(([name, { value }]) => [name, { value, confidence: 0.5, source: ARCHETYPE_SOURCE }])
  ) as unknown as PersonaDimensions
}

/** Cold or warm is all that is left of a count: exact ones would line a person's trips up again. */
const coarseCount = (signals: number): number => (signals < COLD_BELOW_SIGNALS ? 0 : COLD_BELOW_SIGNALS)

export const archetypeVector = (archetype: Archetype | undefined): ReadonlyArray<number> =>
  Array.from(encodePersona({ dimensions: archetypeDimensions(archetype), sequence: [], signalCount: 0 }))

/** More precise numbers can be solved for the taste behind them; two digits still order candidates. */
export const BLURRED_DIGITS = 2
const BLUR = 10 ** BLURRED_DIGITS

export const blurred = (value: number): number => Math.round(value * BLUR) / BLUR

/** The state of a decision that the person made. Of the sequence only what this trip shows anyway is left. */
export const disguisedState = (
  disguise: Disguise,
  state: Partial<UserState>,
  ofThisTrip: ReadonlySet<string>
): Partial<UserState> => {
  const members = disguisedMembers(disguise, state.members)
  if (state.dimensions === undefined && state.persona_vector === undefined) {
    return state.members === undefined ? {} : { members }
  }
  return {
    encoder_version: ARCHETYPE_SOURCE,
    persona_vector: archetypeVector(disguise.archetype),
    dimensions: { ...archetypeDimensions(disguise.archetype) },
    signal_count: coarseCount(state.signal_count ?? 0),
    sequence: listOf(state.sequence)
      .map(objectOf)
      .flatMap(({ node_id, accepted, at }) =>
        typeof node_id === "string" && ofThisTrip.has(node_id) && typeof at === "number"
          ? [{ node_id, accepted: accepted === true, at: coarse(disguise, at) }]
          : []
      ),
    members
  }
}

/** Companions stay who they are; their count goes with the person, whose own decision this was. */
const disguisedMembers = (disguise: Disguise, members: unknown): UserState["members"] =>
  listOf(members)
    .map(objectOf)
    .flatMap(({ user_id, signal_count }) => {
      const count = numberOf(signal_count) ?? 0
      if (user_id === disguise.person) return [{ user_id: disguise.standIn, signal_count: coarseCount(count) }]
      return typeof user_id === "string" ? [{ user_id, signal_count: count }] : []
    })
