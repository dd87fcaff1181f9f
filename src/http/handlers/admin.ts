/** For operators: jobs, models, money, actors, and what happens in a city. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { isStorableInstant } from "../../domain/basics/storable.ts"
import type { CityEvent } from "../../domain/city/model.ts"
import type { CityId } from "../../domain/ids.ts"
import { ActorKinds } from "../../services/actor-kinds.ts"
import { Catalog } from "../../services/catalog.ts"
import { SEED_CITY } from "../../services/city-seeder.ts"
import { CostGuard, type CostReport } from "../../services/cost-guard.ts"
import { DoorChecks } from "../../services/door-checks.ts"
import { type Job, Jobs } from "../../services/jobs.ts"
import {
  ModelRegistry,
  type PromotionRefused,
  type RegistryUnavailable,
  type UnknownModel
} from "../../services/model-registry.ts"
import { PostSources } from "../../services/post-sources.ts"
import { Promotions } from "../../services/promotions.ts"
import { SeedFiles } from "../../services/seed-files.ts"
import { ShadowReports } from "../../services/shadow-reports.ts"
import { TRAIN_MODEL, TRAINABLE } from "../../services/trainers.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { newId } from "../../support/new-id.ts"
import type { ActorShown, CityEventPayload } from "../api/admin.ts"
import { Api } from "../api/api.ts"
import { Conflict, NotFound, Unavailable, Unprocessable } from "../api/problems.ts"
import { cityOr404 } from "./cities.ts"
import { orUnavailable } from "./refusals.ts"
import { seedFileHandlers, withUpload } from "./seed-files.ts"

/** Days of costs that are shown: today and the week it is compared with, twice. */
const COST_DAYS = 15

const usdOfMicros = (micros: number): number => micros / 1_000_000

const instant = (millis: number | null): string | null => (millis === null ? null : new Date(millis).toISOString())

const jobView = (job: Job) => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  attempts: job.attempts,
  progress: job.progress ?? null,
  result: job.result ?? null,
  error: job.error,
  created_at: new Date(job.created_at).toISOString(),
  finished_at: instant(job.finished_at)
})

/** The window in Unix milliseconds, or what is wrong with it. */
const windowOf = (payload: { readonly from: string; readonly until: string }) => {
  const from = Date.parse(payload.from)
  const until = Date.parse(payload.until)
  if (!isStorableInstant(from)) return "from is not an instant such as 2026-05-01T10:00:00Z."
  if (!isStorableInstant(until)) return "until is not an instant such as 2026-05-01T18:00:00Z."
  if (until <= from) return "until is not after from."
  return { from, until }
}

const cityEvent = (payload: CityEventPayload, id: string): CityEvent | string => {
  const window = windowOf(payload)
  if (typeof window === "string") return window
  return { ...payload, ...window, id }
}

/** What somebody asked for and may ask for again. */
const CANCELLABLE: ReadonlySet<string> = new Set([TRAIN_MODEL, "build_dataset", "seed_training_data", SEED_CITY])

/** Longest that an operator waits for what an interrupted actor has still to write. */
const INTERRUPT_TIMEOUT = "5 seconds"

const residentOr404 = (kinds: ActorKinds["Service"], { id, kind }: { readonly id: string; readonly kind: string }) => {
  const control = kinds.get(kind)
  if (control === undefined) {
    const known = [...kinds.keys()].join(", ")
    return Effect.fail(new NotFound({ detail: `There are no actors of kind "${kind}" here; there are: ${known}.` }))
  }
  const found = control.actor(id)
  if (found === undefined || found.fiber === null || found.status === "gone") {
    return Effect.fail(new NotFound({ detail: `No ${kind} with this id is in memory; whoever asks it next loads it.` }))
  }
  const { fiber, status, wakes_at } = found
  const view: typeof ActorShown.Type = { ...found, kind, fiber, status, wakes_at: instant(wakes_at) }
  return Effect.succeed({ control, view })
}

const costsView = (report: CostReport) => ({
  today: report.today,
  spent_usd: usdOfMicros(report.spent_micros),
  budget_usd: usdOfMicros(report.budget_micros),
  user_budget_usd: usdOfMicros(report.user_budget_micros),
  usual_usd: usdOfMicros(report.usual_micros),
  alert: report.unusual ? "Today costs more than twice the average of the seven days before." : null,
  days: report.days,
  by_purpose: report.by_purpose
})

const asProblem = (error: UnknownModel | PromotionRefused | RegistryUnavailable) => {
  switch (error._tag) {
    case "UnknownModel":
      return new NotFound({ detail: error.message })
    case "PromotionRefused":
      return new Conflict({ detail: error.message })
    case "RegistryUnavailable":
      return new Unavailable({ detail: error.message, retry_after_seconds: 2 })
  }
}

type NameParams = { readonly name: string }
type ModelParams = NameParams & { readonly version: string }
type PromoteQuery = { readonly to?: "shadow" | "production"; readonly force?: string }
type TrafficPayload = { readonly percent: number; readonly force?: string }

const modelHandlers = (
  models: ModelRegistry["Service"],
  promotions: Promotions["Service"],
  shadows: ShadowReports["Service"]
) => ({
  models: () => Effect.map(orUnavailable(models.list), (list) => ({ models: list })),

  promote: ({ params, query }: { readonly params: ModelParams; readonly query: PromoteQuery }) =>
    Effect.mapError(promotions.promote({ ...params, to: "production", ...query }), asProblem),

  traffic: ({ params, payload }: { readonly params: NameParams; readonly payload: TrafficPayload }) =>
    Effect.mapError(promotions.share({ name: params.name, ...payload }), asProblem),

  rollback: ({ params, payload }: { readonly params: NameParams; readonly payload: { readonly reason: string } }) =>
    promotions.rollback(params.name, payload.reason).pipe(
      Effect.map(({ from, to }) => ({ from, to: to ?? null })),
      Effect.catchTags({
        UnknownModel: ({ message }) => Effect.fail(new NotFound({ detail: message })),
        RegistryUnavailable: ({ message }) => Effect.fail(new Unavailable({ detail: message, retry_after_seconds: 2 }))
      })
    ),

  shadow: () => Effect.map(orUnavailable(shadows.report), (models) => ({ models }))
})

/** What operators look over. */
const listHandlers = (costs: CostGuard["Service"], sources: PostSources["Service"], doors: DoorChecks["Service"]) => ({
  costs: () => Effect.map(orUnavailable(costs.report(COST_DAYS)), costsView),

  postSources: () => Effect.map(orUnavailable(sources.list), (list) => ({ sources: list })),

  hoursToCheck: () =>
    Effect.map(orUnavailable(doors.list), (places) => ({
      places: places.map((one) => ({ ...one, last_report: one.last_report.toISOString() }))
    }))
})

export const layer = HttpApiBuilder.group(
  Api,
  "admin",
  Effect.fnUntraced(function* (group) {
    const catalogs = yield* Catalog
    const jobs = yield* Jobs
    const models = yield* ModelRegistry
    const promotions = yield* Promotions
    const shadows = yield* ShadowReports
    const costs = yield* CostGuard
    const sources = yield* PostSources
    const doors = yield* DoorChecks
    const files = yield* SeedFiles
    const trips = yield* TripRuntime
    const actors = yield* ActorKinds

    const start = (kind: string, payload: unknown) =>
      Effect.map(orUnavailable(jobs.enqueue(kind, payload)), ({ id }) => ({ job_id: id }))

    return group.handleAll({
      seedCity: ({ payload }) => Effect.flatMap(withUpload(files, payload), (request) => start(SEED_CITY, request)),
      ...seedFileHandlers(files),
      seedTrainingData: ({ payload }) => start("seed_training_data", payload),
      train: ({ payload }) =>
        Effect.gen(function* () {
          const model = TRAINABLE.find((name) => name === payload.model)
          if (model !== undefined) return yield* start(TRAIN_MODEL, { model })
          return yield* new Unprocessable({
            detail: `There is no trainer of "${payload.model}"; there are ${TRAINABLE.join(", ")}.`
          })
        }),

      job: ({ params }) =>
        Effect.gen(function* () {
          const job = yield* orUnavailable(jobs.find(params.id))
          if (job === undefined) return yield* new NotFound({ detail: "There is no job with this id." })
          return jobView(job)
        }),

      cancelJob: ({ params }) =>
        Effect.gen(function* () {
          const job = yield* orUnavailable(jobs.find(params.id))
          if (job === undefined) return yield* new NotFound({ detail: "There is no job with this id." })
          if (!CANCELLABLE.has(job.kind)) {
            return yield* new Conflict({
              detail: `A job of kind ${job.kind} is not cancelled: others rely on its end.`
            })
          }
          const cancelled = yield* orUnavailable(jobs.cancel(params.id))
          if (cancelled === undefined) return yield* new Conflict({ detail: `The job is ${job.state} already.` })
          return jobView(cancelled)
        }),

      cityEvent: ({ params, payload }) =>
        Effect.gen(function* () {
          const catalog = yield* cityOr404(catalogs, params.slug)
          const now = yield* Clock.currentTimeMillis
          const id = payload.id ?? newId(now)
          const event = cityEvent(payload, id)
          if (typeof event === "string") return yield* new Unprocessable({ detail: event })
          if (event.kind === "closure" && catalog.indexOf(event.node_id) === undefined) {
            return yield* new Unprocessable({ detail: `node_id: ${catalog.city.name} has no such place.` })
          }
          const told = yield* trips
            .announce(catalog.city.id as CityId, event)
            .pipe(Effect.mapError((error) => new Unavailable({ detail: error.message, retry_after_seconds: 1 })))
          return { event_id: id, trips_told: told.trips, trips_touched: told.touched }
        }),

      ...modelHandlers(models, promotions, shadows),

      ...listHandlers(costs, sources, doors),

      actors: () => Effect.map(trips.status, (kinds) => ({ kinds })),

      actor: ({ params }) => Effect.map(residentOr404(actors, params), ({ view }) => view),

      interrupt: ({ params }) =>
        Effect.gen(function* () {
          const { control, view } = yield* residentOr404(actors, params)
          yield* control.interrupt(params.id).pipe(
            Effect.timeout(INTERRUPT_TIMEOUT),
            Effect.mapError(
              () =>
                new Unavailable({
                  detail: `The ${params.kind} waits for the disk to settle what it decided, and leaves memory once that is done.`,
                  retry_after_seconds: 5
                })
            )
          )
          return view
        })
    })
  })
)
