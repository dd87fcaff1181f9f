/** Who travels where and when, and how each trip ended: a pure function of the seed, the day and the number of people. */
import { between, pickWeighted, randomStream, shuffled, whole } from "../../domain/basics/random.ts"
import { isoDate, MS_PER_DAY } from "../../domain/time/calendar.ts"
import type { TripStatus } from "../../domain/vocabulary.ts"
import { type Profile, profileOf } from "./profile.ts"

/** The cities, by how many go there. */
export const SHADOW_CITIES = { "new-york": 31, "mexico-city": 29, tokyo: 28, seattle: 12 } as const
export type ShadowCity = keyof typeof SHADOW_CITIES

/** Of 765 people so many are planning, about to leave, or on their way at the moment. */
const NOW: Readonly<Record<"planning" | "confirmed" | "active", number>> = { planning: 12, confirmed: 18, active: 14 }
const OF_PEOPLE = 765

export interface PlannedTrip {
  readonly ordinal: number
  readonly city: ShadowCity
  readonly status: TripStatus
  /** Days since 1970-01-01. */
  readonly firstDay: number
  readonly days: number
  readonly members: ReadonlyArray<Profile>
}

export interface Population {
  readonly seed: number
  readonly users: number
  /** The day of seeding, in days since 1970-01-01. */
  readonly today: number
  readonly now: ReadonlyMap<number, "planning" | "confirmed" | "active">
}

export const populationOf = (seed: number, users: number, today: number): Population => {
  const order = shuffled(
    randomStream("now", seed),
    Array.from({ length: users }, (_, n) => n)
  )
  const now = new Map<number, "planning" | "confirmed" | "active">()
  for (const status of ["planning", "confirmed", "active"] as const) {
    const count = Math.max(1, Math.round((NOW[status] * users) / OF_PEOPLE))
    for (const n of order.splice(0, count)) now.set(n, status)
  }
  return { seed, users, today, now }
}

const PAST: Readonly<Record<"completed" | "shortened" | "cancelled", number>> = {
  completed: 945,
  shortened: 30,
  cancelled: 25
}

/** Longest of these trips, in days. */
const LONGEST = 8

export const tripsOf = (population: Population, profile: Profile): ReadonlyArray<PlannedTrip> => {
  const { seed, users, today } = population
  const random = randomStream("schedule", seed, profile.n)
  const now = population.now.get(profile.n)
  // Planned up to three weeks ahead, and nobody plans before they came.
  const from = today - profile.joinedDaysAgo + 23
  const until = today - LONGEST - 6
  const past = profile.trips - (now === undefined ? 0 : 1)
  const stretch = (until - from) / Math.max(1, past)
  return Array.from({ length: profile.trips }, (_, ordinal): PlannedTrip => {
    const days = whole(random, 3, LONGEST)
    const status = ordinal === profile.trips - 1 && now !== undefined ? now : pickWeighted(random, PAST)
    const firstDay =
      status === "planning" || status === "confirmed"
        ? today + whole(random, 3, 45)
        : status === "active"
          ? today - whole(random, 1, days - 2)
          : Math.floor(from + ordinal * stretch + between(random, 0, Math.max(0, stretch - LONGEST)))
    const company =
      profile.archetype.social === "friends" ? 0.45 : profile.archetype.social === "solo" || users < 2 ? 0 : 0.12
    const members = [profile]
    if (random() < company) {
      const others = new Set<number>()
      const size = profile.archetype.social === "friends" ? whole(random, 1, 3) : 1
      while (others.size < Math.min(size, users - 1)) {
        const other = Math.floor(random() * users)
        if (other !== profile.n) others.add(other)
      }
      for (const n of others) members.push(profileOf(seed, n))
    }
    return {
      ordinal,
      city: pickWeighted(random, SHADOW_CITIES),
      status,
      firstDay,
      days,
      members
    }
  })
}

export const dateOf = (day: number): string => isoDate(day)
export const millisOf = (day: number): number => day * MS_PER_DAY
