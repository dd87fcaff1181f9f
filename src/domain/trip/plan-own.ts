/** What the travelers bring to a plan and move about in it by hand: places that no catalog knows, and whatever is fixed. */
import type { SlotId } from "../ids.ts"
import { ownIndex } from "../itinerary/own-points.ts"
import { millisAt } from "../itinerary/rules.ts"
import type { PivotSettings } from "../pivot/env.ts"
import type { FixedThing, Slot } from "../plan/model.ts"
import { closedUp, dayFacts, slotsOf } from "./edit-day.ts"
import { boundsOf, inTime } from "./fixed.ts"
import { editWorld, isFit, placeFor, refused, type Where } from "./plan-editing.ts"
import type { PlanOutcome, TripWorld } from "./planner.ts"

const MINUTE = 60_000

/** Something of one's own that is to be part of the plan. */
export interface OwnWish {
  readonly title: string
  readonly minutes: number
  readonly lat?: number | undefined
  readonly lon?: number | undefined
}

export type OwnOutcome =
  | {
      readonly _tag: "own"
      readonly slots: ReadonlyArray<Slot>
      readonly fixed: ReadonlyArray<FixedThing>
      readonly thing: FixedThing
    }
  | Extract<PlanOutcome, { _tag: "refused" }>

/** The trip with something of the travelers' own more, at its end: where it goes is not known yet. */
const withThing = (world: TripWorld, thing: FixedThing): TripWorld => ({
  ...world,
  trip: { ...world.trip, fixed: [...(world.trip.fixed ?? []).filter(({ id }) => id !== thing.id), thing] }
})

const ownFit = (
  world: TripWorld,
  settings: PivotSettings,
  thing: FixedThing,
  minutes: number,
  where: Where
): OwnOutcome => {
  const { bounds } = boundsOf(thing)
  // Where it was bounds nothing any more.
  const wider = withThing(world, { ...thing, kind: "place" })
  const edit = editWorld(wider, settings)
  const index = ownIndex(wider.trip.fixed!.length - 1)
  const fit = placeFor(edit, world.catalog, { id: thing.id, index, minutes, name: `"${thing.title}"`, bounds }, where)
  if (!isFit(fit)) return fit
  const { day } = fit.facts.day
  const own = fit.times.find((one) => one.stop.id === thing.id)!
  const placed: FixedThing = {
    ...thing,
    day,
    starts_at: millisAt(fit.facts.day, own.starts),
    ends_at: millisAt(fit.facts.day, own.ends)
  }
  const outside = world.trip.slots.find(({ day: on }) => (bounds === "arrival" ? on < day : bounds && on > day))
  if (outside !== undefined) {
    return refused(
      "bounds",
      `The plan has stops on day ${outside.day}, on which you would not be there. Change the dates of the trip, or remove those first.`
    )
  }
  const was = world.trip.fixed?.find((one) => one.id === thing.id)
  const left = was === undefined || was.day === day ? [] : closedUp(edit, dayFacts(edit, was.day), new Set([thing.id]))
  return {
    _tag: "own",
    thing: placed,
    fixed: inTime([...wider.trip.fixed!.slice(0, -1), placed]),
    slots: [...slotsOf(edit, fit.facts, fit.times), ...left]
  }
}

export const addOwn = (world: TripWorld, settings: PivotSettings, wish: OwnWish, where: Where): OwnOutcome => {
  const { lat, lon, minutes, title } = wish
  const thing: FixedThing = {
    id: world.id() as SlotId,
    title,
    kind: "place",
    day: 0,
    starts_at: 0,
    ends_at: 0,
    ...(lat === undefined || lon === undefined ? {} : { lat, lon })
  }
  return ownFit(world, settings, thing, minutes, where)
}

export const moveOwn = (world: TripWorld, settings: PivotSettings, thing: FixedThing, where: Where): OwnOutcome =>
  ownFit(world, settings, thing, (thing.ends_at - thing.starts_at) / MINUTE, where)

export const removeOwn = (world: TripWorld, settings: PivotSettings, thing: FixedThing): OwnOutcome => {
  const edit = editWorld(world, settings)
  const fixed = (world.trip.fixed ?? []).filter(({ id }) => id !== thing.id)
  const slots = closedUp(edit, dayFacts(edit, thing.day), new Set([thing.id]))
  return { _tag: "own", thing, fixed, slots }
}
