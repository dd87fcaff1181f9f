/** What a pivot is answered from, and what comes out besides the offer itself. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { PivotEvent } from "../decisions.ts"
import type { OptionId, PivotId } from "../ids.ts"
import type { TripState } from "../trip/model.ts"
import type { LiveCity, PivotEnv, PivotSettings } from "./env.ts"
import type { Offer } from "./model.ts"

export interface PivotWorld {
  readonly trip: TripState
  readonly catalog: CityCatalog
  readonly env: PivotEnv
  /** One unit vector of vibe space per member whose tastes count. */
  readonly tastes: ReadonlyArray<Float32Array>
  readonly live: LiveCity
  readonly settings: PivotSettings
}

/** Ids are made outside: pure code makes no randomness. At least as many option ids as an offer has options. */
export interface OfferIds {
  readonly pivot_id: PivotId
  readonly option_ids: ReadonlyArray<OptionId>
}

export type PivotRefusal =
  | "trip_not_active"
  | "unknown_slot"
  | "past_slot"
  | "slot_locked"
  | "nothing_ahead"
  | "unknown_mood"

export interface Refused {
  readonly _tag: "refused"
  readonly problem: PivotRefusal
  readonly message: string
}

export interface Answered {
  readonly _tag: "offer"
  readonly offer: Offer
  /** The options as `pivot_events` keeps them, with the features at offer time. */
  readonly logged: PivotEvent["options"]
  /** Everything that was eligible for this decision, best first: the candidates of its ranking event. */
  readonly candidates: ReadonlyArray<{ readonly node_id: string; readonly score: number }>
}

export type PivotAnswer = Answered | Refused
