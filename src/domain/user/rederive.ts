/** A persona worked out again from its whole history: what the traveler's actor arrived at step by step. */
import { encodePersona } from "../persona/encode.ts"
import type { Persona, PersonaDimensions } from "../persona/persona.ts"
import { withTrips } from "../persona/trips.ts"
import type { Lesson } from "./commands.ts"
import { learn, newUser, revise, type UserState } from "./state.ts"

export interface PersonaBase {
  readonly dimensions: PersonaDimensions
  /** Signals that came in until then were forgotten for it. */
  readonly learntUntil: number
}

/** Feeds lessons in order, in as many pieces as it suits; onboarding takes its place among them. */
export const rederivation = (userId: string, base: PersonaBase | undefined, tripsEnded: number) => {
  let state: UserState = newUser(userId)
  let begun = base === undefined
  const begin = () => {
    if (base !== undefined && !begun) state = revise(state, base.dimensions)
    begun = true
  }
  return {
    learn: (lessons: ReadonlyArray<Lesson>): void => {
      let rest = lessons
      if (!begun && base !== undefined) {
        const since = lessons.findIndex((lesson) => lesson.at > base.learntUntil)
        state = learn(state, since < 0 ? lessons : lessons.slice(0, since), 0)
        if (since < 0) return
        begin()
        rest = lessons.slice(since)
      }
      state = learn(state, rest, 0)
    },
    persona: (): Persona => {
      begin()
      return revise(state, withTrips(state.persona.dimensions, tripsEnded)).persona
    }
  }
}

/** The largest difference of any of the 128 numbers, for the same history. */
export const distance = (derived: Persona, dimensions: PersonaDimensions): number => {
  const { sequence, signal_count: signalCount, vector } = derived
  const other = encodePersona({ dimensions, sequence, signalCount })
  return vector.reduce((most, x, i) => Math.max(most, Math.abs(x - other[i]!)), 0)
}
