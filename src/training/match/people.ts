/** People of whom enough is known to say who would travel well with them. Others are left out and counted. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import {
  DEFAULT_CONFIDENCE,
  DIMENSION_NAMES,
  type DimensionRow,
  dimensionsOfRows,
  readSeed
} from "../../domain/persona/dimensions.ts"
import type { PersonaDimensions } from "../../domain/persona/persona.ts"
import { MS_PER_DAY } from "../../domain/time/calendar.ts"

export interface Person {
  readonly id: string
  readonly shadow: boolean
  readonly age: number
  readonly interests: ReadonlyArray<string>
  readonly personality: number
  readonly dimensions: PersonaDimensions
  readonly cities: ReadonlyArray<string>
}

export interface People {
  readonly people: ReadonlyArray<Person>
  readonly skipped: Readonly<Record<string, number>>
  readonly mapped: number
}

/** Whoever did nothing for longer may want something else by now. */
const RECENT_DAYS = 365
const PAGE = 1_000

interface Row {
  readonly id: string
  readonly shadow: boolean
  readonly age: number | null
  readonly interests: ReadonlyArray<string>
  readonly personality: number | null
  readonly dimensions: ReadonlyArray<DimensionRow> | null
  readonly seed: unknown
  readonly cities: ReadonlyArray<string>
  readonly active: boolean
}

const NEEDED = ["pace_preference", "budget_sensitivity", "time_orientation", "category_affinities"] as const

export const readPeople = Effect.fnUntraced(function* (now: number) {
  const sql = yield* SqlClient
  const people: Array<Person> = []
  const skipped: Record<string, number> = {}
  let mapped = 0
  const skip = (reason: string) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1
  }
  const recent = new Date(now - RECENT_DAYS * MS_PER_DAY)
  let after = "00000000-0000-0000-0000-000000000000"
  for (;;) {
    const page = yield* sql<Row>`
      select u.id, coalesce(u.email like 'shadow-%@overplanned.invalid', false) as shadow, u.age, u.interests, u.personality,
        (select jsonb_agg(jsonb_build_object('dimension', d.dimension, 'value', d.value, 'confidence', d.confidence, 'source', d.source))
          from persona_dimensions d where d.user_id = u.id) as dimensions,
        (select t.persona_seed from trips t where t.user_id = u.id and t.persona_seed is not null order by t.created_at desc limit 1) as seed,
        array(select distinct c.slug from trips t join cities c on c.id = t.city_id where t.user_id = u.id order by 1) as cities,
        exists (select 1 from behavioral_signals s where s.user_id = u.id and s.session_id is not null and s.occurred_at >= ${recent}) as active
      from users u where u.deleted_at is null and u.id > ${after}::uuid order by u.id limit ${PAGE}`
    for (const row of page) {
      const whole = (row.dimensions?.length ?? 0) >= DIMENSION_NAMES.length
      const read = whole || row.seed === null ? dimensionsOfRows(row.dimensions ?? []) : readSeed(row.seed)
      if (!whole && row.seed !== null) mapped++
      const unknown = NEEDED.some((name) => read.dimensions[name].confidence <= DEFAULT_CONFIDENCE)
      if (row.age === null || row.personality === null || row.interests.length === 0 || unknown) skip("missing profile")
      else if (!row.active) skip("missing session")
      else {
        people.push({
          id: row.id,
          shadow: row.shadow,
          age: row.age,
          interests: row.interests,
          personality: row.personality,
          dimensions: read.dimensions,
          cities: row.cities
        })
      }
    }
    if (page.length < PAGE) return { people, skipped, mapped } satisfies People
    after = page.at(-1)!.id
  }
})
