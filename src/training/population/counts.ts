/** What the population came to, against what was expected of it. The data decides; the difference is explained. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { type CountLine, DEFAULT_SHADOW_USERS, type PopulationSummary } from "../../services/shadow-population.ts"
import { SHADOW_EMAIL_PATTERN } from "./profile.ts"

type Counts = PopulationSummary["counts"]

const S = "(select id from shadows)"
const QUERIES: Readonly<Record<string, string>> = {
  archetypes: `select count(distinct (a.value, b.value, c.value, d.value, e.value))
    from persona_dimensions a join persona_dimensions b using (user_id) join persona_dimensions c using (user_id)
      join persona_dimensions d using (user_id) join persona_dimensions e using (user_id)
    where user_id in ${S} and a.dimension = 'pace_preference' and b.dimension = 'budget_sensitivity'
      and c.dimension = 'primary_interest' and d.dimension = 'social_mode' and e.dimension = 'time_orientation'`,
  users: "select count(*) from shadows",
  persona_dimensions: `select count(*) from persona_dimensions where user_id in ${S}`,
  trips: `select count(*) from trips where user_id in ${S}`,
  trips_planning: `select count(*) from trips where user_id in ${S} and status = 'planning'`,
  trips_active: `select count(*) from trips where user_id in ${S} and status = 'active'`,
  trips_completed: `select count(*) from trips where user_id in ${S} and status = 'completed'`,
  trips_shortened: `select count(*) from trips where user_id in ${S} and status = 'shortened'`,
  trips_abandoned: `select count(*) from trips t where user_id in ${S} and status in ('completed', 'shortened') and not exists (
    select from behavioral_signals s where s.trip_id = t.id and s.signal_type = 'post_trip_rating')`,
  group_trips: `select count(*) from (select trip_id from trip_members where trip_id in (select id from trips where user_id in ${S})
    group by trip_id having count(*) > 1) g`,
  itinerary_slots: `select count(*) from itinerary_slots where trip_id in (select id from trips where user_id in ${S})`,
  trip_snapshots: `select count(*) from trip_snapshots where trip_id in (select id from trips where user_id in ${S})`,
  behavioral_signals: `select count(*) from behavioral_signals where user_id in ${S}`,
  discovery_swipes: `select count(*) from behavioral_signals where user_id in ${S} and signal_type like 'discovery\\_%'`,
  weather_signals: `select count(*) from behavioral_signals where user_id in ${S} and context ? 'weather'`,
  swaps: `select count(*) from behavioral_signals where user_id in ${S} and signal_type = 'slot_swap'`,
  ranking_events: `select count(*) from ranking_events where user_id in ${S}`,
  ranking_events_itinerary: `select count(*) from ranking_events where user_id in ${S} and surface = 'itinerary'`,
  ranking_events_discovery: `select count(*) from ranking_events where user_id in ${S} and surface = 'discovery'`,
  decision_outcomes: `select count(*) from decision_outcomes where user_id in ${S}`,
  pivot_events: `select count(*) from pivot_events where user_id in ${S}`,
  intention_signals: `select count(*) from intention_signals where user_id in ${S}`,
  quality_signals: "select count(*) from quality_signals where source like 'shadow\\_%'",
  experiment_events: `select count(*) from exp.events where unit_id in ${S}`,
  persona_snapshots: `select count(*) from exp.persona_snapshots where user_id in ${S}`,
  constraint_snapshots: `select count(*) from exp.constraint_snapshots where trip_id in (select id from trips where user_id in ${S})`,
  model_registry:
    "select count(*) from model_registry where (model_name, model_version) in (('llm_ranker', '0.1.0'), ('bpr', '0.0.0'))"
}

export const countRows = Effect.gen(function* () {
  const sql = yield* SqlClient
  const columns = Object.entries(QUERIES).map(([name, query]) => `(${query})::int as ${name}`)
  const [row] = yield* sql.unsafe<Record<string, number>>(
    `with shadows as (select id from users where email like $1) select ${columns.join(", ")}`,
    [SHADOW_EMAIL_PATTERN]
  )
  return row! as Counts
})

interface Expectation {
  readonly name: string
  /** For 765 people; scaled for others. */
  readonly expected: number
  readonly atLeast?: boolean
  readonly fixed?: boolean
  readonly because: string
}

const EXPECTED: ReadonlyArray<Expectation> = [
  { name: "archetypes", expected: 300, fixed: true, because: "fewer people than archetypes" },
  { name: "users", expected: 765, because: "shadow users whom real rows name are kept" },
  { name: "persona_dimensions", expected: 6120, because: "eight of each user" },
  { name: "trips", expected: 2800, because: "how often each person travels is drawn" },
  { name: "trips_planning", expected: 12, because: "the share is rounded" },
  { name: "trips_shortened", expected: 80, because: "each past trip ends early by chance, 3 in 100" },
  { name: "trips_abandoned", expected: 45, because: "people who seldom rate places are drawn" },
  { name: "group_trips", expected: 280, atLeast: true, because: "company is drawn" },
  { name: "behavioral_signals", expected: 220_000, atLeast: true, because: "people look at and pass what they like" },
  { name: "discovery_swipes", expected: 13_000, because: "people stop swiping when they like" },
  {
    name: "ranking_events_itinerary",
    expected: 15_000,
    because: "one for each day of each trip; trips take 3 to 8 days"
  },
  { name: "ranking_events_discovery", expected: 800, because: "some people browse twice" },
  { name: "pivot_events", expected: 1000, because: "disruptions come by chance, to trips that were begun" },
  { name: "intention_signals", expected: 2900, because: "a reason needs a change of plan, and is not always said" },
  {
    name: "weather_signals",
    expected: 43_000,
    because: "as many as concern outdoor and active venues, of which the catalogs decide"
  },
  { name: "model_registry", expected: 2, fixed: true, because: "" }
]
/** A count that is off by less is what was expected. */
const TOLERANCE = 0.1

export const explainCounts = (counts: Counts, users: number): ReadonlyArray<CountLine> =>
  EXPECTED.map(({ name, expected, atLeast, fixed, because }) => {
    const wanted = fixed ? expected : Math.round((expected * users) / DEFAULT_SHADOW_USERS)
    const count = counts[name] ?? 0
    const off = atLeast ? count < wanted : Math.abs(count - wanted) > Math.max(1, wanted * TOLERANCE)
    return { name, count, expected: `${atLeast ? "≥ " : "≈ "}${wanted}`, because: off ? because : "" }
  })
