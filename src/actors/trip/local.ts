/** `TripRuntime` in this process: the trip engine, its hub, and what reaches many trips at once. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type { CityConditions, CityEvent } from "../../domain/city/model.ts"
import type { CityId, TripId } from "../../domain/ids.ts"
import type { TripReply } from "../../domain/trip/commands.ts"
import type { TripRejection } from "../../domain/trip/rejections.ts"
import { ActorKinds } from "../../services/actor-kinds.ts"
import { Catalog } from "../../services/catalog.ts"
import { Journal } from "../../services/journal.ts"
import { SignalListener } from "../../services/signal-listener.ts"
import { inSlices } from "../../services/slices.ts"
import { CityWatch, FallbackPreparer, MemberPersonas, TripPlanning } from "../../services/trip-helpers.ts"
import { type TripFailure, TripRuntime } from "../../services/trip-runtime.ts"
import { TripStorage } from "../../services/trip-storage.ts"
import { Pending } from "../engine/cell.ts"
import type { Limits } from "../engine/kind.ts"
import { drain, make } from "../engine/make.ts"
import { statusOf } from "../engine/status.ts"
import { sampleCoverage } from "./coverage.ts"
import { TripHub } from "./hub.ts"
import { merge, tripKind } from "./kind.ts"
import { eventsIn, journalKey } from "./log.ts"
import { Waves } from "./waves.ts"

export interface TripOptions {
  readonly limits?: Partial<Limits>
  /** How long an offer may be taken. */
  readonly offerMillis: number
  readonly maxMembers: number
  /** How often trips that are not in memory are looked over for their first day. */
  readonly dueEvery: number
  /** How often the fallbacks of the trips in memory are counted. */
  readonly coverageEvery?: number
}

/** A trip waits its turn for fallbacks behind all that were loaded with it. */
const TASK_MILLIS = 15 * 60_000

/** A walk over all resident trips: often enough for a dashboard, too seldom to be felt. */
const COVERAGE_MILLIS = 30_000

/** Trips that one query of a bulk load reads. */
const PAGE = 500

const isRejection = (reply: TripReply | TripRejection): reply is TripRejection => reply instanceof Error

export const layer = (options: TripOptions) =>
  Layer.effect(
    TripRuntime,
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
      const kind = tripKind(
        {
          rules: { planner: yield* TripPlanning, offerMillis: options.offerMillis, maxMembers: options.maxMembers },
          journal,
          storage,
          catalog,
          personas,
          cities,
          preparer: yield* FallbackPreparer,
          listener: yield* SignalListener,
          hub,
          now
        },
        (id) => engine.peek(id)
      )
      const engine = yield* make(kind, { taskMillis: TASK_MILLIS, ...options.limits })
      const fork = Effect.runForkWith(yield* Effect.context<never>())

      const ask: TripRuntime["Service"]["ask"] = (id, command, asked) =>
        Effect.flatMap(engine.ask(id, command, asked?.deadlineMillis), (reply) =>
          isRejection(reply) ? Effect.fail(reply) : Effect.succeed(reply)
        )

      /** Tells the active trips in memory first; then wakes the ones that are not, where the database can name them. */
      const fanOut = Effect.fnUntraced(function* (
        city: CityId,
        conditions: CityConditions,
        events: ReadonlyArray<CityEvent>
      ) {
        let trips = 0
        let touched = 0
        const tell = (id: string) => {
          trips++
          const outcome = engine.askSync(id, { _tag: "city_changed", conditions, events })
          const note = (reply: TripReply | TripFailure) => {
            if (reply._tag === "noted" && reply.offer !== null) touched++
          }
          if (outcome instanceof Pending) outcome.onSettled(note)
          else note(outcome)
        }
        yield* inSlices([...hub.ofCity(city)], tell)
        let after: TripId | undefined
        do {
          const page = yield* Effect.orElseSucceed(storage.underWayIds(city, after, PAGE), () => [])
          yield* inSlices(
            page.filter((id) => engine.peek(id) === undefined),
            tell
          )
          after = page.length === PAGE ? page.at(-1)! : undefined
        } while (after !== undefined)
        return { trips, touched }
      })

      const waves = new Waves((city, events) =>
        Effect.flatMap(cities.conditions(city), (conditions) => fanOut(city, conditions, events))
      )

      const stopCatalog = catalog.onChange((next) => {
        const refresh = (id: string) => void engine.askSync(id, { _tag: "world_known", catalog: next, refreshed: true })
        fork(inSlices([...hub.ofCity(next.city.id)], refresh))
      })
      const stopPersonas = personas.onChange((user) => {
        for (const id of hub.ofUser(user)) engine.askSync(id, { _tag: "world_known", refreshed: true })
      })
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          stopCatalog()
          stopPersonas()
        })
      )

      const preload = Effect.gen(function* () {
        let trips = 0
        let after: TripId | undefined
        do {
          const page = yield* storage.underWay({ after, limit: PAGE })
          for (const stored of page) {
            const undrained = yield* Effect.orElseSucceed(journal.undrained(journalKey(stored.id)), () => undefined)
            // A journal that cannot be read now leaves the trip to its own activation.
            if (undrained === undefined) continue
            const snapshot = yield* kind.awake(merge(stored, eventsIn(undrained)))
            if (engine.residency.adopt(stored.id, { snapshot, events: [] })) trips++
          }
          after = page.length === PAGE ? page.at(-1)!.id : undefined
        } while (after !== undefined)
        return { trips }
      })

      /** Asking a trip for anything wakes it up, and awake it sees by itself what day it is. */
      const wakeDue = Effect.gen(function* () {
        const due = yield* storage.due(now(), PAGE)
        yield* inSlices(due, (id) => void engine.askSync(id, { _tag: "wake" }))
      })
      yield* Effect.forkScoped(Effect.repeat(Effect.ignore(wakeDue), Schedule.spaced(options.dueEvery)))

      const coverage = yield* sampleCoverage(
        () => [...engine.residency.cells()].map((cell) => cell.state),
        now,
        options.coverageEvery ?? COVERAGE_MILLIS
      )

      return TripRuntime.of({
        ask,
        dispatch: (id, command, answered) => {
          const outcome = engine.askSync(id, command)
          if (outcome instanceof Pending) outcome.onSettled(answered)
          else answered(outcome)
        },
        watch: (id, listener) => hub.watch(id, listener),
        announce: Effect.fnUntraced(function* (city, event) {
          const { known } = yield* cities.report(city, event)
          if (known) return { trips: 0, touched: 0 }
          return yield* waves.add(city, event)
        }),
        conditions: (city) => cities.resident(city),
        status: Effect.sync(() => {
          const known = kinds === undefined ? [statusOf(engine, now())] : [...kinds].map((status) => status())
          return known.map((one) => (one.kind === kind.name ? { ...one, coverage: coverage() } : one))
        }),
        forget: (id) =>
          Effect.repeat(
            Effect.sync(() => engine.residency.forget(id)),
            { until: (gone) => gone, schedule: Schedule.spaced(5) }
          ).pipe(Effect.asVoid),
        revive: (id) => Effect.sync(() => engine.supervisor.revive(id)),
        preload,
        drain: (withinMillis) => drain(engine, withinMillis)
      })
    })
  )
