/**
 * The answer to a disruption, from memory, within a turn: pure, synchronous, well under a millisecond. Options come
 * from what was kept ready where that is still true, and every one is verified in this turn, whatever it came from.
 */
import type { PivotRefusal, PivotWorld, Refused } from "./answer-model.ts"
import type { Finding } from "./draft.ts"
import type { FallbackSet } from "./fallbacks.ts"
import type { NoPivotReason, PivotRequest } from "./model.ts"
import { MOODS, moodWish } from "./moods.ts"
import { daySlots, type PlanSlot } from "./plan.ts"
import { clock } from "./present.ts"
import { columnOfMood, replaceSlot } from "./replace.ts"
import { answerDay } from "./rest-of-day.ts"
import { CLOSED_COLUMN, WEATHER_COLUMN } from "./search.ts"
import { secondBest } from "./second-best.ts"
import { repairDay, USUAL_DELAY } from "./transit.ts"
import {
  badWeather,
  closedDistrict,
  closedFor,
  moodUpset,
  placesOfDistrict,
  stopsInDistrict,
  withoutDistrict
} from "./upsets.ts"
import { bookedOutside, exposedDay, weatherWindow } from "./weather.ts"

const refuse = (problem: PivotRefusal, message: string): Refused => ({ _tag: "refused", problem, message })

/** A stop with less time left than this is as good as over: the next one is meant. */
const WORTH_CHANGING = 30 * 60_000

interface Target {
  readonly day: ReadonlyArray<PlanSlot>
  readonly position: number
}

/** Why no stop that is still ahead could change. */
const whyNothingAhead = ({ trip }: PivotWorld, { trigger }: PivotRequest, now: number): string => {
  const ahead = trip.slots.filter((slot) => slot.status === "planned" && slot.ends_at > now)
  if (ahead.length === 0) return "Nothing more is planned on this trip."
  if (trigger !== "transit" && ahead.some((slot) => slot.locked && slot.ends_at - now >= WORTH_CHANGING)) {
    return "All that is still ahead is to be kept whatever happens. Unlock a stop to have it changed."
  }
  return "The last stop has begun, and nothing is planned after it."
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
    if (named === undefined) return refuse("nothing_ahead", whyNothingAhead(world, request, now))
  }
  const id = named.id
  const day = daySlots(trip, named.day, catalog.indexOf)
  return { day, position: day.findIndex((slot) => slot.id === id) }
}

/** Nothing of the plan is touched: an answer that says so. */
const untouched = (message: string, now: number): Finding => ({
  slot: undefined,
  options: [],
  reasons: [{ reason: "not_affected", message, places: 0 }],
  source: "on_demand",
  computedAt: now,
  candidates: []
})

const dayOf = ({ trip, catalog }: PivotWorld, slot: PlanSlot): ReadonlyArray<PlanSlot> =>
  daySlots(trip, slot.day, catalog.indexOf)

/** The weather of the rest of a day. */
const weather = (world: PivotWorld, set: FallbackSet | undefined, request: PivotRequest, now: number): Finding => {
  const window = weatherWindow(world.env, request.detail, now)
  const { day, affected } = exposedDay(world, window)
  if (affected.length > 0) return answerDay(world, set, day, badWeather(affected), now)
  const booked = bookedOutside(world, window)
  if (booked.length === 0) {
    return untouched("No stop that is still ahead then is exposed to the weather: nothing has to change.", now)
  }
  const name = world.catalog.nodes[world.catalog.indexOf(booked[0]!.node_id)!]!.name
  return untouched(
    booked.length === 1
      ? `Only ${name} is exposed to the weather, and it is booked: what is booked is never moved. Unlock it to have it replaced.`
      : `Only booked stops are exposed to the weather, ${name} first: what is booked is never moved. Unlock one to have it replaced.`,
    now
  )
}

/** A district that nobody gets into: its stops go elsewhere, and nobody is sent to another of its places. */
const district = (
  world: PivotWorld,
  set: FallbackSet | undefined,
  { slot_id, detail }: PivotRequest,
  now: number
): Finding | Refused => {
  const name = detail!.district!
  const places = placesOfDistrict(world, name)
  if (places.size === 0) {
    const { city } = world.catalog
    return refuse(
      "unknown_district",
      `${city.name} has no part that is called "${name}". Name the neighbourhood of one of its places.`
    )
  }
  const span = closedFor(detail!.until, now)
  const closed = withoutDistrict(world, places, now)
  if (slot_id !== undefined) {
    const target = targetOf(closed, { trigger: "venue_closed", slot_id }, now)
    if ("_tag" in target) return target
    return replaceSlot(closed, set, target.day, target.position, CLOSED_COLUMN, undefined, now)
  }
  const { day, affected } = stopsInDistrict(world, places, span)
  return affected.length > 0
    ? answerDay(closed, set, day, closedDistrict(affected), now)
    : untouched(
        `No stop that is still ahead and not booked lies in ${name}: nothing has to change. What is booked is never moved; name such a stop to have it replaced.`,
        now
      )
}

/** Who feels something now and next has a stop in so much time is told which stop the answer is about. */
const FAR_AHEAD = 2 * 3_600_000

const farAhead = ({ catalog, env }: PivotWorld, { index, day, starts }: PlanSlot): NoPivotReason => {
  const name = index < 0 ? "the next stop" : catalog.nodes[index]!.name
  const at = clock(env.localMinute(starts))
  const message = `Nothing could change before ${name}, on day ${day} at ${at}: this is about that stop.`
  return { reason: "far_ahead", message, places: 0 }
}

const mood = (world: PivotWorld, set: FallbackSet | undefined, request: PivotRequest, target: Target, now: number) => {
  const wish = moodWish(request.detail)
  if (wish === undefined) {
    const said = request.detail?.mood
    const start = said === undefined ? "" : `detail.mood: "${said}" suggests nothing that is known of places. `
    return refuse("unknown_mood", `${start}Name a mood (${MOODS.join(", ")}) or tags of the vibe taxonomy.`)
  }
  const { day, position } = target
  const upset = request.slot_id === undefined ? moodUpset(world, day, position, wish) : undefined
  const found =
    upset === undefined
      ? replaceSlot(world, set, day, position, columnOfMood(wish), wish, now)
      : answerDay(world, set, day, upset, now)
  const next = day[position]!
  return request.slot_id !== undefined || next.starts - now < FAR_AHEAD
    ? found
    : { ...found, reasons: [farAhead(world, next), ...found.reasons] }
}

const search = (
  world: PivotWorld,
  set: FallbackSet | undefined,
  request: PivotRequest,
  now: number
): Finding | Refused => {
  const { detail, trigger } = request
  if (trigger === "weather" && request.slot_id === undefined) return weather(world, set, request, now)
  if (trigger === "venue_closed" && detail?.district !== undefined) return district(world, set, request, now)
  const target = targetOf(world, request, now)
  if ("_tag" in target) return target
  const { day, position } = target
  if (trigger === "transit") {
    return repairDay(world, set, day, position, { minutes: detail?.delay_minutes ?? USUAL_DELAY, now })
  }
  if (trigger === "weather") return replaceSlot(world, set, day, position, WEATHER_COLUMN, undefined, now)
  if (trigger === "venue_closed") return replaceSlot(world, set, day, position, CLOSED_COLUMN, undefined, now)
  return mood(world, set, request, target, now)
}

/** When what spoils a stop is known to be over. */
const overAt = ({ trigger, detail }: PivotRequest, now: number): number | undefined => {
  const until = detail?.until === undefined ? Number.NaN : Date.parse(detail.until)
  return (trigger === "weather" || trigger === "venue_closed") && until > now ? until : undefined
}

/** Answers that mean that the plan is as good as before. */
const NOTHING_WRONG: ReadonlySet<string> = new Set(["absorbed", "not_affected"])

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
  const found = search(world, set, request, now)
  if ("_tag" in found || found.options.length > 0 || found.slot === undefined) return found
  // A late traveler has had every stop left out in turn; a mood leaves the plan as good as it was.
  const spoilt = request.trigger === "weather" || request.trigger === "venue_closed"
  if (!spoilt && request.detail?.mood !== "tired") return found
  if (found.reasons.some(({ reason }) => NOTHING_WRONG.has(reason))) return found
  const { slot } = found
  const day = dayOf(world, slot)
  const position = day.findIndex((one) => one.id === slot.id)
  return { ...found, options: secondBest(world, day, position, overAt(request, now), now) }
}
