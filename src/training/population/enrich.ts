/** What is worked out over the whole population once it stands: few statements over many rows, never one per row. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { isoDate } from "../../domain/time/calendar.ts"
import { PopulationRefused } from "../../services/shadow-population.ts"
import { SHADOW_MODEL_VERSION } from "./model.ts"
import { SHADOW_EMAIL_PATTERN } from "./profile.ts"
import type { Population } from "./schedule.ts"
import { WEATHERS, type World, weatherOn } from "./world.ts"

/** Days around today that a trip of the population may touch. */
const PAST_DAYS = 760
const COMING_DAYS = 80

const SHADOWS = "select id from users where email like $1"

/** A constant of ours as SQL text, where a statement takes no parameters. */
const sqlText = (constant: string): string => `'${constant.replaceAll("'", "''")}'`

export const backfillModel = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql.unsafe(
    `update behavioral_signals set model_version = $2 where model_version is null and user_id in (${SHADOWS})`,
    [SHADOW_EMAIL_PATTERN, SHADOW_MODEL_VERSION]
  )
})

/** The weather of the day, on what people decided about outdoor and active venues: one update for each kind of weather. */
export const addWeather = Effect.fnUntraced(function* (population: Population, worlds: ReadonlyArray<World>) {
  const sql = yield* SqlClient
  const days = worlds.flatMap((world) =>
    Array.from({ length: PAST_DAYS + COMING_DAYS }, (_, i) => {
      const date = isoDate(population.today - PAST_DAYS + i)
      return { city_id: world.city.id, date, weather: weatherOn(population.seed, world.city.slug, date) }
    })
  )
  yield* sql`create temporary table shadow_weather on commit drop as
    select * from json_to_recordset(${JSON.stringify(days)}::text::json) as r(city_id uuid, date date, weather text)`
  yield* sql`analyze shadow_weather`
  yield* sql.unsafe(
    `create temporary table shadow_forecast on commit drop as
     select s.id, w.weather
     from behavioral_signals s
       join trips t on t.id = s.trip_id
       join activity_nodes n on n.id = s.activity_node_id
       join shadow_weather w on w.city_id = t.city_id and w.date = t.start_date + (s.context ->> 'day_of_trip')::int - 1
     where s.user_id in (${SHADOWS}) and t.user_id in (${SHADOWS}) and s.source = 'backfill'
       and s.context ? 'day_of_trip' and s.signal_type <> 'slot_view' and (n.setting = 'outdoor' or n.category = 'sport')`.replaceAll(
      "$1",
      sqlText(SHADOW_EMAIL_PATTERN)
    )
  )
  yield* sql`create index on shadow_forecast (weather)`
  yield* sql`analyze shadow_forecast`
  for (const weather of WEATHERS) {
    yield* sql`
      update behavioral_signals s set context = s.context || jsonb_build_object('weather', ${weather}::text)
      from shadow_forecast f where f.id = s.id and f.weather = ${weather}`
  }
})

/**
 * What the population as a whole says of each place, from three of its habits, as sources of their own. They are marked
 * (`shadow_…`) and the catalog leaves them out of the evidence that travelers are shown.
 */
export const addQualitySignals = Effect.gen(function* () {
  const sql = yield* SqlClient
  const habits = [
    [
      "shadow_ratings",
      "post_trip_rating",
      "greatest(0, least(1, (avg((s.context ->> 'rating')::float8) - 1) / 4))",
      "false"
    ],
    [
      "shadow_thumbs",
      "thumbs_up,thumbs_down",
      "avg((s.signal_type = 'thumbs_up')::int)",
      "s.signal_type = 'thumbs_down'"
    ],
    [
      "shadow_choices",
      "slot_accept,slot_skip",
      "avg((s.signal_type = 'slot_accept')::int)",
      "s.signal_type = 'slot_skip'"
    ]
  ] as const
  for (const [source, types, score, avoided] of habits) {
    yield* sql.unsafe(
      `insert into quality_signals (id, activity_node_id, source, kind, voice, mentions, score, avoid_mentions, last_seen, licence)
       select gen_random_uuid(), s.activity_node_id, $2, 'travelers', 'tourist', count(*), ${score},
         count(*) filter (where ${avoided}), max(s.occurred_at)::date, 'synthetic'
       from behavioral_signals s
       where s.user_id in (${SHADOWS}) and s.source = 'backfill' and s.activity_node_id is not null
         and s.signal_type = any(string_to_array($3, ','))
       group by s.activity_node_id`,
      [SHADOW_EMAIL_PATTERN, source, types]
    )
  }
})

/**
 * A trip that was spoken of afterwards is over: whatever still says otherwise is found first, then put right together
 * with the state that its actor starts from. Gives how many there were; in a sound population none.
 */
export const settleStatuses = Effect.gen(function* () {
  const sql = yield* SqlClient
  const wrong = yield* sql.unsafe<{ id: string }>(
    `select t.id from trips t
     where t.user_id in (${SHADOWS}) and t.status not in ('completed', 'shortened')
       and exists (select 1 from behavioral_signals s where s.trip_id = t.id and s.signal_type = 'post_trip_rating')`,
    [SHADOW_EMAIL_PATTERN]
  )
  if (wrong.length > 0) {
    const ids = wrong.map(({ id }) => id)
    yield* sql`update trips set status = 'completed' where id = any(${ids}::uuid[])`
    yield* sql`update trip_snapshots set state = jsonb_set(state, '{status}', '"completed"') where trip_id = any(${ids}::uuid[])`
  }
  return wrong.length
})

/** A swap names what came in its place, and that was accepted in the same slot. */
export const checkSwaps = Effect.gen(function* () {
  const sql = yield* SqlClient
  const [orphans] = yield* sql.unsafe<{ count: number }>(
    `select count(*)::int as count from behavioral_signals s
     where s.user_id in (${SHADOWS}) and s.signal_type = 'slot_swap' and s.source = 'backfill' and not exists (
       select 1 from behavioral_signals a
       where a.slot_id = s.slot_id and a.signal_type = 'slot_accept'
         and a.activity_node_id = (s.context ->> 'replaced_by')::uuid)`,
    [SHADOW_EMAIL_PATTERN]
  )
  if (orphans!.count > 0) {
    return yield* new PopulationRefused({
      message: `${orphans!.count} swaps name a place that was never accepted in its slot. The generator is at fault; nothing was written.`,
      retry: false
    })
  }
})
