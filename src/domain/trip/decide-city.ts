/** What a city's events do to a plan. */
import type { CityConditions, CityEvent } from "../city/model.ts"
import type { TripMemoryEvent } from "./actor-state.ts"
import { makeOffer } from "./decide-pivots.ts"
import { NOTHING, type TripDecision, type Turn, worldOf } from "./turn.ts"

/**
 * Events in the city: each is answered once, all that came together with one offer that is pushed, and only if the
 * plan is touched.
 */
export const cityChanged = (turn: Turn, conditions: CityConditions, events: ReadonlyArray<CityEvent>): TripDecision => {
  const known: TripMemoryEvent = { _tag: "world_known", conditions }
  const { memory } = turn.state
  const news = events.filter((event) => !memory.told.includes(event.id))
  const world = turn.trip.status === "active" && news.length > 0 ? worldOf(turn) : undefined
  if (world === undefined) return { ...NOTHING, transient: [known] }
  const now = { ...world, conditions }
  const told = news.map((event): TripMemoryEvent => ({ _tag: "told", event_id: event.id }))
  for (const event of news) {
    const request = turn.rules.planner.touchedBy(now, event)
    if (request === undefined) continue
    const { open, records } = makeOffer(turn, now, request, undefined)
    return {
      reply: { _tag: "noted", offer: open.text },
      records,
      transient: [known, ...told, { _tag: "offered", offer: open }],
      tasks: [{ _tag: "push_offer", offer: open.text }, { _tag: "prepare" }],
      advice: true
    }
  }
  return { ...NOTHING, transient: [known, ...told] }
}
