/** A trip as the contract shows it: state from the actor, everything about places from the catalog in memory. */
import { attributionsFor } from "../catalog/attribution.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { sharedTags } from "../catalog/embedding.ts"
import { fitFor } from "../catalog/fits.ts"
import type { ActivityNode } from "../catalog/node.ts"
import { countAbove, pricesOf, pricesSaying } from "../catalog/price.ts"
import { type CityConditions, shutByEvent } from "../city/model.ts"
import { affinityOf } from "../group/affinity.ts"
import { explainPackage } from "../group/package.ts"
import { BUDGET_TIER } from "../itinerary/rules.ts"
import { plainNarrative } from "../narrative.ts"
import { partyTaste, vibeQuery } from "../persona/encode.ts"
import type { Persona } from "../persona/persona.ts"
import { readOffer } from "../pivot/model.ts"
import type { FixedThing, PlacedBy, Slot } from "../plan/model.ts"
import { isoDate, parseIsoDate } from "../time/calendar.ts"
import { legLines } from "../transit/legs.ts"
import { EVENT_WORDS } from "../trip/event-words.ts"
import type { LostChange, TripState } from "../trip/model.ts"
import { wayBack, wayTo } from "../trip/own-ways.ts"
import { UNDO_MILLIS } from "../trip/undoing.ts"
import { type VoteAnswer, votersOf } from "../trip/vote.ts"
import type { Open } from "../vocabulary.ts"
import { freeTimes } from "./free-time.ts"
import { isMended } from "./mended.ts"
import { beforeOneGoes, evidenceLines, nodeBrief, topTags } from "./node.ts"

/** Reasons that are shown for a stop. */
const SHOWN_REASONS = 3

const instant = (millis: number): string => new Date(millis).toISOString()

/** Why a place is there for these people: the tags that it shares with their taste; its own where nobody is known. */
const reasonsFor = (node: CityCatalog["nodes"][number], taste: Float32Array | undefined): ReadonlyArray<string> => {
  if (taste === undefined) return topTags(node).slice(0, SHOWN_REASONS)
  const shared = sharedTags(taste, node.vibe_embedding, SHOWN_REASONS).map(({ tag }) => tag)
  return shared.length > 0 ? shared : topTags(node).slice(0, SHOWN_REASONS)
}

/** What put a stop into the plan, in words; "taste" is told by the tags themselves. */
const TERM_WORDS: Readonly<Record<Exclude<PlacedBy, "taste" | "meal">, string>> = {
  must: "you asked for it",
  breakfast: "coffee first thing in the morning",
  sunset: "there at sunset",
  share: "somebody's only favourite that day",
  near: "close to the stop before",
  fit: "known to fit what you need",
  open: "known to be open then",
  full: "room left in the day"
}

const termWords = ({ placed_by, day_part }: Slot): ReadonlyArray<string> => {
  if (placed_by === undefined || placed_by === "taste") return []
  if (placed_by !== "meal") return [TERM_WORDS[placed_by]]
  return [day_part === "evening" || day_part === "night" ? "dinner at the city's hours" : "lunch at the city's hours"]
}

/** What these people like together; undefined where nobody is known. */
export const shownTaste = (personas: ReadonlyArray<Persona>): Float32Array | undefined =>
  personas.length === 0 ? undefined : partyTaste(personas)

const told = (node: ActivityNode, slot: Slot, taste: Float32Array | undefined): string =>
  plainNarrative({
    node,
    day: slot.day,
    dayPart: slot.day_part,
    why: taste === undefined ? [] : sharedTags(taste, node.vibe_embedding, SHOWN_REASONS)
  })

/** What a trip is shown with: the city's catalog, who travels, and what goes on there, as far as it is known. */
export interface Shown {
  readonly catalog: CityCatalog
  readonly personas: ReadonlyArray<Persona>
  readonly conditions?: CityConditions | undefined
}

const openOn = ({ catalog, conditions }: Shown, index: number, slot: Slot): Open =>
  conditions !== undefined && shutByEvent(conditions, slot.node_id, slot.starts_at)
    ? "closed"
    : catalog.openAt(index, slot.starts_at)

/** Of a place that is no longer listed nobody knows anything. */
const UNLISTED = { opening_hours: null, price_tier: null, price_known: false, booking_needed: false, expected: null }

const fitsOf = (node: ActivityNode | undefined, { constraints: { needs = [] } }: TripState) =>
  Object.fromEntries(needs.map((need) => [need, node === undefined ? "unknown" : fitFor(node, need)] as const))

export const slotView = (slot: Slot, trip: TripState, shown: Shown, taste: Float32Array | undefined) => {
  const { catalog } = shown
  const index = catalog.indexOf(slot.node_id)
  const node = index === undefined ? undefined : catalog.nodes[index]
  // A place can leave the catalog while a trip still names it: the trip is shown all the same.
  const brief =
    node === undefined
      ? {
          id: slot.node_id,
          name: "A place that is no longer listed",
          category: "unknown",
          lat: catalog.city.lat,
          lon: catalog.city.lon,
          neighbourhood: "",
          vibe_tags: []
        }
      : nodeBrief(node)
  const open = index === undefined ? ("unknown" as const) : openOn(shown, index, slot)
  return {
    id: slot.id,
    order: slot.order,
    day_part: slot.day_part,
    starts_at: instant(slot.starts_at),
    ends_at: instant(slot.ends_at),
    time_zone: node?.time_zone ?? trip.time_zone,
    locked: slot.locked,
    status: slot.status,
    node: brief,
    open,
    ...(index === undefined ? UNLISTED : beforeOneGoes(catalog, index, open, slot.starts_at)),
    fits: fitsOf(node, trip),
    travel_minutes: slot.travel_minutes,
    lines: legLines(catalog, trip.slots, slot),
    // A stop that came in place of another has nobody's words yet: the plain ones say why it is there.
    narrative: slot.narrative ?? (node === undefined ? null : told(node, slot, taste)),
    score: Math.round(slot.score * 10_000) / 10_000,
    placed_by: slot.placed_by ?? null,
    why: node === undefined ? [] : [...termWords(slot), ...reasonsFor(node, taste)],
    evidence: node === undefined ? [] : evidenceLines(node)
  }
}

/** Something of the travelers' own, with the way there from the stop before, or from the lodging. */
const fixedView = (trip: TripState, catalog: CityCatalog, thing: FixedThing) => ({
  id: thing.id,
  title: thing.title,
  kind: thing.kind,
  day: thing.day,
  starts_at: instant(thing.starts_at),
  ends_at: instant(thing.ends_at),
  lat: thing.lat ?? null,
  lon: thing.lon ?? null,
  travel_minutes: wayTo(trip, catalog, thing)
})

export const fixedViews = (trip: TripState, catalog: CityCatalog) =>
  (trip.fixed ?? []).map((thing) => fixedView(trip, catalog, thing))

/** Minutes on the way of a day: between its stops, from the lodging and back. */
const wayOf = (trip: TripState, catalog: CityCatalog, day: number) => {
  const slots = trip.slots.filter((slot) => slot.day === day && slot.status !== "skipped")
  const fixed = (trip.fixed ?? []).filter((thing) => thing.day === day)
  const back = wayBack(trip, catalog, day)
  const there =
    slots.reduce((sum, slot) => sum + slot.travel_minutes, 0) +
    fixed.reduce((sum, thing) => sum + wayTo(trip, catalog, thing), 0)
  return { minutes: there + (back ?? 0), back_minutes: back }
}

/** What the stops that are left cost, as far as anybody said. */
const pricesView = (trip: TripState, catalog: CityCatalog, slots: ReadonlyArray<Slot>) => {
  const places = slots
    .filter((slot) => slot.status !== "skipped")
    .map(({ node_id }) => catalog.nodes[catalog.indexOf(node_id) ?? -1])
  const { budget } = trip.constraints
  const prices = pricesOf(places)
  return {
    ...prices,
    above_budget: budget === undefined ? null : countAbove(places, BUDGET_TIER[budget]),
    to_book: places.filter((place) => place?.booking_needed === true).length,
    message: pricesSaying(prices)
  }
}

const UNDO_WORDS: Readonly<Record<string, string>> = {
  slot_swapped: "swap",
  slot_removed: "remove",
  slot_added: "add",
  slot_moved: "move",
  day_reordered: "reorder",
  slot_locked: "lock",
  fixed_changed: "fixed",
  pivot_accepted: "pivot",
  trip_rescheduled: "reschedule",
  trip_replanned: "replan"
}

/** What a change that can be taken back may be. */
export const UNDOABLE: ReadonlyArray<string> = Object.values(UNDO_WORDS)

/** Changes that can be taken back, newest first: only the first of them can be now. */
export const undoView = ({ undoable = [] }: TripState) =>
  undoable.toReversed().map(({ at, change, seq }) => ({
    change: seq,
    what: UNDO_WORDS[change] ?? change,
    until: instant(at + UNDO_MILLIS)
  }))

/** Who has voted is told to all, and what they voted to nobody. */
export const voteView = (trip: TripState) => {
  const { vote } = trip
  if (vote === undefined) return null
  return {
    pivot_id: vote.pivot_id,
    offer: readOffer(vote.offer),
    opened_by: vote.opened_by,
    opened_at: instant(vote.opened_at),
    closes_at: instant(vote.closes_at),
    default: vote.default as VoteAnswer,
    voted: votersOf(vote, trip)
  }
}

const dayCount = (trip: Pick<TripState, "start_date" | "end_date">): number =>
  parseIsoDate(trip.end_date)! - parseIsoDate(trip.start_date)! + 1

/** Places that a member's favourites are told from: all of a city, or an even sample of a very large one. */
const MOST_COMPARED = 2_000

/** Whether anything was heard of what somebody likes: else their taste is what is assumed of everybody. */
const isTasteKnown = ({ dimensions }: Persona): boolean => dimensions.category_affinities.source !== "default"

/** What each member got out of the plan, in the words of the fair package; nobody is told of favourites that they never named. */
const memberShares = (trip: TripState, catalog: CityCatalog, personas: ReadonlyArray<Persona>) => {
  const chosen = trip.slots.flatMap((slot) => catalog.indexOf(slot.node_id) ?? [])
  const stride = Math.ceil(catalog.nodes.length / MOST_COMPARED)
  const compared = new Set(chosen)
  for (let index = 0; index < catalog.nodes.length; index += stride) if (!catalog.retired(index)) compared.add(index)
  const tastes = personas.map((persona) => vibeQuery(persona.vector))
  const told = explainPackage(catalog, affinityOf(catalog.matrix, [...compared], tastes), chosen)
  const slotOf = new Map(trip.slots.map((slot) => [slot.node_id as string, slot.id]))
  return new Map(
    told.map((one) => {
      const persona = personas[one.member]!
      const share = {
        share: one.satisfaction,
        stops: one.node_ids.flatMap((id) => slotOf.get(id) ?? []),
        ...(isTasteKnown(persona) ? { got: one.message } : {})
      }
      return [persona.user_id as string, share]
    })
  )
}

/** What happened, and what to do. */
const lostView = ({ seq, type }: LostChange) => {
  const what = type === null ? undefined : EVENT_WORDS[type]
  return {
    state_version: seq,
    message: `Change ${seq} of this trip${what === undefined ? "" : ` (${what})`} could not be kept, and the plan goes on without it. Look it over, and make the change again if you miss it.`
  }
}

export const tripView = (trip: TripState, shown: Shown) => {
  const { catalog, personas } = shown
  const taste = shownTaste(personas)
  const first = parseIsoDate(trip.start_date)!
  const relaxed = trip.relaxed.filter((one) => !isMended(one, trip, catalog))
  const shares = personas.length > 1 ? memberShares(trip, catalog, personas) : undefined
  return {
    id: trip.id,
    city: trip.city,
    status: trip.status,
    start_date: trip.start_date,
    end_date: trip.end_date,
    state_version: trip.seq,
    constraints: trip.constraints,
    days: Array.from({ length: dayCount(trip) }, (_, index) => {
      const slots = trip.slots.filter((slot) => slot.day === index + 1)
      const free = freeTimes(trip, catalog, slots)
      return {
        day: index + 1,
        date: isoDate(first + index),
        slots: slots.map((slot) => slotView(slot, trip, shown, taste)),
        way: wayOf(trip, catalog, index + 1),
        prices: pricesView(trip, catalog, slots),
        ...(free.length === 0 ? {} : { free_time: free })
      }
    }),
    prices: pricesView(trip, catalog, trip.slots),
    fixed: fixedViews(trip, catalog),
    lodging: trip.lodging ?? null,
    undo: undoView(trip),
    vote: voteView(trip),
    model: trip.model,
    members: trip.members.map((member) => ({
      user_id: member.user_id,
      role: member.role,
      ...shares?.get(member.user_id)
    })),
    attribution: attributionsFor(
      trip.slots.flatMap(({ node_id }) => catalog.nodes[catalog.indexOf(node_id) ?? -1] ?? [])
    ),
    ...(relaxed.length === 0 ? {} : { relaxed }),
    ...(trip.degraded === undefined ? {} : { degraded: trip.degraded }),
    ...(trip.lost === undefined ? {} : { lost: trip.lost.map(lostView) })
  }
}

/** What a change did, for the one who made it. */
export const changeView = (before: ReadonlyArray<Slot>, trip: TripState, shown: Shown) => {
  const taste = shownTaste(shown.personas)
  const old = new Map(before.map((slot) => [slot.id, slot]))
  const changed = trip.slots.filter((slot) => old.get(slot.id) !== slot && !sameSlot(old.get(slot.id), slot))
  const kept = new Set(trip.slots.map((slot) => slot.id))
  const days = new Set(changed.map((slot) => slot.day))
  const firstChange = Math.min(...changed.map((slot) => slot.starts_at))
  return {
    trip_id: trip.id,
    state_version: trip.seq,
    status: trip.status,
    fixed: fixedViews(trip, shown.catalog),
    undo: undoView(trip),
    changed: changed.map((slot) => slotView(slot, trip, shown, taste)),
    moved: changed.flatMap((slot) => {
      const was = old.get(slot.id)
      return was === undefined || was.node_id !== slot.node_id || was.starts_at === slot.starts_at
        ? []
        : [{ slot_id: slot.id, from: instant(was.starts_at), to: instant(slot.starts_at) }]
    }),
    removed: before.filter((slot) => !kept.has(slot.id)).map((slot) => slot.id),
    downstream: trip.slots.filter((slot) => days.has(slot.day) && slot.starts_at > firstChange).map((slot) => slot.id)
  }
}

const sameSlot = (a: Slot | undefined, b: Slot): boolean =>
  a !== undefined &&
  a.node_id === b.node_id &&
  a.starts_at === b.starts_at &&
  a.ends_at === b.ends_at &&
  a.locked === b.locked &&
  a.status === b.status &&
  a.order === b.order &&
  a.day === b.day
