/** What a trip leaves in the database: the plan, the decisions it came from, and what its members did. */
import { uuidOfName } from "../../domain/basics/hash.ts"
import { between } from "../../domain/basics/random.ts"
import { TRIP_SNAPSHOT_SCHEMA_VERSION } from "../../domain/trip/snapshot.ts"
import { acceptance, type Offer, timeToAct, utility } from "./choice.ts"
import { logPlan } from "./experiment.ts"
import { intend } from "./intentions.ts"
import { type Journey, stateOf } from "./journey.ts"
import { SHADOW_MODEL, SHADOW_MODEL_VERSION } from "./model.ts"
import { addOutcome, decisionOf } from "./outcomes.ts"
import { pivotSignals } from "./pivot-traces.ts"
import { dayCandidates, type Plan, stoodAt, streamOf } from "./plan.ts"
import { shadowState } from "./profile.ts"
import { signal } from "./signal-rows.ts"
import { arrayOf, type Rows } from "./tables.ts"

const HOUR = 3_600_000

const poolRank = (plan: Plan): ReadonlyMap<Offer, number> => new Map(plan.pool.map((offer, i) => [offer, i + 1]))

/** What the owner made of the slate of each day before leaving. */
const browse = (rows: Rows, journey: Journey): void => {
  const { trip, world, plan, plannedAt, acceptedAt } = journey
  const random = streamOf(journey.population, trip, "browse")
  const owner = trip.members[0]!
  const rank = poolRank(plan)
  const decided = trip.status === "planning" || trip.status === "cancelled" ? 0.6 : 1
  const pivoted = new Map(journey.pivots.flatMap((p) => (p.taken === undefined ? [] : [[p.stop, p.planned] as const])))
  for (let day = 1; day <= trip.days; day++) {
    const stops = plan.stops.filter((stop) => stop.day === day)
    const moment = plan.moments[plan.stops.indexOf(stops[0]!)]!
    let at = plannedAt + ((acceptedAt - plannedAt) * (day - 1)) / trip.days
    const context = (position: number, more: object = {}) => ({
      position,
      day_of_trip: day,
      group_size: trip.members.length,
      ...more
    })
    const own = new Set(stops.flatMap(stoodAt))
    for (const stop of stops) {
      const more = { day_part: stop.dayPart }
      at += 4_000
      // What a pivot brought was not there to be seen when the trip was planned.
      const planned = pivoted.get(stop) ?? stop.offer
      signal(
        rows,
        journey,
        random,
        owner.id,
        "slot_view",
        at,
        { place: planned.place, stop },
        context(rank.get(planned)!, more)
      )
      if (random() >= decided) continue
      const wait = timeToAct(random, stop.felt)
      at += wait
      if (stop.first !== planned) {
        const swap = { day_part: stop.dayPart, time_to_action_ms: wait, replaced_by: world.places[planned.place]!.id }
        signal(
          rows,
          journey,
          random,
          owner.id,
          "slot_swap",
          at,
          { place: stop.first.place, stop },
          context(rank.get(stop.first)!, swap)
        )
        at += 500
      }
      const accept = context(rank.get(planned)!, { day_part: stop.dayPart, time_to_action_ms: wait })
      signal(rows, journey, random, owner.id, "slot_accept", at, { place: planned.place, stop }, accept)
    }
    for (const offer of dayCandidates(plan, day)) {
      if (own.has(offer)) continue
      const position = rank.get(offer)!
      if (random() > 0.75 * Math.exp(-offer.position * 1.6)) continue
      at += 1_500
      signal(rows, journey, random, owner.id, "slot_view", at, { place: offer.place }, context(position))
      const felt = utility(world, offer, moment)
      if (random() < acceptance(felt, 0.6)) continue
      const wait = timeToAct(random, felt)
      at += wait
      signal(
        rows,
        journey,
        random,
        owner.id,
        "slot_skip",
        at,
        { place: offer.place, day },
        context(position, { time_to_action_ms: wait })
      )
    }
  }
}

/** What members said on the way and afterwards. */
const live = (rows: Rows, journey: Journey): void => {
  const { trip, plan, livedDays } = journey
  const random = streamOf(journey.population, trip, "live")
  const lived = plan.stops.filter((stop) => stop.day <= livedDays)
  for (const stop of lived) {
    for (const member of trip.members) {
      const mood = stop.felt + between(random, -1.5, 1.5)
      if (random() > 0.25) continue
      const type = random() < acceptance(mood, -0.6) ? "thumbs_up" : "thumbs_down"
      const context = { day_of_trip: stop.day, day_part: stop.dayPart, group_size: trip.members.length }
      const at = stop.endsAt + between(random, 1, 90) * 60_000
      signal(rows, journey, random, member.id, type, at, { place: stop.offer.place, stop }, context)
    }
  }
  if (trip.status === "completed" || trip.status === "shortened") {
    const over = Math.floor(lived.at(-1)!.endsAt + HOUR)
    for (const stop of lived) {
      const id = uuidOfName("overplanned/shadow-kept", journey.slotIds.get(stop)!)
      const about = { place: stop.offer.place, stop }
      addOutcome(rows, journey, { id, by: trip.members[0]!.id, outcome: "kept", at: over, ...about })
    }
  }
  // A trip of which nobody says anything afterwards is abandoned: it happens to people who seldom say something.
  if (trip.status !== "completed" && trip.status !== "shortened") return
  const end = lived.at(-1)!.endsAt
  for (const member of trip.members) {
    for (const stop of lived) {
      if (random() > member.diligence) continue
      const rating = Math.round(Math.min(5, Math.max(1, 3.4 + 0.7 * stop.felt + between(random, -1.2, 1.2))))
      const context = { rating, day_of_trip: stop.day, group_size: trip.members.length }
      signal(
        rows,
        journey,
        random,
        member.id,
        "post_trip_rating",
        end + between(random, 12, 96) * HOUR,
        { place: stop.offer.place, stop },
        context
      )
    }
  }
}

const decisions = (rows: Rows, journey: Journey): void => {
  const { trip, world, plan, plannedAt } = journey
  const random = streamOf(journey.population, trip, "decide")
  const owner = trip.members[0]!
  const state = shadowState(owner, trip.members, trip.ordinal)
  const idOf = (place: number) => world.places[place]!.id
  for (let day = 1; day <= trip.days; day++) {
    const candidates = dayCandidates(plan, day)
    const ids = arrayOf(candidates.map((offer) => idOf(offer.place)))
    rows.add("ranking_events", {
      id: decisionOf(journey, day),
      user_id: owner.id,
      trip_id: journey.id,
      session_id: journey.session,
      day_number: day,
      surface: "itinerary",
      model_name: SHADOW_MODEL.name,
      model_version: SHADOW_MODEL.version,
      candidate_ids: ids,
      ranked_ids: ids,
      scores: arrayOf(candidates.map((offer) => plan.scores.get(offer)!)),
      propensities: arrayOf(candidates.map(() => 1)),
      // What was proposed; what became of it is told by the outcomes.
      selected_ids: arrayOf(plan.stops.filter((stop) => stop.day === day).map((stop) => idOf(stop.first.place))),
      user_state: state,
      latency_ms: Math.round(between(random, 200, 800)),
      source: "backfill",
      occurred_at: new Date(plannedAt),
      created_at: new Date(plannedAt)
    })
  }
  const full = plan.pool.map((offer, i) => ({
    node_id: idOf(offer.place),
    score: plan.scores.get(offer)!,
    rank: i + 1,
    features: { affinity: Math.round(plan.cosines[offer.place]! * 1e4) / 1e4 }
  }))
  signal(
    rows,
    journey,
    random,
    owner.id,
    "candidate_set_logged",
    plannedAt,
    {},
    {
      full_candidate_set: full,
      ranker: SHADOW_MODEL_VERSION,
      user_state: state
    }
  )
}

/** Everything that the trip leaves in the database. */
export const writeJourney = (rows: Rows, journey: Journey): void => {
  const { trip, world } = journey
  const owner = trip.members[0]!
  const state = stateOf(journey)
  const made = new Date(journey.plannedAt)
  rows.add("trips", {
    id: journey.id,
    user_id: owner.id,
    city_id: world.city.id,
    start_date: state.start_date,
    end_date: state.end_date,
    status: trip.status,
    constraints: journey.constraints,
    state_version: state.seq,
    epoch: state.epoch,
    model_name: SHADOW_MODEL.name,
    model_version: SHADOW_MODEL.version,
    persona_seed: {
      pace_preference: owner.archetype.pace,
      budget_sensitivity: owner.archetype.budget,
      cuisine_openness: owner.cuisineOpenness,
      social_mode: owner.archetype.social,
      time_orientation: owner.archetype.time,
      primary_interest: owner.archetype.interest,
      trip_count: owner.trips,
      category_affinities: owner.affinities
    },
    created_at: made,
    updated_at: made
  })
  trip.members.forEach((member, ordinal) => {
    rows.add("trip_members", {
      id: uuidOfName("overplanned/shadow-member", journey.id, member.id),
      trip_id: journey.id,
      user_id: member.id,
      role: ordinal === 0 ? "owner" : "member",
      ordinal,
      joined_at: made,
      created_at: made
    })
  })
  rows.add("trip_snapshots", {
    trip_id: journey.id,
    seq: state.seq,
    schema_version: TRIP_SNAPSHOT_SCHEMA_VERSION,
    state,
    created_at: made,
    updated_at: made
  })
  for (const slot of state.slots) {
    rows.add("itinerary_slots", {
      id: slot.id,
      trip_id: journey.id,
      day_number: slot.day,
      slot_order: slot.order,
      activity_node_id: slot.node_id,
      day_part: slot.day_part,
      starts_at: new Date(slot.starts_at),
      ends_at: new Date(slot.ends_at),
      locked: false,
      status: slot.status,
      score: slot.score,
      model_version: SHADOW_MODEL_VERSION,
      created_at: made,
      updated_at: made
    })
  }
  decisions(rows, journey)
  browse(rows, journey)
  live(rows, journey)
  pivotSignals(rows, journey)
  intend(rows, journey)
  logPlan(rows, journey)
}
