/** A small trip, and a planner of few words: it takes the first place of the catalog that is not in the plan. */

import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import type { CityCatalog } from "../../../src/domain/catalog/city-catalog.ts"
import type { ActivityNode } from "../../../src/domain/catalog/node.ts"
import { calm } from "../../../src/domain/city/model.ts"
import type { MadeOffer } from "../../../src/domain/decisions.ts"
import type { CityId, NodeId, OptionId, PivotId, SessionId, SlotId, TripId, UserId } from "../../../src/domain/ids.ts"
import { type Offer, type OfferOption, type OfferText, readOffer } from "../../../src/domain/pivot/model.ts"
import type { Slot } from "../../../src/domain/plan/model.ts"
import { emptyTrip, evolveActor, type TripActorState } from "../../../src/domain/trip/actor-state.ts"
import type { TripCommand, TripReply } from "../../../src/domain/trip/commands.ts"
import { decideTrip, type TripSelfCommand } from "../../../src/domain/trip/decide.ts"
import { plainTrip } from "../../../src/domain/trip/held-trip.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import type { PlanChange, TripPlanner, TripWorld } from "../../../src/domain/trip/planner.ts"
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
  nodes: Array.from({ length: NODES }, (_, n) => ({ id: nodeId(n) }) as ActivityNode),
  matrix: new Float32Array(NODES * 64),
  indexOf: (id) => {
    const at = Array.from({ length: NODES }, (_, n) => nodeId(n)).indexOf(id as NodeId)
    return at < 0 ? undefined : at
  },
  retired: () => false,
  openAt: () => "open",
  nextChange: () => undefined
}

const nothing = { reason: "none", message: "No place is left that is not in the plan.", places: NODES }

const free = (world: TripWorld): NodeId | undefined =>
  Array.from({ length: NODES }, (_, n) => nodeId(n)).find(
    (id) =>
      !world.trip.slots.some((one) => one.node_id === id) && !world.trip.vetoes.some((v) => v.node_ids.includes(id))
  )

const replace = (one: Slot, node: NodeId): PlanChange => ({ slots: [{ ...one, node_id: node }], removed: [] })

export const planner: TripPlanner = {
  pivot: (world, request, pivotId) => {
    const about = world.trip.slots.find((one) =>
      request.slot_id === undefined ? one.ends_at > world.now : one.id === request.slot_id
    )
    const node = free(world)
    const offer = (slot_id: SlotId | null, options: ReadonlyArray<OfferOption>): MadeOffer => {
      const pivot_id = pivotId ?? (world.id() as PivotId)
      const expires_at = world.now + 600_000
      const reasons = options.length === 0 ? [nothing] : []
      const model = { name: "local_ranker", version: "1" }
      const common = { pivot_id, slot_id, trigger: request.trigger, state_version: world.trip.seq, model }
      const shown: Offer = {
        ...common,
        options,
        ...(options.length === 0 ? { reasons } : {}),
        computed_at: new Date(world.now).toISOString(),
        expires_at: new Date(expires_at).toISOString(),
        source: "on_demand",
        catalog_version: catalog.version
      }
      return {
        ...common,
        text: JSON.stringify(shown) as OfferText,
        source: "on_demand",
        reasons,
        chosen: options.map(({ option_id }) => ({
          option_id,
          node_id: node!,
          score: 1,
          changes: 1,
          features: null,
          measures: {}
        })),
        changes: options.length === 0 ? [] : [slot_id!],
        slate: { candidate_ids: node === undefined ? [] : [node], scores: node === undefined ? [] : [1] },
        expires_at
      }
    }
    if (about === undefined || node === undefined) return offer(null, [])
    return offer(about.id, [
      {
        option_id: world.id() as OptionId,
        changes: [
          {
            slot_id: about.id,
            action: "replace",
            node: { id: node, name: node, category: "cafe", lat: 0, lon: 0, neighbourhood: "", vibe_tags: [] },
            starts_at: new Date(about.starts_at).toISOString(),
            ends_at: new Date(about.ends_at).toISOString(),
            open: "unknown",
            travel_minutes: about.travel_minutes
          }
        ],
        unchanged: world.trip.slots.length - 1,
        score: 1,
        why: [],
        evidence: []
      }
    ])
  },
  accept: (world, option) => {
    const about = world.trip.slots.find((one) => one.id === option.option.changes[0]?.slot_id)
    return about === undefined || world.trip.slots.some((one) => one.node_id === option.node_id)
      ? { _tag: "refused", reasons: [{ reason: "in_plan", message: "That place is in the plan by now.", places: 1 }] }
      : { _tag: "change", change: replace(about, option.node_id as NodeId) }
  },
  swap: (world, one, wanted) => {
    const node = (wanted as NodeId | undefined) ?? free(world)
    return node === undefined ? { _tag: "refused", reasons: [nothing] } : { _tag: "change", change: replace(one, node) }
  },
  remove: (_world, one) => ({ _tag: "change", change: { slots: [], removed: [one.id] } }),
  touchedBy: (world, event) =>
    world.trip.slots
      .filter((one) => event.kind === "closure" && one.node_id === event.node_id)
      .map((one) => ({
        mark: event.id,
        slot_ids: [one.id],
        request: { trigger: "venue_closed", slot_id: one.id } as const
      }))
}

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
