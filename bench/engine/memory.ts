/** What an idle actor holds on to: measured as the heap and the array buffers that many of them add. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { ActorKind } from "../../src/actors/engine/kind.ts"
import { make } from "../../src/actors/engine/make.ts"
import type { TripTypes } from "../../src/actors/trip/parts.ts"
import { uuidOfName } from "../../src/domain/basics/hash.ts"
import type { CityCatalog } from "../../src/domain/catalog/city-catalog.ts"
import { PIVOT_SETTINGS } from "../../src/domain/pivot/env.ts"
import { bytesOf } from "../../src/domain/pivot/fallbacks.ts"
import { COLUMNS } from "../../src/domain/pivot/search.ts"
import type { Slot } from "../../src/domain/plan/model.ts"
import { emptyTrip, evolveActor, sizeOfTrip, type TripActorState } from "../../src/domain/trip/actor-state.ts"
import { holdLoaded } from "../../src/domain/trip/held-trip.ts"
import type { TripState } from "../../src/domain/trip/model.ts"
import type { Fallbacks } from "../../src/domain/trip/planner.ts"
import { counter } from "./ask.ts"

setFlagsFromString("--expose_gc")
const gc = runInNewContext("gc") as () => void

const held = (): number => {
  gc()
  gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const NODES = 300
const DAYS = 5
const STOPS = 5
const DAY = 86_400_000

/** The slots of 36 hours. */
const SLOTS_AHEAD = 8

const uuid = <A>(name: string) => uuidOfName("engine-bench", name) as A

const nodes = Array.from({ length: NODES }, (_, n) => ({ id: uuid<string>(`node ${n}`) }))
const indexes = new Map(nodes.map((node, n) => [node.id, n]))
const catalog = { nodes, indexOf: (id: string) => indexes.get(id) } as unknown as CityCatalog

const narrative =
  "A short walk from the stop before, and at its best when the morning crowd has gone; order at the bar."

/** A trip as it comes out of the database: parsed from JSON, nothing shared with any other. */
const stored = (n: number): TripState => {
  const slots: ReadonlyArray<Slot> = Array.from({ length: DAYS * STOPS }, (_, i) => ({
    id: uuid(`slot ${n} ${i}`),
    day: Math.floor(i / STOPS) + 1,
    order: i % STOPS,
    node_id: nodes[(n + i * 7) % NODES]!.id as Slot["node_id"],
    day_part: "afternoon",
    starts_at: 1_777_000_000_000 + Math.floor(i / STOPS) * DAY + (i % STOPS) * 9_000_000,
    ends_at: 1_777_000_000_000 + Math.floor(i / STOPS) * DAY + (i % STOPS) * 9_000_000 + 5_400_000,
    travel_minutes: 12,
    locked: false,
    status: "planned",
    score: 0.731,
    narrative,
    model_version: "local_ranker:1"
  }))
  const members = ["owner", "member"].map((role, ordinal) => ({
    user_id: uuid(`${role} ${n}`),
    role,
    ordinal,
    joined_at: 1_776_000_000_000
  }))
  const trip = {
    id: uuid(`trip ${n}`),
    city_id: uuid("city"),
    city: "seattle",
    time_zone: "America/Los_Angeles",
    user_id: members[0]!.user_id,
    status: "active",
    start_date: "2026-04-24",
    end_date: "2026-04-28",
    epoch: uuid(`epoch ${n}`),
    seq: 1,
    constraints: { budget: "mid", pace: "moderate", must: [], avoid: [] },
    session_id: uuid(`session ${n}`),
    model: { name: "local_ranker", version: "1", source: "local" },
    catalog_version: 1,
    members,
    invitations: [],
    vetoes: [],
    slots,
    relaxed: [],
    created_at: 1_776_000_000_000
  }
  return JSON.parse(JSON.stringify(trip)) as TripState
}

/** As the pivot engine lays them out: for each slot its place, then places and scores for every reason to change. */
const fallbacks = (starts: ReadonlyArray<number>): Fallbacks => {
  const stored = PIVOT_SETTINGS.stored
  const table = new Uint16Array(starts.length * (1 + 2 * COLUMNS.length * stored))
  const set = { stateVersion: 1, catalogVersion: 1, computedAt: 0, stored, starts, table }
  return { seq: 1, catalog_version: 1, conditions_version: 0, computed_at: 0, until: 0, bytes: bytesOf(set), set }
}

const none: ReadonlyArray<never> = []

const tripState = (n: number, parts: { readonly fallbacks: boolean }): TripActorState => {
  const trip = holdLoaded(stored(n), catalog)
  const state: TripActorState = {
    ...emptyTrip(trip.id),
    trip,
    memory: { ...emptyTrip(trip.id).memory, catalog, personas: none }
  }
  const starts = trip.plan
    .unpack()
    .slice(0, SLOTS_AHEAD)
    .map((slot) => slot.starts_at)
  return parts.fallbacks ? evolveActor(state, { _tag: "fallbacks_ready", fallbacks: fallbacks(starts) }) : state
}

const inert: ActorKind<TripTypes> = {
  name: "trip",
  storage: { load: () => Effect.never, saveSnapshot: () => Effect.void, available: () => true },
  log: { append: (_key, _events, _records, settled) => settled() },
  initial: emptyTrip,
  evolve: evolveActor,
  decide: () => ({ reply: { _tag: "noted", offer: null } }),
  describe: (command) => command._tag,
  sizeOf: sizeOfTrip
}

export const bareMemory = (count: number) =>
  Effect.gen(function* () {
    const before = held()
    const actors = yield* Effect.forEach(
      Array.from({ length: count }),
      Effect.fnUntraced(function* () {
        const queue = yield* Queue.bounded<Deferred.Deferred<number>>(256)
        yield* Effect.forkScoped(
          Effect.forever(Effect.flatMap(Queue.take(queue), (reply) => Deferred.succeed(reply, 1)))
        )
        return queue
      })
    )
    yield* Effect.yieldNow
    return (held() - before) / actors.length
  }).pipe(Effect.scoped)

export const engineMemory = (count: number) =>
  Effect.gen(function* () {
    const engine = yield* make(counter)
    const before = held()
    for (let n = 0; n < count; n++) engine.residency.adopt(`key-${n}`, { snapshot: { count: n }, events: [] })
    return (held() - before) / engine.residency.size
  }).pipe(Effect.scoped)

export const tripMemory = (count: number, parts: { readonly fallbacks: boolean }) =>
  Effect.gen(function* () {
    const engine = yield* make(inert, { maxResident: count + 1, memoryBytes: Number.POSITIVE_INFINITY })
    const before = held()
    for (let n = 0; n < count; n++) {
      const snapshot = tripState(n, parts)
      engine.residency.adopt(snapshot.id, { snapshot, events: [] })
      // Parsed JSON piles up faster than the collector looks: what stays is what is measured.
      if (n % 10_000 === 0) gc()
    }
    const bytes = held() - before
    const estimate = engine.core.counters.bytes
    return { perActor: bytes / count, estimated: estimate / count, rss: process.memoryUsage().rss }
  }).pipe(Effect.scoped)
