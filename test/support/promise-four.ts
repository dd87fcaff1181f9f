// Promise 4, checked apart from everything that makes options: reads an offer as a client would, lays its changes
// over the trip, and walks through the day minute by minute.
import { categoryInfo } from "../../src/domain/catalog/category.ts"
import { isVibeTag } from "../../src/domain/catalog/taxonomy.ts"
import type { PivotWorld } from "../../src/domain/pivot/answer-model.ts"
import type { Offer, OfferOption, PivotRequest } from "../../src/domain/pivot/model.ts"
import type { PlanningCity } from "./generated-city.ts"

interface Stop {
  readonly id: string
  readonly node: number
  readonly from: number
  readonly to: number
  readonly locked: boolean
  readonly changed: boolean
}

const TIERS = { low: 1, mid: 2, high: 4 }
const MIN = 60_000

export const brokenBy = (
  city: PlanningCity,
  world: PivotWorld,
  request: PivotRequest,
  offer: Offer,
  option: OfferOption,
  now: number
): ReadonlyArray<string> => {
  const { trip, live } = world
  const broken: Array<string> = []
  const changed = new Map(option.changes.map((change) => [change.slot_id as string, change]))
  if (changed.size !== option.changes.length) broken.push("a slot changes twice")
  const days = new Set(option.changes.map((c) => trip.slots.find((slot) => slot.id === c.slot_id)?.day))
  if (days.size !== 1) broken.push(`changes touch ${days.size} days`)
  const day = [...days][0]
  if (option.unchanged !== trip.slots.filter((s) => s.status === "planned" && !changed.has(s.id)).length) {
    broken.push(`says ${option.unchanged} slots are unchanged`)
  }

  const closedAt = (node: number, at: number): boolean =>
    (live.closures.get(node) ?? []).some((span) => at >= span.from && at < span.to) ||
    city.openAt(node, at) === "closed"

  for (const change of option.changes) {
    const slot = trip.slots.find((s) => s.id === change.slot_id)
    if (slot === undefined) {
      broken.push("changes a slot that does not exist")
      continue
    }
    const shut = request.slot_id === slot.id || request.detail?.district !== undefined
    if (slot.locked && !(request.trigger === "venue_closed" && shut)) broken.push("moves a booking")
    if (change.action === "drop") continue
    const nodeId = change.node?.id ?? slot.node_id
    const index = city.indexOf(nodeId)!
    const node = city.nodes[index]!
    const from = Date.parse(change.starts_at)
    const to = Date.parse(change.ends_at)
    if (from < now) broken.push("begins in the past")
    if (to - from < Math.min(15 * MIN, slot.ends_at - slot.starts_at)) broken.push("leaves no time for a visit")
    for (let at = from; at < to; at += MIN) {
      if (closedAt(index, at)) {
        broken.push(`${node.name} is closed ${(at - from) / MIN} minutes after arrival`)
        break
      }
    }
    if (change.open !== city.openAt(index, from)) broken.push(`says ${change.open} of ${node.name}`)
    if (change.day !== undefined && (change.day <= slot.day || !trip.slots.some((one) => one.day === change.day)))
      broken.push(`moves to day ${change.day}`)
    if (change.action !== "replace") continue
    if (request.detail?.district !== undefined && node.neighbourhood === request.detail.district)
      broken.push(`${node.name} is in the closed district`)
    if (change.node === undefined) broken.push("replaces by nothing")
    if (city.retired(index)) broken.push("offers a retired place")
    if (trip.slots.some((s) => s.node_id === nodeId)) broken.push(`${node.name} is in the plan`)
    if (option.changes.filter((c) => c.node?.id === nodeId).length > 1) broken.push(`${node.name} is offered twice`)
    const named = (words: ReadonlyArray<string>) =>
      words.some((w) => (isVibeTag(w) ? node.vibe_tags.includes(w) : w === node.category || w === node.setting))
    if (trip.vetoes.some((v) => (v.node_ids as ReadonlyArray<string>).includes(nodeId) || named(v.tags))) {
      broken.push(`${node.name} is vetoed`)
    }
    if (named(trip.constraints.avoid ?? [])) broken.push(`${node.name} has something to avoid`)
    if (trip.constraints.budget !== undefined && node.price_tier > TIERS[trip.constraints.budget]) {
      broken.push(`${node.name} is above the budget`)
    }
    const wet = request.trigger === "weather" || live.badWeather.some((span) => from < span.to && to > span.from)
    if (wet && (node.setting === "outdoor" || node.weather_sensitivity > 0.35)) broken.push(`${node.name} is exposed`)
    const minute = city.localMinute(from)
    const tables = city.city.country === "MX" ? [825, 960, 1170, 1305] : [690, 870, 1050, 1290]
    const mealTime = (minute >= tables[0]! && minute < tables[1]!) || (minute >= tables[2]! && minute < tables[3]!)
    const hungry = request.detail?.mood === "hungry"
    if (categoryInfo(node.category).meal && !mealTime && !hungry)
      broken.push(`${node.name} at minute ${minute} is no meal`)
  }

  const walked = (on: number | undefined): ReadonlyArray<Stop> => {
    const stops = trip.slots
      .filter((slot) => {
        const change = changed.get(slot.id)
        return (change?.day ?? slot.day) === on && change?.action !== "drop"
      })
      .map((slot): Stop => {
        const change = changed.get(slot.id)
        return {
          id: slot.id,
          node: city.indexOf(change?.node?.id ?? slot.node_id)!,
          from: change === undefined ? slot.starts_at : Date.parse(change.starts_at),
          to: change === undefined ? slot.ends_at : Date.parse(change.ends_at),
          locked: slot.locked,
          changed: change !== undefined
        }
      })
      .sort((a, b) => a.from - b.from)
    for (let i = 1; i < stops.length; i++) {
      const [a, b] = [stops[i - 1]!, stops[i]!]
      const late = request.trigger === "transit" && option.changes.some((c) => c.action === "drop")
      if (!a.changed && !b.changed && !late) continue
      if (b.to <= now) continue
      const needed = city.travel(a.node, b.node, a.to) * MIN
      if (b.from - a.to < needed)
        broken.push(`${Math.round((needed - (b.from - a.to)) / MIN)} minutes short between stops`)
    }
    return stops
  }
  const stops = walked(day)
  for (const { day: other } of option.changes) if (other !== undefined) walked(other)

  // From where the traveler is to the first stop that changes.
  const firstSlot = trip.slots.find((slot) => slot.day === day && changed.has(slot.id))
  const firstStop = stops.find((stop) => stop.id === firstSlot?.id)
  if (firstSlot !== undefined && firstStop !== undefined && changed.get(firstSlot.id)?.action === "replace") {
    const standing = firstSlot.starts_at <= now
    const before = trip.slots.filter((slot) => slot.day === day && slot.starts_at < firstSlot.starts_at).at(-1)
    const place = standing ? firstSlot : before
    if (place !== undefined) {
      const leaves = standing ? now : Math.max(now, place.ends_at)
      const needed = city.travel(city.indexOf(place.node_id)!, firstStop.node, leaves) * MIN
      if (firstStop.from - leaves < needed) broken.push("the first changed stop cannot be reached from where one is")
    }
  }

  // A late train is late: whatever is reached first by it is reached no earlier than it allows.
  if (request.trigger === "transit" && offer.slot_id !== null) {
    const target = trip.slots.find((slot) => slot.id === offer.slot_id)!
    const before = trip.slots.filter((slot) => slot.day === day && slot.starts_at < target.starts_at).at(-1)
    const done = trip.slots
      .filter((slot) => slot.day === day && slot.starts_at < target.starts_at)
      .map((slot) => slot.id)
    const next = stops.find((stop) => !(done as ReadonlyArray<string>).includes(stop.id))
    const stays = next !== undefined && changed.get(next.id)?.action !== "replace"
    if (next !== undefined && stays && before !== undefined && target.starts_at > now) {
      const leaves = Math.max(now, before.ends_at)
      const delay = (request.detail?.delay_minutes ?? 30) * MIN
      const needed = city.travel(city.indexOf(before.node_id)!, next.node, leaves) * MIN + delay
      if (next.from - leaves < needed) broken.push("does not wait for the late train")
    }
  }
  return broken
}
