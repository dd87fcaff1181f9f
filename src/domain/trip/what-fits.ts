/**
 * What fits into the next ninety minutes, or any other: the solver puts places between where one is and where one has to be,
 * as one of them or as several after each other, and looks again without those for other ideas.
 */

import { sharedTags } from "../catalog/embedding.ts"
import { isWet } from "../city/live.ts"
import type { DecisionSlate } from "../decisions.ts"
import { NOWHERE } from "../itinerary/own-points.ts"
import { isExposed, MEAL } from "../itinerary/places.ts"
import { mealAt, millisAt, minuteAt } from "../itinerary/rules.ts"
import type { Meal } from "../itinerary/table-hours.ts"
import type { Problem } from "../orienteering/problem.ts"
import { SEARCH, Search, type SearchSettings } from "../orienteering/search.ts"
import type { PivotWorld } from "../pivot/answer-model.ts"
import type { PivotSettings } from "../pivot/env.ts"
import { allowedNodes, plannedNodes } from "../pivot/fallbacks.ts"
import { daySlots, minutesBetween, type PlanSlot } from "../pivot/plan.ts"
import { likingFor } from "../pivot/search.ts"
import { openState } from "../pivot/visit.ts"
import { rfc3339 } from "../time/rfc3339.ts"
import { beforeOneGoes, nodeBrief } from "../view/node.ts"
import { absenceAt, dayFacts, type EditWorld, lastDay, windowsFor } from "./edit-day.ts"
import { pivotWorld } from "./pivot-world.ts"
import { editWorld } from "./plan-editing.ts"
import type { TripWorld } from "./planner.ts"
import type { Fits, SuggestedStop } from "./suggestions.ts"

const MINUTE = 60_000

/** Places that are weighed: the best of those in reach. */
const POOL = 48
/** Ideas that are given. */
const IDEAS = 4
/** Positions that the solver tries for each. */
const WORK = 12_000
/** What follows within this time is where one goes on to. */
const SOON_MINUTES = 60
/** A minute on the way, in likings. */
const WAY = 0.012
/** What a second place of a category loses. */
const SAME = 0.3
const QUALITY = 0.3

const SETTINGS: SearchSettings = { ...SEARCH, share: 0.9, warm: 0.03, cold: 0.003, untimed: 1 }

/** Where one is at an instant by the plan, where one goes on to, and how long there is. */
interface Stretch {
  readonly day: number
  readonly from: number
  readonly to: number
  readonly begins: number
  readonly ends: number
  readonly slots: ReadonlyArray<PlanSlot>
}

const dayAt = (edit: EditWorld, at: number): number | undefined => {
  for (let day = 1; day <= lastDay(edit); day++) {
    const { noon } = dayFacts(edit, day).day
    // The small hours belong to the evening before.
    if (at >= noon - 8 * 60 * MINUTE && at < noon + 16 * 60 * MINUTE) return day
  }
  return undefined
}

const stretchOf = (world: PivotWorld, edit: EditWorld, at: number, minutes: number): Stretch | undefined => {
  const day = dayAt(edit, at)
  if (day === undefined) return undefined
  const slots = daySlots(world.trip, day, world.catalog.indexOf)
  const here = slots.findLast((slot) => slot.starts <= at)
  const next = slots.find((slot) => slot.starts > at)
  const from = here?.index ?? world.env.home ?? NOWHERE
  // Nobody leaves what is booked before it is over.
  const begins = here?.locked === true ? Math.max(at, here.ends) : at
  const whole = at + minutes * MINUTE
  if (next === undefined || next.starts > whole + SOON_MINUTES * MINUTE) {
    return { day, from, to: NOWHERE, begins, ends: whole, slots }
  }
  const way = Math.ceil(minutesBetween(world.env, from, next.index, at)) * MINUTE
  return { day, from, to: next.index, begins, ends: Math.min(next.starts, whole + way), slots }
}

/** The best places that can be reached and left again, by how they are liked and how far they are. */
const poolOf = (world: PivotWorld, { begins, ends, from, slots, to }: Stretch): ReadonlyArray<number> => {
  const { catalog, env, live, trip, tastes } = world
  const isBad = isWet(live, begins, ends)
  const allowed = allowedNodes(env, catalog, trip)
  for (const index of plannedNodes(trip, catalog)) allowed[index] = 0
  const room = (ends - begins) / MINUTE
  const centre = from >= 0 ? from : to >= 0 ? to : undefined
  const meals = new Set(
    slots.flatMap((slot): ReadonlyArray<Meal> => {
      if (slot.index < 0 || (env.places.flags[slot.index]! & MEAL) === 0) return []
      const meal = mealAt(env.table, env.localMinute(slot.starts))
      return meal === undefined ? [] : [meal]
    })
  )
  const found: Array<{ readonly index: number; readonly worth: number }> = []
  // Nobody goes further in these minutes than a ride lets them.
  const degrees = (room / 2 / 60) * (RIDE_KMH / KM_PER_DEGREE)
  for (let index = 0; index < env.places.count; index++) {
    if (allowed[index] === 0 || (isBad && isExposed(env, index))) continue
    if (centre !== undefined) {
      if (Math.abs(env.places.lat[index]! - env.places.lat[centre]!) > degrees) continue
      if (Math.abs(env.places.lon[index]! - env.places.lon[centre]!) > 2 * degrees) continue
    }
    const meal = mealAt(env.table, env.localMinute(begins + 15 * MINUTE))
    if ((env.places.flags[index]! & MEAL) !== 0 && (meal === undefined || meals.has(meal))) continue
    const way = minutesBetween(env, from, index, begins) + minutesBetween(env, index, to, begins)
    if (way + env.places.minutes[index]! > room) continue
    const worth = likingFor(env, tastes, index, undefined) + QUALITY * env.places.quality[index]! - WAY * way
    found.push({ index, worth })
  }
  return found
    .sort((a, b) => b.worth - a.worth)
    .slice(0, POOL)
    .map(({ index }) => index)
}

const RIDE_KMH = 25
const KM_PER_DEGREE = 111

interface Candidate {
  readonly index: number
  readonly stay: number
  readonly arrivals: ReadonlyArray<number>
  readonly worth: number
}

const problemOf = (
  { env }: PivotWorld,
  stretch: Stretch,
  pool: ReadonlyArray<Candidate>,
  minuteOf: (at: number) => number
): Problem => {
  const at = [stretch.from, stretch.to, ...pool.map(({ index }) => index)]
  const between = (a: number, b: number) => Math.ceil(minutesBetween(env, at[a]!, at[b]!, stretch.begins))
  return {
    locations: at.length,
    travel: between,
    wayCost: (a, b) => WAY * between(a, b),
    visits: pool.map(({ stay, index }, i) => ({
      enter: 2 + i,
      leave: 2 + i,
      stay,
      place: i,
      ...((env.places.flags[index]! & MEAL) === 0 ? {} : { group: 0 })
    })),
    routes: [
      { from: 0, to: 1, opens: Math.ceil(minuteOf(stretch.begins)), closes: Math.floor(minuteOf(stretch.ends)) }
    ],
    windows: (_, visit) => pool[visit]!.arrivals,
    profit: (_, visit) => pool[visit]!.worth,
    crowds: [{ over: "plan", classOf: (visit) => env.places.category[pool[visit]!.index]!, step: SAME }]
  }
}

export const whatFits = (
  world: TripWorld,
  settings: PivotSettings,
  { at, minutes }: { readonly at: number; readonly minutes: number }
): { readonly fits: Fits; readonly slate: DecisionSlate } => {
  const known = pivotWorld(world, settings)
  const edit = editWorld(world, settings)
  const stretch = stretchOf(known, edit, at, minutes)
  const none = (message: string, places = 0) => ({
    fits: {
      starts_at: rfc3339(at),
      ends_at: rfc3339(stretch?.ends ?? at + minutes * MINUTE),
      options: [],
      reasons: [{ reason: "nothing_fits", message, places }]
    },
    slate: { candidate_ids: [], scores: [] }
  })
  if (stretch === undefined) return none("That time lies outside the dates of the trip.")
  const away = absenceAt(edit, at, at + MINUTE)
  if (away !== undefined) {
    return none(away.kind === "arrival" ? `That is before "${away.title}".` : `That is after "${away.title}".`)
  }
  if (stretch.begins >= stretch.ends) return none("What is booked lasts until then.")
  const facts = dayFacts(edit, stretch.day)
  const minuteOf = (instant: number) => minuteAt(facts.day, instant)
  const within = { ...facts, hours: { from: Math.ceil(minuteOf(stretch.begins)), to: minuteOf(stretch.ends) } }
  const inReach = poolOf(known, stretch)
  let pool = inReach.flatMap((index): ReadonlyArray<Candidate> => {
    const found = windowsFor(edit, within, index, known.env.places.minutes[index]!, "usual")
    if (found === undefined) return []
    const liking = likingFor(known.env, known.tastes, index, undefined)
    return [{ ...found, index, worth: liking + QUALITY * known.env.places.quality[index]! }]
  })
  const options: Array<Fits["options"][number]> = []
  const shown: Array<Candidate> = []
  while (pool.length > 0 && options.length < IDEAS) {
    const problem = problemOf(known, stretch, pool, minuteOf)
    const search = new Search(problem, 1, SETTINGS)
    while (search.work < WORK) search.step()
    const plan = search.plan()
    const visits = plan.routes[0]!
    if (visits.length === 0) break
    options.push(optionOf(world, known, stretch, facts.day, pool, visits, plan.starts[0]!))
    for (const visit of visits) shown.push(pool[visit]!)
    const used = new Set(visits)
    pool = pool.filter((_, i) => !used.has(i))
  }
  if (options.length > 0) {
    return {
      fits: { starts_at: rfc3339(stretch.begins), ends_at: rfc3339(stretch.ends), options, reasons: [] },
      slate: {
        candidate_ids: shown.map(({ index }) => known.catalog.nodes[index]!.id),
        scores: shown.map(({ worth }) => worth)
      }
    }
  }
  const room = Math.floor((stretch.ends - stretch.begins) / MINUTE)
  return none(
    inReach.length === 0
      ? `No place that passes the trip's constraints can be visited within ${room} minutes, with the way there and on.`
      : `None of the ${inReach.length} places in reach is open for a visit within these ${room} minutes.`,
    inReach.length
  )
}

const optionOf = (
  { catalog }: TripWorld,
  { env, live, tastes }: PivotWorld,
  stretch: Stretch,
  day: { readonly noon: number },
  pool: ReadonlyArray<Candidate>,
  visits: ReadonlyArray<number>,
  starts: ReadonlyArray<number>
): Fits["options"][number] => {
  let before = stretch.from
  let ways = 0
  const stops = visits.map((visit, i): SuggestedStop => {
    const { index, stay } = pool[visit]!
    const node = catalog.nodes[index]!
    const begins = millisAt(day, starts[i]!)
    const travel_minutes = Math.ceil(minutesBetween(env, before, index, begins))
    before = index
    ways += travel_minutes
    const open = openState(env, live, index, begins) === "open" ? "open" : "unknown"
    return {
      node: nodeBrief(node),
      starts_at: rfc3339(begins),
      ends_at: rfc3339(begins + stay * MINUTE),
      open,
      ...beforeOneGoes(catalog, index, open, begins),
      travel_minutes,
      why: tastes[0] === undefined ? [] : sharedTags(tastes[0], node.vibe_embedding, 3).map(({ tag }) => tag)
    }
  })
  return { stops, way_minutes: ways + Math.ceil(minutesBetween(env, before, stretch.to, stretch.ends)) }
}
