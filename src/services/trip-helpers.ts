/**
 * What trips lean on: the functions that change plans, the fallbacks that are worked out ahead of any disruption, who
 * their members are, and what goes on in their city. All of it may be late or missing; a trip then answers with what
 * it has.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ActorError } from "../domain/actor-errors.ts"
import type { CityConditions, CityEvent } from "../domain/city/model.ts"
import type { CityId, UserId } from "../domain/ids.ts"
import type { Persona } from "../domain/persona/persona.ts"
import type { TripPlanner } from "../domain/trip/plan-engine.ts"
import type { Fallbacks, TripWorld } from "../domain/trip/planner.ts"

/** The pure functions that the trip's decider calls within a turn. */
export class TripPlanning extends Context.Service<TripPlanning, TripPlanner>()("overplanned/TripPlanning") {}

/** Works out fallbacks off the turn and off the event loop, or in slices. Never fails: none is an answer too. */
export class FallbackPreparer extends Context.Service<
  FallbackPreparer,
  { readonly prepare: (world: Omit<TripWorld, "fallbacks" | "id">) => Effect.Effect<Fallbacks | undefined> }
>()("overplanned/FallbackPreparer") {}

/** The personas of a trip's members, from the actors that hold them. Unknown ones are left out. */
export class MemberPersonas extends Context.Service<
  MemberPersonas,
  {
    readonly of: (users: ReadonlyArray<UserId>) => Effect.Effect<ReadonlyArray<Persona>>
    /** Those of them who are in memory, at once: whoever planned for them a moment ago had asked for them all. */
    readonly resident: (users: ReadonlyArray<UserId>) => ReadonlyArray<Persona>
    /** Called when a persona that was asked for has changed. Returns the way to stop. */
    readonly onChange: (listener: (user: UserId) => void) => () => void
  }
>()("overplanned/MemberPersonas") {}

/** What goes on in a city, from the actor that holds it. */
export class CityWatch extends Context.Service<
  CityWatch,
  {
    readonly conditions: (city: CityId) => Effect.Effect<CityConditions, ActorError>
    /** What is known of it at this moment without asking; undefined where nobody asked before. */
    readonly resident: (city: CityId) => CityConditions | undefined
    /** Adds an event; durable when this succeeds. An id that came before changes nothing (`known`). */
    readonly report: (
      city: CityId,
      event: CityEvent
    ) => Effect.Effect<{ readonly conditions: CityConditions; readonly known: boolean }, ActorError>
  }
>()("overplanned/CityWatch") {}
