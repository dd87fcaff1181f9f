/** Bookings and must-sees: what is in the plan before anything is chosen. */
import { bestInsertion, insertAt, reckon, type Stop } from "./day.ts"
import { type Draft, looseWindows, mostStops, nameOf, roleStop, take } from "./draft.ts"
import { exclusionOf } from "./exclusion.ts"
import { BUDGET_TIER, mealAt, minuteAt } from "./rules.ts"
import { isMealPlace, openStretches, type Role } from "./windows.ts"

/** A day with must-sees may hold this many stops more than its pace. */
const MUST_OVERFLOW = 3

export const placeBookings = (draft: Draft): void => {
  for (const stop of [...draft.input.locked].sort((a, b) => a.starts_at - b.starts_at)) {
    const day = draft.days.find((d) => d.day.day === stop.day)
    const candidate = draft.candidateOf.get(stop.index)
    if (day === undefined || candidate === undefined) {
      draft.problems.push({
        constraint: "locked",
        day: stop.day,
        message: `A locked stop lies on day ${stop.day}, which is not part of the trip any more. It was left out: unlock or move it.`
      })
      continue
    }
    const start = Math.round(minuteAt(day.day, stop.starts_at))
    const stay = Math.max(1, Math.round((stop.ends_at - stop.starts_at) / 60_000))
    const booked: Stop = {
      candidate,
      // A booked table is the meal at whose time it is.
      role: isMealPlace(draft.places, stop.index) ? (mealAt(start) ?? "visit") : "visit",
      stay,
      arrivals: [start, start],
      value: draft.values[candidate]!,
      kind: "booked"
    }
    day.stops.push(booked)
    take(draft, booked)
  }
  for (const day of draft.days) {
    reckon(day, draft.between)
    if (!day.clash) continue
    draft.problems.push({
      constraint: "locked",
      day: day.day.day,
      message: `Locked stops of day ${day.day.day} overlap or are too far apart to reach in time. All were kept as booked: move one of them.`
    })
  }
}

const rolesOf = (draft: Draft, candidate: number): ReadonlyArray<Role> =>
  isMealPlace(draft.places, draft.indexes[candidate]!) ? ["lunch", "dinner"] : ["visit"]

interface Place {
  readonly day: number
  readonly position: number
  readonly stop: Stop
  readonly gain: number
}

const bestPlace = (draft: Draft, candidate: number, room: (day: number) => boolean): Place | undefined => {
  let best: Place | undefined
  for (let day = 0; day < draft.days.length; day++) {
    const draftDay = draft.days[day]!
    if (!room(day)) continue
    for (const role of rolesOf(draft, candidate)) {
      if (role !== "visit" && draftDay.stops.some((stop) => stop.role === role)) continue
      const stop = roleStop(draft, day, candidate, role, "fixed")
      if (stop === undefined) continue
      // Must-sees spread over the days, so that one day does not become a checklist.
      const found = bestInsertion(draftDay, stop, 1 - 0.15 * draftDay.stops.length, draft.between)
      if (found !== undefined && (best === undefined || found.gain > best.gain)) {
        best = { day, position: found.position, stop, gain: found.gain }
      }
    }
  }
  return best
}

const whyNot = (draft: Draft, candidate: number): string => {
  const name = nameOf(draft, candidate)
  const index = draft.indexes[candidate]!
  const { catalog } = draft.input
  const open = (from: number, to: number) =>
    draft.days.some((day) => openStretches(catalog, index, day.day, from, to).length > 0)
  if (!open(0, 1440)) return `${name} is closed on every day of the trip. Choose other dates, or drop it.`
  if (!draft.days.some((day) => openStretches(catalog, index, day.day, day.hours.from, day.hours.to).length > 0)) {
    return `${name} is closed during the hours of your days. Start earlier or end later to see it.`
  }
  if (!draft.days.some((_, day) => roleStop(draft, day, candidate, rolesOf(draft, candidate)[0]!) !== undefined)) {
    return `${name} is not open for long enough at a time that suits a visit. Start earlier or end later to see it.`
  }
  return `There is no time left for ${name} beside the other fixed stops. Add a day, or drop another must-see.`
}

/** Places every must-see, the ones with the least choice first; what cannot be placed is a problem, with its cause. */
export const placeMusts = (draft: Draft): void => {
  const { catalog, constraints, vetoes } = draft.input
  const excluded = exclusionOf(catalog, constraints, vetoes)
  const cap = constraints.budget === undefined ? 4 : BUDGET_TIER[constraints.budget]
  const failed = (message: string) => draft.problems.push({ constraint: "must", message })
  const wanted: Array<{ readonly candidate: number; readonly days: number }> = []
  for (const id of new Set(constraints.must ?? [])) {
    const index = catalog.indexOf(id)
    if (index === undefined || catalog.retired(index)) {
      failed(`The must-see ${id} is not a place of ${catalog.city.name}'s catalog (any more). It was left out.`)
      continue
    }
    const candidate = draft.candidateOf.get(index)!
    if (draft.input.locked.some((stop) => stop.index === index)) continue
    const reason = excluded(index)
    if (reason === "veto") {
      failed(`${nameOf(draft, candidate)} is a must-see that a veto excludes. It was left out.`)
      continue
    }
    const days = draft.days.filter((_, day) =>
      rolesOf(draft, candidate).some((role) => roleStop(draft, day, candidate, role) !== undefined)
    ).length
    wanted.push({ candidate, days })
  }
  wanted.sort((a, b) => a.days - b.days || draft.values[b.candidate]! - draft.values[a.candidate]!)
  for (const { candidate } of wanted) {
    const name = nameOf(draft, candidate)
    const roomy = bestPlace(
      draft,
      candidate,
      (day) => draft.days[day]!.stops.length < mostStops(draft, draft.days[day]!)
    )
    const place =
      roomy ??
      bestPlace(
        draft,
        candidate,
        (day) => draft.days[day]!.stops.length < mostStops(draft, draft.days[day]!) + MUST_OVERFLOW
      ) ??
      anyTime(draft, candidate)
    if (place === undefined) {
      draft.taken[candidate] = 1
      failed(whyNot(draft, candidate))
      continue
    }
    const day = draft.days[place.day]!
    insertAt(day, place.position, place.stop, draft.between)
    take(draft, place.stop)
    const relax = (constraint: string, message: string) =>
      draft.relaxations.push({ constraint, day: day.day.day, message })
    const index = draft.indexes[candidate]!
    if (roomy === undefined && day.stops.length > mostStops(draft, day)) {
      relax("pace", `Day ${day.day.day} holds more stops than the pace asks for, to fit the must-see ${name}.`)
    }
    if (isMealPlace(draft.places, index) && place.stop.role === "visit") {
      relax("meals", `The must-see ${name} does not fit at a meal time and was placed outside of one.`)
    }
    if (draft.places.price[index]! > cap) relax("budget", `The must-see ${name} is dearer than the budget.`)
    if (excluded(index) === "avoid") relax("avoid", `The must-see ${name} has something that the trip avoids.`)
  }
}

/** A must-see may be at an unusual time of day, rather than not at all. */
const anyTime = (draft: Draft, candidate: number): Place | undefined => {
  for (let day = 0; day < draft.days.length; day++) {
    const draftDay = draft.days[day]!
    if (draftDay.stops.length >= mostStops(draft, draftDay) + MUST_OVERFLOW) continue
    const windows = looseWindows(draft, day, candidate, draftDay.hours, true)
    if (windows === null) continue
    const stop: Stop = {
      candidate,
      role: "visit",
      stay: windows.stay,
      arrivals: windows.arrivals,
      value: draft.values[candidate]!,
      kind: "fixed"
    }
    const found = bestInsertion(draftDay, stop, 1, draft.between)
    if (found === undefined) continue
    const name = nameOf(draft, candidate)
    draft.relaxations.push({
      constraint: "day_part",
      day: draftDay.day.day,
      message: `The must-see ${name} was placed at a time of day at which one does not usually go there.`
    })
    return { day, position: found.position, stop, gain: found.gain }
  }
  return undefined
}
