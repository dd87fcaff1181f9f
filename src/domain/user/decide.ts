/** The pure decider of a traveler: who they are, what they learn from, and when it is written down. */
import type { Onboarding } from "../persona/onboarding.ts"
import type { Persona } from "../persona/persona.ts"
import { withTrips } from "../persona/trips.ts"
import type { Revision, UserCommand, UserReply } from "./commands.ts"
import { learn, onboard, revise, type ToldChanges, toldChanges, type UserState } from "./state.ts"

/** What the actor's own timer tells it: write down what was learnt. It never leaves this node. */
export type UserSelfCommand = { readonly _tag: "save" }

/** A persona worth keeping, with the onboarding that it came from, if it did: the payload of a `persona` record. */
export interface PersonaRecord {
  readonly id: string
  readonly user_id: string
  readonly at: number
  readonly learnt_until: number
  readonly dimensions: Persona["dimensions"]
  readonly vector: ReadonlyArray<number>
  readonly encoder_version: string
  /** What the newest signals changed; absent in records of older releases. */
  readonly recent?: ReadonlyArray<ToldChanges>
  readonly onboarding?: Onboarding
  /** How Claude, or a rule, describes the traveler, and that as a vector of a sentence-transformer. */
  readonly words?: Revision["words"]
}

export type UserFact =
  | { readonly _tag: "onboarded"; readonly record: PersonaRecord; readonly onboarding: Onboarding }
  | { readonly _tag: "revised"; readonly record: PersonaRecord }
  | { readonly _tag: "saved"; readonly record: PersonaRecord }
  | { readonly _tag: "learnt"; readonly state: UserState }

/** Who leans on this persona is told that it changed: by signals, of which there may be many, or by something that is said once. */
export type UserTask = { readonly _tag: "tell"; readonly learnt: boolean }

export interface UserDecision {
  readonly reply: UserReply
  readonly events?: ReadonlyArray<UserFact>
  readonly transient?: ReadonlyArray<UserFact>
  readonly tasks?: ReadonlyArray<UserTask>
}

/** What was learnt is written down this long after: a slate's worth of swipes makes one record. */
const SAVE_AFTER_MILLIS = 5_000

export const saveAt = (state: UserState): number | undefined =>
  state.unsavedSince === undefined ? undefined : state.unsavedSince + SAVE_AFTER_MILLIS

export const evolveUser = (state: UserState, fact: UserFact): UserState => {
  switch (fact._tag) {
    case "onboarded":
      return onboard(state, fact.onboarding)
    case "revised":
      return revise(state, fact.record.dimensions)
    case "saved":
      return { ...state, unsavedSince: undefined }
    case "learnt":
      return fact.state
  }
}

const TELL: ReadonlyArray<UserTask> = [{ _tag: "tell", learnt: false }]
const TELL_LEARNT: ReadonlyArray<UserTask> = [{ _tag: "tell", learnt: true }]

const recordOf = (state: UserState, context: { readonly now: number; readonly id: () => string }): PersonaRecord => ({
  id: context.id(),
  user_id: state.persona.user_id,
  at: context.now,
  learnt_until: state.learntUntil,
  dimensions: state.persona.dimensions,
  vector: Array.from(state.persona.vector),
  encoder_version: state.persona.encoder_version,
  recent: toldChanges(state.recent)
})

const replyOf = ({ learntUntil, persona, recent }: UserState): UserReply => ({ persona, learntUntil, recent })

export const decideUser = (
  state: UserState,
  command: UserCommand | UserSelfCommand,
  context: { readonly now: number; readonly id: () => string }
): UserDecision => {
  switch (command._tag) {
    case "read":
      return { reply: replyOf(state) }
    case "observe": {
      const next = learn(state, command.lessons, context.now)
      if (next === state) return { reply: replyOf(state) }
      return { reply: replyOf(next), transient: [{ _tag: "learnt", state: next }], tasks: TELL_LEARNT }
    }
    case "onboard": {
      const { onboarding } = command
      const next = onboard(state, onboarding)
      const record = { ...recordOf(next, context), onboarding }
      return { reply: replyOf(next), events: [{ _tag: "onboarded", record, onboarding }], tasks: TELL }
    }
    case "revise": {
      const { learntUntil, revision } = command
      if (state.learntUntil !== learntUntil) return { reply: replyOf(state) }
      const next = revise(state, revision.dimensions)
      const { words } = revision
      const record = { ...recordOf(next, context), ...(words === undefined ? {} : { words }) }
      return { reply: replyOf(next), events: [{ _tag: "revised", record }], tasks: TELL }
    }
    case "travelled": {
      const dimensions = withTrips(state.persona.dimensions, command.ended)
      if (dimensions === state.persona.dimensions) return { reply: replyOf(state) }
      const next = revise(state, dimensions)
      return { reply: replyOf(next), events: [{ _tag: "revised", record: recordOf(next, context) }], tasks: TELL }
    }
    case "save":
      return state.unsavedSince === undefined
        ? { reply: replyOf(state) }
        : { reply: replyOf(state), events: [{ _tag: "saved", record: recordOf(state, context) }] }
  }
}
