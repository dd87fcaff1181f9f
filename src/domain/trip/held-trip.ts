/**
 * A trip as its actor holds it between turns: all that a trip is but its stops, which are packed. It is no `TripState`: turns,
 * and whoever is answered by one, get plain data, laid out anew each time it is asked for.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { TripState } from "./model.ts"
import { PackedPlan } from "./packed-plan.ts"

type WithoutStops = Omit<TripState, "slots">

export interface HeldTrip extends WithoutStops {
  readonly plan: PackedPlan
}

const hold = ({ slots: _, ...trip }: TripState, plan: PackedPlan): HeldTrip => ({ ...trip, plan })

/** The trip as plain data. */
export const plainTrip = ({ plan, ...trip }: HeldTrip): TripState => ({ ...trip, slots: plan.unpack() })

/** Holds what a change made of a trip: a plan that it did not touch stays the same one. */
export const holdChanged = (held: HeldTrip | undefined, before: TripState | undefined, after: TripState): HeldTrip =>
  hold(after, held !== undefined && before?.slots === after.slots ? held.plan : new PackedPlan(after.slots))

/** Holds a trip that was loaded: with the catalog at hand, a place's id is the catalog's own string. */
export const holdLoaded = (trip: TripState, catalog: CityCatalog | undefined): HeldTrip =>
  hold(trip, new PackedPlan(trip.slots, catalog))
