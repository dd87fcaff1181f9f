/**
 * The order of a day's stops that travels least, within every stop's arrival windows. Exact for the days that people
 * have (up to eight stops); longer ones are improved by moving stops until no move helps.
 */
import { type Between, type DayDraft, reckon, type Stop, travelOf } from "./day.ts"
import { firstArrival } from "./windows.ts"

/** Subsets double with each stop: eight take a fraction of a millisecond, twelve would take tens. */
const EXACT_UP_TO = 8

/** Labels kept per subset and last stop: less travel or an earlier end. More are never needed in practice. */
const LABELS = 4

/** Travel counts first; being done earlier decides between equals. */
const EARLIER = 1 / 4096

const STATES = (1 << EXACT_UP_TO) * EXACT_UP_TO
// Scratch of the exact search: it runs to its end within a call, so one set serves all calls of a thread.
const travelAt = new Float64Array(STATES * LABELS)
const endAt = new Float64Array(STATES * LABELS)
const parent = new Int32Array(STATES * LABELS)
const filled = new Uint8Array(STATES)

const addLabel = (state: number, travel: number, end: number, from: number): void => {
  const base = state * LABELS
  const count = filled[state]!
  for (let i = 0; i < count; i++) if (travelAt[base + i]! <= travel && endAt[base + i]! <= end) return
  let kept = 0
  for (let i = 0; i < count; i++) {
    if (travel <= travelAt[base + i]! && end <= endAt[base + i]!) continue
    travelAt[base + kept] = travelAt[base + i]!
    endAt[base + kept] = endAt[base + i]!
    parent[base + kept] = parent[base + i]!
    kept++
  }
  if (kept === LABELS) {
    let worst = 0
    for (let i = 1; i < LABELS; i++) if (travelAt[base + i]! > travelAt[base + worst]!) worst = i
    if (travelAt[base + worst]! <= travel) return
    kept--
    travelAt[base + worst] = travelAt[base + kept]!
    endAt[base + worst] = endAt[base + kept]!
    parent[base + worst] = parent[base + kept]!
  }
  travelAt[base + kept] = travel
  endAt[base + kept] = end
  parent[base + kept] = from
  filled[state] = kept + 1
}

const exact = (
  stops: ReadonlyArray<Stop>,
  start: number,
  buffer: number,
  between: Between
): Array<Stop> | undefined => {
  const n = stops.length
  const full = (1 << n) - 1
  filled.fill(0, 0, (full + 1) * n)
  const legs = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (i !== j) legs[i * n + j] = between(stops[i]!.candidate, stops[j]!.candidate)
  }
  for (let i = 0; i < n; i++) {
    const at = firstArrival(stops[i]!.arrivals, start)
    if (at >= 0) addLabel((1 << i) * n + i, 0, at + stops[i]!.stay, -1)
  }
  for (let set = 1; set < full; set++) {
    for (let last = 0; last < n; last++) {
      const state = set * n + last
      for (let label = 0; label < filled[state]!; label++) {
        const from = state * LABELS + label
        for (let next = 0; next < n; next++) {
          if (set & (1 << next)) continue
          const stop = stops[next]!
          const leg = legs[last * n + next]!
          // Towards a booking the pause may be given up.
          const pause = stop.kind === "booked" ? 0 : buffer
          const at = firstArrival(stop.arrivals, endAt[from]! + pause + leg)
          if (at >= 0) addLabel((set | (1 << next)) * n + next, travelAt[from]! + leg, at + stop.stay, from)
        }
      }
    }
  }
  let best = -1
  let cost = Number.POSITIVE_INFINITY
  for (let last = 0; last < n; last++) {
    const state = full * n + last
    for (let label = 0; label < filled[state]!; label++) {
      const at = state * LABELS + label
      const total = travelAt[at]! + endAt[at]! * EARLIER
      if (total < cost) {
        cost = total
        best = at
      }
    }
  }
  if (best < 0) return undefined
  const order: Array<Stop> = []
  for (let at = best; at >= 0; at = parent[at]!) order.push(stops[Math.floor(at / LABELS) % n]!)
  return order.reverse()
}

/** Moves single stops and turns stretches around while that saves travel. */
const improve = (draft: DayDraft, between: Between): void => {
  const n = draft.stops.length
  let best = travelOf(draft.stops, between)
  const attempt = (order: Array<Stop>): boolean => {
    const travel = travelOf(order, between)
    if (travel >= best - 1e-9) return false
    const kept = draft.stops
    draft.stops = order
    if (reckon(draft, between)) {
      best = travel
      return true
    }
    draft.stops = kept
    reckon(draft, between)
    return false
  }
  for (let round = 0; round < n; round++) {
    let moved = false
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (i === j) continue
        const relocated = draft.stops.filter((_, at) => at !== i)
        relocated.splice(j, 0, draft.stops[i]!)
        moved = attempt(relocated) || moved
        if (i < j) {
          const turned = [
            ...draft.stops.slice(0, i),
            ...draft.stops.slice(i, j + 1).reverse(),
            ...draft.stops.slice(j + 1)
          ]
          moved = attempt(turned) || moved
        }
      }
    }
    if (!moved) return
  }
}

/**
 * Puts the stops of a day into the order that travels least. `otherwise` is the same day with lunch and dinner
 * exchanged, where both places serve both: sometimes the way home is what decides where one eats when.
 */
export const orderDay = (draft: DayDraft, between: Between, otherwise?: ReadonlyArray<Stop>): void => {
  const n = draft.stops.length
  if (n < 2 || draft.clash || !reckon(draft, between)) return
  if (n > EXACT_UP_TO) {
    improve(draft, between)
    return
  }
  const kept = draft.stops
  const attempt = (stops: ReadonlyArray<Stop>): boolean => {
    const order = exact(stops, draft.hours.from, draft.buffer, between)
    if (order === undefined || travelOf(order, between) >= travelOf(draft.stops, between)) return false
    const before = draft.stops
    draft.stops = order
    if (reckon(draft, between)) return true
    draft.stops = before
    reckon(draft, between)
    return false
  }
  attempt(kept)
  if (otherwise !== undefined) attempt(otherwise)
}
