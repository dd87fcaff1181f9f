/** What a trip's turn knows, as the pivot engine reads it; what depends on a catalog or on tastes alone is made once. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { liveOf, weatherIn } from "../city/live.ts"
import { budgetOf } from "../features.ts"
import { homeOf, onFootAmong, ownPoints, travelAmong } from "../itinerary/own-points.ts"
import { vibeQuery } from "../persona/encode.ts"
import type { Persona } from "../persona/persona.ts"
import type { PivotWorld } from "../pivot/answer-model.ts"
import { type PivotEnv, type PivotSettings, pivotEnv } from "../pivot/env.ts"
import type { PlannedTrip } from "../plan/model.ts"
import type { TripWorld } from "./planner.ts"

const envs = new WeakMap<CityCatalog, PivotEnv>()

/** What the engine reads of a city; made once per catalog version. */
export const envOf = (catalog: CityCatalog): PivotEnv => {
  let env = envs.get(catalog)
  if (env === undefined) {
    env = pivotEnv(catalog)
    envs.set(catalog, env)
  }
  return env
}

/** The same for a trip: with what is its travelers' own. */
export const envFor = (catalog: CityCatalog, trip: Pick<PlannedTrip, "fixed" | "lodging">): PivotEnv => {
  const env = envOf(catalog)
  if (trip.fixed === undefined && trip.lodging === undefined) return env
  const home = homeOf(trip)
  const points = ownPoints(trip)
  const [travel, onFoot] = [travelAmong(catalog, points), onFootAmong(catalog, points)]
  return { ...env, travel, onFoot, ...(home === undefined ? {} : { home }) }
}

const tastes = new WeakMap<ReadonlyArray<Persona>, ReadonlyArray<Float32Array>>()

export const tastesOf = (personas: ReadonlyArray<Persona>): ReadonlyArray<Float32Array> => {
  let known = tastes.get(personas)
  if (known === undefined) {
    known = personas.map((persona) => vibeQuery(persona.vector))
    tastes.set(personas, known)
  }
  return known
}

export type KnownWorld = Pick<TripWorld, "trip" | "catalog" | "personas" | "asker" | "conditions" | "rankings">

/** The taste of whoever asks, where others travel with them. */
const ownOf = ({ asker, personas, trip }: KnownWorld): Pick<PivotWorld, "own"> => {
  if (trip.members.length < 2 || asker == null) return {}
  const own = tastesOf(personas)[personas.findIndex(({ user_id }) => user_id === asker)]
  return own === undefined ? {} : { own }
}

export const pivotWorld = (world: KnownWorld, settings: PivotSettings): PivotWorld => ({
  trip: world.trip,
  catalog: world.catalog,
  env: envFor(world.catalog, world.trip),
  tastes: tastesOf(world.personas),
  ...ownOf(world),
  ...(world.rankings === undefined ? {} : { ranked: world.rankings }),
  live: liveOf(world.conditions, world.catalog),
  budget: world.trip.constraints.budget ?? budgetOf(world.personas),
  weather: weatherIn(world.conditions),
  settings
})
