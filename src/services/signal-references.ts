/**
 * Whether what a signal speaks of is the traveler's to speak of. Answers from memory wherever it can: signals are taken
 * while the database is down.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Attribution } from "../domain/signal.ts"
import type { KnownStop } from "./resident-trips.ts"

/** A trip as one user may see it: theirs and in which city, or none of theirs. */
export type TripStanding = { readonly visible: true; readonly city_id: string } | { readonly visible: false }

export class SignalReferences extends Context.Service<
  SignalReferences,
  {
    /** What memory knows about the user's standing on a trip. */
    readonly trip: (userId: string, tripId: string) => TripStanding | undefined
    /** What memory knows of a stop in one of the user's trips; its place is null where it was another one at that instant. */
    readonly stop: (userId: string, slotId: string, at: number, tripId: string | null) => KnownStop | undefined
    /** What memory knows of an offer to the user. */
    readonly offer: (userId: string, pivotId: string, tripId: string | null) => Attribution | undefined
    /**
     * Looks up what memory does not know, and remembers it. A trip is missing from the answer when nobody can say now: the
     * database is away, or the trip's first events are still on their way to it.
     */
    readonly lookUp: (
      userId: string,
      tripIds: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, TripStanding>>
    /** Whether the city (any city, without one) has this node; undefined while its catalog is not in memory. */
    readonly hasNode: (nodeId: string, cityId: string | undefined) => boolean | undefined
  }
>()("overplanned/SignalReferences") {}
