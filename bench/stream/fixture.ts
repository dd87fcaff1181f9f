/** Thousands of trips under way in Seattle today: some hundred plans that were really assembled, each copied with ids of its own. */
import { uuidOfName } from "../../src/domain/basics/hash.ts"
import type { SlotId, TripId, UserId } from "../../src/domain/ids.ts"
import type { TripState } from "../../src/domain/trip/model.ts"
import { curatedCities } from "../../test/support/curated-cities.ts"
import { tripToday } from "../../test/support/stream-server.ts"

const PLANS = 200
const DAYS = 5

export const CITY = "seattle"

const id = <A>(...parts: ReadonlyArray<string>) => uuidOfName("stream-bench", ...parts) as A

export const tripId = (n: number) => id<TripId>("trip", `${n}`)
export const userId = (n: number) => id<UserId>("user", `${n}`)

export const makeTrips = (count: number): ReadonlyArray<TripState> => {
  const city = curatedCities().find((one) => one.city.slug === CITY)!
  const plans = Array.from({ length: Math.min(count, PLANS) }, (_, n) =>
    tripToday(city, n, [userId(n)], tripId(n), DAYS)
  )
  return Array.from({ length: count }, (_, n) => {
    const plan = plans[n % plans.length]!
    const owner = userId(n)
    return {
      ...plan,
      id: tripId(n),
      epoch: id("epoch", `${n}`),
      session_id: id("session", `${n}`),
      user_id: owner,
      members: plan.members.map((member) => ({ ...member, user_id: owner })),
      slots: plan.slots.map((slot) => ({ ...slot, id: id<SlotId>("slot", `${n}`, `${slot.day}`, `${slot.order}`) }))
    }
  })
}

/** The case that everything is prepared for: the next stop turns out closed. */
export const closureOf = (trip: TripState): ReadonlyArray<string> => {
  const next = trip.slots.find((slot) => slot.starts_at > Date.now() + 3_600_000)!
  return [JSON.stringify({ trigger: "venue_closed", slot_id: next.id }).slice(1)]
}

/** What travelers ask, in turn: every trigger, answered from fallbacks and worked out on demand. */
export const pivotsOf = (trip: TripState): ReadonlyArray<string> => {
  const ahead = trip.slots.filter((slot) => slot.starts_at > Date.now() + 3_600_000)
  const [first, second] = [ahead[0]!.id, (ahead[1] ?? ahead[0])!.id]
  return [
    { trigger: "venue_closed", slot_id: first },
    { trigger: "mood", slot_id: second, detail: { mood: "cozy" } },
    { trigger: "weather", slot_id: second, detail: { condition: "rain" } },
    { trigger: "transit", slot_id: first, detail: { delay_minutes: 30 } }
  ].map((request) => JSON.stringify(request).slice(1))
}
