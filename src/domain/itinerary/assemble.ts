/**
 * From ranked candidates to days that can be lived: open at arrival, reachable, with meals at meal times, at the
 * pace, budget and hours asked for. Pure: the same input and seed give the same trip, on every machine.
 */
import type { NodeId } from "../ids.ts"
import { dayPartAt } from "../time/day-part.ts"
import { addMeals, anchorDay, coverMembers, fillDay, improveDay, mealsExchanged, swapBetween } from "./build.ts"
import { beginDraft, type Draft } from "./draft.ts"
import { placeBookings, placeMusts } from "./fixed.ts"
import type { Assembly, AssemblyInput, PlannedStop } from "./model.ts"
import { orderDay } from "./order.ts"
import { relaxDay, relaxMeals } from "./relax.ts"
import { clockAt, millisAt } from "./rules.ts"

/** An assembly cut into steps of well under a millisecond, so that a long trip never holds up the event loop. */
export interface AssemblyRun {
  readonly steps: ReadonlyArray<() => void>
  /** The plan, once every step has run, in order. */
  readonly result: () => Assembly
}

const plannedStops = (draft: Draft): ReadonlyArray<PlannedStop> => {
  const { catalog, locked } = draft.input
  return draft.days.flatMap((day) =>
    day.stops.map((stop, order): PlannedStop => {
      const index = draft.indexes[stop.candidate]!
      const booking =
        stop.kind === "booked" ? locked.find((l) => l.index === index && l.day === day.day.day) : undefined
      const starts = booking?.starts_at ?? millisAt(day.day, day.arrive[order]!)
      return {
        ...(booking === undefined ? {} : { slot_id: booking.slot_id }),
        day: day.day.day,
        order,
        index,
        node_id: catalog.nodes[index]!.id as NodeId,
        day_part: dayPartAt(((clockAt(day.day, day.arrive[order]!) % 1440) + 1440) % 1440),
        starts_at: starts,
        ends_at: booking?.ends_at ?? starts + stop.stay * 60_000,
        travel_minutes: order === 0 ? 0 : draft.between(day.stops[order - 1]!.candidate, stop.candidate),
        locked: booking !== undefined,
        open: catalog.openAt(index, starts),
        score: draft.scores[stop.candidate]!
      }
    })
  )
}

export const startAssembly = (input: AssemblyInput): AssemblyRun => {
  const draft = beginDraft(input)
  const days = draft.days.map((_, day) => day)
  const each = (step: (draft: Draft, day: number) => void) => days.map((day) => () => step(draft, day))
  const rounds = Array.from({ length: draft.pace.most }, () => each(fillDay)).flat()
  const steps = [
    () => placeBookings(draft),
    () => placeMusts(draft),
    ...each(coverMembers),
    ...each(anchorDay),
    ...each(addMeals),
    ...each(relaxMeals),
    ...rounds,
    ...each(improveDay),
    ...days.map((a) => () => {
      for (let b = a + 1; b < days.length; b++) swapBetween(draft, a, b)
    }),
    ...each(relaxDay),
    ...each((d, day) => orderDay(d.days[day]!, d.between, mealsExchanged(d, day)))
  ]
  return {
    steps,
    result: () => ({ stops: plannedStops(draft), relaxations: draft.relaxations, problems: draft.problems })
  }
}

export const assemble = (input: AssemblyInput): Assembly => {
  const run = startAssembly(input)
  for (const step of run.steps) step()
  return run.result()
}
