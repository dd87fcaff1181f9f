/**
 * Says in a sentence why a stop is in the plan: one call to Claude for all stops of a trip that it has not described to
 * a traveler of this archetype before, and plain sentences of our own for every stop that it did not answer, or
 * answered in a way that nobody should read. It always answers, before the deadline.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Stop } from "../domain/narrative.ts"
import type { Archetype } from "../domain/persona/archetype.ts"
import type { Ranking } from "../domain/ranking.ts"

export interface NarrationRequest {
  readonly stops: ReadonlyArray<Stop>
  readonly archetype: Archetype
  /** Unix milliseconds. */
  readonly deadline: number
  readonly userId?: string
  readonly tripId?: string
}

export interface Narration {
  /** One text per stop, in the order of the stops. */
  readonly texts: ReadonlyArray<string>
  readonly source: "llm" | "local"
  /** Set where Claude should have written and could not. */
  readonly degraded?: NonNullable<Ranking["degraded"]>
}

export class Narrator extends Context.Service<
  Narrator,
  { readonly narrate: (request: NarrationRequest) => Effect.Effect<Narration> }
>()("overplanned/Narrator") {}
