/** An answer that was given while its offer was open, and that comes when that is over: a phone had no network. */
import type { PivotResponse } from "../decisions.ts"
import { readOffer } from "../pivot/model.ts"
import type { OpenOffer, TripMemoryEvent } from "./actor-state.ts"
import { answerTo, type Chosen, opinion, saidAt, wanted } from "./answer-records.ts"
import type { TripCommand } from "./commands.ts"
import { intention, type TripRecord, type Turn } from "./turn.ts"

export type Respond = Extract<TripCommand, { _tag: "respond_pivot" }>

interface Heard {
  readonly records: ReadonlyArray<TripRecord>
  readonly transient: ReadonlyArray<TripMemoryEvent>
}

const NOTHING_HEARD: Heard = { records: [], transient: [] }

/** The offer is not remembered any more (the server was started anew): whoever stores it holds what is said against its row. */
const unremembered = (turn: Turn, { option_id, pivot_id, response }: Respond, said_at: number): TripRecord => {
  const payload: PivotResponse = {
    pivot_id,
    user_id: turn.by,
    trip_id: turn.trip.id,
    response,
    chosen_option_id: option_id ?? null,
    time_to_action_ms: 0,
    slots_changed: response === "accept" ? 0 : null,
    responded_at: Math.min(said_at, turn.context.now),
    late: true
  }
  return { type: "pivot_response", id: turn.context.id(), payload }
}

const chosenOf = (open: OpenOffer, optionId: string | undefined): Chosen | undefined => {
  const { options } = readOffer(open.text)
  const position = options.findIndex(({ option_id }) => option_id === optionId)
  const option = options[position]
  return option && { option, position }
}

/** What is written down of it. The plan stays as it is: what held then need not hold now. */
export const lateAnswer = (turn: Turn, command: Respond): Heard => {
  const { said_at } = turn
  const { memory } = turn.state
  if (said_at === undefined) return NOTHING_HEARD
  const open = [...memory.offers, ...(memory.passed ?? [])].find((one) => one.pivot_id === command.pivot_id)
  if (open === undefined) return { records: [unremembered(turn, command, said_at)], transient: [] }
  if (open.options === 0 || open.heard === true || saidAt(turn, open) >= open.expires_at) return NOTHING_HEARD
  const transient = [{ _tag: "offer_heard" as const, pivot_id: open.pivot_id }]
  if (command.response === "dismiss") {
    const said = [answerTo(turn, open, "dismiss", undefined, { late: true }), opinion(turn, open, "dismiss")]
    return { records: [...said, ...intention(turn, command.by, open.slot_id, command.intention)], transient }
  }
  const chosen = chosenOf(open, command.option_id)
  if (chosen === undefined) return NOTHING_HEARD
  return { records: wanted(turn, open, chosen, { late: true, slots_changed: 0 }), transient }
}
