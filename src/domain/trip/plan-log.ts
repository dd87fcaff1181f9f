/**
 * What a new plan leaves in the log, on its way to the trip that takes the plan: written together with the trip's own event,
 * or not at all. It is encoded beforehand, so that the trip's turn does not pay for it.
 */
import * as Schema from "effect/Schema"
import { Uuid } from "../ids.ts"
import { CONSTRAINT_SNAPSHOT, EXPERIMENT_EVENT, PERSONA_SNAPSHOT, RANKING_EVENT } from "../records/kinds.ts"
import { SIGNAL } from "../records/signal.ts"

const KINDS: ReadonlySet<string> = new Set(
  [SIGNAL, RANKING_EVENT, EXPERIMENT_EVENT, CONSTRAINT_SNAPSHOT, PERSONA_SNAPSHOT].map(({ type }) => type)
)

/** A record of the journal of one of the kinds that plans are logged as. */
export const PlanLogEntry = Schema.Struct({
  type: Schema.String.check(Schema.makeFilter((type: string) => KINDS.has(type) || "is no record of a plan")),
  version: Schema.Int,
  key: Schema.String,
  id: Uuid,
  payload: Schema.String
})
export type PlanLogEntry = typeof PlanLogEntry.Type
