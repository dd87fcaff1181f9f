/** One process of the runtime: its journal, actors, streams and erasure, as the server composes them, on a simulated machine. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as CityActors from "../../src/actors/city/local.ts"
import * as TripActors from "../../src/actors/trip/local.ts"
import * as UserActors from "../../src/actors/user/local.ts"
import * as NothingRanked from "../../src/cases/absent/nothing-ranked.ts"
import * as KeptReceipts from "../../src/cases/answers/kept-receipts.ts"
import * as ActorKindList from "../../src/cases/health/actor-kind-list.ts"
import * as StartupDesk from "../../src/cases/health/startup-desk.ts"
import * as Keeper from "../../src/cases/nodes/keeper.ts"
import { steppingDown, tailKeeper } from "../../src/cases/nodes/stepping-down.ts"
import * as Erasing from "../../src/cases/people/erasing.ts"
import * as PersonaEncoders from "../../src/cases/people/persona-encoders.ts"
import * as TripEndingNews from "../../src/cases/people/trip-ending-news.ts"
import * as FallbackPreparer from "../../src/cases/planning/fallback-preparer.ts"
import * as SignalIntake from "../../src/cases/signals/journaled-intake.ts"
import * as ProvenSignalNews from "../../src/cases/signals/proven-signal-news.ts"
import * as RememberedSlates from "../../src/cases/signals/remembered-slates.ts"
import { Config } from "../../src/config.ts"
import { placeAmong } from "../../src/domain/catalog/city-catalog.ts"
import type { Node as Self } from "../../src/domain/nodes/standing.ts"
import { planEngine } from "../../src/domain/trip/plan-engine.ts"
import * as PivotStream from "../../src/http/stream/stream.ts"
import { makeJournal } from "../../src/layers/journal/journal.ts"
import * as PostgresCityStorage from "../../src/layers/postgres/city-storage.ts"
import * as PostgresLeases from "../../src/layers/postgres/nodes/leases.ts"
import * as PostgresSignalReferences from "../../src/layers/postgres/signal-references.ts"
import * as PostgresTripStorage from "../../src/layers/postgres/trip-storage.ts"
import * as PostgresUserStorage from "../../src/layers/postgres/user-storage.ts"
import { ActorKinds } from "../../src/services/actor-kinds.ts"
import { Catalog } from "../../src/services/catalog.ts"
import { Erasure } from "../../src/services/erasure.ts"
import { Journal } from "../../src/services/journal.ts"
import { Leases } from "../../src/services/leases.ts"
import { Ownership } from "../../src/services/ownership.ts"
import { Peers } from "../../src/services/peers.ts"
import { Personas } from "../../src/services/personas.ts"
import { SignalIntake as Signals } from "../../src/services/signal-intake.ts"
import { TripPlanning } from "../../src/services/trip-helpers.ts"
import { TripRuntime } from "../../src/services/trip-runtime.ts"
import { journalSink, recordTypes } from "../../src/wiring/journal-sink.ts"
import type { FragileDisk } from "../harness/fragile-disk.ts"
import type { PlanningCity } from "../support/generated-city.ts"
import { SimulatedMachine } from "./machine.ts"
import type { Network } from "./network.ts"
import * as ModelledPersons from "./person-records.ts"
import { erasedLayer, jobsLayer, type Kept, noVectors, receiptsLayer, tokensLayer, workOn } from "./ports.ts"
import * as ModelledSql from "./postgres/client.ts"
import type { PgServer } from "./postgres/server.ts"
import type { World } from "./world.ts"

export interface Surroundings {
  readonly world: World
  readonly server: PgServer
  readonly kept: Kept
  readonly network: Network
  readonly city: PlanningCity
  /** How far the machine's clock is off, in milliseconds. */
  readonly skew: () => number
}

const KIB = 1024
export const DIRECTORY = "/journal"

/** Small, so that in a few minutes everything happens that otherwise takes days: segments are closed, actors leave memory, budgets are used up. */
export const LIMITS = {
  directory: DIRECTORY,
  segmentBytes: 96 * KIB,
  diskBytes: 6_000 * KIB,
  bufferBytes: 512 * KIB,
  recordBytes: 256 * KIB,
  lingerMillis: 20,
  batchRecords: 64
}

const ACTOR_LIMITS = { deadlineMillis: 5_000, idleMillis: 6_000, memoryBytes: 64 * KIB * KIB, snapshotEvery: 12 }

const catalogOf = (city: PlanningCity) =>
  Layer.succeed(
    Catalog,
    Catalog.of({
      city: () => Effect.succeed(city),
      resident: () => city,
      place: (nodeId) => placeAmong([city], nodeId),
      places: () => Effect.succeed(new Map()),
      cities: Effect.succeed([{ ...city.city, nodes: city.nodes.length, catalog_version: city.version }]),
      refresh: () => Effect.succeed(city),
      onChange: () => () => {}
    })
  )

/** Who a server is: what lies on its disk, and this life of it. */
const selfOf = (directory: string, incarnation: string): Self => ({
  directory,
  incarnation,
  name: "simulated",
  role: "all",
  release: "simulated",
  place: directory,
  acks: "local",
  address: null
})

/** Nothing is passed on to anybody. */
const nobodyElse = Layer.succeed(Peers)({ mark: "", isPeer: () => false })

const runtimeOn = (machine: SimulatedMachine, disk: FragileDisk, self: Self, around: Surroundings) => {
  const { city, kept, network, server, world } = around
  const asking = { world, server, machine }
  const journal = Layer.effect(
    Journal,
    Effect.flatMap(Ownership, (ownership) => makeJournal(LIMITS, disk, ownership))
  ).pipe(Layer.provide([recordTypes, journalSink]))
  const people = UserActors.layer({ ...ACTOR_LIMITS }).pipe(
    Layer.provide([
      PostgresUserStorage.layer,
      PersonaEncoders.layerDeterministic,
      TripEndingNews.layer,
      ProvenSignalNews.layer
    ])
  )
  const trips = Layer.unwrap(
    Effect.map(Ownership, ({ refusal, standing }) =>
      TripActors.layer({
        limits: ACTOR_LIMITS,
        maxMembers: 6,
        dueEvery: 5_000,
        owns: () => standing().is === "owner",
        awaited: () => refusal()?.message
      })
    )
  ).pipe(
    Layer.provide(Layer.succeed(TripPlanning, planEngine())),
    Layer.provide([FallbackPreparer.layer(), NothingRanked.layer]),
    Layer.provide(PostgresTripStorage.layer),
    Layer.provideMerge(CityActors.layer().pipe(Layer.provide(PostgresCityStorage.layer)))
  )
  const signals = SignalIntake.layer({
    maxAheadMillis: 300_000,
    maxAgeMillis: 86_400_000 * 30,
    rememberedIds: 5_000,
    lookUpMillis: 500
  }).pipe(Layer.provide([PostgresSignalReferences.layer, RememberedSlates.layer]))
  const erasure = Erasing.layer({ tokenMillis: 86_400_000 }).pipe(
    Layer.provide(KeptReceipts.layer.pipe(Layer.provide(receiptsLayer(asking)))),
    Layer.provide([ModelledPersons.layer(asking, kept), noVectors])
  )
  return Layer.mergeAll(PivotStream.layer, erasure, tailKeeper).pipe(
    Layer.provideMerge(signals),
    Layer.provideMerge(trips),
    Layer.provideMerge(people),
    Layer.provideMerge(journal),
    Layer.provideMerge(tokensLayer(machine)),
    Layer.provideMerge(Keeper.layer(self).pipe(Layer.provideMerge(PostgresLeases.layer))),
    Layer.provideMerge(
      Layer.mergeAll(
        ModelledSql.layer(server, machine),
        erasedLayer(asking, kept),
        jobsLayer(asking, kept),
        ActorKindList.layer,
        StartupDesk.layer,
        nobodyElse,
        catalogOf(city),
        network.appOn(machine),
        Config.layer({ RATE_LIMIT: "false", AUTH_CLOCK_SKEW: "0s" })
      )
    )
  )
}

type Services = TripRuntime | Signals | Personas | Journal | ActorKinds | Erasure | Leases | Ownership

/** What it takes to talk to the process, once it has started. */
export interface Running {
  readonly trips: TripRuntime["Service"]
  readonly signals: Signals["Service"]
  readonly personas: Personas["Service"]
  readonly journal: Journal["Service"]
  readonly kinds: ActorKinds["Service"]
  readonly erasure: Erasure["Service"]
  readonly leases: Leases["Service"]
  readonly ownership: Ownership["Service"]
}

export class Node {
  readonly machine: SimulatedMachine
  readonly #around: Surroundings
  readonly #scope = Scope.makeUnsafe()
  /** Undefined until it has started. */
  running: Running | undefined
  /** Why it did not start. */
  failure: unknown
  /** It was asked to stop. */
  stopping = false

  constructor(disk: FragileDisk, directory: string, around: Surroundings) {
    this.machine = new SimulatedMachine(around.world, around.skew)
    this.#around = around
    const { kept, server, world } = around
    this.machine.fork(
      Effect.gen({ self: this }, function* () {
        const services: Context.Context<Services> = yield* Layer.buildWithScope(
          runtimeOn(this.machine, disk, selfOf(directory, world.uuid()), around),
          this.#scope
        )
        this.running = {
          trips: Context.get(services, TripRuntime),
          signals: Context.get(services, Signals),
          personas: Context.get(services, Personas),
          journal: Context.get(services, Journal),
          kinds: Context.get(services, ActorKinds),
          erasure: Context.get(services, Erasure),
          leases: Context.get(services, Leases),
          ownership: Context.get(services, Ownership)
        }
        world.note("a process has started")
        yield* Effect.forkChild(this.running.trips.preload)
        yield* Effect.forkChild(workOn(world, server, kept, this.running.erasure.handler))
        yield* Effect.provideContext(steppingDown, services)
      }).pipe(
        Effect.catchCause((cause) =>
          Effect.sync(() => {
            this.failure = cause
            world.note(`a process did not start: ${String(cause).slice(0, 300)}`)
          })
        )
      )
    )
  }

  /** The process ends in this instant, whatever it was about to do. */
  kill(): void {
    this.machine.alive = false
    this.running = undefined
    this.#around.network.cutAll(this.machine)
    this.#around.server.closeAll(this.machine)
  }

  /** The process is asked to stop, and does so in its order. */
  stop(done: () => void): void {
    const { running } = this
    this.running = undefined
    this.stopping = true
    this.machine.fork(
      Effect.andThen(
        Effect.ignore(running === undefined ? Effect.void : running.trips.drain(2_000)),
        Effect.andThen(
          Scope.close(this.#scope, Exit.void),
          Effect.sync(() => {
            this.kill()
            done()
          })
        )
      )
    )
  }
}
