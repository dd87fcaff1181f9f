/** Signals as rows, each with the outcome that it tells of. */
import { type Random, uuidFrom } from "../../domain/basics/random.ts"
import type { Journey } from "./journey.ts"
import { SHADOW_WEIGHT } from "./model.ts"
import { addOutcome, OUTCOME_OF } from "./outcomes.ts"
import type { Stop } from "./plan.ts"
import type { Rows } from "./tables.ts"

/** A signal's row; what nobody did has no id. */
export const signal = (
  rows: Rows,
  journey: Journey,
  random: Random,
  by: string,
  type: string,
  at: number,
  about: { readonly place?: number; readonly stop?: Stop; readonly day?: number },
  context: Readonly<Record<string, unknown>>
): void => {
  const when = Math.floor(at)
  const id = uuidFrom(random, when)
  const outcome = OUTCOME_OF[type]
  if (outcome !== undefined) addOutcome(rows, journey, { id, by, outcome, at: when, ...about })
  rows.add("behavioral_signals", {
    id,
    user_id: by,
    signal_type: type,
    activity_node_id: about.place === undefined ? null : journey.world.places[about.place]!.id,
    slot_id: about.stop === undefined ? null : journey.slotIds.get(about.stop)!,
    trip_id: journey.id,
    session_id: journey.session,
    context,
    source: "backfill",
    weight: SHADOW_WEIGHT,
    occurred_at: new Date(when),
    created_at: new Date(when)
  })
}
