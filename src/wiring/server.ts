/**
 * The server's part of the composition root, kept from the commands only because most commands do without it and should
 * not pay for loading it. Read it from the bottom: what the server is, then what that is made of.
 */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as CityActors from "../actors/city/local.ts"
import * as TripActors from "../actors/trip/local.ts"
import * as UserActors from "../actors/user/local.ts"
import * as KeptReceipts from "../cases/answers/kept-receipts.ts"
import * as ActorKindList from "../cases/health/actor-kind-list.ts"
import * as DatasetsHealth from "../cases/health/datasets-health.ts"
import * as ErasureHealth from "../cases/health/erasure-health.ts"
import * as JournalHealth from "../cases/health/journal-health.ts"
import * as NodesHealth from "../cases/health/nodes-health.ts"
import * as TripHealth from "../cases/health/trip-health.ts"
import * as FullDisk from "../cases/nodes/full-disk.ts"
import * as StandingBy from "../cases/nodes/standing-by.ts"
import { givingPlace, steppingDown, tailKeeper } from "../cases/nodes/stepping-down.ts"
import * as CompanionSuggestionDesk from "../cases/people/companion-suggestions.ts"
import * as Erasure from "../cases/people/erasing.ts"
import * as JournaledNewcomers from "../cases/people/journaled-newcomers.ts"
import * as TripEndingNews from "../cases/people/trip-ending-news.ts"
import * as UnseededCity from "../cases/planning/city-look-up.ts"
import * as CountedPlanning from "../cases/planning/counted-planning.ts"
import * as DiscoverySlates from "../cases/planning/discovery-slates.ts"
import * as FallbackPreparer from "../cases/planning/fallback-preparer.ts"
import * as RetiredPlaces from "../cases/planning/retired-places.ts"
import * as TripGenerator from "../cases/planning/trip-generator.ts"
import * as CurrentModel from "../cases/ranking/current-model.ts"
import * as SignalIntake from "../cases/signals/journaled-intake.ts"
import * as ProvenSignalNews from "../cases/signals/proven-signal-news.ts"
import * as RememberedSlates from "../cases/signals/remembered-slates.ts"
import * as PushNews from "../cases/trips/push-news.ts"
import { Config } from "../config.ts"
import { DEMO_TOKEN_MS, DEMO_TRAVELER } from "../domain/demo.ts"
import type { Role } from "../domain/nodes/standing.ts"
import { PIVOT_SETTINGS } from "../domain/pivot/env.ts"
import * as OwnerReached from "../http/forward/owner-reached.ts"
import * as Gateway from "../http/gateway.ts"
import * as Admin from "../http/handlers/admin.ts"
import * as Begin from "../http/handlers/begin.ts"
import * as Cities from "../http/handlers/cities.ts"
import * as Companions from "../http/handlers/companions.ts"
import * as Edits from "../http/handlers/edits.ts"
import * as Links from "../http/handlers/links.ts"
import * as People from "../http/handlers/people.ts"
import * as Push from "../http/handlers/push.ts"
import * as Shared from "../http/handlers/shared.ts"
import * as Trips from "../http/handlers/trips.ts"
import * as Votes from "../http/handlers/votes.ts"
import { GatewayMetrics } from "../http/metrics.ts"
import { refuse } from "../http/middleware/refuse.ts"
import * as SharedStream from "../http/stream/shared-stream.ts"
import * as PivotStream from "../http/stream/stream.ts"
import * as UwsHttpServer from "../http/uws/UwsHttpServer.ts"
import * as Logging from "../layers/files/logging.ts"
import * as PostgresCityStorage from "../layers/postgres/city-storage.ts"
import * as PostgresCompanionSeekers from "../layers/postgres/companion-seekers.ts"
import * as PostgresCompanions from "../layers/postgres/companions.ts"
import * as PostgresDoorChecks from "../layers/postgres/door-checks.ts"
import * as PostgresPersonRecords from "../layers/postgres/erasure/person-records.ts"
import * as PostgresEvidenceDocuments from "../layers/postgres/evidence-documents.ts"
import * as PostgresIndexSource from "../layers/postgres/index-source.ts"
import * as PostgresModelRegistry from "../layers/postgres/model-registry.ts"
import * as PostgresPushSubscriptions from "../layers/postgres/push-subscriptions.ts"
import * as PostgresReceipts from "../layers/postgres/receipts.ts"
import * as PostgresSignalReferences from "../layers/postgres/signal-references.ts"
import * as PostgresStopsAhead from "../layers/postgres/stops-ahead.ts"
import * as PostgresTripLinks from "../layers/postgres/trip-links.ts"
import * as PostgresTripList from "../layers/postgres/trip-list.ts"
import * as PostgresTripStorage from "../layers/postgres/trip-storage.ts"
import * as PostgresUserStorage from "../layers/postgres/user-storage.ts"
import * as WebPushSender from "../layers/web/push-sender.ts"
import type { Journal } from "../services/journal.ts"
import { Ownership } from "../services/ownership.ts"
import { Startup } from "../services/startup.ts"
import { Tokens } from "../services/tokens.ts"
import { TripRuntime } from "../services/trip-runtime.ts"
import { catalogStore, catalogs, places, placesHealth, seeder, seedFiles } from "./catalogs.ts"
import { demoTrip, firstCities, otherCities } from "./first-run.ts"
import { jobs, worker } from "./jobs.ts"
import { journal } from "./journal.ts"
import { lines } from "./lines.ts"
import { acceptanceModels, compatibilityModels, promotions, shadowReports } from "./models.ts"
import {
  indexUpToDate,
  llm,
  personaEncoder,
  rankers,
  rankingHealth,
  retrieval,
  trainedRankers,
  vectorIndex
} from "./ranking.ts"
import { weather } from "./weather.ts"
import { whileOwned } from "./while-owned.ts"

/** Most people on one trip: the owner and seven more. */
const MAX_MEMBERS = 8

/** How often trips that are not in memory are looked over for their first and their last day. */
const DUE_EVERY_MS = 300_000

const signals = Layer.unwrap(
  Effect.map(Config, (settings) =>
    SignalIntake.layer({
      maxAheadMillis: settings.SIGNAL_MAX_AHEAD,
      maxAgeMillis: settings.SIGNAL_MAX_AGE,
      rememberedIds: settings.SIGNAL_REMEMBERED_IDS,
      lookUpMillis: settings.SIGNAL_LOOK_UP
    })
  )
).pipe(Layer.provide(PostgresSignalReferences.layer))

const people = UserActors.layer().pipe(
  Layer.provide([
    PostgresUserStorage.layer,
    TripEndingNews.layer,
    ProvenSignalNews.layer,
    personaEncoder.pipe(Layer.provide(llm))
  ])
)

const trips = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Config
    const { refusal, standing } = yield* Ownership
    const pivots = {
      ...PIVOT_SETTINGS,
      horizonMs: settings.FALLBACK_HORIZON,
      offerTtlMs: settings.OFFER_TTL,
      moodSearchMs: settings.MOOD_SEARCH_DEADLINE
    }
    return TripActors.layer({
      limits: {
        mailboxCapacity: settings.ACTOR_MAILBOX,
        deadlineMillis: settings.ACTOR_COMMAND_DEADLINE,
        idleMillis: settings.ACTOR_IDLE,
        memoryBytes: settings.ACTOR_MEMORY_BUDGET
      },
      maxMembers: MAX_MEMBERS,
      dueEvery: DUE_EVERY_MS,
      owns: () => standing().is === "owner",
      awaited: () => refusal()?.message
    }).pipe(
      Layer.provide(CountedPlanning.layer(pivots, () => performance.now()).pipe(Layer.provide(acceptanceModels))),
      Layer.provide(FallbackPreparer.layer(pivots)),
      Layer.provide(PostgresTripStorage.layer)
    )
  })
).pipe(Layer.provideMerge(CityActors.layer().pipe(Layer.provide(PostgresCityStorage.layer))))

const ranking = rankers.pipe(Layer.provideMerge(trainedRankers))

const receipts = KeptReceipts.layer.pipe(Layer.provide(PostgresReceipts.layer))

const erasure = Layer.unwrap(
  Effect.map(Config, (settings) =>
    Erasure.layer({
      tokenMillis: settings.AUTH_MAX_TOKEN_AGE + settings.AUTH_RENEW_WITHIN + settings.AUTH_CLOCK_SKEW
    }).pipe(Layer.provide(PostgresPersonRecords.layer({ kAnonymity: settings.K_ANONYMITY })))
  )
).pipe(Layer.provide(receipts))

const companionSuggestions = CompanionSuggestionDesk.layer.pipe(
  Layer.provide([PostgresCompanionSeekers.layer, PostgresIndexSource.layer, compatibilityModels])
)

const pushSender = Layer.unwrap(
  Effect.map(Config, ({ PUSH_CONTACT, PUSH_SERVICES }) =>
    WebPushSender.layer({ services: PUSH_SERVICES, contact: PUSH_CONTACT })
  )
)

const tripGenerator = Layer.unwrap(
  Effect.map(Config, ({ PLAN_DEADLINE }) => TripGenerator.layer({ deadlineMs: PLAN_DEADLINE }))
).pipe(Layer.provide(UnseededCity.layer().pipe(Layer.provide(places))))

/** All that the routes ask. */
const capabilities = Layer.mergeAll(
  CurrentModel.layer,
  promotions,
  shadowReports,
  JournaledNewcomers.layer,
  receipts,
  PostgresEvidenceDocuments.layer,
  PostgresDoorChecks.layer,
  seedFiles,
  PostgresTripLinks.layer,
  PostgresPushSubscriptions.layer,
  pushSender,
  PostgresTripList.layer,
  tripGenerator,
  DiscoverySlates.layer,
  companionSuggestions
).pipe(
  Layer.provideMerge(erasure),
  Layer.provideMerge(signals),
  Layer.provideMerge(RememberedSlates.layer),
  Layer.provideMerge(trips),
  Layer.provideMerge(people),
  Layer.provideMerge(ranking),
  Layer.provideMerge(retrieval),
  Layer.provideMerge(
    Layer.mergeAll(
      PostgresCompanions.layer,
      PostgresModelRegistry.layer,
      journal.pipe(Layer.provide(jobs)),
      seeder,
      jobs
    )
  ),
  Layer.provideMerge(firstCities.pipe(Layer.provide([seeder, jobs]))),
  Layer.provideMerge(ActorKindList.layer),
  Layer.provideMerge(Layer.merge(catalogs, vectorIndex))
)

/** A second, small server for a scraper, where the settings ask for one. */
const metricsServer = Layer.unwrap(
  Effect.map(Config, (settings) =>
    settings.METRICS_PORT === undefined
      ? Layer.empty
      : Gateway.metricsLayer.pipe(
          Layer.provide(Layer.fresh(UwsHttpServer.layer({ host: settings.HOST, port: settings.METRICS_PORT, refuse })))
        )
  )
)

const groups = Layer.mergeAll(
  Begin.layer,
  Links.layer,
  Shared.layer,
  Push.layer,
  Trips.layer,
  Edits.layer,
  Votes.layer,
  People.layer,
  Companions.layer,
  Cities.layer,
  Admin.layer
)

/** Trips under way come into memory while the first requests are answered already. */
const preload = Layer.effectDiscard(Effect.flatMap(TripRuntime, (runtime) => Effect.forkScoped(runtime.preload)))

/** Opens the console logged in: a fragment stays in the browser, and the page takes it out of the address bar. */
const consoleLink = (address: HttpServer.HttpServer["Service"]["address"], token: string) =>
  `${HttpServer.formatAddress(address).replace("//0.0.0.0", "//127.0.0.1").replace("//[::]", "//[::1]")}/#token=${token}`

const announce = Layer.effectDiscard(
  Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    const settings = yield* Config
    yield* (yield* Startup).done
    yield* Logging.announce(`Overplanned answers on ${HttpServer.formatAddress(address)}`)
    if (!settings.OVERPLANNED_DEMO || (yield* Ownership).standing().is !== "owner") return
    const tokens = yield* Tokens
    yield* Effect.gen(function* () {
      const trip = yield* demoTrip
      const token = yield* tokens.mint({ userId: DEMO_TRAVELER, role: "traveler", ttlMillis: DEMO_TOKEN_MS })
      yield* Logging.announce(`A demo traveler is under way in ${trip.city}: trip ${trip.id}.`)
      yield* Logging.announce(`Open the console as that traveler: ${consoleLink(address, token)}`)
      yield* Logging.announce(`Token of the demo traveler, for ${DEMO_TOKEN_MS / 3_600_000} hours: ${token}`)
    }).pipe(Effect.catch((error) => Effect.logWarning(`No demo trip: ${error.message}`)))
    yield* Effect.catch(otherCities, (error) => Effect.logWarning(`The demo has one city only: ${error.message}`))
  })
)

export interface ServerOptions {
  readonly role: Role
  readonly version: string
  readonly root: string
}

/** Runs until it is stopped, or another server has taken its place. */
const serveUntilSuperseded = <A, E, R>(layer: Layer.Layer<A | Journal, E, R>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const context = yield* Layer.build(layer)
      const { NODE_STOP_DELAY } = yield* Config
      return yield* steppingDown.pipe(
        Effect.onInterrupt(() => givingPlace(NODE_STOP_DELAY)),
        Effect.provideContext(context)
      )
    })
  )

/** Runs until it is stopped. Weather is told where trips are live, and so are the jobs that touch them. A worker answers `/health` and `/ready` like everybody else, and runs the other jobs. */
export const server = (options: ServerOptions) => {
  const folders = { consoleFolder: join(options.root, "console"), clientFolder: join(options.root, "client") }
  const api = Gateway.layer({ version: options.version, ...folders }, groups)
  const gateway = Layer.mergeAll(PivotStream.layer, SharedStream.layer, api, metricsServer).pipe(
    Layer.provide(GatewayMetrics.layer)
  )
  const apart = Layer.merge(
    Gateway.apartLayer({
      version: options.version,
      ...folders,
      elsewhere: "This server runs jobs and owns no trips: ask one with --role gateway or all."
    }),
    metricsServer
  ).pipe(Layer.provide(GatewayMetrics.layer))
  const home = Layer.mergeAll(
    worker(["at home"]),
    preload,
    weather,
    lines,
    PushNews.layer,
    RetiredPlaces.layer.pipe(Layer.provide(PostgresStopsAhead.layer))
  )
  const anywhere = options.role === "all" ? worker(["anywhere"]) : Layer.empty
  const standby = StandingBy.layer.pipe(Layer.provide([PostgresTripStorage.layer, FallbackPreparer.layer()]))
  const owning = Layer.mergeAll(tailKeeper, FullDisk.layer, standby, anywhere, whileOwned(home), gateway)
  const working = Layer.mergeAll(worker(["anywhere"]), tailKeeper, apart)
  const parts: typeof owning = options.role === "worker" ? working : owning
  const whole = announce.pipe(
    Layer.provideMerge(parts),
    Layer.provideMerge(
      Layer.mergeAll(
        indexUpToDate.pipe(Layer.provide(catalogStore)),
        rankingHealth,
        placesHealth,
        JournalHealth.layer,
        NodesHealth.layer,
        OwnerReached.layer,
        ErasureHealth.layer,
        DatasetsHealth.layer,
        TripHealth.layer.pipe(Layer.provide(PostgresTripStorage.layer))
      )
    ),
    Layer.provideMerge(capabilities),
    Layer.provide(HttpServer.layerServices)
  )
  return serveUntilSuperseded(whole)
}
