/** `TripRuntime` in this process: the trip engine, its hub, and what reaches many trips at once. */

import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import type { CityConditions } from "../../domain/city/model.ts"
import type { CityId, TripId } from "../../domain/ids.ts"
import { PIVOT_MODEL } from "../../domain/pivot/env.ts"
import { modelVersion } from "../../domain/ranking.ts"
import type { TripReply } from "../../domain/trip/commands.ts"
import type { TripSelfCommand } from "../../domain/trip/decide.ts"
import type { TripRejection } from "../../domain/trip/rejections.ts"
import { stopThen } from "../../domain/trip/stop-then.ts"
import { ActorKinds } from "../../services/actor-kinds.ts"
import { Catalog } from "../../services/catalog.ts"
import { Journal, type JournalEntry } from "../../services/journal.ts"
import { RankingsAtHand } from "../../services/rankings-at-hand.ts"
import { ResidentTrips, type TripsInMemory } from "../../services/resident-trips.ts"
import { SignalListener } from "../../services/signal-listener.ts"
import { CityWatch, FallbackPreparer, MemberPersonas, TripPlanning } from "../../services/trip-helpers.ts"
import { type TripFailure, TripRuntime } from "../../services/trip-runtime.ts"
import { type StoredTrip, TripStorage } from "../../services/trip-storage.ts"
import { Machine } from "../../support/machine.ts"
import { inRounds } from "../../support/rounds.ts"
import { inSlices } from "../../support/slices.ts"
import { Pending } from "../engine/cell.ts"
import type { Engine } from "../engine/engine.ts"
import type { Limits } from "../engine/kind.ts"
import { drain, make } from "../engine/make.ts"
import { sampleCoverage } from "./coverage.ts"
import { TripHub } from "./hub.ts"
import { merge, missingIn, type TripTypes, tripKind } from "./kind.ts"
import { eventsIn, journalKey, tripOf } from "./log.ts"
import { refusedUnread } from "./unread.ts"
import { Waves } from "./waves.ts"

export interface TripOptions {
  readonly limits?: Partial<Limits>
  readonly maxMembers: number
  /** How often trips that are not in memory are looked over for their first day. */
  readonly dueEvery: number
  /** Whether trips are woken up here whom nobody asked for; without it they are. */
  readonly owns?: () => boolean
  /** Why what is stored may not be all that was acknowledged, where it may not. */
  readonly awaited?: () => string | undefined
  /** How often the fallbacks of the trips in memory are counted. */
  readonly coverageEvery?: number
}

/** How long a trip in memory may take to hear of an event; it is at work for somebody, or writing. */
const RESIDENT_MILLIS = 10_000

/** How long a page of trips that have to be read first may take: some wait for all the others of their page. */
const COLD_MILLIS = 60_000

/** A walk over all resident trips: often enough for a dashboard, too seldom to be felt. */
const COVERAGE_MILLIS = 30_000

/** Trips that one query of a bulk load reads. */
const PAGE = 500

/** Trips of one traveler that are looked through for a stop: what is in another one is found when its signal is stored. */
const MOST_LOOKED = 16

/** Ids that one query reads when the trips of a city are named: most of them are in memory already. */
const IDS_PAGE = 5_000

const isRejection = (reply: TripReply | TripRejection): reply is TripRejection => reply instanceof Error

export const layer = (options: TripOptions) =>
  Layer.effectContext(
    Effect.gen(function* () {
      const storage = yield* TripStorage
      const journal = yield* Journal
      const catalog = yield* Catalog
      const cities = yield* CityWatch
      const personas = yield* MemberPersonas
      const clock = yield* Clock.Clock
      const now = () => clock.currentTimeMillisUnsafe()
      const hub = new TripHub()
      const kinds = yield* ActorKinds
      const waves = new Waves(yield* Effect.scope, (city, events) =>
        journal.first(Effect.flatMap(cities.conditions(city), (conditions) => fanOut(city, conditions, events)))
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
      const fork = Effect.runForkWith(yield* Effect.context<never>())

      const ask: TripRuntime["Service"]["ask"] = (id, command, asked) =>
        Effect.suspend(() => {
          const refused = refusedUnread(id, command, options.awaited)
          if (refused !== undefined) return Effect.fail(refused)
          return Effect.flatMap(engine.ask(id, command, asked?.deadlineMillis), (reply) =>
            isRejection(reply) ? Effect.fail(reply) : Effect.succeed(reply)
          )
        })

      /** Tells trips, and answers when each of them has said what it makes of that. */
      const tellAll = Effect.fnUntraced(function* (
        ids: ReadonlyArray<string>,
        command: TripSelfCommand,
        deadlineMillis: number
      ) {
        const told = { trips: 0, touched: 0, missed: 0 }
        const all = Latch.makeUnsafe(false)
        let open = 1
        const settle = (reply: TripReply | TripFailure) => {
          if (reply._tag === "noted" && reply.offer !== null) told.touched++
          if (reply instanceof Error) told.missed++
          else told.trips++
          if (--open === 0) all.openUnsafe()
        }
        yield* inSlices(ids, (id) => {
          open++
          const outcome = engine.askSync(id, command, deadlineMillis)
          if (outcome instanceof Pending) outcome.onSettled(settle)
          else settle(outcome)
        })
        if (--open > 0) yield* all.await
        return told
      })

      /** Tells the active trips in memory first; then wakes the ones that are not, where the database can name them. */
      const fanOut = Effect.fnUntraced(function* (city: CityId, conditions: CityConditions, news: ReadonlySet<string>) {
        const events = conditions.events.filter((event) => news.has(event.id))
        const command = { _tag: "city_changed", conditions, events } as const
        const page = (after: TripId | undefined) =>
          storage
            .underWayIds(city, after, IDS_PAGE)
            .pipe(
              Effect.catch((error) =>
                Effect.as(
                  Effect.logWarning(`Trips that are not in memory hear of it when they come back: ${error.message}`),
                  []
                )
              )
            )
        const first = yield* Effect.forkChild(page(undefined))
        let { trips, touched, missed } = yield* tellAll([...hub.ofCity(city)], command, RESIDENT_MILLIS)
        let ids = yield* Fiber.join(first)
        while (ids.length > 0) {
          const cold = ids.filter((id) => engine.peek(id) === undefined)
          for (let from = 0; from < cold.length; from += PAGE) {
            const told = yield* tellAll(cold.slice(from, from + PAGE), command, COLD_MILLIS)
            trips += told.trips
            touched += told.touched
            missed += told.missed
          }
          ids = ids.length === IDS_PAGE ? yield* page(ids.at(-1)) : []
        }
        if (missed > 0)
          yield* Effect.logWarning(`${missed} trips could not be told now: they hear of it when they come back.`)
        return { trips, touched }
      })

      const stopCatalog = catalog.onChange((next) => {
        const refresh = (id: string) => void engine.askSync(id, { _tag: "world_known", catalog: next, refreshed: true })
        fork(inSlices([...hub.ofCity(next.city.id)], refresh))
      })
      const stopPersonas = personas.onChange((user) => {
        for (const id of hub.ofUser(user)) engine.askSync(id, { _tag: "world_known", refreshed: true })
      })
      /** While many trips are read at once: those that were to be read anew since, which nobody could be told who is not in memory yet. */
      const overtaken = new Set<Set<string>>()
      /** What is in memory holds what was lost: it is read anew, and so does whoever follows it. */
      const forget = (id: string) =>
        Effect.suspend(() => {
          for (const outdated of overtaken) outdated.add(id)
          return Effect.asVoid(engine.interrupt(id))
        })
      const reread = (id: string) =>
        Effect.andThen(
          forget(id),
          Effect.sync(() => hub.lost(id))
        )
      const stopLosses = journal.onLost((key) => {
        if (key === undefined) {
          const all = Effect.sync(() => [...engine.residency.cells()].map((cell) => cell.key))
          return Effect.flatMap(all, (ids) => Effect.forEach(ids, reread, { concurrency: 64, discard: true }))
        }
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

      /** Whether a stored trip came into memory. One that cannot be read must not keep out the others: who asks for it is told. */
      const bringIn = (
        stored: StoredTrip,
        undrained: ReadonlyArray<JournalEntry> | undefined,
        outdated: ReadonlySet<string>
      ) =>
        Effect.gen(function* () {
          // A journal that could not be read, or was not asked, leaves the trip to its own activation.
          if (undrained === undefined || missingIn(stored, eventsIn(undrained)).length > 0) return false
          const snapshot = yield* kind.awake(merge(stored, eventsIn(undrained)))
          return !outdated.has(stored.id) && engine.residency.adopt(stored.id, { snapshot, events: [] })
        }).pipe(
          Effect.catchCause((cause) =>
            Effect.as(Effect.logWarning("A trip could not be brought into memory.", cause), false)
          )
        )

      const bringAllIn = Effect.fnUntraced(function* (outdated: ReadonlySet<string>) {
        yield* journal.enrolled
        let trips = 0
        let after: TripId | undefined
        do {
          // The journal first, as for a trip alone: what is drained in between is then seen twice, and never in neither.
          const entries = new Map<string, ReadonlyArray<JournalEntry>>()
          for (const id of yield* storage.underWayIds(undefined, after, PAGE)) {
            const undrained = yield* Effect.orElseSucceed(journal.undrained(journalKey(id)), () => undefined)
            if (undrained !== undefined) entries.set(id, undrained)
          }
          const page = yield* storage.underWay({ after, limit: PAGE })
          for (const stored of page) {
            if (yield* bringIn(stored, entries.get(stored.id), outdated)) trips++
          }
          after = page.length === PAGE ? page.at(-1)!.id : undefined
        } while (after !== undefined)
        return { trips }
      })

      const preload = Effect.suspend(() => {
        const outdated = new Set<string>()
        overtaken.add(outdated)
        return Effect.ensuring(
          bringAllIn(outdated),
          Effect.sync(() => overtaken.delete(outdated))
        )
      })

      /** Asking a trip for anything wakes it up, and awake it sees by itself what day it is. */
      const wakeDue = Effect.gen(function* () {
        if (options.owns?.() === false) return
        const due = yield* storage.due(now(), PAGE)
        yield* inSlices(due, (id) => void engine.askSync(id, { _tag: "wake" }))
      })
      yield* inRounds("Waking the trips whose day has come", Effect.ignore(wakeDue), options.dueEvery)

      const coverage = yield* sampleCoverage(
        () => [...engine.residency.cells()].map((cell) => cell.state),
        now,
        options.coverageEvery ?? COVERAGE_MILLIS
      )

      /** The trips of somebody in which something is looked for: the one that is named, else a few. */
      const theirs = function* (userId: string, named: string | null) {
        const all = hub.ofUser(userId)
        if (named !== null) {
          if (all.has(named)) yield named
          return
        }
        let looked = 0
        for (const tripId of all) if (looked++ < MOST_LOOKED) yield tripId
      }

      const inMemory: TripsInMemory = {
        cityOf: (userId, tripId) => {
          const city = engine.peek(tripId)?.trip?.city_id
          return city === undefined || hub.ofUser(userId).has(tripId) ? city : null
        },
        stop: (userId, slotId, at, named) => {
          for (const tripId of theirs(userId, named)) {
            const { recent, trip } = engine.peek(tripId) ?? {}
            if (trip === undefined || recent === undefined) continue
            const then = stopThen(trip, recent, slotId, at)
            if (then === undefined) continue
            if (then === null) return { trip_id: tripId, activity_node_id: null, decision: null }
            const { decision_id, model_version, node_id } = then
            const decision = { decision_id, model_version, session_id: trip.session_id }
            return { trip_id: tripId, activity_node_id: node_id, decision }
          }
          return undefined
        },
        offer: (userId, pivotId, named) => {
          for (const tripId of theirs(userId, named)) {
            const { memory, recent, trip } = engine.peek(tripId) ?? {}
            if (trip === undefined || recent === undefined) continue
            const open = memory?.offers.find((one) => one.pivot_id === pivotId)
            if (open !== undefined || recent.some(({ event }) => "pivot_id" in event && event.pivot_id === pivotId)) {
              const model_version = modelVersion(open?.model ?? PIVOT_MODEL)
              return { decision_id: pivotId, model_version, session_id: trip.session_id }
            }
          }
          return undefined
        }
      }

      const runtime = TripRuntime.of({
        ask,
        dispatch: (id, command, answered) => {
          const outcome = refusedUnread(id, command, options.awaited) ?? engine.askSync(id, command)
          if (outcome instanceof Pending) outcome.onSettled(answered)
          else answered(outcome)
        },
        watch: (id, listener) => hub.watch(id, listener),
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
        forget,
        reread,
        revive: (id) => Effect.sync(() => engine.core.supervisor.revive(id)),
        preload,
        drain: (withinMillis) => drain(engine, withinMillis)
      })
      return Context.make(TripRuntime, runtime).pipe(Context.add(ResidentTrips, inMemory))
    })
  )
