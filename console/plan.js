/** A trip as the page holds it, and what news does to it. Pure: a slot that nothing happened to stays the same object. */
import { localDate } from "./format.js"

const slotsOf = (trip) => trip.days.flatMap((day) => day.slots)

export const slotOf = (trip, slotId) => slotsOf(trip).find((slot) => slot.id === slotId)

/** Where one comes to eat or drink. */
export const KITCHENS = ["restaurant", "cafe", "bakery", "street_food", "food_hall", "dessert", "bar", "brewery"]
const DIETS = ["vegetarian", "vegan", "gluten_free", "halal", "kosher", "lactose_free"]

/** The needs that a stop has something to say of: a view from a hill is vegetarian, and nobody asks. */
export const fitsToTell = ({ fits = {}, node }) =>
  Object.entries(fits).filter(
    ([need, fit]) => fit !== "fits" || !DIETS.includes(need) || KITCHENS.includes(node.category)
  )

/** The zone of the trip's city: every stop carries it. */
export const zoneOfTrip = (trip, cities) =>
  slotsOf(trip)[0]?.time_zone ?? cities.find((city) => city.slug === trip.city)?.time_zone ?? "UTC"

/** Whether people would say of a stop that nothing happened to it: its number and the way to it may be others. */
const isSame = (before, slot) =>
  before !== undefined &&
  before.node.id === slot.node.id &&
  ["starts_at", "ends_at", "locked", "status"].every((name) => before[name] === slot[name])

/**
 * The plan after a change, and which stops to show as changed; `undefined` where the change does not fit what the page
 * knows (a stop it never heard of, one that went to another day) and the trip has to be read anew.
 *
 * @param {any} trip
 * @param {any} change a change as HTTP answers it, or a frame of the stream
 */
export const applyChange = (trip, { state_version, status, changed = [], removed = [], fixed, undo }) => {
  const known = new Map(slotsOf(trip).map((slot) => [slot.id, slot]))
  for (const slot of changed) {
    const before = known.get(slot.id)
    if (before === undefined) return undefined
    const day = localDate(slot.starts_at, slot.time_zone)
    if (day !== localDate(before.starts_at, before.time_zone)) return undefined
  }
  const now = new Map(changed.map((slot) => [slot.id, slot]))
  const gone = new Set(removed)
  const days = trip.days.map((day) => {
    if (!day.slots.some((slot) => now.has(slot.id) || gone.has(slot.id))) return day
    const slots = day.slots.filter((slot) => !gone.has(slot.id)).map((slot) => now.get(slot.id) ?? slot)
    return { ...day, slots: slots.sort((a, b) => a.order - b.order || a.starts_at.localeCompare(b.starts_at)) }
  })
  return {
    trip: {
      ...trip,
      days,
      state_version,
      status: status ?? trip.status,
      fixed: fixed ?? trip.fixed,
      undo: undo ?? trip.undo
    },
    changed: changed.filter((slot) => !isSame(known.get(slot.id), slot)).map(({ id }) => id),
    removed: [...gone]
  }
}

/** The vote that is open, unless it was on that offer. */
const without = (vote, pivotId) => (vote?.pivot_id === pivotId ? null : vote)

/**
 * What a numbered frame of the stream means for the plan: `old`, `gap` (something was missed), `reread`, or `change`.
 *
 * @param {any} trip
 * @param {any} frame
 * @returns {{kind: string, trip?: any, changed?: Array<string>, removed?: Array<string>}}
 */
export const judgeFrame = (trip, frame) => {
  if (frame.seq <= trip.state_version) return { kind: "old" }
  if (frame.seq !== trip.state_version + 1) return { kind: "gap" }
  if (frame.type === "slot_changed") {
    const applied = applyChange(trip, { ...frame, changed: changedOf(frame), state_version: frame.seq })
    if (applied === undefined) return { kind: "reread" }
    const vote = without(applied.trip.vote, frame.pivot_id)
    return { kind: "change", ...applied, trip: { ...applied.trip, vote } }
  }
  if (frame.type === "trip_changed" && frame.cause === "status") {
    return {
      kind: "change",
      // A vote ends with the trip's being under way.
      trip: {
        ...trip,
        state_version: frame.seq,
        status: frame.status,
        vote: frame.status === "active" ? trip.vote : null
      },
      changed: [],
      removed: []
    }
  }
  if (frame.type === "offer_closed" || frame.type === "vote_changed") {
    const vote = frame.type === "vote_changed" ? frame.vote : without(trip.vote, frame.pivot_id)
    return { kind: "change", trip: { ...trip, vote, state_version: frame.seq }, changed: [], removed: [] }
  }
  return { kind: "reread" }
}

/** What differs between a plan and a later reading of it: stops that are another place, or at another time, or gone. */
export const differences = (before, after) => {
  const old = new Map(slotsOf(before).map((slot) => [slot.id, slot]))
  const now = slotsOf(after)
  const kept = new Set(now.map((slot) => slot.id))
  return {
    changed: now.filter((slot) => !isSame(old.get(slot.id), slot)).map((slot) => slot.id),
    removed: [...old.keys()].filter((id) => !kept.has(id))
  }
}

/** Every stop that a frame shows; the first one alone where it lists no others. */
const changedOf = ({ changed, slot }) => changed ?? (slot?.node === undefined ? [] : [slot])

/** A trip that is neither over nor called off. */
export const UNDER_CHANGE = ["planning", "confirmed", "active"]

/** Which statuses the traveler may set next. */
export const NEXT_STATUS = { planning: ["confirmed", "active"], confirmed: ["active"], active: ["completed"] }

/** The moods that every plan is prepared for. */
export const MOODS = ["calm", "energetic", "hungry", "curious", "romantic", "playful", "tired", "social"]
