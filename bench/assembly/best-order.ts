// The best order of a day's stops, found without the planner's code: every order is tried, depth first, against
// what a door, a clock and a stomach allow. Days longer than an exhaustive search can finish get ten seconds.
import { categoryInfo } from "../../src/domain/catalog/category.ts"
import type { PlannedStop } from "../../src/domain/itinerary/model.ts"
import type { DayPart } from "../../src/domain/vocabulary.ts"
import type { PlanningCity } from "../../test/support/generated-city.ts"

const GRID = 5
const SLOTS = 400

export interface DayToOrder {
  readonly city: PlanningCity
  readonly stops: ReadonlyArray<PlannedStop>
  /** The instant of local midnight, as reckoned from noon. */
  readonly midnight: number
  readonly from: number
  readonly to: number
  readonly buffer: number
  readonly deadlineMs: number
}

const partAt = (minute: number): DayPart => {
  const m = minute % 1440
  return m < 360
    ? "night"
    : m < 660
      ? "morning"
      : m < 840
        ? "midday"
        : m < 1080
          ? "afternoon"
          : m < 1320
            ? "evening"
            : "night"
}

/** 0: may not arrive then · 1: may · 2: may, as lunch · 3: may, as dinner; one entry per five minutes. */
const arrivalsOf = (day: DayToOrder, stop: PlannedStop): Uint8Array => {
  const { city } = day
  const node = city.nodes[stop.index]!
  const stay = (stop.ends_at - stop.starts_at) / 60_000
  const out = new Uint8Array(SLOTS)
  for (let slot = 0; slot < SLOTS; slot++) {
    const minute = slot * GRID
    if (minute < day.from || minute + stay > day.to || !node.day_parts.includes(partAt(minute))) continue
    let open = true
    for (let m = 0; m < stay && open; m += GRID) {
      open = city.openAt(stop.index, day.midnight + (minute + m) * 60_000) !== "closed"
    }
    if (!open) continue
    if (!categoryInfo(node.category).meal) out[slot] = 1
    else if (minute >= 690 && minute < 870) out[slot] = 2
    else if (minute >= 1050 && minute < 1290) out[slot] = 3
  }
  return out
}

export interface BestOrder {
  readonly minutes: number
  readonly exhaustive: boolean
}

export const bestOrder = (day: DayToOrder): BestOrder => {
  const n = day.stops.length
  const arrivals = day.stops.map((stop) => arrivalsOf(day, stop))
  const stays = day.stops.map((stop) => (stop.ends_at - stop.starts_at) / 60_000)
  const legs = day.stops.map((a) => day.stops.map((b) => Math.ceil(day.city.travel(a.index, b.index, day.midnight))))
  const until = performance.now() + day.deadlineMs
  let best = Number.POSITIVE_INFINITY
  let exhaustive = true
  let visits = 0
  const descend = (used: number, last: number, end: number, travel: number, lunch: boolean, dinner: boolean): void => {
    if (travel >= best) return
    if (used === (1 << n) - 1) {
      best = travel
      return
    }
    if ((++visits & 4095) === 0 && performance.now() > until) exhaustive = false
    if (!exhaustive) return
    for (let next = 0; next < n; next++) {
      if (used & (1 << next)) continue
      const leg = last < 0 ? 0 : legs[last]![next]!
      const ready = last < 0 ? day.from : end + day.buffer + leg
      // One may wait for a second sitting: lunch taken, the same place may still do for dinner.
      for (let slot = Math.ceil(ready / GRID), tried = 0; slot < SLOTS; slot++) {
        const kind = arrivals[next]![slot]!
        if (kind === 0 || kind === tried || (kind === 2 && lunch) || (kind === 3 && dinner)) continue
        tried = kind
        descend(
          used | (1 << next),
          next,
          slot * GRID + stays[next]!,
          travel + leg,
          lunch || kind === 2,
          dinner || kind === 3
        )
        if (kind !== 2) break
      }
    }
  }
  descend(0, -1, 0, 0, false, false)
  return { minutes: best, exhaustive }
}
