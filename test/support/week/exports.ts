/** What travelers can read of themselves: how their signals are attributed, and what was logged of the plans made for them. */
import type { Held } from "./check/log.ts"
import type { WeekRecord } from "./record.ts"
import type { Json } from "./stage.ts"
import type { Week } from "./week.ts"

/** The export of everybody who is still there. */
export const exported = async ({ record, stage }: Week): Promise<ReadonlyArray<Json>> => {
  const all: Array<Json> = []
  for (const { id } of record.people) {
    if (record.left.some(({ who }) => who === id)) continue
    all.push((await stage.ask({ id, role: "traveler" }, "GET", "/users/me/export")).body)
  }
  return all
}

const signalsOf = (all: ReadonlyArray<Json>): ReadonlyArray<Json> =>
  all.flatMap(({ held }) => held.behavioral_signals ?? [])

/** What each of the decisions that somebody can read of themselves was made by. */
const madeBy = (all: ReadonlyArray<Json>): ReadonlyMap<string, string> =>
  new Map(
    all.flatMap(({ held }) =>
      (held.ranking_events ?? []).map(
        ({ id, model_name, model_version }: Json) => [id, `${model_name}:${model_version}`] as const
      )
    )
  )

/**
 * Signals that name something of ours and do not carry its decision, model and session, or another model than decided; and those
 * that are not there at all.
 */
export const unattributed = (record: WeekRecord, all: ReadonlyArray<Json>): ReadonlyArray<string> => {
  const signals = signalsOf(all)
  const bare = signals
    .filter(({ context, signal_type, slot_id, activity_node_id }) =>
      signal_type === "candidate_set_logged"
        ? false
        : slot_id !== null ||
          context.pivot_id !== undefined ||
          (/^discovery/.test(signal_type) && activity_node_id !== null)
    )
    .filter(
      ({ decision_id, model_version, session_id }) =>
        decision_id === null || model_version === null || session_id === null
    )
    .map(({ id, signal_type }) => `${signal_type} ${id} knows no decision, model or session`)
  const models = madeBy(all)
  const credited = signals
    .filter(({ decision_id, model_version }) => (models.get(decision_id) ?? model_version) !== model_version)
    .map(({ decision_id, id, model_version }) => `${id} says ${model_version}, and ${models.get(decision_id)} decided`)
  const stored = new Set(signals.map(({ id }) => id))
  const gone = new Set(record.left.map(({ who }) => who))
  const missing = record.signals
    .filter(({ id, who }) => id !== null && !gone.has(who) && !stored.has(id))
    .map(({ id, type }) => `${type} ${id} is not there`)
  return [...bare, ...credited, ...missing]
}

/** What everybody who is still there can read of their edits, of what they were shown and offered, and of what became of it. */
export const heldOf = (all: ReadonlyArray<Json>): ReadonlyArray<Held> =>
  all.map(({ held }) => ({
    edits: (held["exp.events"] ?? []).filter(({ event_type }: Json) => event_type === "plan_edited"),
    outcomes: held.decision_outcomes ?? [],
    decisions: held.ranking_events ?? [],
    offers: held.pivot_events ?? [],
    signals: held.behavioral_signals ?? []
  }))

const OF_THE_MOMENT = ["day_of_trip", "position_in_trip", "day_part_fit", "weather_fit"]

/** The values that each feature of a moment took in the plans that were logged. */
export const momentValues = (all: ReadonlyArray<Json>): ReadonlyMap<string, ReadonlySet<number>> => {
  const sets = signalsOf(all)
    .filter(({ signal_type }) => signal_type === "candidate_set_logged")
    .flatMap(({ context }) => context.full_candidate_set)
  return new Map(OF_THE_MOMENT.map((name) => [name, new Set(sets.map(({ features }) => features[name]))]))
}
