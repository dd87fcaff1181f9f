import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Text } from "../../domain/basics/storable.ts"
import { Bounds } from "../../domain/catalog/city-file.ts"
import { Area, Severity, WeatherCondition } from "../../domain/city/model.ts"
import { JobId, NodeId, Uuid } from "../../domain/ids.ts"
import { MOST_PARTS } from "../../services/seed-files.ts"
import { AdminAuthorization, Authorization } from "./identity.ts"
import { Conflict, NotFound, Unavailable, Unprocessable } from "./problems.ts"
import { Instant, JobView } from "./shapes.ts"

const started = Schema.Struct({ job_id: Schema.String }).pipe(HttpApiSchema.status(202))
const jobErrors = [Unprocessable, Conflict, Unavailable] as const

/** Far more than a body may have: HTTP_MAX_BODY says how much that is. */
const MOST_BASE64 = 512 * 1024 * 1024
const Base64 = Text(MOST_BASE64).check(
  Schema.isPattern(/^[A-Za-z0-9+/]+={0,2}$/, { message: "must be the bytes of a file in base64" })
)

const PartNumber = Schema.NumberFromString.check(
  Schema.isInt(),
  Schema.isBetween({ minimum: 0, maximum: MOST_PARTS - 1 })
)

const window = { from: Instant, until: Instant }

/** What happens in a city; `id` makes announcing it twice harmless. */
export const CityEventPayload = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("weather"),
    id: Schema.optionalKey(Uuid),
    ...window,
    condition: WeatherCondition,
    severity: Severity
  }),
  Schema.Struct({ kind: Schema.Literal("closure"), id: Schema.optionalKey(Uuid), ...window, node_id: NodeId }),
  Schema.Struct({
    kind: Schema.Literal("transit"),
    id: Schema.optionalKey(Uuid),
    ...window,
    delay_minutes: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1440 })),
    line: Schema.optionalKey(Text(120)),
    area: Schema.optionalKey(Area)
  })
])
export type CityEventPayload = typeof CityEventPayload.Type

export const ModelView = Schema.Struct({
  model_name: Schema.String,
  model_version: Schema.String,
  model_type: Schema.String,
  description: Schema.String,
  stage: Schema.Literals(["staging", "shadow", "production", "archived"]),
  training_date: Schema.NullOr(Instant),
  promoted_at: Schema.NullOr(Instant),
  metrics: Schema.Unknown,
  artifact_sha256: Schema.NullOr(Schema.String),
  features_version: Schema.NullOr(Schema.String),
  encoder_version: Schema.NullOr(Schema.String),
  code_commit: Schema.NullOr(Schema.String),
  lineage: Schema.Unknown,
  card: Schema.String,
  promotion: Schema.Unknown,
  /** Of a model in production, the percentage of travelers that have it; null stands for all of them. */
  traffic_percent: Schema.NullOr(Schema.Int),
  took_over_from: Schema.NullOr(Schema.String),
  /** People whom it was trained with and who have left since. */
  people_erased: Schema.Int
}).annotate({ identifier: "ModelView" })

const actorParams = { kind: Text(16), id: Uuid }

/** An actor in memory, or as it was when it was interrupted: its fiber, and the child fibers in that one's scope. */
export const ActorShown = Schema.Struct({
  kind: Schema.String,
  id: Schema.String,
  status: Schema.Literals(["loading", "ready", "restarting", "ending"]),
  fiber: Schema.Int,
  waiting: Schema.Int,
  wakes_at: Schema.NullOr(Instant),
  feeds: Schema.Boolean,
  children: Schema.Array(Schema.Struct({ fiber: Schema.Int, name: Schema.String }))
}).annotate({ identifier: "ActorShown" })

export class AdminGroup extends HttpApiGroup.make("admin")
  .add(
    HttpApiEndpoint.post("seedCity", "/seed-city", {
      payload: Schema.Struct({
        city: Text(64),
        source: Schema.optionalKey(
          Schema.Literals([
            ...([
              "curated",
              "synthetic",
              "osm",
              "geojson",
              "overture",
              "wikivoyage",
              "file",
              "gtfs",
              "places"
            ] as const),
            ...(["posts", "reddit", "feed", "discourse", "pages"] as const)
          ])
        ),
        limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))),
        /** What it is called, and where it lies: of `osm`, for a city that nobody seeded yet. */
        name: Schema.optionalKey(Text(100)),
        bounds: Schema.optionalKey(Bounds),
        /** What a source reads, whole, in base64. */
        file: Schema.optionalKey(Base64),
        /** The same, where it was handed in by parts; and how many bytes it should have. */
        upload: Schema.optionalKey(Uuid),
        upload_bytes: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)))
      }),
      success: started,
      error: [NotFound, ...jobErrors]
    }),
    HttpApiEndpoint.post("beginSeedFile", "/seed-files", {
      success: Schema.Struct({ file_id: Schema.String }).pipe(HttpApiSchema.status(201)),
      error: [Conflict, Unavailable]
    }),
    HttpApiEndpoint.put("putSeedFilePart", "/seed-files/:id/parts/:part", {
      params: { id: Uuid, part: PartNumber },
      payload: Schema.Struct({ base64: Base64 }),
      success: Schema.Struct({ parts: Schema.Int, bytes: Schema.Int }),
      error: [NotFound, Conflict, Unprocessable, Unavailable]
    }),
    HttpApiEndpoint.post("seedTrainingData", "/seed-training-data", {
      payload: Schema.Struct({
        users: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))),
        seed: Schema.optionalKey(Schema.Int)
      }),
      success: started,
      error: jobErrors
    }),
    HttpApiEndpoint.post("train", "/train", {
      payload: Schema.Struct({ model: Text(100) }),
      success: started,
      error: jobErrors
    }),
    HttpApiEndpoint.get("job", "/jobs/:id", {
      params: { id: JobId },
      success: JobView,
      error: [NotFound, Unavailable]
    }),
    HttpApiEndpoint.post("cancelJob", "/jobs/:id/cancel", {
      params: { id: JobId },
      success: JobView,
      error: [NotFound, Conflict, Unavailable]
    }),
    HttpApiEndpoint.post("cityEvent", "/cities/:slug/events", {
      params: { slug: Text(64) },
      payload: CityEventPayload,
      success: Schema.Struct({ event_id: Schema.String, trips_told: Schema.Int, trips_touched: Schema.Int }).pipe(
        HttpApiSchema.status(202)
      ),
      error: [NotFound, Unprocessable, Unavailable]
    }),
    HttpApiEndpoint.get("models", "/model-registry", {
      success: Schema.Struct({ models: Schema.Array(ModelView) }),
      error: Unavailable
    }),
    HttpApiEndpoint.post("promote", "/model-registry/:name/:version/promote", {
      params: { name: Text(100), version: Text(100) },
      query: {
        to: Schema.optionalKey(Schema.Literals(["shadow", "production"])),
        force: Schema.optionalKey(Text(500))
      },
      success: ModelView,
      error: [NotFound, Conflict, Unavailable]
    }),
    HttpApiEndpoint.post("traffic", "/model-registry/:name/traffic", {
      params: { name: Text(100) },
      payload: Schema.Struct({
        percent: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 })),
        force: Schema.optionalKey(Text(500))
      }),
      success: ModelView,
      error: [NotFound, Conflict, Unavailable]
    }),
    HttpApiEndpoint.post("rollback", "/model-registry/:name/rollback", {
      params: { name: Text(100) },
      payload: Schema.Struct({ reason: Text(500) }),
      success: Schema.Struct({ from: ModelView, to: Schema.NullOr(ModelView) }),
      error: [NotFound, Unavailable]
    }),
    HttpApiEndpoint.get("shadow", "/shadow", { success: Schema.Unknown, error: Unavailable }),
    HttpApiEndpoint.get("costs", "/costs", { success: Schema.Unknown, error: Unavailable }),
    HttpApiEndpoint.get("postSources", "/post-sources", { success: Schema.Unknown, error: Unavailable }),
    HttpApiEndpoint.get("hoursToCheck", "/hours-to-check", { success: Schema.Unknown, error: Unavailable }),
    HttpApiEndpoint.get("actors", "/actors", { success: Schema.Unknown, error: Unavailable }),
    HttpApiEndpoint.get("actor", "/actors/:kind/:id", {
      params: actorParams,
      success: ActorShown,
      error: [NotFound, Unavailable]
    }),
    HttpApiEndpoint.post("interrupt", "/actors/:kind/:id/interrupt", {
      params: actorParams,
      success: ActorShown,
      error: [NotFound, Unavailable]
    })
  )
  .middleware(AdminAuthorization)
  .middleware(Authorization)
  .prefix("/api/v1/admin")
  .annotateMerge(OpenApi.annotations({ title: "Administration", description: "For operators: role admin." })) {}
