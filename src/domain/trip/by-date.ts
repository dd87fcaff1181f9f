/** What today's date makes of a trip comes before what somebody asks of it: nobody is turned away for a timer's sake. */
import type { TripCommand } from "./commands.ts"
import { evolveTrip } from "./evolve.ts"
import { advanceByDate } from "./lifecycle.ts"
import { requestPivot } from "./make-offers.ts"
import type { TripDecision, Turn } from "./turn.ts"

/** A pivot of a trip that should have started by now starts it. */
export const pivotToday = (turn: Turn, command: Extract<TripCommand, { _tag: "request_pivot" }>): TripDecision => {
  const started = advanceByDate({ ...turn, by: null, key: undefined })
  if (started?.events === undefined) return requestPivot(turn, command)
  const answer = requestPivot({ ...turn, trip: started.events.reduce(evolveTrip, turn.trip) }, command)
  // It is started by whoever comes once it can be written down.
  if (command.unwritten === true) return answer
  const { advice: _, ...asked } = answer
  return after(started, asked)
}

/** A change of a trip that a wrong clock completed is one of the trip that goes on. */
export const changeToday = (turn: Turn, decide: (turn: Turn) => TripDecision): TripDecision => {
  const back =
    turn.trip.completed_by_calendar === true ? advanceByDate({ ...turn, by: null, key: undefined }) : undefined
  if (back?.events === undefined) return decide(turn)
  const decision = decide({ ...turn, trip: back.events.reduce(evolveTrip, turn.trip) })
  // Whoever is refused changes nothing, not even its status: the timer sees to that.
  return decision.reply._tag === "changed" ? after(back, decision) : decision
}

const after = (first: TripDecision, then: TripDecision): TripDecision => {
  const tasks = [...(first.tasks ?? []), ...(then.tasks ?? []).filter(({ _tag }) => _tag !== "prepare")]
  return {
    ...then,
    events: [...(first.events ?? []), ...(then.events ?? [])],
    records: [...(first.records ?? []), ...(then.records ?? [])],
    ...(tasks.length === 0 ? {} : { tasks })
  }
}
