/** What a city's events do to a plan. */

import { uuidOfName } from "../basics/hash.ts"
import type { CityConditions, CityEvent } from "../city/model.ts"
import type { MadeOffer } from "../decisions.ts"
import type { PivotId } from "../ids.ts"
import { evolveActor, type OpenOffer, type TripMemoryEvent } from "./actor-state.ts"
import { upsetBy } from "./freshness.ts"
import { makeOffer, makeRoom, tellingOf } from "./make-offers.ts"
import type { Touch, TripWorld } from "./planner.ts"
import { NOTHING, PREPARE, type TripDecision, type TripRecord, type TripTask, type Turn, worldOf } from "./turn.ts"

/** Offers that one turn makes at most: it must stay short, and nobody reads more at once. The rest follows. */
const MOST_AT_ONCE = 4

/** Who hears of many things first hears of what changes most. */
const WIDEST_FIRST: ReadonlyArray<CityEvent["kind"]> = ["weather", "closure", "transit"]

/** Answers after which the plan is as good as before: no news for anybody. */
const NOTHING_TO_CHANGE: ReadonlySet<string> = new Set(["absorbed", "not_affected"])

const changesNothing = ({ chosen, reasons }: MadeOffer): boolean =>
  chosen.length === 0 && reasons.some(({ reason }) => NOTHING_TO_CHANGE.has(reason))

interface Told {
  readonly offer: MadeOffer
  readonly open: OpenOffer
  readonly records: ReadonlyArray<TripRecord>
  readonly marks: Array<string>
  /** The city's event that it answers. */
  readonly event: string
}

/** The stops that an offer takes care of: what its first option changes, or all it is about where it has none. */
const coveredBy = ({ changes }: MadeOffer, touch: Touch): ReadonlyArray<string> =>
  changes.length === 0 ? touch.slot_ids : changes

/**
 * An offer for every stop that the events touch and the trip was not told of: one where several events touch the same
 * stops, one day at a time of an event that touches several. `more` is left for the next turn.
 */
const answersTo = (turn: Turn, world: TripWorld, events: ReadonlyArray<CityEvent>) => {
  const told = new Set(turn.state.memory.told)
  const touches = WIDEST_FIRST.flatMap((kind) =>
    events.flatMap((event) =>
      event.kind === kind
        ? turn.rules.planner.touchedBy(world, event).map((touch) => ({ touch, event_id: event.id }))
        : []
    )
  )
  const made: Array<Told> = []
  const caredFor = new Map<string, Told>()
  const answered = new Set<string>()
  let more = false
  for (const { touch, event_id } of touches) {
    const { mark, slot_ids, request } = touch
    if (told.has(mark)) continue
    const by = caredFor.get(slot_ids[0]!)
    if (by !== undefined && slot_ids.every((id) => caredFor.has(id))) {
      by.marks.push(mark)
      told.add(mark)
      continue
    }
    if (made.length === MOST_AT_ONCE || answered.has(event_id)) {
      more = true
      continue
    }
    // Named after what it answers: told again by a later life of the trip, it is the same offer.
    const pivotId = uuidOfName("city pivot", turn.trip.id, mark) as PivotId
    const one: Told = { ...makeOffer(turn, world, request, { pivotId }), marks: [mark], event: event_id }
    if (changesNothing(one.offer)) continue
    for (const id of coveredBy(one.offer, touch)) caredFor.set(id, one)
    made.push(one)
    told.add(mark)
    answered.add(event_id)
  }
  return { made, more }
}

/** Tells the trip of what it has not heard of, in a world that is as `known` says. */
const tell = (turn: Turn, known: TripMemoryEvent, events: ReadonlyArray<CityEvent>) => {
  const state = evolveActor(turn.state, known)
  const world = turn.trip.status === "active" && events.length > 0 ? worldOf({ ...turn, state }) : undefined
  return world === undefined ? { made: [], more: false } : answersTo(turn, world, events)
}

const decisionOf = (
  turn: Turn,
  known: TripMemoryEvent,
  { made }: { readonly made: ReadonlyArray<Told> },
  tasks: ReadonlyArray<TripTask>
): TripDecision => {
  const [first] = made
  if (first === undefined) return { ...NOTHING, transient: [known], ...(tasks.length === 0 ? {} : { tasks }) }
  const room = makeRoom(turn, made.length)
  return {
    reply: { _tag: "noted", offer: first.offer.text },
    records: tellingOf(
      made.flatMap((one) => one.records),
      room
    ),
    transient: [
      known,
      ...room.transient,
      ...made.flatMap(
        ({ open, marks }): ReadonlyArray<TripMemoryEvent> => [
          { _tag: "told", marks },
          { _tag: "offered", offer: { ...open, about: marks } }
        ]
      )
    ],
    tasks: [...made.map(({ event, offer }): TripTask => ({ _tag: "push_offer", offer: offer.text, event })), ...tasks],
    advice: true
  }
}

/**
 * What the trip leans on, as it is now. Whoever comes back, sets off or changes the plan while something goes on in the
 * city hears of it here.
 */
export const worldKnown = (
  turn: Turn,
  known: Extract<TripMemoryEvent, { _tag: "world_known" }>,
  refreshed: boolean
): TripDecision => {
  const { events } = known.conditions ?? turn.state.memory.conditions ?? { events: [] }
  const answers = tell(turn, known, events)
  return decisionOf(turn, known, answers, refreshed || answers.more ? PREPARE : [])
}

/** Events in the city: each is told once, and only to whose plan it touches. */
export const cityChanged = (turn: Turn, conditions: CityConditions, events: ReadonlyArray<CityEvent>): TripDecision => {
  const known: TripMemoryEvent = { _tag: "world_known", conditions }
  const answers = tell(turn, known, events)
  const { catalog, fallbacks } = turn.state.memory
  const stale = answers.made.length > 0 || upsetBy(fallbacks, catalog, events)
  return decisionOf(turn, known, answers, stale ? PREPARE : [])
}
