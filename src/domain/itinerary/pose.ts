/** Days and options as a problem for the solver, and its answer as stops. */
import type { Crowd, Plan, Problem, Shares, Visit } from "../orienteering/problem.ts"
import { type Candidates, feeds, isOwn } from "./candidates.ts"
import type { Block, Frame } from "./frame.ts"
import { BREAKFAST, type Option } from "./options.ts"
import { onGrid } from "./rules.ts"
import { HOLE_MINUTES, PAUSE_MINUTES, type PlanWeights, sumOf } from "./terms.ts"

/** What stands in a day: an option, or a stretch that is booked. */
export type Stop =
  | { readonly kind: "option"; readonly option: Option; readonly pinned: boolean }
  | { readonly kind: "block"; readonly block: Block }

/** Stops of each day in their order; times come later. */
export type Days = ReadonlyArray<ReadonlyArray<Stop>>

export const entryOf = (stop: Stop): number =>
  stop.kind === "option" ? stop.option.candidate : stop.block.stops[0]!.candidate
const exitOf = (stop: Stop): number =>
  stop.kind === "option" ? stop.option.candidate : stop.block.stops.at(-1)!.candidate
export const stayOf = (stop: Stop): number =>
  stop.kind === "option" ? stop.option.stay : stop.block.to - stop.block.from

/** Minutes from the end of a stop to the beginning of the next, on the grid; towards a booking without the pause. */
export const legOf = (candidates: Candidates, buffer: number, before: Stop, stop: Stop): number =>
  onGrid(candidates.between(exitOf(before), entryOf(stop)) + (stop.kind === "block" ? 0 : buffer))

export const arrivalsOf = (stop: Stop, day: number): ReadonlyArray<number> =>
  stop.kind === "option" ? stop.option.arrivals[day]! : [stop.block.from, stop.block.from]

/** Somewhere one has just eaten, or had a coffee and something with it. */
const isTable = (candidates: Candidates, candidate: number): boolean =>
  feeds(candidates, candidate) || BREAKFAST.has(candidates.places.category[candidates.indexes[candidate]!]!)

/** So long a stop wears one out. */
const STRAINING_MINUTES = 100

const GROUPS = { lunch: 0, dinner: 1, breakfast: 2 } as const

const groupOf = (stop: Stop): number | undefined => {
  const role = stop.kind === "option" ? stop.option.role : stop.block.meal
  return role === undefined || role === "visit" || role === "sunset" ? undefined : GROUPS[role]
}

export interface Pose {
  readonly candidates: Candidates
  readonly frame: Frame
  readonly weights: PlanWeights
  /** Stops that may be chosen. */
  readonly options: ReadonlyArray<Option>
  /** What is in the days already and stays there, in order. */
  readonly kept: Days
  /** Stops that each day may get. */
  readonly most: ReadonlyArray<number>
  readonly overflow: number
}

export interface Posed {
  readonly problem: Problem
  readonly daysOf: (plan: Plan) => Days
}

const crowdsOf = ({ candidates, weights }: Pose, stops: ReadonlyArray<Stop>): ReadonlyArray<Crowd> => {
  const { places, indexes } = candidates
  const classOf = (visit: number) => {
    const candidate = entryOf(stops[visit]!)
    return isOwn(candidates, candidate) || feeds(candidates, candidate) ? -1 : places.category[indexes[candidate]!]!
  }
  return [
    { over: "route", classOf, step: weights.sameDay },
    { over: "plan", classOf, step: weights.sameTrip }
  ]
}

/** What is a member's own weighs more than what is a favourite of several. */
const OWN = 1.5

const sharesOf = ({ candidates, weights }: Pose, stops: ReadonlyArray<Stop>): Shares | undefined => {
  const { coverage } = candidates.input
  if (coverage === undefined) return undefined
  const indexOf = (visit: number) => candidates.indexes[entryOf(stops[visit]!)]!
  const serves = (visit: number) => (indexOf(visit) < 0 ? 0 : coverage.serves(indexOf(visit)))
  const owns = (visit: number) => (indexOf(visit) < 0 ? 0 : coverage.owns(indexOf(visit)))
  const has = (mask: number, member: number) => (mask & (1 << member)) !== 0
  return {
    members: coverage.members,
    gives: (member, visit) => (has(serves(visit), member) ? 1 : 0) + (has(owns(visit), member) ? OWN : 0),
    weight: weights.share,
    favourite: (member, visit) => has(serves(visit), member),
    daily: weights.daily
  }
}

/** A day is as long as its hours, what is booked, and what is let in beyond them. */
const limitsOf = ({ frame }: Pose, stops: ReadonlyArray<Stop>, at: number) => {
  const day = frame.days[at]!
  let [opens, closes] = [day.hours.from, day.hours.to]
  for (const block of day.blocks) {
    opens = Math.min(opens, block.from)
    closes = Math.max(closes, block.to)
  }
  for (const stop of stops) {
    if (stop.kind === "block") continue
    const arrivals = stop.option.arrivals[at]!
    if (arrivals.length === 0) continue
    opens = Math.min(opens, arrivals[0]!)
    closes = Math.max(closes, arrivals.at(-1)! + stop.option.stay)
  }
  return { opens, closes }
}

/**
 * Locations are the candidates that may be chosen, then what is booked, then where days begin and end: at the lodging, or nowhere in
 * particular. The way from there to the first stop, and back, takes no time of the day's hours, which are those between the first stop
 * and the last; from a lodging it costs what every way costs.
 */
const waysOf = ({ candidates, frame, weights }: Pose, stops: ReadonlyArray<Stop>) => {
  const { between, places, indexes } = candidates
  const chosen = [...new Set(stops.flatMap((stop) => (stop.kind === "option" ? [stop.option.candidate] : [])))]
  const count = chosen.length
  const locationOf = new Map(chosen.map((candidate, at) => [candidate, at]))
  const booked = stops.flatMap((stop, at) => (stop.kind === "block" ? [at] : []))
  const home = count + booked.length
  const entry = [...chosen, ...booked.map((at) => entryOf(stops[at]!))]
  const exit = [...chosen, ...booked.map((at) => exitOf(stops[at]!))]
  const meal = Uint8Array.from(entry, (candidate) => (feeds(candidates, candidate) ? 1 : 0))
  const table = Uint8Array.from(exit, (candidate) => (isTable(candidates, candidate) ? 1 : 0))
  const strains = Uint8Array.from(chosen, (candidate) =>
    places.minutes[indexes[candidate]!]! * frame.pace.stay >= STRAINING_MINUTES ? 1 : 0
  )
  const { buffer } = frame.pace
  const homeCost = (way: number | undefined, to: number) =>
    way === undefined ? 0 : way * (meal[to] === 1 ? weights.wayToMeal : weights.way)
  const fromHome = (to: number) =>
    homeCost(candidates.home === undefined ? undefined : between(candidates.home, entry[to]!), to)
  const toHome = (from: number) =>
    homeCost(candidates.home === undefined ? undefined : between(exit[from]!, candidates.home), from)
  return {
    home,
    ends: (at: number) => {
      const stop = stops[at]!
      const location = stop.kind === "option" ? locationOf.get(stop.option.candidate)! : count + booked.indexOf(at)
      return { enter: location, leave: location }
    },
    table: {
      locations: home + 1,
      travel: (from: number, to: number) =>
        from === home || to === home || from === to
          ? 0
          : onGrid(between(exit[from]!, entry[to]!) + (to < count ? buffer : 0)),
      wayCost: (from: number, to: number) => {
        if (from === to) return 0
        if (from === home) return fromHome(to)
        if (to === home) return toHome(from)
        return (
          between(exit[from]!, entry[to]!) * (meal[to] === 1 ? weights.wayToMeal : weights.way) +
          (meal[to] === 1 && table[from] === 1 ? weights.sated : 0) +
          (from < count && to < count && strains[from] === 1 && strains[to] === 1 ? weights.strain : 0)
        )
      }
    }
  }
}

export const pose = (wish: Pose): Posed => {
  const { frame, weights, options, kept } = wish
  const stops: Array<Stop> = options.map((option) => ({ kind: "option", option, pinned: false }))
  const fixed = kept.map((day) =>
    day.map((stop) => {
      stops.push(stop.kind === "option" ? { ...stop, pinned: true } : stop)
      return stops.length - 1
    })
  )
  const dayOf = new Map(fixed.flatMap((day, at) => day.map((visit) => [visit, at] as const)))
  const shares = sharesOf(wish, stops)
  const ways = waysOf(wish, stops)
  const problem: Problem = {
    ...ways.table,
    visits: stops.map((stop, at): Visit => {
      const group = groupOf(stop)
      return {
        ...ways.ends(at),
        stay: stayOf(stop),
        place: entryOf(stop),
        ...(group === undefined ? {} : { group }),
        ...(stop.kind === "option" && stop.option.must ? { urgent: true } : {})
      }
    }),
    routes: frame.days.map((_, at) => ({
      from: ways.home,
      to: ways.home,
      ...limitsOf(wish, stops, at),
      most: wish.most[at]!,
      overflow: wish.overflow,
      fixed: fixed[at]!
    })),
    // A breakfast is had beside whatever else the day holds.
    uncounted: GROUPS.breakfast,
    longWays: { from: frame.pace.way * weights.way, more: weights.far },
    windows: (route, visit) => {
      const day = dayOf.get(visit)
      return day !== undefined && day !== route ? [] : arrivalsOf(stops[visit]!, route)
    },
    profit: (route, visit) => {
      const stop = stops[visit]!
      return stop.kind === "block" ? 0 : sumOf(stop.option.worth[route]!)
    },
    crowds: crowdsOf(wish, stops),
    ...(shares === undefined ? {} : { shares }),
    waiting: { free: PAUSE_MINUTES, cost: weights.wait, long: { from: HOLE_MINUTES, cost: weights.hole } }
  }
  return { problem, daysOf: (plan) => plan.routes.map((route) => route.map((visit) => stops[visit]!)) }
}
