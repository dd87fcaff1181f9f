/**
 * Choosing what fills the days: each day in turn takes the stop that adds most (fit, less travel, less of the same),
 * so that the first day does not eat up the best of the city. One call is one step of one day.
 */
import { bestInsertion, type DayDraft, GAP_WORTH, insertAt, reckon, type Stop, TRAVEL_COST } from "./day.ts"
import { type Draft, mealsNeeded, mostStops, release, roleStop, take } from "./draft.ts"
import type { Role } from "./windows.ts"

/** What a second stop of a category costs on the same day, and in the trip. */
const SAME_DAY = 0.15
const SAME_TRIP = 0.02
/** What being in a neighbourhood that the day visits anyway is worth, and what beginning where another day began costs. */
const SAME_NEIGHBOURHOOD = 0.06
const SAME_ANCHOR = 0.2

export interface Choice {
  readonly stop: Stop
  readonly position: number
  readonly gain: number
}

/** What a place is worth more when it is the turn of those who like it. */
const TURN_FAVOURITE = 0.15
const TURN_OWN = 0.25

const mostBehind = (counts: Uint16Array, mask: number): number => {
  let [least, most, mine] = [Number.MAX_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER]
  for (let m = 0; m < counts.length; m++) {
    least = Math.min(least, counts[m]!)
    most = Math.max(most, counts[m]!)
    if (mask & (1 << m)) mine = Math.min(mine, counts[m]!)
  }
  return mask === 0 || most === least ? 0 : Math.max(0, (most - mine) / (most - least))
}

/** The further behind the others somebody is whom the place would please, the more it is worth. */
const turnBonus = (draft: Draft, index: number): number => {
  const { coverage } = draft.input
  return coverage === undefined
    ? 0
    : TURN_FAVOURITE * mostBehind(draft.served, coverage.serves(index)) +
        TURN_OWN * mostBehind(draft.owned, coverage.owns(index))
}

const worthOf = (draft: Draft, day: DayDraft, candidate: number, role: Role): number => {
  const { places, indexes } = draft
  const index = indexes[candidate]!
  const category = places.category[index]!
  let worth = draft.values[candidate]!
  let near = false
  for (const other of day.stops) {
    const otherIndex = indexes[other.candidate]!
    if (places.category[otherIndex] === category && role === "visit") worth -= SAME_DAY
    near ||= places.neighbourhood[otherIndex] === places.neighbourhood[index]
  }
  if (near) worth += SAME_NEIGHBOURHOOD
  worth += turnBonus(draft, index)
  return role === "visit" ? worth - SAME_TRIP * draft.categories[category]! : worth
}

const beginsElsewhere = (draft: Draft, candidate: number): number => {
  const here = draft.places.neighbourhood[draft.indexes[candidate]!]!
  return draft.days.some(
    (day) => day.stops.length > 0 && draft.places.neighbourhood[draft.indexes[day.stops[0]!.candidate]!] === here
  )
    ? SAME_ANCHOR
    : 0
}

export interface Wish {
  readonly role: Role
  /** Best first; the search ends where nothing further down can win. */
  readonly from: ReadonlyArray<number>
  readonly only?: (candidate: number) => boolean
  readonly anchor?: boolean
  /** Bounds the search to what beats this. */
  readonly above?: number
}

/** The best stop for a day among those wished for, with its position. */
export const choose = (draft: Draft, day: number, wish: Wish): Choice | undefined => {
  const draftDay = draft.days[day]!
  const mostBonus =
    SAME_NEIGHBOURHOOD + GAP_WORTH + (draft.input.coverage === undefined ? 0 : TURN_FAVOURITE + TURN_OWN)
  let best: Choice | undefined
  let bar = wish.above ?? Number.NEGATIVE_INFINITY
  for (const candidate of wish.from) {
    if (draft.values[candidate]! + mostBonus <= bar) break
    if (draft.taken[candidate] === 1 || wish.only?.(candidate) === false) continue
    const worth =
      worthOf(draft, draftDay, candidate, wish.role) - (wish.anchor === true ? beginsElsewhere(draft, candidate) : 0)
    if (worth + GAP_WORTH <= bar) continue
    const stop = roleStop(draft, day, candidate, wish.role)
    if (stop === undefined) continue
    const found = bestInsertion(draftDay, stop, worth, draft.between)
    if (found === undefined || found.gain <= bar) continue
    bar = found.gain
    best = { stop, position: found.position, gain: found.gain }
  }
  return best
}

export const add = (draft: Draft, day: number, choice: Choice | undefined): boolean => {
  if (choice === undefined) return false
  insertAt(draft.days[day]!, choice.position, choice.stop, draft.between)
  take(draft, choice.stop)
  return true
}

const servedBy = (draft: Draft, stops: ReadonlyArray<Stop>): number => {
  const { coverage } = draft.input
  return coverage === undefined
    ? 0
    : stops.reduce((mask, stop) => mask | coverage.serves(draft.indexes[stop.candidate]!), 0)
}

/** Something for each member first: what is left over afterwards never makes up for it. */
export const coverMembers = (draft: Draft, day: number): void => {
  const { coverage } = draft.input
  if (coverage === undefined) return
  for (let member = 0; member < coverage.members; member++) {
    const draftDay = draft.days[day]!
    const bit = 1 << member
    if ((servedBy(draft, draftDay.stops) & bit) !== 0) continue
    const only = (candidate: number) => (coverage.serves(draft.indexes[candidate]!) & bit) !== 0
    const found =
      draftDay.stops.length < mostStops(draft, draftDay)
        ? [
            choose(draft, day, { role: "visit", from: draft.visits, only, anchor: draftDay.stops.length === 0 }),
            ...mealsMissing(draftDay).map((meal) => choose(draft, day, { role: meal, from: draft.meals, only }))
          ].reduce((best, next) => (next !== undefined && (best === undefined || next.gain > best.gain) ? next : best))
        : undefined
    if (add(draft, day, found)) continue
    draft.relaxations.push({
      constraint: "fair_share",
      day: draftDay.day.day,
      message: `Day ${draftDay.day.day} has nothing for one of the group: no such place fits into it.`
    })
  }
}

export const mealsMissing = (day: DayDraft) =>
  mealsNeeded(day).filter((meal) => !day.stops.some((stop) => stop.role === meal))

export const anchorDay = (draft: Draft, day: number): void => {
  const draftDay = draft.days[day]!
  if (draftDay.stops.length > 0 || mostStops(draft, draftDay) === 0) return
  add(draft, day, choose(draft, day, { role: "visit", from: draft.visits, anchor: true }))
}

export const addMeals = (draft: Draft, day: number): void => {
  for (const meal of mealsMissing(draft.days[day]!)) {
    add(draft, day, choose(draft, day, { role: meal, from: draft.meals }))
  }
}

/** Adds one more stop to a day that has room; false when nothing more is worth it. */
export const fillDay = (draft: Draft, day: number): boolean => {
  const draftDay = draft.days[day]!
  if (draftDay.stops.length >= mostStops(draft, draftDay)) return false
  const enough = draftDay.stops.length >= draft.pace.fewest
  const wish = { role: "visit", from: draft.visits } as const
  return add(draft, day, choose(draft, day, enough ? { ...wish, above: 0 } : wish))
}

/** A change must be worth this much to be made: it ends the search, and keeps plans from flickering. */
const WORTHWHILE = 0.02

/** Replaces stops of a day by better ones, now that the day's other stops are known. */
export const improveDay = (draft: Draft, day: number): void => {
  const draftDay = draft.days[day]!
  for (let i = 0; i < draftDay.stops.length; i++) {
    const stop = draftDay.stops[i]!
    if (stop.kind !== "free") continue
    const before = draftDay.stops
    draftDay.stops = before.filter((_, at) => at !== i)
    if (!reckon(draftDay, draft.between)) {
      draftDay.stops = before
      reckon(draftDay, draft.between)
      continue
    }
    release(draft, stop)
    draft.taken[stop.candidate] = 1
    const again = bestInsertion(draftDay, stop, worthOf(draft, draftDay, stop.candidate, stop.role), draft.between)
    const missing = servedBy(draft, before) & ~servedBy(draft, draftDay.stops)
    const better = choose(draft, day, {
      role: stop.role,
      from: stop.role === "visit" ? draft.visits : draft.meals,
      only: (c) => (servedBy(draft, [{ ...stop, candidate: c }]) & missing) === missing,
      above: (again?.gain ?? Number.NEGATIVE_INFINITY) + WORTHWHILE
    })
    if (better !== undefined) {
      draft.taken[stop.candidate] = 0
      add(draft, day, better)
    } else {
      draftDay.stops = before
      reckon(draftDay, draft.between)
      take(draft, stop)
    }
  }
}

/** Minutes that a swap of two days' stops must save. */
const SWAP_SAVES = 8

/** Swaps stops between two days where both travel less for it. */
export const swapBetween = (draft: Draft, a: number, b: number): void => {
  const [one, two] = [draft.days[a]!, draft.days[b]!]
  const { between } = draft
  const legs = (stops: ReadonlyArray<Stop>, at: number, candidate: number) =>
    (at > 0 ? between(stops[at - 1]!.candidate, candidate) : 0) +
    (at < stops.length - 1 ? between(candidate, stops[at + 1]!.candidate) : 0)
  for (let i = 0; i < one.stops.length; i++) {
    for (let j = 0; j < two.stops.length; j++) {
      const [x, y] = [one.stops[i]!, two.stops[j]!]
      if (x.kind !== "free" || y.kind !== "free" || x.role !== y.role) continue
      const saved =
        legs(one.stops, i, x.candidate) +
        legs(two.stops, j, y.candidate) -
        legs(one.stops, i, y.candidate) -
        legs(two.stops, j, x.candidate)
      if (saved < SWAP_SAVES) continue
      const gain = (day: DayDraft, out: Stop, into: Stop) =>
        worthOf(draft, { ...day, stops: day.stops.filter((s) => s !== out) }, into.candidate, into.role)
      const change = gain(one, x, y) + gain(two, y, x) - gain(one, x, x) - gain(two, y, y)
      if (change + TRAVEL_COST * saved <= WORTHWHILE) continue
      const [toTwo, toOne] = [roleStop(draft, b, x.candidate, x.role), roleStop(draft, a, y.candidate, y.role)]
      if (toTwo === undefined || toOne === undefined) continue
      const kept = [one.stops, two.stops] as const
      const covered = [servedBy(draft, one.stops), servedBy(draft, two.stops)] as const
      one.stops = one.stops.with(i, toOne)
      two.stops = two.stops.with(j, toTwo)
      const holds =
        reckon(one, between) &&
        reckon(two, between) &&
        (servedBy(draft, one.stops) & covered[0]) === covered[0] &&
        (servedBy(draft, two.stops) & covered[1]) === covered[1]
      if (holds) continue
      one.stops = kept[0]
      two.stops = kept[1]
      reckon(one, between)
      reckon(two, between)
    }
  }
}

/** The day's stops with lunch and dinner exchanged; `undefined` where there are not both, or one serves only one. */
export const mealsExchanged = (draft: Draft, day: number): ReadonlyArray<Stop> | undefined => {
  const { stops } = draft.days[day]!
  const lunch = stops.find((stop) => stop.role === "lunch")
  const dinner = stops.find((stop) => stop.role === "dinner")
  if (lunch === undefined || dinner === undefined || lunch.kind === "booked" || dinner.kind === "booked")
    return undefined
  const late = roleStop(draft, day, lunch.candidate, "dinner", lunch.kind)
  const early = roleStop(draft, day, dinner.candidate, "lunch", dinner.kind)
  if (late === undefined || early === undefined) return undefined
  return stops.map((stop) => (stop === lunch ? late : stop === dinner ? early : stop))
}
