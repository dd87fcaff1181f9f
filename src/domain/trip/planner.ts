/**
 * What a trip's decider asks of the plan-changing functions (`domain/pivot`): pure, synchronous, from memory, well
 * under a millisecond. They get everything there is to know and give complete changes, which are facts once recorded.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { CityConditions, CityEvent } from "../city/model.ts"
import type { DecisionSlate, MadeOffer } from "../decisions.ts"
import type { PivotId, SlotId } from "../ids.ts"
import type { Persona } from "../persona/persona.ts"
import type { FallbackSet } from "../pivot/fallbacks.ts"
import type { NoPivotReason, OfferOption, PivotRequest } from "../pivot/model.ts"
import type { HeldRankings } from "../pivot/ranked.ts"
import type { Slot } from "../plan/model.ts"
import type { ModelRef } from "../ranking.ts"
import type { Trigger } from "../vocabulary.ts"
import type { TripState } from "./model.ts"

/** Slots that are put in place (new or changed) and slots that go. */
export interface PlanChange {
  readonly slots: ReadonlyArray<Slot>
  readonly removed: ReadonlyArray<SlotId>
}

/** Replacements worked out ahead: compact, replaced as a whole, thrown away when anything they rest on changes. */
export interface Fallbacks {
  /** The state they were computed from; others are stale. */
  readonly seq: number
  readonly catalog_version: number
  readonly conditions_version: number
  readonly computed_at: number
  /** When they are worked out anew for time's sake alone; absent where that is never. */
  readonly stale_at?: number | undefined
  /** Until when they cover the plan. */
  readonly until: number
  /** Bytes of the typed arrays. */
  readonly bytes: number
  readonly set: FallbackSet
}

/** All that a turn knows. `fallbacks` may be stale or missing: then the answer is computed on demand. */
export interface TripWorld {
  readonly trip: TripState
  readonly catalog: CityCatalog
  readonly personas: ReadonlyArray<Persona>
  readonly conditions: CityConditions
  /** What was ranked for the trip's moments ahead of time; absent where nothing is held. */
  readonly rankings?: HeldRankings | undefined
  readonly fallbacks: Fallbacks | undefined
  readonly now: number
  readonly id: () => string
}

/** An option that somebody takes, and what it answers. What taking it does is worked out then. */
export interface TakenOption {
  readonly option: OfferOption
  readonly trigger: Trigger
  /** The place that it is about; null where no place is new. */
  readonly node_id: string | null
  /** Who offered it: the stop that it becomes carries that name. */
  readonly model: ModelRef
}

export type PlanOutcome =
  | {
      readonly _tag: "change"
      readonly change: PlanChange
      readonly model?: ModelRef
      readonly slate?: DecisionSlate
    }
  | { readonly _tag: "refused"; readonly reasons: ReadonlyArray<NoPivotReason> }

/** What an event in the city does to a plan. */
export interface Touch {
  /** What is told once: the event, and the day where an event touches several. */
  readonly mark: string
  readonly slot_ids: ReadonlyArray<SlotId>
  readonly request: PivotRequest
}

export interface TripPlanner {
  /** Options for a disruption. `slot_id` in the request, where given, exists and is not over. */
  readonly pivot: (world: TripWorld, request: PivotRequest, pivotId?: PivotId) => MadeOffer
  /** Checks an offered option against the world as it is now and gives its change, downstream slots re-validated. */
  readonly accept: (world: TripWorld, option: TakenOption) => PlanOutcome
  /** Puts another place into a slot: the given one if it passes the checks, else the best there is. */
  readonly swap: (world: TripWorld, slot: Slot, nodeId: string | undefined) => PlanOutcome
  /** Takes a slot out and closes the gap in the travel times behind it. */
  readonly remove: (world: TripWorld, slot: Slot) => PlanOutcome
  /** What travelers of this trip would ask because of that event, soonest first; nothing when the plan is not touched. */
  readonly touchedBy: (world: TripWorld, event: CityEvent) => ReadonlyArray<Touch>
}
