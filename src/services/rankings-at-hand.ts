/**
 * What was ranked ahead of time for the moments of a trip that are still to come, for a trip to hold beside its plan. Asked off
 * its turns: a turn reads what is held and never waits. Whatever is not kept is missing, and nothing is asked of anybody for it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CityCatalog } from "../domain/catalog/city-catalog.ts"
import type { Persona } from "../domain/persona/persona.ts"
import type { HeldRankings } from "../domain/pivot/ranked.ts"
import type { PlannedTrip } from "../domain/plan/model.ts"

export interface AtHandRequest {
  readonly trip: Pick<PlannedTrip, "constraints" | "slots">
  readonly catalog: CityCatalog
  /** Of every member, in the trip's order. */
  readonly personas: ReadonlyArray<Persona>
  readonly now: number
}

export class RankingsAtHand extends Context.Service<
  RankingsAtHand,
  { readonly of: (request: AtHandRequest) => Effect.Effect<HeldRankings | undefined> }
>()("overplanned/RankingsAtHand") {}
