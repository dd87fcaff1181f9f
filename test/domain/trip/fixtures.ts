/** A small trip in a city of twelve places, and the planner that trips have. */

import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import type { CityCatalog } from "../../../src/domain/catalog/city-catalog.ts"
import { vibeEmbeddingOf } from "../../../src/domain/catalog/embedding.ts"
import type { ActivityNode } from "../../../src/domain/catalog/node.ts"
import { calm } from "../../../src/domain/city/model.ts"
import type { CityId, NodeId, SessionId, SlotId, TripId, UserId } from "../../../src/domain/ids.ts"
import { type Offer, readOffer } from "../../../src/domain/pivot/model.ts"
import type { Slot } from "../../../src/domain/plan/model.ts"
import { emptyTrip, evolveActor, type TripActorState } from "../../../src/domain/trip/actor-state.ts"
import type { TripCommand, TripReply } from "../../../src/domain/trip/commands.ts"
import { decideTrip, type TripSelfCommand } from "../../../src/domain/trip/decide.ts"
import { plainTrip } from "../../../src/domain/trip/held-trip.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { planEngine, type TripPlanner } from "../../../src/domain/trip/plan-engine.ts"
import type { TripRejection } from "../../../src/domain/trip/rejections.ts"
import type { TripDecision } from "../../../src/domain/trip/turn.ts"

const uuid = <A>(name: string) => uuidOfName("overplanned-test", name) as A

export const owner = uuid<UserId>("owner")
export const friend = uuid<UserId>("friend")
export const stranger = uuid<UserId>("stranger")
export const cityId = uuid<CityId>("city")
export const nodeId = (n: number) => uuid<NodeId>(`node ${n}`)
export const slotId = (day: number, order: number) => uuid<SlotId>(`slot ${day} ${order}`)

/** 1 May 2026, 00:00 in Seattle. */
export const FIRST_DAY = Date.UTC(2026, 4, 1, 7)
const HOUR = 3_600_000

export const slot = (day: number, order: number, node = (day - 1) * 3 + order): Slot => ({
  id: slotId(day, order),
  day,
  order,
  node_id: nodeId(node),
  day_part: (["morning", "midday", "evening"] as const)[order % 3]!,
  starts_at: FIRST_DAY + (day - 1) * 24 * HOUR + (9 + order * 4) * HOUR,
  ends_at: FIRST_DAY + (day - 1) * 24 * HOUR + (11 + order * 4) * HOUR,
  travel_minutes: 10,
  locked: false,
  status: "planned",
  score: 0.5,
  model_version: "local_ranker:1"
})

export const plan = (days = 2): ReadonlyArray<Slot> =>
  Array.from({ length: days }, (_, day) => [0, 1, 2].map((order) => slot(day + 1, order))).flat()

export const trip = (patch: Partial<TripState> = {}): TripState => ({
  id: uuid<TripId>("trip"),
  city_id: cityId,
  city: "seattle",
  time_zone: "America/Los_Angeles",
  user_id: owner,
  status: "planning",
  start_date: "2026-05-01",
  end_date: "2026-05-02",
  epoch: uuid("epoch"),
  seq: 0,
  constraints: {},
  session_id: uuid<SessionId>("session"),
  model: { name: "local_ranker", version: "1", source: "local" },
  catalog_version: 1,
  members: [{ user_id: owner, role: "owner", ordinal: 0, joined_at: 0 }],
  invitations: [],
  vetoes: [],
  slots: plan(),
  relaxed: [],
  created_at: FIRST_DAY - 24 * HOUR,
  ...patch
})

const NODES = 12

/** Six places out of doors, which the plan is made of, and six to go to in the rain, all within a walk of each other. */
const place = (n: number): ActivityNode => {
  const outdoors = n < NODES / 2
  const tags = [outdoors ? "nature" : "cozy"] as const
  return {
    id: nodeId(n),
    city_id: cityId,
    name: `Place ${n}`,
    neighbourhood: "Downtown",
    category: outdoors ? "park" : "cafe",
    lat: 47.6 + n * 0.0005,
    lon: -122.3,
    time_zone: "America/Los_Angeles",
    opening_hours: "24/7",
    price_tier: 1,
    setting: outdoors ? "outdoor" : "indoor",
    weather_sensitivity: outdoors ? 0.9 : 0,
    typical_minutes: 60,
    booking_needed: false,
    day_parts: ["morning", "midday", "afternoon", "evening", "night"],
    vibe_tags: tags,
    vibe_weights: [1],
    vibe_embedding: Array.from(vibeEmbeddingOf(tags, [1])),
    taxonomy_version: "1",
    quality_signals: { local: { score: 0.8, mentions: 8, sources: ["made-up"] }, tourist: null, avoid_mentions: 0 },
    cross_ref_confidence: 0.5,
    overrated_flag: false,
    source_tier: 1,
    source: "synthetic",
    provenance: {}
  }
}

const nodes = Array.from({ length: NODES }, (_, n) => place(n))

export const catalog: CityCatalog = {
  city: {
    id: cityId,
    slug: "seattle",
    name: "Seattle",
    country: "US",
    time_zone: "America/Los_Angeles",
    lat: 47.6,
    lon: -122.3
  },
  version: 1,
  nodes,
  matrix: Float32Array.from(nodes.flatMap((node) => node.vibe_embedding)),
  indexOf: (id) => {
    const at = nodes.findIndex((node) => node.id === id)
    return at < 0 ? undefined : at
  },
  retired: () => false,
  openAt: () => "open",
  nextChange: () => undefined
}

export const planner = planEngine()

/** A trip that is alive without any runtime: the decider, its state and a clock that is told the time. */
export class LiveTrip {
  state: TripActorState
  now: number
  /** Whether somebody follows its stream. */
  watched = true
  readonly decisions: Array<TripDecision> = []
  #ids = 0
  readonly #decide: ReturnType<typeof decideTrip>

  constructor(
    initial: TripState | null = trip(),
    now = FIRST_DAY + 8 * HOUR,
    world: { readonly planner: TripPlanner; readonly catalog: CityCatalog } = { planner, catalog }
  ) {
    this.now = now
    this.#decide = decideTrip({ planner: world.planner, maxMembers: 3 })
    this.state = emptyTrip(initial?.id ?? trip().id)
    if (initial !== null) {
      this.send({ _tag: "create", by: initial.user_id, trip: initial })
      this.send({ _tag: "world_known", catalog: world.catalog, conditions: calm(initial.city_id), personas: [] })
    }
  }

  /** The offers that the last command pushed. */
  get pushed(): ReadonlyArray<Offer> {
    return this.last.tasks?.flatMap((task) => (task._tag === "push_offer" ? [readOffer(task.offer)] : [])) ?? []
  }

  get trip(): TripState {
    return plainTrip(this.state.trip!)
  }

  get last(): TripDecision {
    return this.decisions.at(-1)!
  }

  send(command: TripCommand | TripSelfCommand): TripReply | TripRejection {
    const context = { now: this.now, watched: this.watched, id: () => uuid<string>(`id ${this.#ids++}`) }
    const decision = this.#decide(this.state, command, context)
    this.decisions.push(decision)
    for (const event of [...(decision.events ?? []), ...(decision.transient ?? [])]) {
      this.state = evolveActor(this.state, event)
    }
    return decision.reply
  }
}

export const tag = (reply: TripReply | TripRejection) => reply._tag
export const active = () => new LiveTrip(trip({ status: "active" }))

export const invited = (live: LiveTrip, userId: UserId = friend) => {
  live.send({ _tag: "invite", by: owner, user_id: userId, expires_at: live.now + HOUR })
  live.send({ _tag: "join", by: userId })
}

export const offer = (live: LiveTrip, command: Partial<Extract<TripCommand, { _tag: "request_pivot" }>> = {}) => {
  const reply = live.send({ _tag: "request_pivot", by: owner, request: { trigger: "weather" }, ...command })
  if (reply._tag !== "offered") throw new Error(reply._tag)
  return readOffer(reply.offer)
}
