/**
 * A trip as its actor holds it between turns: all that a trip is, with the stops packed. Turns, and whoever is answered
 * by one, see plain data. It is laid out when it is asked for, and stays so until some others were: a turn looks at one
 * trip, many times.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { Slot } from "../plan/model.ts"
import type { LostChange, TripState } from "./model.ts"
import { PackedPlan, share } from "./packed-plan.ts"

/**
 * Trips that stay laid out. A few only: with more of them at a time when little else is alive, V8 takes what is laid out for
 * long-lived, and from then on fills the old generation with it.
 */
const LAID_OUT = 8

const laidOut = new Array<HeldTrip | undefined>(LAID_OUT)
let next = 0

const NONE: ReadonlyArray<never> = []

const orNone = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> => (items.length === 0 ? NONE : items)

/** To spread one use `plain()`: what is computed is not copied by a spread. */
export class HeldTrip implements TripState {
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
  #plain: TripState | undefined

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

  get slots(): ReadonlyArray<Slot> {
    return this.plain().slots
  }

  /** The trip as plain data. */
  plain(): TripState {
    if (this.#plain === undefined) {
      const oldest = laidOut[next]
      if (oldest !== undefined) oldest.#plain = undefined
      laidOut[next] = this
      next = (next + 1) % LAID_OUT
      this.#plain = this.#layOut()
    }
    return this.#plain
  }

  #layOut(): TripState {
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

  toJSON(): TripState {
    return this.plain()
  }
}

export const plainTrip = (trip: TripState): TripState => (trip instanceof HeldTrip ? trip.plain() : trip)

/** The plan of a trip, packed; what stands for it as long as nothing in it changes. */
export const planOf = (trip: TripState): PackedPlan =>
  trip instanceof HeldTrip ? trip.plan : new PackedPlan(trip.slots)

/** Holds what a change made of a trip: a plan that it did not touch stays the same one. */
export const holdChanged = (before: TripState | undefined, after: TripState): HeldTrip =>
  new HeldTrip(after, before instanceof HeldTrip && before.slots === after.slots ? before.plan : planOf(after))

/** Holds a trip that was loaded: with the catalog at hand, a place's id is the catalog's own string. */
export const holdLoaded = (trip: TripState, catalog: CityCatalog | undefined): HeldTrip => {
  const { name, version, source } = trip.model
  const model = { name: share(name), version: share(version), source: share(source) }
  return new HeldTrip({ ...plainTrip(trip), model }, new PackedPlan(trip.slots, catalog))
}
