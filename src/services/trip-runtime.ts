/**
 * The port through which everybody reaches trips. Whether a trip lives in this process or on another node is not
 * visible here.
 *
 * It promises: one live trip per id; a sender's commands run in the order they were sent; a reply to a change means
 * that the change survives `kill -9` and power loss; an offer comes from memory and waits for nothing. A write with an
 * idempotency key takes effect once in 24 hours. Asking a resident trip costs microseconds, waking one up some
 * milliseconds.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ActorError } from "../domain/actor-errors.ts"
import type { CityEvent } from "../domain/city/model.ts"
import type { CityId, PivotId, TripId } from "../domain/ids.ts"
import type { OfferText } from "../domain/pivot/model.ts"
import type { TripCommand, TripReply } from "../domain/trip/commands.ts"
import type { FallbackCoverage } from "../domain/trip/coverage.ts"
import type { TripEventEnvelope } from "../domain/trip/events.ts"
import type { TripState } from "../domain/trip/model.ts"
import type { TripRejection } from "../domain/trip/rejections.ts"
import type { ActorKindStatus } from "./actor-kinds.ts"

export type TripFailure = TripRejection | ActorError

/** What a trip says without being asked. Events come in order of `seq`, each once, and only once they are durable. */
export interface TripListener {
  /** Somebody outside the trip, whom no offer reaches: it does not keep the trip in memory, nor count as having been told. */
  readonly onlooker?: true
  readonly events: (events: ReadonlyArray<TripEventEnvelope>, trip: TripState) => void
  /** An offer that nobody asked for. */
  readonly offer: (offer: OfferText) => void
  /** What was told before may not be what is stored: whoever listens reads the trip anew. */
  readonly lost: () => void
  /** Which of the trip's members hear it through this listener. */
  readonly online?: () => ReadonlyArray<string>
}

/** Something that travelers may want to know of while their app is closed. */
export interface TripNews {
  readonly trip: TripState
  readonly offer: OfferText
  /** What it is about, the same however often it is told: an event of the city, or a vote. */
  readonly event: string
  /** Until when the group votes on it, where it does. */
  readonly closes_at?: string
  /** Whose doing it is: they know already. */
  readonly by: string | null
  /** Who follows the trip's stream just now. */
  readonly online: ReadonlyArray<string>
}

/** A kind of actor as operators see it; of trips also how many are prepared, once they were counted for the first time. */
export type KindStatus = ActorKindStatus & { readonly coverage?: FallbackCoverage | undefined }

export class TripRuntime extends Context.Service<
  TripRuntime,
  {
    /** Asks a trip; the failure is either the trip's own refusal or the runtime's. */
    readonly ask: (
      id: TripId,
      command: TripCommand,
      options?: { readonly deadlineMillis?: number }
    ) => Effect.Effect<TripReply, TripFailure>
    /** `ask` with a callback in place of a fiber: called before this returns where the answer is known at once. */
    readonly dispatch: (id: TripId, command: TripCommand, answered: (outcome: TripReply | TripFailure) => void) => void
    /** Listens until the returned function is called. Listening alone does not wake a trip up. */
    readonly watch: (id: TripId, listener: TripListener) => () => void
    /** Hears, until the returned function is called, what travelers may want to know of; never waits, must not throw. */
    readonly onNews: (heard: (news: TripNews) => void) => () => void
    /** An offer of a trip in memory here reached somebody whose app is closed: from now on they can ignore it. */
    readonly told: (id: TripId, pivot: PivotId) => void
    /** Records an event in a city and tells its active trips; answers how many were told and how many it touches. */
    readonly announce: (
      city: CityId,
      event: CityEvent
    ) => Effect.Effect<{ readonly trips: number; readonly touched: number }, ActorError>
    /** For operators: every kind of actor on this node. */
    readonly status: Effect.Effect<ReadonlyArray<KindStatus>>
    /** Takes a trip out of memory so that it is read anew; for who rewrote its rows (erasure). */
    readonly forget: (id: TripId) => Effect.Effect<void>
    /** The same, where what was told of the trip may not hold any more: whoever follows it starts anew. */
    readonly reread: (id: TripId) => Effect.Effect<void>
    /** Lets a stopped trip try again before its time. */
    readonly revive: (id: TripId) => Effect.Effect<boolean>
    /** Brings all trips that are under way into memory, in bulk, however long the database keeps it waiting. */
    readonly preload: Effect.Effect<{ readonly trips: number }>
    /** No new activations; waits until nothing is in flight. True if nothing was left waiting. */
    readonly drain: (withinMillis: number) => Effect.Effect<boolean>
  }
>()("overplanned/TripRuntime") {}
