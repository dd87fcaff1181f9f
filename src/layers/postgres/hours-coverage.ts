/** How many of the stops that travelers have ahead of them, and of a city's places, have hours that somebody confirmed. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { REPORTS_DAYS } from "../../domain/catalog/doors.ts"
import type { DependencyHealth } from "../../services/health.ts"

interface Coverage {
  readonly slug: string
  readonly places: number
  readonly places_known: number
  readonly stops: number
  readonly stops_known: number
  /** Options that brought a place, of offers of the last days. */
  readonly options: number
  readonly options_known: number
}

/** Fewer known hours than this among planned stops are worth a word. */
const WORTH_A_WORD = 0.5

/** Offers that the share of options is taken from. */
const OFFERS_DAYS = 7
const MOST_OFFERS = 20_000

const percent = (part: number, all: number) => (all === 0 ? "-" : `${Math.round((100 * part) / all)} %`)

/** For the operator: city by city. Cities are few, and the question is asked by hand. */
export const hoursCoverage = Effect.gen(function* () {
  const sql = yield* SqlClient
  const cities = yield* sql<Coverage>`
    select c.slug, n.places, n.places_known, coalesce(s.stops, 0) as stops, coalesce(s.stops_known, 0) as stops_known,
      coalesce(o.options, 0) as options, coalesce(o.options_known, 0) as options_known
    from cities c
      join (select city_id, count(*)::int as places, count(opening_hours)::int as places_known
        from activity_nodes where retired_at is null group by city_id) n on n.city_id = c.id
      left join (select a.city_id, count(*)::int as stops, count(a.opening_hours)::int as stops_known
        from itinerary_slots i join activity_nodes a on a.id = i.activity_node_id
        where i.status = 'planned' and i.starts_at > now() group by a.city_id) s on s.city_id = c.id
      left join (select t.city_id, count(*)::int as options,
          (count(*) filter (where (one -> 'measures' ->> 'open_known')::float8 = 1))::int as options_known
        from (select trip_id, options from pivot_events where origin = 'app' and offered_at > now() - make_interval(days => ${OFFERS_DAYS})
          limit ${MOST_OFFERS}) p
          join trips t on t.id = p.trip_id cross join lateral jsonb_array_elements(p.options) one
        where one -> 'measures' ? 'open_known' group by t.city_id) o on o.city_id = c.id
    order by c.slug`
  const [{ places: toCheck } = { places: 0 }] = yield* sql<{ places: number }>`
    select count(distinct r.activity_node_id)::int as places
    from door_reports r join activity_nodes n on n.id = r.activity_node_id
    where not r.open and r.occurred_at > now() - make_interval(days => ${REPORTS_DAYS}) and n.retired_at is null
      and r.opening_hours is not distinct from n.opening_hours`
  const [stops, known] = [sum(cities, "stops"), sum(cities, "stops_known")]
  const told = cities.map(
    (one) =>
      `${one.slug}: hours of ${percent(one.places_known, one.places)} of its places, of ${percent(one.stops_known, one.stops)} of planned stops, of ${percent(one.options_known, one.options)} of offered options`
  )
  const thin = stops > 0 && known < WORTH_A_WORD * stops
  const fixes = [
    ...(thin ? ["Most planned stops have no confirmed hours: seed the city from OpenStreetMap as well."] : []),
    ...(toCheck === 0
      ? []
      : [`Travelers found ${toCheck} places closed: GET /api/v1/admin/hours-to-check says which, and when.`])
  ]
  const health: DependencyHealth = {
    name: "hours",
    status: "up",
    detail: told.length === 0 ? "no city is seeded yet" : told.join("; "),
    ...(fixes.length > 0 ? { fix: fixes.join(" ") } : {})
  }
  return health
})

const sum = (cities: ReadonlyArray<Coverage>, key: "stops" | "stops_known") =>
  cities.reduce((all, one) => all + one[key], 0)
