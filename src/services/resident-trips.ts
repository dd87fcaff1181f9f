/** What the trips in memory know of the things that signals speak of. Asked for many signals a second: it only looks. */
import * as Context from "effect/Context"
import type { Attribution } from "../domain/signal.ts"

/** A stop of one of somebody's trips; its place is null where it may have been another one then. */
export interface KnownStop {
  readonly trip_id: string
  readonly activity_node_id: string | null
  /** The decision that the stop follows from; null where it may have been another one then. */
  readonly decision: Attribution | null
}

export interface TripsInMemory {
  /** The city of a trip that is in memory and has this member; null where it is in memory and has not. */
  readonly cityOf: (userId: string, tripId: string) => string | null | undefined
  /** A stop of one of the user's trips in memory, with the place that stood there at that instant. */
  readonly stop: (userId: string, slotId: string, at: number, tripId: string | null) => KnownStop | undefined
  /**
   * An offer that is open, or voted on, in one of the user's trips in memory, as the decision that it is. Who ordered the options of
   * one that was answered is not kept here: signals about that are completed when they are stored.
   */
  readonly offer: (userId: string, pivotId: string, tripId: string | null) => Attribution | undefined
}

export class ResidentTrips extends Context.Service<ResidentTrips, TripsInMemory>()("overplanned/ResidentTrips") {}
