/**
 * A train is late: the delay runs through the rest of the day until something absorbs it. Several repairs are tried
 * (cut short, slip, drop one, swap two, go somewhere near instead) and the ones that change least are offered.
 */
import { NOWHERE } from "../itinerary/own-points.ts"
import type { PivotWorld } from "./answer-model.ts"
import { cascade, keptStep, type Mode, type Start, type Step, type Timed } from "./cascade.ts"
import { type ChangeDraft, dropOf, type Finding, type OptionDraft } from "./draft.ts"
import type { FallbackSet } from "./fallbacks.ts"
import type { Change, NoPivotReason, OptionKind } from "./model.ts"
import type { Found } from "./pick.ts"
import { gapAt, minutesBetween, type PlanSlot, WALKABLE_MINUTES } from "./plan.ts"
import { measuresOf, pickReplacements } from "./replace.ts"
import { TRANSIT_COLUMN } from "./search.ts"

const MINUTE = 60_000

/** A delay of which nobody says how long. */
export const USUAL_DELAY = 30

/** Stops that are tried for dropping: the day's later ones have time to absorb anyway. */
const MOST_DROPPED = 5

/** What a change costs a traveler; the rest is minutes. */
const COST = { move: 0.4, shorten: 0.7, replace: 1.3, drop: 2 } as const

interface Repair {
  readonly changes: ReadonlyArray<ChangeDraft>
  readonly cost: number
  readonly moved: number
  readonly dropped: ReadonlyArray<PlanSlot>
  readonly found: Found | undefined
}

const sameChanges = (a: Repair, b: Repair): boolean =>
  a.changes.length === b.changes.length &&
  a.changes.every((change, i) => {
    const other = b.changes[i]!
    return change.slot_id === other.slot_id && change.action === other.action && change.starts === other.starts
  })

/** What differs between the day as it is and the day as it would be. */
const repairOf = (timed: ReadonlyArray<Timed>, dropped: ReadonlyArray<PlanSlot>, found: Found | undefined): Repair => {
  const changes: Array<ChangeDraft> = dropped.map(dropOf)
  let cost = dropped.length * COST.drop
  let moved = 0
  for (const { slot, index, arrive, leave, travelIn, open } of timed) {
    if (index === slot.index && arrive === slot.starts && leave === slot.ends) continue
    const replaced = index !== slot.index
    const shorter = leave - arrive < slot.ends - slot.starts
    const action = replaced ? "replace" : shorter ? "shorten" : "move"
    const minutes =
      Math.abs(arrive - slot.starts) / MINUTE + Math.max(0, slot.ends - slot.starts - (leave - arrive)) / MINUTE
    moved += Math.abs(arrive - slot.starts) / MINUTE
    cost += COST[action] + minutes / 120
    changes.push({
      slot_id: slot.id,
      action,
      index: replaced ? index : undefined,
      starts: arrive,
      ends: leave,
      open,
      travel: travelIn
    })
  }
  return { changes, cost, moved, dropped, found }
}

const nameOf = (world: PivotWorld, slot: PlanSlot): string =>
  slot.index < 0 ? "a stop" : world.catalog.nodes[slot.index]!.name

const LIST_WORDS: Readonly<Record<Change["action"], string>> = {
  replace: "is replaced",
  move: "moves",
  shorten: "is cut short",
  drop: "is dropped"
}

const movedWords = (slot: PlanSlot, starts: number): string =>
  starts < slot.starts ? "begins earlier" : "begins later"

const stayingWords = (kept: number): string =>
  kept === 1 ? "1 later stop stays as it is" : `${kept} later stops stay as they are`

const tell = (world: PivotWorld, rest: ReadonlyArray<PlanSlot>, repair: Repair): ReadonlyArray<string> => {
  const why = repair.changes.map((change) => {
    const slot = rest.find((s) => s.id === change.slot_id)!
    const into = change.index === undefined ? "" : ` by ${world.catalog.nodes[change.index]!.name}`
    const happens = change.action === "move" ? movedWords(slot, change.starts) : LIST_WORDS[change.action]
    return `${nameOf(world, slot)} ${happens}${into}`
  })
  const kept = rest.length - repair.changes.length
  why.push(kept === 0 ? "Nothing later is left unchanged" : stayingWords(kept))
  return why
}

const swapped = (steps: ReadonlyArray<Step>, at: number): Array<Step> | undefined => {
  const [a, b] = [steps[at], steps[at + 1]]
  if (a === undefined || b === undefined || a.slot.locked || b.slot.locked) return undefined
  const stay = (step: Step) => step.ends - step.starts
  const first: Step = { ...b, starts: a.starts, ends: a.starts + stay(b), fresh: true }
  const second: Step = { ...a, starts: first.ends, ends: first.ends + stay(a), fresh: true }
  return [...steps.slice(0, at), first, second, ...steps.slice(at + 2)]
}

export interface Delay {
  readonly minutes: number
  readonly now: number
}

/** A repair lets the rest of the day follow; one that goes near, or leaves a stop out, says so. */
const kindOf = ({ dropped, found }: Repair): OptionKind =>
  found !== undefined ? "closest_on_foot" : dropped.length > 0 ? "skip" : "rest_of_day"

const optionOf = (
  world: PivotWorld,
  rest: ReadonlyArray<PlanSlot>,
  target: PlanSlot,
  minutes: number,
  repair: Repair,
  leads: boolean
): OptionDraft => {
  const shortened = repair.changes.filter((change) => change.action === "shorten").length
  return {
    ...(leads ? { kind: kindOf(repair) } : {}),
    changes: repair.changes,
    score: 1 / (1 + repair.cost),
    why: tell(world, rest, repair),
    index: repair.found?.index,
    measures: {
      ...(repair.found === undefined ? {} : measuresOf(world, repair.found, target)),
      cost: repair.cost,
      delay_minutes: minutes,
      slots_changed: repair.changes.length,
      dropped: repair.dropped.length,
      shortened,
      moved_minutes: repair.moved
    }
  }
}

const noRepair = (some: boolean, places: number): NoPivotReason => ({
  reason: "no_repair",
  message: some
    ? "No further repair keeps every booking and reaches each place while it is open."
    : "No order of the remaining stops keeps every booking and reaches each place while it is open.",
  places
})

export const repairDay = (
  world: PivotWorld,
  set: FallbackSet | undefined,
  day: ReadonlyArray<PlanSlot>,
  position: number,
  { minutes, now }: Delay
): Finding => {
  const { env, live, settings } = world
  const target = day[position]!
  const rest = day.slice(position)
  const gap = gapAt(day, position, now)
  // Whose slot has begun and reports a delay is still on the way to it.
  const onTheWay = target.starts <= now
  const start: Start = { from: onTheWay ? -1 : gap.from, depart: gap.depart, delay: minutes }
  const nothing = { slot: target, options: [], source: "on_demand", computedAt: now, candidates: [] } as const
  const travel = onTheWay ? 0 : Math.ceil(minutesBetween(env, start.from, target.index, start.depart))
  // At the start of a day one can set off earlier: only what is left after now is late.
  const ready =
    start.from === NOWHERE && !onTheWay ? target.starts + minutes * MINUTE : start.depart + (travel + minutes) * MINUTE
  if (ready <= target.starts) {
    return {
      ...nothing,
      reasons: [
        {
          reason: "absorbed",
          message: `The delay fits into the free time before ${nameOf(world, target)}: nothing has to change.`,
          places: 0
        }
      ]
    }
  }
  const begin: Start = start.from === NOWHERE && !onTheWay ? { from: -1, depart: target.starts, delay: minutes } : start
  const steps = rest.map((slot, i) => keptStep(slot, position + i))
  const repairs: Array<Repair> = []
  const attempt = (
    order: ReadonlyArray<Step>,
    from: Start,
    mode: Mode,
    dropped: ReadonlyArray<PlanSlot>,
    found?: Found
  ) => {
    const timed = order.length === 0 ? [] : cascade(env, live, order, from, mode)
    if (timed === undefined) return false
    const repair = repairOf(timed, dropped, found)
    const fresh = repair.changes.length > 0 && !repairs.some((other) => sameChanges(other, repair))
    if (fresh) repairs.push(repair)
    return fresh
  }
  for (const mode of ["shorten", "slip"] as const) {
    attempt(steps, begin, mode, [])
    for (let d = 0; d < Math.min(steps.length, MOST_DROPPED); d++) {
      if (steps[d]!.slot.locked) continue
      attempt(
        steps.filter((_, i) => i !== d),
        begin,
        mode,
        [steps[d]!.slot]
      )
    }
    for (let s = 0; s < Math.min(2, steps.length - 1); s++) {
      const order = swapped(steps, s)
      if (order !== undefined) attempt(order, begin, mode, [])
    }
  }
  let candidates: Finding["candidates"] = []
  if (!target.locked && !onTheWay) {
    const picked = pickReplacements(world, set, day, position, TRANSIT_COLUMN, undefined, now)
    candidates = picked.considered
    // The nearest that fits: on foot, no train is late.
    const near = picked.found.filter(({ index, visit }) => {
      // Of who has not set off nobody knows from where they would: near is what is near to where they were to go.
      if (start.from === NOWHERE) return env.onFoot(target.index, index, start.depart) <= WALKABLE_MINUTES
      const minutes = env.onFoot(start.from, index, start.depart)
      return minutes <= WALKABLE_MINUTES && minutes <= visit.travelIn
    })
    for (const found of near.sort((a, b) => a.visit.travelIn - b.visit.travelIn)) {
      const instead: Step = {
        slot: target,
        position,
        index: found.index,
        starts: found.visit.arrive,
        ends: found.visit.leave,
        fresh: true
      }
      if (attempt([instead, ...steps.slice(1)], { ...start, delay: 0 }, "shorten", [], found)) break
    }
  }
  repairs.sort((a, b) => a.cost - b.cost)
  // The best of each kind, then what else costs least; only the first of a kind is called so.
  const firsts = repairs.filter((one, at) => repairs.findIndex((other) => kindOf(other) === kindOf(one)) === at)
  const others = repairs.filter((one) => !firsts.includes(one))
  const told = [...firsts, ...others].slice(0, settings.options).sort((a, b) => a.cost - b.cost)
  const options = told.map((repair) => optionOf(world, rest, target, minutes, repair, firsts.includes(repair)))
  return {
    ...nothing,
    options,
    candidates,
    reasons: options.length >= settings.options ? [] : [noRepair(options.length > 0, rest.length)]
  }
}
