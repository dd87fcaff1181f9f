/** `TripRuntime` in this process: the trip engine, its hub, and what reaches many trips at once. */

import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { TripId } from "../../domain/ids.ts"
import type { TripCommand, TripReply } from "../../domain/trip/commands.ts"
import { TripNotReady, type TripRejection } from "../../domain/trip/rejections.ts"
import { ActorKinds } from "../../services/actor-kinds.ts"
import { Catalog } from "../../services/catalog.ts"
import { Journal } from "../../services/journal.ts"
import { RankingsAtHand } from "../../services/rankings-at-hand.ts"
import { ResidentTrips } from "../../services/resident-trips.ts"
import { SignalListener } from "../../services/signal-listener.ts"
import { CityWatch, FallbackPreparer, MemberPersonas, TripPlanning } from "../../services/trip-helpers.ts"
import { type TripFailure, TripRuntime } from "../../services/trip-runtime.ts"
import { TripStorage } from "../../services/trip-storage.ts"
import { Machine } from "../../support/machine.ts"
import { inRounds } from "../../support/rounds.ts"
import { inSlices } from "../../support/slices.ts"
import { Pending } from "../engine/cell.ts"
import type { Engine } from "../engine/engine.ts"
import type { Limits } from "../engine/kind.ts"
import { drain, make } from "../engine/make.ts"
import { bringingIn } from "./bring-in.ts"
import { sampleCoverage } from "./coverage.ts"
import { TripHub } from "./hub.ts"
import { tripsInMemory } from "./in-memory.ts"
import { tripKind } from "./kind.ts"
import { tripOf } from "./log.ts"
import { onceReady } from "./once-ready.ts"
import type { TripTypes } from "./parts.ts"
import { citysTrips } from "./telling.ts"
import { askedUnwritten, asUnread, HELD_UP_MILLIS, mayBeHeldUp, refusedUnread } from "./unread.ts"
import { Waves } from "./waves.ts"

export interface TripOptions {
  readonly limits?: Partial<Limits>
  readonly maxMembers: number
  /** How often trips that are not in memory are looked over for their first and their last day. */
  readonly dueEvery: number
  /** Whether trips are woken up here whom nobody asked for; without it they are. */
  readonly owns?: () => boolean
  /** Why what is stored may not be all that was acknowledged, where it may not. */
  readonly awaited?: () => string | undefined
  /** How often the fallbacks of the trips in memory are counted. */
  readonly coverageEvery?: number
}

/** A walk over all resident trips: often enough for a dashboard, too seldom to be felt. */
const COVERAGE_MILLIS = 30_000

/** Trips that are looked up at once to be woken up on their day, and those that are woken together. */
const PAGE = 500
const WOKEN_AT_ONCE = 16

const isRejection = (reply: TripReply | TripRejection): reply is TripRejection => reply instanceof Error

/** The engine of this process's trips, and the waves that go out to them. */
const makeTrips = Effect.fnUntraced(function* (options: TripOptions) {
  const storage = yield* TripStorage
  const journal = yield* Journal
  const catalog = yield* Catalog
  const cities = yield* CityWatch
  const personas = yield* MemberPersonas
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const hub = new TripHub()
  const waves = new Waves(yield* Effect.scope, (city, events) =>
    journal.first(Effect.flatMap(cities.conditions(city), (conditions) => tell(city, conditions, events)))
  )
  const kind = yield* tripKind(
    {
      rules: { planner: yield* TripPlanning, maxMembers: options.maxMembers },
      journal,
      storage,
      catalog,
      personas,
      cities,
      preparer: yield* FallbackPreparer,
      listener: yield* SignalListener,
      rankings: yield* RankingsAtHand,
      hub,
      quiet: waves.quiet,
      awaited: options.awaited ?? (() => undefined),
      now,
      machine: yield* Machine
    },
    {
      peek: (id) => engine.peek(id),
      ask: (id, command) => engine.ask(id, command),
      within: (id, name, effect) => engine.within(id, name, effect)
    }
  )
  const engine: Engine<TripTypes> = yield* make(kind, options.limits)
  const tell = citysTrips(engine, hub, storage)
  return { catalog, cities, engine, hub, journal, kind, now, personas, storage, waves }
})

type Trips = Effect.Success<ReturnType<typeof makeTrips>>

/** What is in memory holds what was lost: it is read anew, and so does whoever follows it. */
const rereading = ({ engine, hub }: Trips, overtake: (id: string | undefined) => void) => {
  // A trip that somebody follows comes back at once: its vote is counted in time, and its offers run out.
  const back = (id: string) =>
    Effect.sync(() => {
      if (hub.watched(id)) engine.askSync(id, { _tag: "wake" })
    })
  const forget = (id: string) =>
    Effect.suspend(() => {
      overtake(id)
      return Effect.andThen(engine.interrupt(id), back(id))
    })
  const reread = (id: string) =>
    Effect.andThen(
      forget(id),
      Effect.sync(() => hub.lost(id))
    )
  const rereadAll = Effect.suspend(() => {
    overtake(undefined)
    const ids = [...engine.residency.cells()].map((cell) => cell.key)
    return Effect.forEach(ids, reread, { concurrency: 64, discard: true })
  })
  return { forget, reread, rereadAll }
}

/** Has the trips in memory hear of their city's places, of their members, and of what the journal lost. */
const listen = Effect.fnUntraced(function* (
  { catalog, engine, hub, journal, personas }: Trips,
  { reread, rereadAll }: Pick<ReturnType<typeof rereading>, "reread" | "rereadAll">
) {
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const stopCatalog = catalog.onChange((next) => {
    const refresh = (id: string) => void engine.askSync(id, { _tag: "world_known", catalog: next, refreshed: true })
    fork(inSlices([...hub.ofCity(next.city.id)], refresh))
  })
  const stopPersonas = personas.onChange((user) => {
    for (const id of hub.ofUser(user)) engine.askSync(id, { _tag: "world_known", refreshed: true })
  })
  const stopLosses = journal.onLost((key) => {
    if (key === undefined) return rereadAll
    const id = tripOf(key)
    if (id !== undefined) fork(reread(id))
    return undefined
  })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      stopLosses()
      stopCatalog()
      stopPersonas()
    })
  )
})

/** Asking a trip for anything wakes it up, and awake it sees by itself what day it is. */
const wakeDue = ({ engine, now, storage }: Trips, owns: () => boolean) =>
  Effect.gen(function* () {
    let after: TripId | undefined
    while (owns()) {
      const due = yield* storage.due({ now: now(), after, limit: PAGE })
      const wake = (id: TripId) => Effect.ignore(engine.ask(id, { _tag: "wake" }))
      yield* Effect.forEach(due, wake, { concurrency: WOKEN_AT_ONCE, discard: true })
      if (due.length < PAGE) return
      after = due.at(-1)
    }
  })

/** A pivot of a trip in memory that would start it first, as it is asked; and then without the start, where that takes long to be written. */
const heldUp = ({ engine, now }: Trips) => {
  const { host } = engine.core
  return (id: TripId, command: TripCommand) => {
    const state = engine.peek(id)
    const first = state && mayBeHeldUp(command, state, now(), host.id)
    return first && { first, again: { ...first, unwritten: true } }
  }
}

/** Asks a trip; a pivot is advice, and is asked once more where only a write stood in the way of its answer. */
const askingTrip = (trips: Trips, awaited: TripOptions["awaited"]) => {
  const { engine } = trips
  const { host, limits } = engine.core
  const isHeldUp = heldUp(trips)
  const asked = (id: TripId, command: TripCommand, deadlineMillis: number) => {
    const held = isHeldUp(id, command)
    if (held === undefined) return engine.ask(id, command, deadlineMillis)
    const later = Effect.suspend(() => engine.ask(id, held.again, Math.max(deadlineMillis - HELD_UP_MILLIS, 1)))
    return Effect.raceFirst(engine.ask(id, held.first, deadlineMillis), Effect.delay(later, HELD_UP_MILLIS))
  }
  return (id: TripId, command: TripCommand, deadlineMillis = limits.deadlineMillis) =>
    Effect.suspend(() => {
      const began = host.elapsed()
      return Effect.catch(asked(id, asUnread(command, awaited), deadlineMillis), (failure) => {
        const again = askedUnwritten(command, failure)
        if (again === undefined) return Effect.fail(failure)
        return engine.ask(id, again, Math.max(deadlineMillis - (host.elapsed() - began), 1))
      })
    })
}

/** How trips are asked, awaited or not. */
const asking = Effect.fnUntraced(function* (trips: Trips, awaited: TripOptions["awaited"]) {
  const { catalog, engine } = trips
  const ready = onceReady(engine, catalog)
  const askTrip = askingTrip(trips, awaited)
  const isHeldUp = heldUp(trips)
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const asked: Pick<TripRuntime["Service"], "ask" | "dispatch"> = {
    ask: (id, command, options) =>
      Effect.suspend(() => {
        const refused = refusedUnread(id, command, awaited)
        if (refused !== undefined) return Effect.fail(refused)
        return Effect.flatMap(ready(id, askTrip(id, command, options?.deadlineMillis)), (reply) =>
          isRejection(reply) ? Effect.fail(reply) : Effect.succeed(reply)
        )
      }),
    dispatch: (id, command, answered) => {
      const held = isHeldUp(id, asUnread(command, awaited))
      let isSettled = false
      const settled = (outcome: TripReply | TripFailure) => {
        if (isSettled) return
        isSettled = true
        if (!(outcome instanceof TripNotReady) && askedUnwritten(command, outcome) === undefined)
          return answered(outcome)
        fork(Effect.match(ready(id, askTrip(id, command)), { onFailure: answered, onSuccess: answered }))
      }
      const either = { onFailure: settled, onSuccess: settled }
      const outcome =
        refusedUnread(id, command, awaited) ?? engine.askSync(id, held?.first ?? asUnread(command, awaited))
      if (!(outcome instanceof Pending)) return settled(outcome)
      outcome.onSettled(settled)
      if (held === undefined) return
      const later = Effect.suspend(() => (isSettled ? Effect.void : Effect.match(engine.ask(id, held.again), either)))
      fork(Effect.delay(later, HELD_UP_MILLIS))
    }
  }
  return asked
})

export const layer = (options: TripOptions) =>
  Layer.effectContext(
    Effect.gen(function* () {
      const kinds = yield* ActorKinds
      const trips = yield* makeTrips(options)
      const { cities, engine, hub, journal, kind, storage, waves } = trips
      const { overtake, preload } = bringingIn({ awake: kind.awake, engine, journal, storage })
      const again = rereading(trips, overtake)
      yield* listen(trips, again)
      yield* inRounds(
        "Waking the trips whose day has come",
        Effect.ignore(wakeDue(trips, options.owns ?? (() => true))),
        options.dueEvery
      )
      const coverage = yield* sampleCoverage(
        () => [...engine.residency.cells()].map((cell) => cell.state),
        trips.now,
        options.coverageEvery ?? COVERAGE_MILLIS
      )
      const runtime = TripRuntime.of({
        ...(yield* asking(trips, options.awaited)),
        watch: (id, listener) => hub.watch(id, listener),
        onNews: (heard) => hub.onNews(heard),
        told: (id, pivot_id) => {
          if (engine.peek(id) !== undefined) engine.askSync(id, { _tag: "offer_told", pivot_id })
        },
        announce: Effect.fnUntraced(function* (city, event) {
          const { conditions } = yield* cities.report(city, event)
          // Also what was known before: it may have been durable and told to nobody when somebody stumbled.
          const stands = conditions.events.some((one) => one.id === event.id)
          return stands ? yield* waves.add(city, event.id) : { trips: 0, touched: 0 }
        }),
        status: Effect.sync(() =>
          [...kinds.values()].map(({ status }) => {
            const one = status()
            return one.kind === kind.name ? { ...one, coverage: coverage() } : one
          })
        ),
        forget: again.forget,
        reread: again.reread,
        revive: (id) => Effect.sync(() => engine.core.supervisor.revive(id)),
        preload,
        drain: (withinMillis) => drain(engine, withinMillis)
      })
      return Context.make(TripRuntime, runtime).pipe(Context.add(ResidentTrips, tripsInMemory(engine, hub)))
    })
  )
