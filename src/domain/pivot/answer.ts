/**
 * The answer to a disruption, from memory, within a turn: pure, synchronous, well under a millisecond. Options come
 * from what was kept ready where that is still true, and every one is verified in this turn, whatever it came from.
 */
import type { PivotRefusal, PivotWorld, Refused } from "./answer-model.ts"
import type { Finding } from "./draft.ts"
import type { FallbackSet } from "./fallbacks.ts"
import type { PivotRequest } from "./model.ts"
import { MOODS, moodWish } from "./moods.ts"
import { daySlots, type PlanSlot } from "./plan.ts"
import { columnOfMood, replaceSlot } from "./replace.ts"
import { CLOSED_COLUMN, WEATHER_COLUMN } from "./search.ts"
import { repairDay, USUAL_DELAY } from "./transit.ts"
import { exposedDay, shelterDay, weatherWindow } from "./weather.ts"

const refuse = (problem: PivotRefusal, message: string): Refused => ({ _tag: "refused", problem, message })

/** A stop with less time left than this is as good as over: the next one is meant. */
const WORTH_CHANGING = 30 * 60_000

interface Target {
  readonly day: ReadonlyArray<PlanSlot>
  readonly position: number
}

/** The slot that a request is about: the one it names, else the next one that the trigger can concern. */
const targetOf = (world: PivotWorld, request: PivotRequest, now: number): Target | Refused => {
  const { trip, catalog } = world
  let named = request.slot_id === undefined ? undefined : trip.slots.find((slot) => slot.id === request.slot_id)
  if (request.slot_id !== undefined) {
    if (named === undefined)
      return refuse("unknown_slot", `The trip has no slot ${request.slot_id}. Read the trip again.`)
    if (named.status !== "planned" || named.ends_at <= now) {
      return refuse("past_slot", "That stop is over. Name a stop that is still ahead, or none for the next one.")
    }
    // A booking whose door is closed is void; for anything else it is kept.
    if (named.locked && request.trigger !== "venue_closed" && request.trigger !== "transit") {
      return refuse("slot_locked", "That stop is locked. Unlock it first to have it replaced.")
    }
  } else {
    for (const slot of trip.slots) {
      if (slot.status !== "planned" || slot.ends_at <= now) continue
      if (request.trigger === "transit" ? slot.starts_at <= now : slot.locked || slot.ends_at - now < WORTH_CHANGING)
        continue
      if (named === undefined || slot.starts_at < named.starts_at) named = slot
    }
    if (named === undefined) return refuse("nothing_ahead", "No stop is left that could change.")
  }
  const id = named.id
  const day = daySlots(trip.slots, named.day, catalog.indexOf)
  return { day, position: day.findIndex((slot) => slot.id === id) }
}

/** What there is for a disruption, or a refusal that says what is wrong with the request. */
export const findPivot = (
  world: PivotWorld,
  set: FallbackSet | undefined,
  request: PivotRequest,
  now: number
): Finding | Refused => {
  if (world.trip.status !== "active") {
    return refuse("trip_not_active", `The trip is ${world.trip.status}; only a trip under way has pivots.`)
  }
  const { detail, trigger } = request
  if (trigger === "weather" && request.slot_id === undefined) {
    const { day, affected } = exposedDay(world, weatherWindow(detail, now))
    if (affected.length > 0) return shelterDay(world, set, day, affected, now)
    const message = "No stop of the day that is still ahead is exposed to the weather: nothing has to change."
    return {
      slot: undefined,
      options: [],
      reasons: [{ reason: "not_affected", message, places: 0 }],
      source: "on_demand",
      computedAt: now,
      candidates: []
    }
  }
  const target = targetOf(world, request, now)
  if ("_tag" in target) return target
  const { day, position } = target
  if (trigger === "transit") {
    return repairDay(world, set, day, position, { minutes: detail?.delay_minutes ?? USUAL_DELAY, now })
  }
  if (trigger === "weather") return replaceSlot(world, set, day, position, WEATHER_COLUMN, undefined, now)
  if (trigger === "venue_closed") return replaceSlot(world, set, day, position, CLOSED_COLUMN, undefined, now)
  const wish = moodWish(detail)
  if (wish === undefined) {
    return refuse("unknown_mood", `Name a mood (${MOODS.join(", ")}) or tags of the vibe taxonomy.`)
  }
  return replaceSlot(world, set, day, position, columnOfMood(wish), wish, now)
}
