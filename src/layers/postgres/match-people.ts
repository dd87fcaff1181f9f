/** People of whom enough is known to say who would travel well with them. Others are left out and counted. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Traveler } from "../../domain/companions/features.ts"
import { habitsOf } from "../../domain/companions/habits.ts"
import {
  DEFAULT_CONFIDENCE,
  DIMENSION_NAMES,
  type DimensionRow,
  dimensionsOfRows,
  readSeed
} from "../../domain/persona/dimensions.ts"
import type { PersonaDimensions } from "../../domain/persona/persona.ts"
import { MS_PER_DAY } from "../../domain/time/calendar.ts"
import type { Wholeness } from "../../services/match-data.ts"
import { type CountedTrip, readTrips, sumOf } from "./match-trips.ts"

export interface Person extends Traveler {
  readonly id: string
  readonly shadow: boolean
  /** Of real people: their trips are judged, and what came after one says nothing of it. */
  readonly trips: ReadonlyArray<CountedTrip>
}

export interface People {
  readonly people: ReadonlyArray<Person>
  readonly skipped: Readonly<Record<string, number>>
  readonly mapped: number
}

/** Whoever did nothing for longer may want something else by now. */
const RECENT_DAYS = 365
const PAGE = 1_000
const NO_SESSION = "a session in the last year"

interface Row {
  readonly id: string
  readonly shadow: boolean
  readonly age: number | null
  readonly interests: ReadonlyArray<string>
  readonly personality: number | null
  readonly dimensions: ReadonlyArray<DimensionRow> | null
  readonly seed: unknown
  readonly active: boolean
}

const NEEDED = ["pace_preference", "budget_sensitivity", "time_orientation", "category_affinities"] as const

const rowsAfter = Effect.fnUntraced(function* (after: string, now: number, only: ReadonlyArray<string> | undefined) {
  const sql = yield* SqlClient
  const recent = new Date(now - RECENT_DAYS * MS_PER_DAY)
  return yield* sql<Row>`
    select u.id, coalesce(u.email like 'shadow-%@overplanned.invalid', false) as shadow, u.age, u.interests, u.personality,
      (select jsonb_agg(jsonb_build_object('dimension', d.dimension, 'value', d.value, 'confidence', d.confidence, 'source', d.source))
        from persona_dimensions d where d.user_id = u.id) as dimensions,
      (select t.persona_seed from trips t where t.user_id = u.id and t.persona_seed is not null order by t.created_at desc limit 1) as seed,
      exists (select 1 from behavioral_signals s where s.user_id = u.id and s.session_id is not null and s.occurred_at >= ${recent}) as active
    from users u where u.deleted_at is null and u.id > ${after}::uuid
      and (${only === undefined} or u.id = any(${[...(only ?? [])]}::uuid[])) order by u.id limit ${PAGE}`
})

const dimensionsOf = (row: Row) => {
  const whole = (row.dimensions?.length ?? 0) >= DIMENSION_NAMES.length
  const mapped = !whole && row.seed !== null
  return { mapped, dimensions: (mapped ? readSeed(row.seed) : dimensionsOfRows(row.dimensions ?? [])).dimensions }
}

const missingOf = (row: Row, dimensions: PersonaDimensions): ReadonlyArray<string> => [
  ...(row.age === null ? ["age"] : []),
  ...(row.personality === null ? ["personality"] : []),
  ...(row.interests.length === 0 ? ["interests"] : []),
  ...NEEDED.filter((name) => dimensions[name].confidence <= DEFAULT_CONFIDENCE),
  ...(row.active ? [] : [NO_SESSION])
]

const FIRST = "00000000-0000-0000-0000-000000000000"

/** Everybody, or one, and what is missing of them. */
export const wholenessOf = Effect.fnUntraced(function* (now: number, only?: string) {
  const out: Array<Wholeness> = []
  let after = FIRST
  for (;;) {
    const page = yield* rowsAfter(after, now, only === undefined ? undefined : [only])
    for (const row of page) {
      out.push({ id: row.id, shadow: row.shadow, missing: missingOf(row, dimensionsOf(row).dimensions) })
    }
    if (page.length < PAGE) return out as ReadonlyArray<Wholeness>
    after = page.at(-1)!.id
  }
})

const personOf = (row: Row, dimensions: PersonaDimensions, trips: ReadonlyArray<CountedTrip>): Person => {
  const seen = sumOf(trips)
  return {
    id: row.id,
    shadow: row.shadow,
    age: row.age!,
    interests: row.interests,
    personality: row.personality!,
    dimensions,
    seen,
    habits: habitsOf(dimensions, seen),
    trips: row.shadow ? [] : trips
  }
}

export const readPeople = Effect.fnUntraced(function* (now: number) {
  const people: Array<Person> = []
  const skipped: Record<string, number> = {}
  let mapped = 0
  const skip = (reason: string) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1
  }
  let after = FIRST
  for (;;) {
    const page = yield* rowsAfter(after, now, undefined)
    const trips = yield* readTrips(page.map(({ id }) => id))
    for (const row of page) {
      const read = dimensionsOf(row)
      if (read.mapped) mapped++
      const missing = missingOf(row, read.dimensions)
      if (missing.some((what) => what !== NO_SESSION)) skip("missing profile")
      else if (missing.length > 0) skip("missing session")
      else people.push(personOf(row, read.dimensions, trips.get(row.id) ?? []))
    }
    if (page.length < PAGE) return { people, skipped, mapped } satisfies People
    after = page.at(-1)!.id
  }
})

/** These people, at most a page of them, or what is not known of each. */
export const knownPeople = Effect.fnUntraced(function* (ids: ReadonlyArray<string>, now: number) {
  const rows = yield* rowsAfter(FIRST, now, ids)
  const trips = yield* readTrips(rows.map(({ id }) => id))
  return new Map(
    rows.map((row) => {
      const { dimensions } = dimensionsOf(row)
      const missing = missingOf(row, dimensions)
      return [row.id, missing.length > 0 ? { missing } : { person: personOf(row, dimensions, trips.get(row.id) ?? []) }]
    })
  )
})

/** Somebody as they were before a day: what they did since says nothing of a trip that began on it. */
export const personBefore = (person: Person, day: string): Person => {
  const seen = sumOf(person.trips.filter((trip) => trip.start_date < day))
  return { ...person, seen, habits: habitsOf(person.dimensions, seen) }
}
