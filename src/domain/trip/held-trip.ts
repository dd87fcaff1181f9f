/**
 * A trip as its actor holds it between turns: all that a trip is but its stops, which are packed. It is no `TripState`: turns,
 * and whoever is answered by one, get plain data, laid out anew each time it is asked for.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { LostChange, TripState } from "./model.ts"
import { PackedPlan, share } from "./packed-plan.ts"

const NONE: ReadonlyArray<never> = []

const orNone = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> => (items.length === 0 ? NONE : items)

export class HeldTrip implements Omit<TripState, "slots"> {
  readonly id: TripState["id"]
  readonly city_id: TripState["city_id"]
  readonly city: string
  readonly time_zone: string
  readonly user_id: TripState["user_id"]
  readonly status: TripState["status"]
  readonly start_date: string
  readonly end_date: string
  readonly epoch: TripState["epoch"]
  readonly seq: number
  readonly constraints: TripState["constraints"]
  readonly session_id: TripState["session_id"]
  readonly model: TripState["model"]
  readonly catalog_version: number
  readonly members: TripState["members"]
  readonly invitations: TripState["invitations"]
  readonly vetoes: TripState["vetoes"]
  readonly relaxed: TripState["relaxed"]
  readonly plan_context?: NonNullable<TripState["plan_context"]>
  readonly degraded?: string
  readonly completed_by_calendar?: true
  readonly lost?: ReadonlyArray<LostChange>
  readonly created_at: number
  readonly plan: PackedPlan

  constructor(trip: TripState, plan: PackedPlan) {
    this.id = trip.id
    this.city_id = trip.city_id
    this.city = share(trip.city)
    this.time_zone = share(trip.time_zone)
    this.user_id = trip.user_id
    this.status = share(trip.status)
    this.start_date = trip.start_date
    this.end_date = trip.end_date
    this.epoch = trip.epoch
    this.seq = trip.seq
    this.constraints = trip.constraints
    this.session_id = trip.session_id
    this.model = trip.model
    this.catalog_version = trip.catalog_version
    this.members = orNone(trip.members)
    this.invitations = orNone(trip.invitations)
    this.vetoes = orNone(trip.vetoes)
    this.relaxed = orNone(trip.relaxed)
    if (trip.plan_context !== undefined) this.plan_context = trip.plan_context
    if (trip.degraded !== undefined) this.degraded = trip.degraded
    if (trip.completed_by_calendar !== undefined) this.completed_by_calendar = trip.completed_by_calendar
    if (trip.lost !== undefined) this.lost = trip.lost
    this.created_at = trip.created_at
    this.plan = plan
  }

  /** The trip as plain data. */
  plain(): TripState {
    const trip: TripState = {
      id: this.id,
      city_id: this.city_id,
      city: this.city,
      time_zone: this.time_zone,
      user_id: this.user_id,
      status: this.status,
      start_date: this.start_date,
      end_date: this.end_date,
      epoch: this.epoch,
      seq: this.seq,
      constraints: this.constraints,
      session_id: this.session_id,
      model: this.model,
      catalog_version: this.catalog_version,
      members: this.members,
      invitations: this.invitations,
      vetoes: this.vetoes,
      slots: this.plan.unpack(),
      relaxed: this.relaxed,
      created_at: this.created_at
    }
    return {
      ...trip,
      ...(this.plan_context === undefined ? {} : { plan_context: this.plan_context }),
      ...(this.degraded === undefined ? {} : { degraded: this.degraded }),
      ...(this.completed_by_calendar === undefined ? {} : { completed_by_calendar: this.completed_by_calendar }),
      ...(this.lost === undefined ? {} : { lost: this.lost })
    }
  }
}

/** Holds what a change made of a trip: a plan that it did not touch stays the same one. */
export const holdChanged = (held: HeldTrip | undefined, before: TripState | undefined, after: TripState): HeldTrip =>
  new HeldTrip(after, held !== undefined && before?.slots === after.slots ? held.plan : new PackedPlan(after.slots))

/** Holds a trip that was loaded: with the catalog at hand, a place's id is the catalog's own string. */
export const holdLoaded = (trip: TripState, catalog: CityCatalog | undefined): HeldTrip => {
  const { name, version, source } = trip.model
  const model = { name: share(name), version: share(version), source: share(source) }
  return new HeldTrip({ ...trip, model }, new PackedPlan(trip.slots, catalog))
}
