/** Ways to go on as they are found, before anybody is told of them. */
import type { SlotId } from "../ids.ts"
import type { Change, NoPivotReason, OptionKind } from "./model.ts"
import type { PlanSlot } from "./plan.ts"

/** A change with its place and times as numbers: most drafts are never told. */
export interface ChangeDraft {
  readonly slot_id: SlotId
  readonly action: Change["action"]
  /** The node that comes in; undefined where the place stays. */
  readonly index: number | undefined
  readonly starts: number
  readonly ends: number
  readonly open: Change["open"]
  readonly travel: number
  /** The day of the trip that it moves to, where that is another one. */
  readonly day?: number
}

/** Leaves a stop out. */
export const dropOf = (slot: PlanSlot): ChangeDraft => ({
  slot_id: slot.id,
  action: "drop",
  index: undefined,
  starts: slot.starts,
  ends: slot.ends,
  open: "unknown",
  travel: 0
})

export interface OptionDraft {
  readonly kind?: OptionKind
  /** Told first, whoever orders the others. */
  readonly leads?: true
  readonly changes: ReadonlyArray<ChangeDraft>
  readonly score: number
  readonly why: ReadonlyArray<string>
  /** The node that the option is about; undefined where no place is new. */
  readonly index: number | undefined
  /** What the engine weighed it with; what it is described by for learning is worked out when it is offered. */
  readonly measures: Readonly<Record<string, number>>
}

export interface Finding {
  readonly slot: PlanSlot | undefined
  readonly options: ReadonlyArray<OptionDraft>
  readonly reasons: ReadonlyArray<NoPivotReason>
  readonly source: "precomputed" | "on_demand"
  readonly computedAt: number
  readonly candidates: ReadonlyArray<{ readonly index: number; readonly score: number }>
}
