/** Slates of a made-up world: what is liked has a chance that is known, by what a person was last in the mood for. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { logistic, type Random, randomStream, uuidFrom } from "../../src/domain/basics/random.ts"
import { FEATURES, type FeatureName } from "../../src/domain/features.ts"
import { defaultDimensions } from "../../src/domain/persona/dimensions.ts"
import { ENCODER_VERSION, encodePersona } from "../../src/domain/persona/encode.ts"

const DAY = 86_400_000
const SLATE = 12
/** One mood in so many slates gives way to another. */
const CHANGES = 0.08

export interface Place {
  readonly id: string
  readonly vibe: ReadonlyArray<number>
}

const pick = <A>(random: Random, items: ReadonlyArray<A>): A => items[Math.floor(random() * items.length)]!

const product = (a: ReadonlyArray<number>, b: ReadonlyArray<number>) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)

export interface Planted {
  readonly people: number
  readonly slates: number
  readonly now: number
  /** Chance alone decides what is liked. */
  readonly mixed?: boolean
  /** Plans instead of swipes: candidates are logged with all their features, and price and weather count beside the mood. */
  readonly described?: boolean
  /** What people like by their persona, which is logged, counts as much as their mood; and some go with somebody else. */
  readonly personas?: boolean
  /** What people take is not what their persona says they like, but something else that follows from it; moods do not count. */
  readonly crossed?: boolean
}

/** One decision in so many is made for two, of whom each counts. */
const TOGETHER = 0.3

/** What is true of a person, at the end of the time. */
export interface PlantedPerson {
  readonly id: string
  readonly mood: ReadonlyArray<number>
  /** What they like by their persona; nothing where personas do not count. */
  readonly liking: ReadonlyArray<number> | undefined
}

export const personaVector = (liking: ReadonlyArray<number>): ReadonlyArray<number> => {
  const dimensions = {
    ...defaultDimensions(),
    category_affinities: { value: liking, confidence: 1, source: "onboarding" }
  }
  return [...encodePersona({ dimensions, sequence: [], signalCount: 0 })]
}

/** How much they would like each of the places now, in units of its own spread. */
export const likings = (mood: ReadonlyArray<number>, places: ReadonlyArray<Place>) => {
  const all = places.map(({ vibe }) => product(mood, vibe))
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length
  const spread = Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length)
  return all.map((x) => (x - mean) / spread)
}

type Described = Record<FeatureName, number>

const drawnFeatures = (random: Random): Described =>
  Object.fromEntries(FEATURES.map((name) => [name, random()])) as Described

/** What follows from what somebody likes, where that is something else. */
const elsewhere = (liking: ReadonlyArray<number>) => liking.map((_, i) => liking[(i + 7) % liking.length]!)

/** How loud either is, of a feeling whose spread is one. */
const MOOD = 0.8
const LIKING = 0.6

/** How much somebody would like each of the places, by all that counts for them. */
export const feelings = (
  { liking, mood }: Pick<PlantedPerson, "liking" | "mood">,
  places: ReadonlyArray<Place>
): ReadonlyArray<number> => {
  const now = likings(mood, places)
  if (liking === undefined) return now
  const always = likings(liking, places)
  return now.map((felt, i) => MOOD * felt + LIKING * always[i]!)
}

/** What a place is worth to somebody in a mood for it, or not. */
const worthOf = (felt: number, features: Described | undefined): number =>
  features === undefined
    ? 4 * felt - 2
    : 2 * felt + 4 * (features.price_fit - 0.5) + 4 * (features.weather_fit - 0.5) - 1

const rowsOf = (
  { crossed = false, described = false, mixed = false, now, people, personas = false, slates }: Planted,
  places: ReadonlyArray<Place>
) => {
  const random = randomStream("planted slates", String(mixed))
  const [chosen, company] = [randomStream("planted personas", "1"), randomStream("planted company", "1")]
  const users: Array<string> = []
  /** Of everybody how they felt about every place, slate by slate. */
  const felt: Array<Array<ReadonlyArray<number>>> = []
  const truth: Array<PlantedPerson> = []
  const decisions: Array<object> = []
  const swipes: Array<object> = []
  const sets: Array<object> = []
  for (let p = 0; p < people; p++) {
    const user = uuidFrom(random, now - 70 * DAY)
    users.push(user)
    felt.push([])
    let mood = pick(random, places).vibe
    const liking = personas ? pick(chosen, places).vibe : undefined
    const vector = liking && personaVector(liking)
    for (let s = 0; s < slates; s++) {
      if (random() < CHANGES) mood = pick(random, places).vibe
      // People come on days of their own: the time is cut between slates of everybody.
      let at = Math.floor(now - 60 * DAY + ((s + random()) / slates) * 59 * DAY)
      const order = new Set<number>()
      while (order.size < SLATE) order.add(Math.floor(random() * places.length))
      const shown = [...order].map((i) => places[i]!)
      const wanted = crossed && liking !== undefined ? { mood: elsewhere(liking), liking: undefined } : { mood, liking }
      felt[p]!.push(feelings(wanted, places))
      const other = personas && p > 0 && company() < TOGETHER ? Math.floor(company() * p) : p
      const feels = felt[p]![s]!.map((own, i) => (own + felt[other]![s]![i]!) / 2)
      const members = other === p ? [user] : [user, users[other]!]
      const state = vector && {
        encoder_version: ENCODER_VERSION,
        persona_vector: vector,
        dimensions: {},
        signal_count: 0,
        sequence: [],
        members: members.map((user_id) => ({ user_id, signal_count: 0 }))
      }
      const id = uuidFrom(random, at)
      const ids = shown.map((place) => place.id)
      const scores = shown.map(() => random())
      const features = new Map([...order].map((i) => [i, described ? drawnFeatures(random) : undefined]))
      if (described) {
        const full = [...order].map((i) => ({ node_id: places[i]!.id, features: features.get(i) }))
        sets.push({ id: uuidFrom(random, at), user_id: user, trip_id: id, full, at: new Date(at) })
      }
      decisions.push({ id, user_id: user, session_id: uuidFrom(random, at), ids, scores, state, at: new Date(at) })
      for (const i of order) {
        at += 2_000
        const yes = random() < (mixed ? 0.35 : logistic(worthOf(feels[i]!, features.get(i))))
        swipes.push({
          id: uuidFrom(random, at),
          decision_id: id,
          user_id: user,
          place: places[i]!.id,
          yes,
          at: new Date(at)
        })
      }
    }
    truth.push({ id: user, mood, liking })
  }
  return { users, decisions, swipes, sets, truth }
}

/** Takes whatever was swiped before away, and adds slates that were swiped through during the 60 days before `now`. Says what is true. */
export const plantSlates = Effect.fnUntraced(function* (planted: Planted) {
  const sql = yield* SqlClient
  for (const table of ["behavioral_signals", "decision_outcomes", "ranking_events"]) {
    yield* sql.unsafe(`delete from ${table}`)
  }
  const places = yield* sql<Place>`
    select id, vibe_embedding as vibe from activity_nodes where vibe_embedding is not null and retired_at is null
      and city_id = (select min(city_id::text)::uuid from activity_nodes) order by id`
  const planned = planted.described === true
  const [yes, no, accept, pass] = planned
    ? ["confirmed", "skipped", "slot_accept", "slot_skip"]
    : ["swiped_right", "swiped_left", "discovery_swipe_right", "discovery_swipe_left"]
  const { decisions, sets, swipes, truth, users } = rowsOf(planted, places)
  yield* sql`insert into users (id) select * from unnest(${users}::uuid[])`
  yield* sql`
    insert into ranking_events (id, user_id, session_id, trip_id, day_number, surface, model_name, model_version, candidate_ids, ranked_ids,
      selected_ids, scores, propensities, user_state, latency_ms, occurred_at)
    select r.id, r.user_id, r.session_id, case when ${planned} then r.id end, case when ${planned} then 1 end,
      case when ${planned} then 'itinerary' else 'discovery' end, 'chance', '1', r.ids, r.ids, '{}', r.scores,
      array_fill(1.0::real, array[${SLATE}::int]), coalesce(r.state, '{}'), 1, r.at
    from json_to_recordset(${JSON.stringify(decisions)}::text::json)
      as r(id uuid, user_id uuid, session_id uuid, ids uuid[], scores real[], state jsonb, at timestamptz)`
  yield* sql`
    insert into behavioral_signals (id, user_id, trip_id, signal_type, context, source, weight, occurred_at)
    select r.id, r.user_id, r.trip_id, 'candidate_set_logged', jsonb_build_object('full_candidate_set', r."full"), 'app', 1, r.at
    from json_to_recordset(${JSON.stringify(sets)}::text::json)
      as r(id uuid, user_id uuid, trip_id uuid, "full" jsonb, at timestamptz)`
  for (let from = 0; from < swipes.length; from += 5_000) {
    const part = JSON.stringify(swipes.slice(from, from + 5_000))
    yield* sql`
      with r as (select * from json_to_recordset(${part}::text::json)
        as r(id uuid, decision_id uuid, user_id uuid, place uuid, yes boolean, at timestamptz)),
      outcomes as (
        insert into decision_outcomes (id, decision_id, user_id, activity_node_id, outcome, occurred_at)
        select id, decision_id, user_id, place, case when yes then ${yes} else ${no} end, at from r)
      insert into behavioral_signals (id, user_id, signal_type, activity_node_id, session_id, source, weight, occurred_at)
      select id, user_id, case when yes then ${accept} else ${pass} end, place, decision_id, 'app',
        1, at from r`
  }
  return { places, truth }
})
