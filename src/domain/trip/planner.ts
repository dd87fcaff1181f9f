/**
 * What a trip's decider and the plan-changing functions (`plan-engine.ts`) tell each other. Those are pure, synchronous, from memory, and take
 * well under a millisecond; they get everything there is to know and give complete changes, which are facts once recorded.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { CityConditions } from "../city/model.ts"
import type { DecisionSlate } from "../decisions.ts"
import type { SlotId, UserId } from "../ids.ts"
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
  /** Who asks, where somebody does. */
  readonly asker?: UserId | null
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
