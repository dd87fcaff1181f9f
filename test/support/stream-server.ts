// The part of the server that streams stand on, as the real one is composed: gateway, actors, a journal on disk, PostgreSQL.

import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { SqlClient } from "effect/sql/SqlClient"
import * as CityActors from "../../src/actors/city/local.ts"
import * as TripActors from "../../src/actors/trip/local.ts"
import * as UserActors from "../../src/actors/user/local.ts"
import * as NobodyElse from "../../src/cases/absent/nobody-else.ts"
import * as NobodyErased from "../../src/cases/absent/nobody-erased.ts"
import * as NobodyListens from "../../src/cases/absent/nobody-listens.ts"
import * as NothingRanked from "../../src/cases/absent/nothing-ranked.ts"
import * as ActorKindList from "../../src/cases/health/actor-kind-list.ts"
import * as PersonaEncoders from "../../src/cases/people/persona-encoders.ts"
import * as FallbackPreparer from "../../src/cases/planning/fallback-preparer.ts"
import * as SignalIntake from "../../src/cases/signals/journaled-intake.ts"
import * as RememberedSlates from "../../src/cases/signals/remembered-slates.ts"
import { Config } from "../../src/config.ts"
import type { TripId, UserId } from "../../src/domain/ids.ts"
import { PIVOT_SETTINGS } from "../../src/domain/pivot/env.ts"
import { localDate, zoneOf } from "../../src/domain/time/zone.ts"
import type { TripState } from "../../src/domain/trip/model.ts"
import { planEngine } from "../../src/domain/trip/plan-engine.ts"
import * as PivotStream from "../../src/http/stream/stream.ts"
import * as UwsHttpServer from "../../src/http/uws/UwsHttpServer.ts"
import * as JoseTokens from "../../src/layers/jose/tokens.ts"
import * as FileJournal from "../../src/layers/journal/journal.ts"
import * as PostgresCatalog from "../../src/layers/postgres/catalog.ts"
import * as PostgresCityStorage from "../../src/layers/postgres/city-storage.ts"
import * as PostgresSink from "../../src/layers/postgres/journal-sink/sink.ts"
import * as PostgresSignalReferences from "../../src/layers/postgres/signal-references.ts"
import * as PostgresTripStorage from "../../src/layers/postgres/trip-storage.ts"
import * as PostgresUserStorage from "../../src/layers/postgres/user-storage.ts"
import { TripPlanning } from "../../src/services/trip-helpers.ts"
import { families } from "../../src/wiring/journal-sink.ts"
import type { PlanningCity } from "./generated-city.ts"
import { tripIn } from "./trips.ts"

export interface StreamServerOptions {
  /** Where the journal lies: the same folder again is the same server, started again. */
  readonly folder: string
  readonly settings?: Readonly<Record<string, string>>
  readonly offerMillis?: number
  readonly memoryBytes?: number
}

const MIB = 1024 * 1024

/** Everything from the socket down to the disk; the database is the caller's. */
export const streamServer = (options: StreamServerOptions) => {
  const settings = Config.layer({ HTTP_DRAIN_TIMEOUT: "2s", AUTH_CLOCK_SKEW: "0s", ...options.settings })
  const tokens = JoseTokens.layer({
    key: { secret: Redacted.make("a secret that only tests and benchmarks know of") },
    audience: undefined,
    issuer: undefined,
    maxTokenAgeMillis: 86_400_000,

    sessionMillis: 90 * 86_400_000,
    renewWithinMillis: 7 * 86_400_000,
    clockSkewMillis: 0
  }).pipe(Layer.provide(NobodyErased.layer))
  const journal = FileJournal.layer({
    directory: join(options.folder, "journal"),
    segmentBytes: 64 * MIB,
    diskBytes: 4096 * MIB,
    bufferBytes: 64 * MIB,
    recordBytes: 4 * MIB,
    lingerMillis: 20,
    batchRecords: 1000
  }).pipe(
    Layer.provide([
      PostgresSink.layer(families).pipe(Layer.provide(NobodyListens.toWhatIsStored)),
      PostgresSink.recordTypes(families),
      NobodyElse.layer
    ])
  )
  const trips = TripActors.layer({
    limits: { memoryBytes: options.memoryBytes ?? 512 * MIB, deadlineMillis: 5_000 },
    maxMembers: 8,
    dueEvery: 300_000
  }).pipe(
    Layer.provide(
      Layer.succeed(
        TripPlanning,
        planEngine({ ...PIVOT_SETTINGS, offerTtlMs: options.offerMillis ?? PIVOT_SETTINGS.offerTtlMs })
      )
    ),
    Layer.provide([FallbackPreparer.layer(), NothingRanked.layer]),
    Layer.provide(PostgresTripStorage.layer),
    Layer.provideMerge(CityActors.layer().pipe(Layer.provide(PostgresCityStorage.layer)))
  )
  const signals = SignalIntake.layer({
    maxAheadMillis: 300_000,
    maxAgeMillis: 86_400_000,
    rememberedIds: 10_000,
    lookUpMillis: 1_000
  })
    .pipe(Layer.provide([NobodyErased.layer, RememberedSlates.layer]))
    .pipe(Layer.provide(PostgresSignalReferences.layer))
  return PivotStream.layer.pipe(
    Layer.provide([NobodyErased.layer, NobodyElse.layer]),
    Layer.provideMerge(signals),
    Layer.provideMerge(trips),
    Layer.provideMerge(
      UserActors.layer().pipe(
        Layer.provide([
          PostgresUserStorage.layer,
          PersonaEncoders.layerDeterministic,
          NobodyErased.layer,
          NobodyListens.toTripEndings,
          NobodyListens.toWhatIsStored
        ])
      )
    ),
    Layer.provideMerge(journal),
    Layer.provideMerge(ActorKindList.layer),
    Layer.provideMerge(PostgresCatalog.layer),
    Layer.provideMerge(tokens),
    Layer.provideMerge(
      Layer.unwrap(
        Effect.map(Config, (config) =>
          UwsHttpServer.layer({ host: "127.0.0.1", port: 0, drainTimeout: config.HTTP_DRAIN_TIMEOUT })
        )
      )
    ),
    Layer.provideMerge(settings)
  )
}

export type StreamServerNeeds = SqlClient

/** A trip that is under way today in that city, with stops still ahead. */
export const tripToday = (
  city: PlanningCity,
  seed: number,
  people: ReadonlyArray<UserId>,
  id: TripId,
  days = 3
): TripState => {
  const today = localDate(zoneOf(city.city.time_zone)!, Date.now())
  const made = tripIn(city, seed, days, {}, today)
  return {
    ...made,
    id,
    user_id: people[0]!,
    vetoes: [],
    members: people.map((user_id, ordinal) => ({
      user_id,
      role: ordinal === 0 ? "owner" : "member",
      ordinal,
      joined_at: 0
    })),
    created_at: Date.now()
  }
}

export const firstAhead = (trip: TripState) => trip.slots.find((slot) => slot.starts_at > Date.now())!
