/**
 * The log of plans: what was proposed, what was changed by hand, and what was accepted. One schema per event, which the
 * runtime, the made-up population and the data sets share: who writes and who reads cannot drift apart. Events that older
 * programs wrote are brought to this shape by `older.ts` when they are read; they are never rewritten where they lie.
 */
import * as Schema from "effect/Schema"
import { PlacedBy, type Slot, type TripConstraints } from "../plan/model.ts"
import { IsoDate, type TripState } from "../trip/model.ts"
import { PlanContext } from "./plan-context.ts"

/** A stop as a plan had it at that moment, with its own times. Instants are Unix milliseconds. */
export const PlanSlot = Schema.Struct({
  day: Schema.Int,
  order: Schema.Int,
  node_id: Schema.String,
  starts_at: Schema.Int,
  ends_at: Schema.Int,
  /** The term of the plan that put it there; absent where none did, and in plans that were written before it was kept. */
  placed_by: Schema.optionalKey(PlacedBy)
})
export type PlanSlot = typeof PlanSlot.Type

export const EventContext = Schema.Struct({ policy_version_id: Schema.String, ...PlanContext.fields })
export type EventContext = typeof EventContext.Type

export const PlanGenerated = Schema.Struct({
  trip_id: Schema.String,
  /** The trip's version that began with it; absent in plans that were written before it was kept. */
  state_version: Schema.optionalKey(Schema.Int),
  city: Schema.String,
  /** Absent where an erasure took it out, because it says when the plan was made. */
  catalog_version: Schema.optionalKey(Schema.Int),
  start_date: IsoDate,
  end_date: IsoDate,
  party: Schema.Array(Schema.String),
  slots: Schema.Array(PlanSlot)
})
export type PlanGenerated = typeof PlanGenerated.Type

/**
 * One stop that was changed. `from` and `to` are places: `from` is null where a stop came, `to` where one went and nothing took its
 * place, and both are the same where a stop moved to the `day` and `order` that are told. An undone change is told as one the other way.
 */
export const PlanEdited = Schema.Struct({
  trip_id: Schema.String,
  edit: Schema.Literals(["swap", "remove", "pivot", "add", "move", "reorder", "undo"]),
  /** Absent in events that were written before stops were named. */
  slot_id: Schema.optionalKey(Schema.String),
  day: Schema.Int,
  order: Schema.Int,
  from: Schema.NullOr(Schema.String),
  to: Schema.NullOr(Schema.String),
  /** The offer that was taken, of a pivot. */
  pivot_id: Schema.optionalKey(Schema.String)
})
export type PlanEdited = typeof PlanEdited.Type

/** A plan was taken back as a whole, and the one before it stands again; or an option of an offer that was taken was. */
export const PlanUndone = Schema.Struct({
  trip_id: Schema.String,
  /** The `state_version` that the plan, or what the option changed, began with. */
  undone: Schema.Int,
  /** The offer whose option it was. */
  pivot_id: Schema.optionalKey(Schema.String)
})
export type PlanUndone = typeof PlanUndone.Type

/**
 * The plan as it stood when its trip went on: confirmed, set out with, or over. Of one plan the first of them counts;
 * later ones are about a plan that was made since.
 */
export const PlanAccepted = Schema.Struct({
  trip_id: Schema.String,
  slots: Schema.Array(PlanSlot),
  /** Nobody said so: its day had come. */
  by_calendar: Schema.optionalKey(Schema.Literal(true))
})
export type PlanAccepted = typeof PlanAccepted.Type

const PLAN_EVENTS = {
  plan_generated: PlanGenerated,
  plan_edited: PlanEdited,
  plan_accepted: PlanAccepted,
  plan_undone: PlanUndone
} as const
export type PlanEventType = keyof typeof PLAN_EVENTS
export type PlanPayload<T extends PlanEventType> = (typeof PLAN_EVENTS)[T]["Type"]

const ENCODERS: { readonly [T in PlanEventType]: (payload: PlanPayload<T>) => Readonly<Record<string, unknown>> } = {
  plan_generated: Schema.encodeSync(PlanGenerated),
  plan_edited: Schema.encodeSync(PlanEdited),
  plan_accepted: Schema.encodeSync(PlanAccepted),
  plan_undone: Schema.encodeSync(PlanUndone)
}

/** The payload as it is written down. */
export const planPayload = <T extends PlanEventType>(type: T, payload: PlanPayload<T>) => ENCODERS[type](payload)

export const planSlotsOf = (slots: ReadonlyArray<Slot>): ReadonlyArray<PlanSlot> =>
  slots.map(({ day, order, node_id, starts_at, ends_at, placed_by }) => ({
    day,
    order,
    node_id,
    starts_at,
    ends_at,
    ...(placed_by === undefined ? {} : { placed_by })
  }))

/** What may be said of a plan that a traveler asked for. */
export const planContextOf = (asked: {
  /** Whether they swiped in this city's discovery before. */
  readonly explored: boolean
  readonly constraints: Pick<TripConstraints, "must" | "avoid">
  /** Whether stops were fixed that the plan had to keep. */
  readonly fixed: boolean
}): PlanContext => {
  const { must = [], avoid = [] } = asked.constraints
  return {
    workflow_type: asked.explored ? "explore-first" : "plan-first",
    mode: asked.fixed || must.length > 0 || avoid.length > 0 ? "assisted" : "autopilot"
  }
}

/** Of trips that were planned before this was kept, their constraints say all that is known. */
export const contextOf = ({
  constraints,
  plan_context
}: Pick<TripState, "constraints" | "plan_context">): PlanContext =>
  plan_context ?? planContextOf({ explored: false, constraints, fixed: false })
