/**
 * Reads the learning log whatever program wrote it. Rows of the present shape are decoded as they are; older ones are
 * brought to it where they say enough, and otherwise named: what is not known is never filled in.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { PlanAccepted, PlanEdited, PlanGenerated, type PlanSlot } from "./plan.ts"
import { ConstraintsKnown, PersonaSnapshot } from "./snapshots.ts"

/** What was read, or why it cannot be, in words that a count can stand under. */
export type Read<A> = { readonly value: A } | { readonly unreadable: string }

const decoder = <A, I>(schema: Schema.Codec<A, I>) => {
  const decode = Schema.decodeUnknownOption(schema)
  return (raw: unknown): A | undefined => Option.getOrUndefined(decode(raw))
}

const generated = decoder(PlanGenerated)
const edited = decoder(PlanEdited)
const accepted = decoder(PlanAccepted)
const persona = decoder(PersonaSnapshot)
const constraints = decoder(ConstraintsKnown)

/** Until version 2 a swap and a removal named the stop's id and its places, but not where in the plan it stood. */
const editedBefore = decoder(
  Schema.Struct({
    action: Schema.Literals(["swap", "remove"]),
    slot_id: Schema.String,
    node_id: Schema.String,
    replaced_by: Schema.optionalKey(Schema.NullOr(Schema.String))
  })
)

/** Until version 2 an accepted plan was the ids of its places, in order, without their times. */
const acceptedBefore = decoder(Schema.Struct({ slots: Schema.Array(Schema.String) }))

/** Snapshots of the made-up population stood one level deeper. */
const personaBefore = decoder(Schema.Struct({ dimensions: PersonaSnapshot }))

export const readPlanGenerated = (raw: unknown): Read<PlanGenerated> => {
  const value = generated(raw)
  return value === undefined ? { unreadable: "a plan of a shape that nobody knows" } : { value }
}

/** `standing` is the plan at that moment, by which an older edit finds its stop: a place stands in a plan once. */
export const readPlanEdited = (
  raw: unknown,
  plan: { readonly trip_id: string; readonly standing: ReadonlyArray<PlanSlot> }
): Read<PlanEdited> => {
  const value = edited(raw)
  if (value !== undefined) return { value }
  const before = editedBefore(raw)
  if (before === undefined) return { unreadable: "an edit of an older shape does not say which stop it changed" }
  const stop = plan.standing.find((one) => one.node_id === before.node_id)
  if (stop === undefined) return { unreadable: "an edit of an older shape names a place that the plan does not have" }
  return {
    value: {
      trip_id: plan.trip_id,
      edit: before.action,
      slot_id: before.slot_id,
      day: stop.day,
      order: stop.order,
      from: before.node_id,
      to: before.action === "remove" ? null : (before.replaced_by ?? null)
    }
  }
}

/** Of an older accepted plan the times are those of the stops that were proposed and kept; a new place has none. */
export const readPlanAccepted = (
  raw: unknown,
  plan: { readonly trip_id: string; readonly proposed: ReadonlyArray<PlanSlot> }
): Read<PlanAccepted> => {
  const value = accepted(raw)
  if (value !== undefined) return { value }
  const before = acceptedBefore(raw)
  if (before === undefined) return { unreadable: "an accepted plan of a shape that nobody knows" }
  const proposed = new Map(plan.proposed.map((slot) => [slot.node_id, slot]))
  const slots: Array<PlanSlot> = []
  for (const id of before.slots) {
    const slot = proposed.get(id)
    if (slot === undefined)
      return { unreadable: "an accepted plan of an older shape has a stop whose times nobody wrote" }
    slots.push(slot)
  }
  return { value: { trip_id: plan.trip_id, slots } }
}

export const readPersona = (raw: unknown): Read<PersonaSnapshot> => {
  const value = persona(raw) ?? personaBefore(raw)?.dimensions
  return value === undefined ? { unreadable: "a persona of a shape that nobody knows" } : { value }
}

export const readConstraints = (raw: unknown): Read<ConstraintsKnown> => {
  const value = constraints(raw)
  return value === undefined ? { unreadable: "constraints of a shape that nobody knows" } : { value }
}
