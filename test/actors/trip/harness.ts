/** A trip runtime over a real journal on a fragile disk and whatever storage it is given. */

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { type TripOptions, layer as tripRuntime } from "../../../src/actors/trip/local.ts"
import * as NobodyListens from "../../../src/cases/absent/nobody-listens.ts"
import * as NothingRanked from "../../../src/cases/absent/nothing-ranked.ts"
import * as ActorKindList from "../../../src/cases/health/actor-kind-list.ts"
import type { ActorUnavailable } from "../../../src/domain/actor-errors.ts"
import type { CityCatalog } from "../../../src/domain/catalog/city-catalog.ts"
import { type CityConditions, calm } from "../../../src/domain/city/model.ts"
import type { CityId, TripId, UserId } from "../../../src/domain/ids.ts"
import type { Persona } from "../../../src/domain/persona/persona.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { makeJournal } from "../../../src/layers/journal/journal.ts"
import type { Fence } from "../../../src/layers/journal/works.ts"
import { decisionsHandler } from "../../../src/layers/postgres/journal-sink/decisions.ts"
import { signalsHandler } from "../../../src/layers/postgres/journal-sink/signals.ts"
import * as Sink from "../../../src/layers/postgres/journal-sink/sink.ts"
import { tripEventsHandler } from "../../../src/layers/postgres/journal-sink/trip-events.ts"
import * as PostgresTrips from "../../../src/layers/postgres/trip-storage.ts"
import { Catalog } from "../../../src/services/catalog.ts"
import { Journal } from "../../../src/services/journal.ts"
import { CityWatch, FallbackPreparer, MemberPersonas, TripPlanning } from "../../../src/services/trip-helpers.ts"
import { TripStorage, TripStorageUnavailable } from "../../../src/services/trip-storage.ts"
import { catalog, cityId, nodeId, owner, planner, slotId, trip } from "../../domain/trip/fixtures.ts"
import type { FragileDisk } from "../../harness/fragile-disk.ts"
import { smallJournal } from "../../harness/journal.ts"

const handlers = [tripEventsHandler, signalsHandler, decisionsHandler]

export const seedCity = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`
    insert into cities (id, slug, name, country, time_zone, lat, lon)
    values (${cityId}, 'seattle', 'Seattle', 'US', 'America/Los_Angeles', 47.6, -122.3)`
  for (let n = 0; n < catalog.nodes.length; n++) {
    yield* sql`
      insert into activity_nodes (id, city_id, node_index, name, neighbourhood, category, lat, lon, time_zone, price_tier,
        setting, weather_sensitivity, typical_minutes, day_parts, vibe_tags, vibe_weights, vibe_embedding,
        taxonomy_version, source_tier, content_hash)
      values (${nodeId(n)}, ${cityId}, ${n}, 'Place', 'Here', 'cafe', 0, 0, 'UTC', 1, 'indoor', 0, 30, '{}', '{}', '{}',
        array_fill(0.125::real, array[64]), 'v1', 1, 'x')`
  }
})

/** A database that can be away. */
export class Outage {
  on = false
  /** What it refused so far. */
  refused = 0
  /** How long every reading of a trip takes. */
  slowMillis = 0
  /** What goes on between the reading of a page of trips and its use. */
  afterPage: Effect.Effect<void> = Effect.void
  readonly storage = Layer.effect(
    TripStorage,
    Effect.map(TripStorage, (real) => {
      const away = new TripStorageUnavailable({ message: "the database is away" })
      const guard = <A>(effect: Effect.Effect<A, TripStorageUnavailable>) =>
        Effect.suspend(() => {
          if (!this.on) return effect
          this.refused++
          return Effect.fail(away)
        })
      return TripStorage.of({
        load: (id) => Effect.delay(guard(real.load(id)), this.slowMillis),
        underWay: (page) => guard(Effect.tap(real.underWay(page), () => this.afterPage)),
        underWayIds: (city, after, limit) => guard(real.underWayIds(city, after, limit)),
        citiesUnderWay: guard(real.citiesUnderWay),
        due: (page) => guard(real.due(page)),
        ofUser: (user) => guard(real.ofUser(user)),
        lose: (id, changes) => guard(real.lose(id, changes)),
        lost: guard(real.lost),
        saveSnapshot: (snapshot) => guard(real.saveSnapshot(snapshot)),
        available: () => !this.on && real.available()
      })
    })
  ).pipe(Layer.provide(PostgresTrips.layer))
}

type Prepare = FallbackPreparer["Service"]["prepare"]

/** What trips lean on besides their storage: a city that forgets nothing and can stumble, and what may change in it. */
export class Surroundings {
  /** While this is set, nobody learns what goes on in a city; what was reported stands all the same. */
  stumbling: Effect.Effect<void, ActorUnavailable> = Effect.void
  /** Who the members are; whoever asks may have to wait for it. */
  personas: Effect.Effect<ReadonlyArray<Persona>> = Effect.succeed([])
  /** Those of them who are in memory. */
  personasInMemory: ReadonlyArray<Persona> = []
  /** The places of the city; whoever asks may have to wait for them. */
  places: Effect.Effect<CityCatalog> = Effect.succeed(catalog)
  /** Those that are in memory. */
  resident: CityCatalog | undefined = catalog
  readonly #conditions = new Map<string, CityConditions>()
  readonly #catalogs = new Set<(next: CityCatalog) => void>()
  readonly #personas = new Set<(user: UserId) => void>()
  readonly #prepare: Prepare

  constructor(prepare: Prepare = () => Effect.succeed(undefined)) {
    this.#prepare = prepare
  }

  #of(city: CityId): CityConditions {
    return this.#conditions.get(city) ?? calm(city)
  }

  catalogChanges(next: CityCatalog): void {
    for (const listener of this.#catalogs) listener(next)
  }

  personaChanges(user: UserId): void {
    for (const listener of this.#personas) listener(user)
  }

  get layer() {
    const listen = <A>(listeners: Set<A>, listener: A) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
    return Layer.mergeAll(
      Layer.succeed(TripPlanning, planner),
      Layer.succeed(FallbackPreparer, { prepare: this.#prepare }),
      NothingRanked.layer,
      Layer.succeed(MemberPersonas, {
        of: () => Effect.suspend(() => this.personas),
        resident: () => this.personasInMemory,
        onChange: (listener) => listen(this.#personas, listener)
      }),
      Layer.succeed(CityWatch, {
        conditions: (city) =>
          Effect.andThen(
            Effect.suspend(() => this.stumbling),
            Effect.sync(() => this.#of(city))
          ),
        resident: (city) => this.#of(city),
        report: (city, event) =>
          Effect.sync(() => {
            const before = this.#of(city)
            if (before.events.some((one) => one.id === event.id)) return { conditions: before, known: true }
            const next = { ...before, version: before.version + 1, events: [...before.events, event] }
            this.#conditions.set(city, next)
            return { conditions: next, known: false }
          })
      }),
      Layer.succeed(Catalog, {
        city: () => Effect.suspend(() => this.places),
        resident: () => this.resident,
        place: () => undefined,
        places: () => Effect.succeed(new Map()),
        cities: Effect.succeed([]),
        refresh: () => Effect.succeed(catalog),
        onChange: (listener) => listen(this.#catalogs, listener)
      })
    )
  }
}

export const OPTIONS: TripOptions = { maxMembers: 4, dueEvery: 60_000 }

/** One life of the process: its journal on `disk`, gone with the scope. */
export const process = (
  disk: FragileDisk,
  outage: Outage,
  options: Partial<TripOptions> = {},
  around: Surroundings | Prepare = new Surroundings(),
  fence?: Fence
) =>
  tripRuntime({ ...OPTIONS, ...options }).pipe(
    Layer.provideMerge(
      Layer.effect(
        Journal,
        makeJournal(
          { ...smallJournal, segmentBytes: 1_000_000, bufferBytes: 1_000_000, diskBytes: 10_000_000 },
          disk,
          fence
        )
      )
    ),
    Layer.provide(
      Layer.mergeAll(
        Sink.layer(handlers).pipe(Layer.provide(NobodyListens.toWhatIsStored)),
        NobodyListens.toSignals,
        ActorKindList.layer,
        Sink.recordTypes(handlers),
        outage.storage,
        (typeof around === "function" ? new Surroundings(around) : around).layer
      )
    )
  )

export const tripNumber = (n: number, patch: Partial<TripState> = {}): TripState => {
  const id = `00000000-0000-7000-8000-${String(n).padStart(12, "0")}` as TripId
  const made = trip({ id, start_date: "2020-01-01", end_date: "2099-01-01", status: "active", ...patch })
  const tomorrow = Date.now() + 86_400_000
  // All of them tomorrow, where events of a day reach them, and none at the time of another.
  const slots = made.slots.map((slot) => {
    const starts_at = tomorrow + (slot.starts_at % 86_400_000) + (slot.day - 1) * 7_200_000
    return { ...slot, id: slotId(n, slot.day * 10 + slot.order), starts_at, ends_at: starts_at + 3_600_000 }
  })
  return { ...made, slots }
}

export const create = (state: TripState) => ({ _tag: "create", by: owner, trip: state }) as const
