/** The trip as an actor: the pure decider, its state from snapshot, events and journal, and its children. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { emptyTrip, evolveActor, sizeOfTrip, type TripActorState } from "../../domain/trip/actor-state.ts"
import { decideTrip } from "../../domain/trip/decide.ts"
import { nextDate } from "../../domain/trip/lifecycle.ts"
import { snapshotOf } from "../../domain/trip/snapshot.ts"
import { isOver } from "../../domain/trip/turn.ts"
import { undoOverAt } from "../../domain/trip/undoing.ts"
import { countedAt } from "../../domain/trip/vote.ts"
import type { ActorKind } from "../engine/kind.ts"
import { tripLoading } from "./load.ts"
import { tripLog } from "./log.ts"
import { lookingAfter } from "./looking-after.ts"
import type { TripParts, TripSelf, TripTypes } from "./parts.ts"
import { equipping } from "./world.ts"

export interface TripKind extends ActorKind<TripTypes> {
  readonly awake: (state: TripActorState) => Effect.Effect<TripActorState>
}

/** A vote that cannot be counted yet, for want of its city, is looked at again after this. */
const COUNT_AGAIN_MS = 1_000

const voteDue = ({ memory, trip }: TripActorState, now: number): number => {
  if (trip?.vote === undefined) return Number.POSITIVE_INFINITY
  const due = countedAt(trip.vote, trip)
  return memory.catalog === undefined ? Math.max(due, now + COUNT_AGAIN_MS) : due
}

/** A disruption window: an offer is open or voted on, or something that may touch the plan goes on in the city. */
const isDisrupted = ({ memory, trip }: TripActorState, now: number): boolean =>
  trip?.status === "active" &&
  (memory.offers.length > 0 ||
    trip.vote !== undefined ||
    (memory.conditions?.events.some((event) => event.until > now) ?? false))

/** When a trip has to look at the clock next; what is being prepared anew is not asked for again. */
const soonestDate = (state: TripActorState, now: number, isPreparing: boolean): number | undefined => {
  const { memory, trip } = state
  if (trip === undefined) return undefined
  let soonest = nextDate(trip, now) ?? Number.POSITIVE_INFINITY
  soonest = Math.min(soonest, undoOverAt(trip) ?? Number.POSITIVE_INFINITY, voteDue(state, now))
  for (const { expires_at } of memory.offers) soonest = Math.min(soonest, expires_at)
  const stale = memory.fallbacks?.stale_at
  if (stale !== undefined && !isPreparing) soonest = Math.min(soonest, stale)
  return soonest === Number.POSITIVE_INFINITY ? undefined : soonest
}

export const tripKind = Effect.fnUntraced(function* (
  parts: TripParts,
  self: TripSelf
): Effect.fn.Return<TripKind, never, Scope.Scope> {
  const { hub, journal, storage } = parts
  let turnBegan = 0
  const { elapsed } = parts.machine
  const log = tripLog(journal, parts.now, () => elapsed() - turnBegan, parts.machine.newId)

  const { awake, load } = tripLoading(parts)
  const preparing = yield* lookingAfter(parts, self)
  const decide = decideTrip(parts.rules)

  const equipped = equipping(parts)

  /** One for all turns: they come one after another. */
  const turn = { now: 0, id: () => "", watched: false }

  const kind: TripKind = {
    awake,
    name: "trip",
    log: {
      append: (id, events, records, settled, urgency) =>
        log.append(
          id,
          events.filter((one) => "event" in one),
          records,
          settled,
          urgency
        )
    },
    storage: {
      load,
      saveSnapshot: (_id, state) => {
        const snapshot = snapshotOf(state)
        return snapshot === undefined ? Effect.void : storage.saveSnapshot(snapshot)
      },
      available: storage.available
    },
    initial: emptyTrip,
    evolve: evolveActor,
    decide: (state, command, context) => {
      turnBegan = elapsed()
      turn.now = context.now
      turn.id = context.id
      turn.watched = hub.watched(state.id)
      return decide(equipped(state), command, turn)
    },
    describe: (command) => command._tag,
    sizeOf: sizeOfTrip,
    vacant: (state) => state.trip === undefined,
    pinned: (state, now) => hub.watched(state.id) || isDisrupted(state, now),
    wakeAt: (state) => soonestDate(state, parts.now(), preparing.has(state.id)),
    wake: () => ({ _tag: "wake" }),
    perform: (id, task) => {
      switch (task._tag) {
        case "prepare":
          return preparing.add(id)
        case "push_offer":
          hub.push(id, task.offer)
          return hub.news(self.peek(id)?.trip, { offer: task.offer, event: task.event, by: null })
        case "learn":
          for (const [userId, signals] of Map.groupBy(task.signals, (one) => one.user_id)) {
            // A trip's own signals happen the moment they are written down.
            parts.listener.durable(userId, signals, signals[0]!.occurred_at)
          }
      }
    },
    publish: (id, events, state) => {
      if (state.trip === undefined) return
      const told = events.filter((one) => "event" in one)
      hub.publish(id, told, state.trip)
      for (const { actor_id: by, event } of told) {
        if (event._tag !== "vote_opened") continue
        const { closes_at, offer } = event.vote
        const news = { offer, event: `vote/${event.pivot_id}`, closes_at: new Date(closes_at).toISOString(), by }
        hub.news(state.trip, news)
      }
    },
    activated: (_id, state) => {
      return state.trip === undefined || isOver(state.trip) ? [] : [{ _tag: "prepare" }]
    },
    /** The news of its city, and of those who travel. */
    feeds: (_id, state) => {
      const { trip } = state()
      if (trip !== undefined) hub.resident(trip)
      return () => {
        const now = state().trip
        if (now !== undefined) hub.gone(now)
      }
    }
  }
  return kind
})
