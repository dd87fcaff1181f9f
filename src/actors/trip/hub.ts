/** Who listens to which trip, and which trips of a city or a traveler are in memory. */
import type { OfferText } from "../../domain/pivot/model.ts"
import type { TripEventEnvelope } from "../../domain/trip/events.ts"
import { type HeldTrip, plainTrip } from "../../domain/trip/held-trip.ts"
import type { TripState } from "../../domain/trip/model.ts"
import type { TripListener, TripNews } from "../../services/trip-runtime.ts"

const add = (index: Map<string, Set<string>>, key: string, id: string): void => {
  const ids = index.get(key)
  if (ids === undefined) index.set(key, new Set([id]))
  else ids.add(id)
}

const drop = (index: Map<string, Set<string>>, key: string, id: string): void => {
  const ids = index.get(key)
  if (ids?.delete(id) && ids.size === 0) index.delete(key)
}

/** Where a trip belongs. */
type Placed = Pick<TripState, "city_id" | "id" | "members">

const NONE: ReadonlySet<string> = new Set()

export class TripHub {
  readonly #listeners = new Map<string, Set<TripListener>>()
  readonly #hearers = new Set<(news: TripNews) => void>()
  readonly #byCity = new Map<string, Set<string>>()
  readonly #byUser = new Map<string, Set<string>>()

  watch(id: string, listener: TripListener): () => void {
    const own = { ...listener }
    const listeners = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, listeners.add(own))
    return () => {
      if (listeners.delete(own) && listeners.size === 0) this.#listeners.delete(id)
    }
  }

  watched(id: string): boolean {
    for (const { onlooker } of this.#listeners.get(id) ?? []) if (onlooker !== true) return true
    return false
  }

  publish(id: string, events: ReadonlyArray<TripEventEnvelope>, trip: HeldTrip): void {
    // First what others find the trip by: a listener may throw.
    for (const { event } of events) {
      if (event._tag === "trip_created") this.resident(event.trip)
      else if (event._tag === "member_joined") add(this.#byUser, event.user_id, id)
      else if (event._tag === "member_left") drop(this.#byUser, event.user_id, id)
    }
    const listeners = this.#listeners.get(id)
    if (listeners !== undefined) {
      const plain = plainTrip(trip)
      for (const listener of listeners) listener.events(events, plain)
    }
  }

  push(id: string, offer: OfferText): void {
    const listeners = this.#listeners.get(id)
    if (listeners !== undefined) for (const listener of listeners) listener.offer(offer)
  }

  onNews(heard: (news: TripNews) => void): () => void {
    this.#hearers.add(heard)
    return () => void this.#hearers.delete(heard)
  }

  /** For who may not be there just now; nothing is laid out where nobody asks for it. */
  news(trip: HeldTrip | undefined, news: Pick<TripNews, "offer" | "event" | "closes_at" | "by">): void {
    if (trip === undefined || this.#hearers.size === 0) return
    const online = [...(this.#listeners.get(trip.id) ?? [])].flatMap((listener) => listener.online?.() ?? [])
    for (const hear of this.#hearers) hear({ ...news, trip: plainTrip(trip), online })
  }

  lost(id: string): void {
    const listeners = this.#listeners.get(id)
    if (listeners !== undefined) for (const listener of [...listeners]) listener.lost()
  }

  resident(trip: Placed): void {
    add(this.#byCity, trip.city_id, trip.id)
    for (const member of trip.members) add(this.#byUser, member.user_id, trip.id)
  }

  gone(trip: Placed): void {
    drop(this.#byCity, trip.city_id, trip.id)
    for (const member of trip.members) drop(this.#byUser, member.user_id, trip.id)
  }

  ofCity(cityId: string): ReadonlySet<string> {
    return this.#byCity.get(cityId) ?? NONE
  }

  ofUser(userId: string): ReadonlySet<string> {
    return this.#byUser.get(userId) ?? NONE
  }
}
