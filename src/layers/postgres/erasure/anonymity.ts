/** How many others are like this: what fewer than k share is told less precisely. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Moment } from "../../../domain/erasure/disguise.ts"
import { ARCHETYPES, type Archetype, archetypeOf } from "../../../domain/persona/archetype.ts"
import { PrimaryInterest } from "../../../domain/vocabulary.ts"

/** Trips of others in the same city whose signals say what is common there: enough to judge by, and quickly read. */
const SAMPLE_TRIPS = 300
const SAMPLE_SIGNALS = 100

/** The person's archetype, unless too few travelers share it. */
export const knownArchetype = Effect.fnUntraced(function* (person: string, k: number) {
  const sql = yield* SqlClient
  const [own] = yield* sql<{ value: string }>`
    select value from persona_dimensions where user_id = ${person} and dimension = 'primary_interest'`
  const interest = PrimaryInterest.literals.find((one) => one === own?.value)
  if (interest === undefined) return undefined
  const ofInterest = (value: (typeof PrimaryInterest.literals)[number]): Archetype =>
    archetypeOf({ primary_interest: { value, confidence: 1, source: "" } })
  const archetype = ARCHETYPES.find((one) => one === ofInterest(interest))!
  const alike = PrimaryInterest.literals.filter((one) => ofInterest(one) === archetype)
  const others = yield* sql`
    select user_id from persona_dimensions
    where dimension = 'primary_interest' and value in ${sql.in(alike)} and user_id <> ${person} limit ${k}`
  return others.length < k ? undefined : archetype
})

const keyOf = (moment: Moment): string => `${moment.day_part ?? ""} ${moment.weather ?? ""} ${moment.group_size ?? ""}`

/** Says of a moment whether at least k other travelers of the city were in one like it. */
export const commonMoments = Effect.fnUntraced(function* (person: string, city: string | undefined, k: number) {
  const sql = yield* SqlClient
  const rows = yield* sql<Moment>`
    select s.context ->> 'day_part' as day_part, s.context ->> 'weather' as weather,
      least((s.context ->> 'group_size')::numeric, 6)::int as group_size
    from (
      select id from trips
      where (${city ?? null}::uuid is null or city_id = ${city ?? null}::uuid) and user_id <> ${person}
      order by id desc limit ${SAMPLE_TRIPS}
    ) t cross join lateral (
      select user_id, context from behavioral_signals
      where trip_id = t.id and user_id <> ${person}
        and jsonb_typeof(coalesce(context -> 'group_size', '1')) = 'number'
      limit ${SAMPLE_SIGNALS}
    ) s
    group by 1, 2, 3 having count(distinct s.user_id) >= ${k}`
  const common = new Set(
    rows.map((row) =>
      keyOf({
        day_part: row.day_part ?? undefined,
        weather: row.weather ?? undefined,
        group_size: row.group_size ?? undefined
      })
    )
  )
  return (moment: Moment) => common.has(keyOf(moment))
})

/** Whether fewer than k trips of others share its city, length and wishes. */
export const fewLikeIt = Effect.fnUntraced(function* (
  trip: {
    readonly id: string
    readonly user_id: string
    readonly city_id: string
    readonly days: number
    readonly constraints: Readonly<Record<string, unknown>>
  },
  k: number
) {
  const sql = yield* SqlClient
  const word = (value: unknown) => (typeof value === "string" ? value : null)
  const alike = yield* sql`
    select id from trips
    where city_id = ${trip.city_id} and user_id <> ${trip.user_id} and end_date - start_date + 1 = ${trip.days}
      and constraints ->> 'budget' is not distinct from ${word(trip.constraints.budget)}
      and constraints ->> 'pace' is not distinct from ${word(trip.constraints.pace)}
    limit ${k}`
  return alike.length < k
})
