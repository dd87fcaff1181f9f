/** What a trip's disruptions leave in the database. */
import { uuidOfName } from "../../domain/basics/hash.ts"
import { between, uuidFrom } from "../../domain/basics/random.ts"
import type { Journey } from "./journey.ts"
import { SHADOW_MODEL } from "./model.ts"
import { addOutcome } from "./outcomes.ts"
import { streamOf } from "./plan.ts"
import { signal } from "./signal-rows.ts"
import type { Rows } from "./tables.ts"

/** The offers of a trip's disruptions, what members answered, and what they took. */
export const pivotSignals = (rows: Rows, journey: Journey): void => {
  const { trip, world } = journey
  const random = streamOf(journey.population, trip, "pivot-signals")
  for (const pivot of journey.pivots) {
    const { stop, at } = pivot
    const about = { place: (pivot.taken ?? pivot.planned).place, stop }
    const pivotId = uuidFrom(random, at)
    const options = pivot.options.map((option, position) => ({
      option_id: uuidFrom(random, at),
      node_id: world.places[option.offer.place]!.id,
      score: option.score,
      position,
      features: option.features,
      changes: 1
    }))
    if (pivot.taken !== undefined) {
      const id = uuidOfName("overplanned/shadow-pivoted", pivotId)
      const gone = { place: pivot.planned.place, stop }
      addOutcome(rows, journey, { id, by: trip.members[0]!.id, outcome: "swapped", at: at + pivot.waited, ...gone })
    }
    const chosen = pivot.options.findIndex((option) => option.offer === pivot.taken)
    const answered = pivot.response === "ignore" ? 600_000 : pivot.waited
    rows.add("pivot_events", {
      id: uuidFrom(random, at),
      pivot_id: pivotId,
      user_id: trip.members[0]!.id,
      trip_id: journey.id,
      slot_id: journey.slotIds.get(stop)!,
      trigger: pivot.trigger,
      detail: {},
      options,
      source: random() < 0.8 ? "precomputed" : "on_demand",
      origin: "backfill",
      state_version: 1,
      model_name: SHADOW_MODEL.name,
      model_version: SHADOW_MODEL.version,
      response: pivot.response,
      chosen_option_id: pivot.response === "accept" ? options[chosen]!.option_id : null,
      time_to_action_ms: answered,
      latency_ms: Math.round(between(random, 1, 9) * 100) / 100,
      slots_changed: pivot.response === "accept" ? 1 : 0,
      offered_at: new Date(at),
      responded_at: new Date(at + answered),
      created_at: new Date(at)
    })
    signal(rows, journey, random, trip.members[0]!.id, `pivot_${pivot.response}`, at + answered, about, {
      pivot_id: pivotId,
      day_of_trip: stop.day,
      day_part: stop.dayPart,
      group_size: trip.members.length,
      time_to_action_ms: answered,
      ...(pivot.response === "accept" ? { position: chosen } : {})
    })
  }
}
