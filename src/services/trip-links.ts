/**
 * Secret links to a trip: an invitation that whoever holds it may take up, a calendar that whoever holds it may follow, and
 * a view of the plan that whoever holds it may read. A link lives until it is revoked or runs out; the secret is told once,
 * when it is made, and never again.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { TripId, UserId } from "../domain/ids.ts"
import type { LinkKind } from "../domain/trip/links.ts"

export interface TripLink {
  readonly id: string
  readonly trip_id: TripId
  /** Who made it: what it opens is what they may see and do at that moment. */
  readonly user_id: UserId
  readonly kind: LinkKind
  readonly from_name: string | null
  /** Unix milliseconds. */
  readonly expires_at: number
}

export class TripLinksUnavailable extends Schema.TaggedError<TripLinksUnavailable>()("TripLinksUnavailable", {
  message: Schema.String
}) {}

/** Somebody has as many links to one trip as they may. */
export class TooManyLinks extends Schema.TaggedError<TooManyLinks>()("TooManyLinks", { message: Schema.String }) {}

export class TripLinks extends Context.Service<
  TripLinks,
  {
    readonly make: (
      link: Omit<TripLink, "id">,
      now: number
    ) => Effect.Effect<{ readonly link: TripLink; readonly secret: string }, TripLinksUnavailable | TooManyLinks>
    /** The link with this secret, if it still holds. */
    readonly find: (
      kind: LinkKind,
      secret: string,
      now: number
    ) => Effect.Effect<TripLink | undefined, TripLinksUnavailable>
    /** The links that this person made to the trip and that still hold. */
    readonly mine: (
      tripId: TripId,
      userId: UserId,
      now: number
    ) => Effect.Effect<ReadonlyArray<TripLink>, TripLinksUnavailable>
    /** False where this person made no such link. */
    readonly revoke: (tripId: TripId, userId: UserId, id: string) => Effect.Effect<boolean, TripLinksUnavailable>
    /** Hears the id of every link that is revoked from now on. */
    readonly onRevoked: (heard: (id: string) => void) => Effect.Effect<void, never, Scope.Scope>
    /** Every invitation to the trip: whoever was sent away must not come back by an old link. */
    readonly revokeInvitations: (tripId: TripId) => Effect.Effect<void, TripLinksUnavailable>
  }
>()("overplanned/TripLinks") {}
