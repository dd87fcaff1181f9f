/**
 * From a wish to a plan. The order of the steps stands in `plan`, readable from top to bottom: request, people, taste,
 * candidates, ranking, itinerary, narratives, and then the trip begins its life with everything logged.
 *
 * A plan takes milliseconds with the local ranker and stays within its budget with any other; what could not be met is
 * said in the trip (`relaxed`, `degraded`), never hidden.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { UserId } from "../domain/ids.ts"
import type { Lodging, TripConstraints } from "../domain/plan/model.ts"
import type { BringChange } from "../domain/trip/brought.ts"
import type { FixedWish } from "../domain/trip/fixed.ts"
import type { TripState } from "../domain/trip/model.ts"
import type { JournalError } from "./journal.ts"
import type { PersonasUnavailable } from "./personas.ts"
import type { TripFailure } from "./trip-runtime.ts"

/** The request cannot be granted; each issue names the field and what to do. */
export class PlanRefused extends Schema.TaggedError<PlanRefused>()("PlanRefused", {
  message: Schema.String,
  issues: Schema.Array(
    Schema.Struct({ path: Schema.Array(Schema.Union([Schema.String, Schema.Finite])), message: Schema.String })
  ),
  seeded: Schema.optionalKey(Schema.Array(Schema.String))
}) {}

/** Something that planning needs is away. */
export class PlanningUnavailable extends Schema.TaggedError<PlanningUnavailable>()("PlanningUnavailable", {
  message: Schema.String
}) {}

export interface PlanRequest {
  readonly city: string
  readonly start_date: string
  readonly days: number
  readonly party?: ReadonlyArray<UserId>
  readonly constraints?: TripConstraints
  readonly fixed?: ReadonlyArray<FixedWish>
  readonly lodging?: Lodging
}

export type PlanningError = PlanRefused | PlanningUnavailable | PersonasUnavailable | JournalError | TripFailure

export class TripGeneration extends Context.Service<
  TripGeneration,
  {
    /** Plans and begins a trip. The same idempotency key of the same traveler is the same trip. */
    readonly create: (
      userId: UserId,
      request: PlanRequest,
      idempotencyKey: string | undefined
    ) => Effect.Effect<TripState, PlanningError>
    /** Plans the trip anew for the people it has now; bookings and what is past stay. */
    readonly replan: (
      userId: UserId,
      trip: TripState,
      change: BringChange & {
        readonly constraints?: TripConstraints
        readonly ifMatch?: number
        readonly idempotencyKey?: string
      }
    ) => Effect.Effect<TripState, PlanningError>
    /** Moves the trip to other dates and plans it for them; refused where a booking or something fixed would be lost. */
    readonly reschedule: (
      userId: UserId,
      trip: TripState,
      change: BringChange & {
        readonly startDate: string
        readonly endDate: string
        readonly ifMatch?: number
        readonly idempotencyKey?: string
      }
    ) => Effect.Effect<TripState, PlanningError>
  }
>()("overplanned/TripGeneration") {}
