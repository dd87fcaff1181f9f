/** What a pivot is answered from, and what comes out besides the offer itself. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { LiveCity, TimeSpan } from "../city/live.ts"
import type { OptionId, PivotId } from "../ids.ts"
import type { PlannedTrip } from "../plan/model.ts"
import type { Budget } from "../vocabulary.ts"
import type { AcceptanceModel } from "./acceptance.ts"
import type { PivotEnv, PivotSettings } from "./env.ts"
import type { SpoilingWeather } from "./features.ts"
import type { HeldRankings } from "./ranked.ts"

export interface PivotWorld {
  readonly trip: PlannedTrip
  readonly catalog: CityCatalog
  readonly env: PivotEnv
  /** One unit vector of vibe space per member whose tastes count. */
  readonly tastes: ReadonlyArray<Float32Array>
  /** That of whoever asks, where others travel with them: what they answer says something of their own. */
  readonly own?: Float32Array
  /** What was ranked for the moments of the trip, where that is held. */
  readonly ranked?: HeldRankings
  readonly live: LiveCity
  /** What the party can spend, for describing options. */
  readonly budget: Budget
  /** The weather that is reported, also where it is no reason to stay indoors. */
  readonly weather: ReadonlyArray<TimeSpan & { readonly condition: SpoilingWeather }>
  readonly settings: PivotSettings
  /** Orders what was verified by the chance that it is taken; absent for whom no trained model may decide. */
  readonly acceptance?: AcceptanceModel
  /** Goes forward, for the search that has a deadline; without one it has none. */
  readonly clock?: () => number
}

/** Ids are made outside: pure code makes no randomness. */
export interface OfferIds {
  readonly pivot_id: PivotId
  readonly option: (position: number) => OptionId
}

export type PivotRefusal =
  | "trip_not_active"
  | "unknown_slot"
  | "past_slot"
  | "slot_locked"
  | "nothing_ahead"
  | "unknown_mood"
  | "unknown_district"

export interface Refused {
  readonly _tag: "refused"
  readonly problem: PivotRefusal
  readonly message: string
}
