/** What a trip leans on: its city's catalog, what goes on there, and who its members are. Each of it may come late. */
import * as Effect from "effect/Effect"
import type { Persona } from "../../domain/persona/persona.ts"
import type { TripActorState } from "../../domain/trip/actor-state.ts"
import type { TripState } from "../../domain/trip/model.ts"
import type { Catalog } from "../../services/catalog.ts"
import type { CityWatch, MemberPersonas } from "../../services/trip-helpers.ts"

/** It may be slow when it is asked for the first time: an activation waits this long for it at most. */
const WORLD_TIMEOUT = "250 millis"

/** What comes later than that is waited for this long, and then the trip is looked after once more. */
const LATE_WORLD_TIMEOUT = "1 minute"

interface WorldParts {
  readonly catalog: Catalog["Service"]
  readonly cities: CityWatch["Service"]
  readonly personas: MemberPersonas["Service"]
}

type Leaning = Pick<TripState, "city" | "city_id" | "members">

/** Nothing where it cannot be had in time: the trip comes to life without it, and is told later. */
export const orNothingInTime = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A | undefined> =>
  effect.pipe(
    Effect.timeout(WORLD_TIMEOUT),
    Effect.catchCause(() => Effect.succeed(undefined))
  )

const asked = ({ catalog, cities, personas }: WorldParts, trip: Leaning) => ({
  catalog: catalog.city(trip.city),
  conditions: cities.conditions(trip.city_id),
  personas: personas.of(trip.members.map((member) => member.user_id))
})

/** As much of it as can be had in time. */
export const worldInTime = (parts: WorldParts, trip: Leaning) => {
  const { catalog, conditions, personas } = asked(parts, trip)
  return Effect.all(
    {
      catalog: orNothingInTime(catalog),
      conditions: orNothingInTime(conditions),
      personas: orNothingInTime(personas)
    },
    { concurrency: "unbounded" }
  )
}

/**
 * Has a trip looked after again once all that it leans on is there: fallbacks that were made without it are made anew. `within`
 * does the waiting as a child of the trip. Each waits once, however often it is looked after.
 */
export const makeLateWorld = Effect.fnUntraced(function* (
  parts: WorldParts,
  within: <A, E>(id: string, name: string, effect: Effect.Effect<A, E>) => Effect.Effect<A | undefined, unknown>,
  lookAgain: (id: string) => void
) {
  const scope = yield* Effect.scope
  const awaiting = new Set<string>()
  return Effect.fnUntraced(function* (id: string, trip: Leaning) {
    if (awaiting.has(id)) return
    awaiting.add(id)
    const all = Effect.all(asked(parts, trip), { concurrency: "unbounded", discard: true })
    yield* within(id, "late world", Effect.timeout(all, LATE_WORLD_TIMEOUT)).pipe(
      Effect.ensuring(Effect.sync(() => awaiting.delete(id))),
      // What is not to be had at all is asked for again when something else changes.
      Effect.matchCause({ onFailure: () => undefined, onSuccess: () => lookAgain(id) }),
      Effect.forkIn(scope)
    )
  })
})

/** A trip that was made a moment ago finds its city's catalog and its travelers in memory before its child has brought them. */
export const equipping = ({ catalog, personas }: Pick<WorldParts, "catalog" | "personas">) => {
  const companyOf = ({ memory, trip }: TripActorState): ReadonlyArray<Persona> => {
    const members = trip?.members ?? []
    if (memory.personas.length >= members.length) return memory.personas
    const found = personas.resident(members.map(({ user_id }) => user_id))
    return found.length > memory.personas.length ? found : memory.personas
  }
  return (state: TripActorState): TripActorState => {
    if (state.trip === undefined) return state
    const places = state.memory.catalog ?? catalog.resident(state.trip.city)
    const company = companyOf(state)
    if (places === state.memory.catalog && company === state.memory.personas) return state
    return { ...state, memory: { ...state.memory, catalog: places, personas: company } }
  }
}
