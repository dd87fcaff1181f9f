/** What a notification says of an offer: what happened, the first way to go on, and what can be answered from there. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { Offer } from "../pivot/model.ts"
import { localTime, zoneOf } from "../time/zone.ts"
import type { TripState } from "../trip/model.ts"
import type { Trigger } from "../vocabulary.ts"
import { timeOf } from "./quiet.ts"

export interface Notice {
  readonly trip_id: string
  readonly pivot_id: string
  readonly title: string
  readonly body: string
  /** The option that "take it" stands for; null where there is nothing to take, or the group votes. */
  readonly option_id: string | null
  readonly expires_at: string
}

/** Notifications show two lines or three. */
const LONGEST_TEXT = 160

const short = (text: string): string => (text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`)

const happened = (trigger: Trigger, place: string | undefined): string => {
  const about = place ?? "your next stop"
  switch (trigger) {
    case "weather":
      return `The weather turns: another idea for ${about}`
    case "venue_closed":
      return `Closed: ${about}`
    case "transit":
      return `The way to ${about} is disrupted`
    case "mood":
      return `Another idea for ${about}`
  }
}

/** The first place that an option brings in, and when. */
const firstOf = (offer: Offer, trip: TripState): string | undefined => {
  const change = offer.options[0]?.changes.find((one) => one.node !== undefined)
  const zone = zoneOf(trip.time_zone)
  if (change?.node === undefined || zone === undefined) return undefined
  return `${change.node.name}, ${timeOf(localTime(zone, Date.parse(change.starts_at)).minute)}`
}

const placeOf = (offer: Offer, trip: TripState, catalog: CityCatalog | undefined): string | undefined => {
  const slot = trip.slots.find(({ id }) => id === offer.slot_id)
  return slot === undefined ? undefined : catalog?.nodes[catalog.indexOf(slot.node_id) ?? -1]?.name
}

export const offerNotice = (offer: Offer, trip: TripState, catalog: CityCatalog | undefined): Notice => {
  const first = firstOf(offer, trip)
  const body =
    offer.options.length === 0
      ? (offer.reasons?.[0]?.message ?? "Nothing that is open and near passes. Look at what is left of the day.")
      : first === undefined
        ? "There is a way to go on."
        : `Instead: ${first}`
  return {
    trip_id: trip.id,
    pivot_id: offer.pivot_id,
    title: short(happened(offer.trigger, placeOf(offer, trip, catalog))),
    body: short(body),
    option_id: offer.options[0]?.option_id ?? null,
    expires_at: offer.expires_at
  }
}

export const voteNotice = (
  offer: Offer,
  trip: TripState,
  closes_at: string,
  catalog: CityCatalog | undefined
): Notice => {
  const zone = zoneOf(trip.time_zone)
  const until = zone === undefined ? "" : ` until ${timeOf(localTime(zone, Date.parse(closes_at)).minute)}`
  return {
    ...offerNotice(offer, trip, catalog),
    title: `Your group votes${until}`,
    expires_at: closes_at
  }
}
