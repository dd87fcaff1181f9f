/**
 * Places that somebody looked through before they changed anything: what a swap could bring, what fits into some minutes. That is a
 * decision like any other, also where they take nothing. It is logged as advice is: the answer waits for no disk.
 */
import { uuidOfName } from "../basics/hash.ts"
import type { DecisionSlate } from "../decisions.ts"
import type { SlotId, UserId, Uuid } from "../ids.ts"
import { PIVOT_MODEL } from "../pivot/env.ts"
import { type Look, MAX_LOOKS } from "./actor-state.ts"
import type { TripWorld } from "./planner.ts"
import { type TripDecision, type TripRecord, type Turn, userState } from "./turn.ts"

/** For so long, looking again at the same is no new decision, and taking one of it answers this one. */
const LOOK_MILLIS = 30 * 60_000
/** As many new looks as a trip remembers are logged in so long: whoever asks for more does not read what they are shown. */
const HURRY_MILLIS = 60_000

const looksOf = (turn: Turn, by: string | null, slotId: string | null): ReadonlyArray<Look> =>
  (turn.state.memory.looks ?? []).filter(
    (look) => look.by === by && look.slot_id === slotId && look.at > turn.context.now - LOOK_MILLIS
  )

/** The same each time: whoever takes one of what was shown writes it down again, in case a crash took it. */
export const lookRecord = (turn: Turn, world: TripWorld, look: Look): TripRecord => ({
  type: "ranking_event",
  id: look.decision_id,
  payload: {
    id: look.decision_id,
    user_id: look.by,
    trip_id: turn.trip.id,
    session_id: turn.trip.session_id,
    day_number: null,
    surface: "swap",
    model_name: PIVOT_MODEL.name,
    model_version: PIVOT_MODEL.version,
    ...look.slate,
    propensities: look.slate.candidate_ids.map(() => 1),
    ranked_ids: look.slate.candidate_ids,
    // Nothing was picked for them: what they take is told by the outcomes.
    selected_ids: [],
    user_state: userState(world.personas),
    latency_ms: 0,
    occurred_at: look.at
  }
})

/** What a look leaves beside its answer. */
export const looked = (
  turn: Turn,
  world: TripWorld,
  by: UserId,
  slot_id: SlotId | null,
  slate: DecisionSlate
): Omit<TripDecision, "reply"> => {
  const ids = slate.candidate_ids.join()
  const { looks = [] } = turn.state.memory
  if (looks.length === MAX_LOOKS && looks[0]!.at > turn.context.now - HURRY_MILLIS) return {}
  if (ids === "" || looksOf(turn, by, slot_id).some((look) => look.slate.candidate_ids.join() === ids)) return {}
  const decision_id = uuidOfName("overplanned/decision", turn.context.id()) as typeof Uuid.Type
  const look: Look = { decision_id, by, slot_id, slate, at: turn.context.now }
  return { records: [lookRecord(turn, world, look)], transient: [{ _tag: "looked", look }], advice: true }
}

/** The newest look of whoever acts now that showed them this place for this stop. */
export const lookAt = (turn: Turn, slotId: string | null, nodeId: string | undefined): Look | undefined =>
  nodeId === undefined
    ? undefined
    : looksOf(turn, turn.by, slotId).findLast(({ slate }) => slate.candidate_ids.includes(nodeId))
