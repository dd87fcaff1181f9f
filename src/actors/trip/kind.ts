/** The trip as an actor: the pure decider, its state from snapshot, events and journal, and its children. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import type { TripId } from "../../domain/ids.ts"
import type { Persona } from "../../domain/persona/persona.ts"
import {
  emptyTrip,
  evolveActor,
  sizeOfTrip,
  type TripActorState,
  type TripMemoryEvent
} from "../../domain/trip/actor-state.ts"
import type { TripCommand, TripReply } from "../../domain/trip/commands.ts"
import { decideTrip, type TripSelfCommand } from "../../domain/trip/decide.ts"
import type { TripEventEnvelope } from "../../domain/trip/events.ts"
import { staleAt } from "../../domain/trip/freshness.ts"
import { type HeldTrip, holdLoaded, plainTrip } from "../../domain/trip/held-trip.ts"
import { nextDate } from "../../domain/trip/lifecycle.ts"
import type { TripState } from "../../domain/trip/model.ts"
import type { TripRejection } from "../../domain/trip/rejections.ts"
import { holding, missingFrom, restore, snapshotOf } from "../../domain/trip/snapshot.ts"
import { isOver, type TripRecord, type TripRules, type TripTask } from "../../domain/trip/turn.ts"
import type { Catalog } from "../../services/catalog.ts"
import type { Journal } from "../../services/journal.ts"
import type { RankingsAtHand } from "../../services/rankings-at-hand.ts"
import type { SignalListener } from "../../services/signal-listener.ts"
import type { CityWatch, FallbackPreparer, MemberPersonas } from "../../services/trip-helpers.ts"
import { type StoredTrip, type TripStorage, TripStorageUnavailable } from "../../services/trip-storage.ts"
import type { MachineShape } from "../../support/machine.ts"
import type { ActorKind } from "../engine/kind.ts"
import type { TripHub } from "./hub.ts"
import { eventsIn, journalKey, tripLog } from "./log.ts"
import { makePreparing } from "./preparing.ts"
import { makeLateWorld, orNothingInTime, worldInTime } from "./world.ts"

export interface TripTypes {
  State: TripActorState
  Command: TripCommand | TripSelfCommand
  Event: TripEventEnvelope | TripMemoryEvent
  Record: TripRecord
  Reply: TripReply | TripRejection
  Task: TripTask
}

export interface TripParts {
  readonly rules: TripRules
  readonly journal: Journal["Service"]
  readonly storage: TripStorage["Service"]
  readonly catalog: Catalog["Service"]
  readonly personas: MemberPersonas["Service"]
  readonly cities: CityWatch["Service"]
  readonly preparer: FallbackPreparer["Service"]
  readonly listener: SignalListener["Service"]
  readonly rankings: RankingsAtHand["Service"]
  readonly hub: TripHub
  /** Waits while an event goes out to the trips of a city. */
  readonly quiet: Effect.Effect<void>
  /** Why what is stored may not be all that was acknowledged, where it may not. */
  readonly awaited: () => string | undefined
  readonly now: () => number
  readonly machine: MachineShape
}

/** A database that does not answer the journal gives no trip either. */
const ENROLL_TIMEOUT = "1 second"

/** Changes come in bursts: fallbacks are worked out once the plan has been still for this long. */
const SETTLE_MILLIS = 50

export interface TripKind extends ActorKind<TripTypes> {
  readonly awake: (state: TripActorState) => Effect.Effect<TripActorState>
}

/** How what is done for a trip off its turns comes back to it. */
interface TripSelf {
  /** Looks at a trip in memory. */
  readonly peek: (id: string) => TripActorState | undefined
  readonly ask: (id: string, command: TripSelfCommand) => Effect.Effect<unknown, unknown>
  /** Does something as a child of the trip: it ends with it. */
  readonly within: <A, E>(id: string, name: string, effect: Effect.Effect<A, E>) => Effect.Effect<A | undefined>
}

export const tripKind = Effect.fnUntraced(function* (
  parts: TripParts,
  self: TripSelf
): Effect.fn.Return<TripKind, never, Scope.Scope> {
  const { catalog, cities, hub, journal, preparer, storage } = parts
  let turnBegan = 0
  const { elapsed } = parts.machine
  const log = tripLog(journal, parts.now, () => elapsed() - turnBegan, parts.machine.newId)

  const world = (trip: TripState | HeldTrip) => worldInTime(parts, trip)
  const onceItIsThere = yield* makeLateWorld(parts, self.within, (id) => preparing.add(id))

  /** Puts what a stored trip leans on beside it, and packs it. */
  const awake = Effect.fnUntraced(function* (state: TripActorState) {
    const { trip } = state
    if (trip === undefined) return state
    const known = yield* world(trip)
    return {
      ...state,
      trip: holdLoaded(plainTrip(trip), known.catalog),
      memory: {
        ...state.memory,
        catalog: known.catalog,
        conditions: known.conditions,
        personas: known.personas ?? state.memory.personas
      }
    }
  })

  const enrolled = journal.enrolled.pipe(
    Effect.timeout(ENROLL_TIMEOUT),
    Effect.mapError(
      (cause) => new TripStorageUnavailable({ message: "The database has not answered since the start.", cause })
    )
  )

  const read = Effect.fnUntraced(function* (id: string) {
    // The journal first: what is drained in between is then seen twice, and dropped by its number.
    const entries = eventsIn(yield* journal.undrained(journalKey(id)))
    yield* enrolled
    return { stored: yield* storage.load(id as TripId), entries }
  })

  const load = Effect.fnUntraced(function* (id: string) {
    let { entries, stored } = yield* read(id)
    const missing = missingIn(stored, entries)
    if (missing.length > 0) {
      // Nobody wrote these down: the trip goes on without them, in a stream of its own.
      yield* storage.lose(
        id as TripId,
        missing.map((seq) => ({ seq, type: null }))
      )
      yield* Effect.logError(
        `A trip lacks ${missing.length} of its changes, the first is number ${missing[0]}. It goes on without them, and its members are told; repair-trip --all puts back what was set aside.`
      )
      ;({ entries, stored } = yield* read(id))
    }
    const snapshot = yield* awake(merge(stored, entries))
    const awaited = snapshot.trip === undefined ? parts.awaited() : undefined
    // Nobody knows of it yet, and it may well be there: that is another matter than a trip that is not.
    if (awaited !== undefined) return yield* new TripStorageUnavailable({ message: awaited })
    return { snapshot, events: [] }
  })

  /** What was ranked for its moments; nothing where somebody of the party is not known. */
  const rankingsOf = (
    id: string,
    { catalog, personas }: { catalog?: CityCatalog | undefined; personas?: ReadonlyArray<Persona> | undefined }
  ) =>
    Effect.suspend(() => {
      const held = self.peek(id)?.trip
      const trip = held === undefined ? undefined : plainTrip(held)
      return trip === undefined || catalog === undefined || personas?.length !== trip.members.length
        ? Effect.undefined
        : orNothingInTime(parts.rankings.of({ trip, catalog, personas, now: parts.now() }))
    })

  /** Tells a trip what it leans on; false where there is nobody to prepare for. */
  const lookAround = Effect.fnUntraced(function* (id: string) {
    const trip = self.peek(id)?.trip
    if (trip === undefined || isOver(trip)) return false
    const known = yield* world(trip)
    // An event may have gone out while the rest was on its way.
    const conditions = cities.resident(trip.city_id) ?? known.conditions
    const rankings = yield* rankingsOf(id, known)
    yield* Effect.ignore(
      self.ask(id, {
        _tag: "world_known",
        ...(known.catalog === undefined ? {} : { catalog: known.catalog }),
        ...(conditions === undefined ? {} : { conditions }),
        ...(known.personas === undefined ? {} : { personas: known.personas }),
        ...(rankings === undefined ? {} : { rankings })
      })
    )
    if (known.catalog === undefined || known.conditions === undefined || known.personas === undefined) {
      yield* onceItIsThere(id, trip)
    }
    return true
  })

  const preparing = yield* makePreparing({
    quiet: parts.quiet,
    settleMillis: SETTLE_MILLIS,
    look: (id) => Effect.map(self.within(id, "world", lookAround(id)), (looked) => looked === true),
    work: Effect.fnUntraced(function* (id) {
      const state = self.peek(id)
      const { catalog: inForce, conditions, personas: people, rankings } = state?.memory ?? {}
      if (state?.trip === undefined || inForce === undefined || conditions === undefined) return Effect.void
      const now = parts.now()
      const trip = plainTrip(state.trip)
      const known = { trip, catalog: inForce, conditions, personas: people ?? [], rankings, now }
      const fallbacks = yield* self.within(id, "fallbacks", preparer.prepare(known))
      if (fallbacks === undefined) return Effect.void
      const ready = { ...fallbacks, stale_at: staleAt(trip, now) }
      const handOver = self.ask(id, { _tag: "fallbacks_ready", fallbacks: ready })
      return Effect.asVoid(self.within(id, "fallbacks", Effect.ignore(handOver)))
    })
  })

  const decide = decideTrip(parts.rules)

  /** A trip that was made a moment ago finds its city's catalog in memory before its child has brought it. */
  const equipped = (state: TripActorState): TripActorState => {
    if (state.trip === undefined || state.memory.catalog !== undefined) return state
    const resident = catalog.resident(state.trip.city)
    return resident === undefined ? state : { ...state, memory: { ...state.memory, catalog: resident } }
  }

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
    /** A disruption window: an offer is open, or something that may touch the plan goes on in the city. */
    pinned: (state, now) =>
      hub.watched(state.id) ||
      (state.trip?.status === "active" &&
        (state.memory.offers.length > 0 ||
          (state.memory.conditions?.events.some((event) => event.until > now) ?? false))),
    wakeAt: (state) => {
      if (state.trip === undefined) return undefined
      let soonest = nextDate(state.trip, parts.now()) ?? Number.POSITIVE_INFINITY
      for (const { expires_at } of state.memory.offers) soonest = Math.min(soonest, expires_at)
      // What is being prepared anew is not asked for again.
      const { fallbacks } = state.memory
      if (fallbacks?.stale_at !== undefined && fallbacks.stale_at < soonest && !preparing.has(state.id)) {
        soonest = fallbacks.stale_at
      }
      return soonest === Number.POSITIVE_INFINITY ? undefined : soonest
    },
    wake: () => ({ _tag: "wake" }),
    perform: (id, task) => {
      switch (task._tag) {
        case "prepare":
          return preparing.add(id)
        case "push_offer":
          return hub.push(id, task.offer)
        case "learn":
          for (const [userId, signals] of Map.groupBy(task.signals, (one) => one.user_id)) {
            // A trip's own signals happen the moment they are written down.
            parts.listener.durable(userId, signals, signals[0]!.occurred_at)
          }
      }
    },
    publish: (id, events, state) => {
      if (state.trip !== undefined)
        hub.publish(
          id,
          events.filter((one) => "event" in one),
          state.trip
        )
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

/** Stored events and those that are only in the journal yet, each once, in order, without those that were lost meanwhile. */
const eventsOf = ({ events, lost }: StoredTrip, undrained: ReadonlyArray<TripEventEnvelope>) => {
  const last = events.at(-1)?.seq ?? 0
  const gone = new Set(lost.map((one) => one.seq))
  return [...events, ...undrained.filter((one) => one.seq > last && !gone.has(one.seq))]
}

/** Numbers of changes that are neither stored, nor under way, nor known to be lost. */
export const missingIn = (stored: StoredTrip, undrained: ReadonlyArray<TripEventEnvelope>): ReadonlyArray<number> =>
  missingFrom(
    stored.snapshot,
    eventsOf(stored, undrained).filter((one) => one.seq > (stored.snapshot?.seq ?? 0)),
    stored.lost
  )

export const merge = (stored: StoredTrip, undrained: ReadonlyArray<TripEventEnvelope>): TripActorState => {
  const state = restore(stored.id, stored.snapshot, eventsOf(stored, undrained), stored.lost)
  const { epoch } = stored
  const { trip } = state
  return epoch === undefined || trip === undefined || trip.epoch === epoch
    ? state
    : { ...state, trip: holding(trip, { epoch }) }
}
