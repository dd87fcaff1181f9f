/** Pivots of a made-up world: what is taken has a chance that is known, by what the options are described by. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { between, gaussian, logistic, type Random, randomStream, uuidFrom } from "../../src/domain/basics/random.ts"
import { type PivotFeatures, SPOILS } from "../../src/domain/pivot/features.ts"
import { Trigger } from "../../src/domain/vocabulary.ts"

const DAY = 86_400_000
const OPTIONS = 3

const pick = <A>(random: Random, items: ReadonlyArray<A>): A => items[Math.floor(random() * items.length)]!

/** What people of this world go by: their taste, the weather, the price and the way. */
const chanceOf = (features: PivotFeatures): number =>
  logistic(
    4 * features.affinity +
      4 * (features.weather_fit - 1) -
      2 * features.price_mismatch -
      0.9 * (features.distance_km - 2)
  )

/** Adds pivots that were answered during the 60 days before `now`; `mixed` lets chance alone decide what is taken. */
export const plantPivots = Effect.fnUntraced(function* (count: number, now: number, mixed = false) {
  const sql = yield* SqlClient
  const users = yield* sql<{ id: string }>`select id from users order by id`
  const random = randomStream("planted pivots", String(mixed))
  const rows = Array.from({ length: count }, (_, n) => {
    const offered_at = now - 60 * DAY + Math.floor((n / count) * 59 * DAY)
    const options = Array.from({ length: OPTIONS }, (_, position) => {
      const features: PivotFeatures = {
        affinity: 0.3 * gaussian(random),
        affinity_planned: 0.3 * gaussian(random),
        distance_km: between(random, 0.1, 5),
        price_mismatch: pick(random, [0, 0.5, 1]),
        weather_fit: 1 - pick(random, Object.values(SPOILS)) * random(),
        day_part_fit: random() < 0.9 ? 1 : 0,
        same_category: random() < 0.4 ? 1 : 0
      }
      return { option_id: uuidFrom(random, offered_at), node_id: null, score: random(), position, features }
    })
    const wanted = options
      .map((option) => ({ option, drawn: random() < (mixed ? 0.4 : chanceOf(option.features)) }))
      .filter(({ drawn }) => drawn)
    const taken = wanted.length === 0 ? undefined : pick(random, wanted).option
    return {
      id: uuidFrom(random, offered_at),
      pivot_id: uuidFrom(random, offered_at),
      user_id: users[n % users.length]!.id,
      trip_id: uuidFrom(random, offered_at),
      trigger: pick(random, Trigger.literals),
      options,
      response: taken === undefined ? "dismiss" : "accept",
      chosen_option_id: taken?.option_id ?? null,
      offered_at: new Date(offered_at).toISOString()
    }
  })
  yield* sql`
    insert into pivot_events (id, pivot_id, user_id, trip_id, trigger, options, source, state_version, model_name,
      model_version, response, chosen_option_id, latency_ms, offered_at, responded_at)
    select r.id, r.pivot_id, r.user_id, r.trip_id, r.trigger, r.options, 'precomputed', 1, 'pivot_engine', '1', r.response,
      r.chosen_option_id, 1, r.offered_at, r.offered_at + interval '1 minute'
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(id uuid, pivot_id uuid, user_id uuid, trip_id uuid,
      trigger text, options jsonb, response text, chosen_option_id uuid, offered_at timestamptz)`
})
