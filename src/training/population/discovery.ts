/**
 * Browsing without a trip: slates of places near to the taste and some from anywhere, swiped one by one. Everybody has
 * a bar of their own, so that swipes are more than an echo of what is confirmed later.
 */
import {
  between,
  gaussian,
  logistic,
  pickWeighted,
  randomStream,
  shuffled,
  uuidFrom,
  whole
} from "../../domain/basics/random.ts"
import { DAY_CANDIDATES } from "../../domain/trip/plan-records.ts"
import { CHOICE, standardise, timeToAct } from "./choice.ts"
import { SHADOW_MODEL, SHADOW_WEIGHT } from "./model.ts"
import { type Profile, shadowState } from "./profile.ts"
import { millisOf, type Population, SHADOW_CITIES, type ShadowCity } from "./schedule.ts"
import { arrayOf, type Rows } from "./tables.ts"
import { affinitiesTo, type World } from "./world.ts"

/** Of a slate of twenty so many are the nearest to the taste; the others are drawn from the rest. */
const NEAREST = 12
/** Most people browse once, some come back. */
const COMES_BACK = 0.046
/** Needed for a swipe to the right, before a person's own share more or less of it. */
const NEEDED = 0.55
const SECONDS_PER_SWIPE = 3_000

/** Gives when the person first swiped in each city. */
export const writeDiscovery = (
  rows: Rows,
  population: Population,
  profile: Profile,
  worlds: Readonly<Record<ShadowCity, World>>
): ReadonlyMap<ShadowCity, number> => {
  const first = new Map<ShadowCity, number>()
  const random = randomStream("discovery", population.seed, profile.n)
  const sessions = random() < COMES_BACK ? 2 : 1
  for (let s = 0; s < sessions; s++) {
    const city = pickWeighted(random, SHADOW_CITIES)
    const world = worlds[city]
    const cosines = affinitiesTo(world, profile.affinities)
    const order = Array.from(cosines.keys()).sort((a, b) => cosines[b]! - cosines[a]! || a - b)
    const rest = order.slice(NEAREST)
    const drawn = shuffled(random, rest).slice(0, DAY_CANDIDATES - NEAREST)
    const near = new Set(order.slice(0, NEAREST))
    const places = shuffled(random, [...near, ...drawn])
    const z = standardise(places.map((place) => cosines[place]!))
    const score = new Map(places.map((place, i) => [place, 1 / (1 + Math.exp(-z[i]! - 0.4 * gaussian(random)))]))
    const ranked = [...places].sort((a, b) => score.get(b)! - score.get(a)! || a - b)
    const swiped = whole(random, 13, DAY_CANDIDATES)
    const session = uuidFrom(random, millisOf(population.today - profile.joinedDaysAgo))
    let at = Math.floor(millisOf(population.today - profile.joinedDaysAgo) + between(random, 0.2, 10) * 86_400_000)
    const begun = new Date(at)
    first.set(city, Math.min(first.get(city) ?? at, at))
    const decision = uuidFrom(random, begun.getTime())
    ranked.slice(0, swiped).forEach((place, position) => {
      const node = world.places[place]!
      const felt = CHOICE.affinity * z[places.indexOf(place)]! + CHOICE.appeal * node.appeal
      const likes =
        random() < logistic(felt - NEEDED * (1 + profile.threshold) - CHOICE.position * (position / swiped - 0.5))
      const wait = timeToAct(random, felt)
      at += Math.min(wait, SECONDS_PER_SWIPE * 4)
      const id = uuidFrom(random, at)
      rows.add("decision_outcomes", {
        id,
        decision_id: decision,
        user_id: profile.id,
        session_id: session,
        activity_node_id: node.id,
        outcome: likes ? "swiped_right" : "swiped_left",
        source: "backfill",
        occurred_at: new Date(at),
        created_at: new Date(at)
      })
      rows.add("behavioral_signals", {
        id,
        user_id: profile.id,
        signal_type: likes ? "discovery_swipe_right" : "discovery_swipe_left",
        activity_node_id: node.id,
        slot_id: null,
        trip_id: null,
        session_id: session,
        context: { position: position + 1, time_to_action_ms: wait },
        source: "backfill",
        weight: SHADOW_WEIGHT,
        occurred_at: new Date(at),
        created_at: new Date(at)
      })
    })
    const ids = (list: ReadonlyArray<number>) => arrayOf(list.map((place) => world.places[place]!.id))
    const chance = rest.length === 0 ? 1 : Math.min(1, (DAY_CANDIDATES - NEAREST) / rest.length)
    rows.add("ranking_events", {
      id: decision,
      user_id: profile.id,
      trip_id: null,
      session_id: session,
      day_number: null,
      surface: "discovery",
      model_name: SHADOW_MODEL.name,
      model_version: SHADOW_MODEL.version,
      candidate_ids: ids(ranked),
      ranked_ids: ids(ranked),
      scores: arrayOf(ranked.map((place) => Math.round(score.get(place)! * 1e4) / 1e4)),
      propensities: arrayOf(ranked.map((place) => (near.has(place) ? 1 : Math.round(chance * 1e4) / 1e4))),
      // A slate is shown whole; the swipes say what was liked.
      selected_ids: "{}",
      user_state: shadowState(profile, [profile], 0),
      latency_ms: Math.round(between(random, 200, 800)),
      source: "backfill",
      occurred_at: begun,
      created_at: begun
    })
  }
  return first
}
