/**
 * The gateway, put together: the contract's routes behind the pipeline, on whatever `HttpServer` it is given. What the
 * routes do stands in `handlers/`.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import { Config } from "../config.ts"
import { modelVersion } from "../domain/ranking.ts"
import { ModelInForce } from "../services/model-in-force.ts"
import { Peers } from "../services/peers.ts"
import { Api } from "./api/api.ts"
import { Unavailable } from "./api/problems.ts"
import { makeElsewhere } from "./forward/elsewhere.ts"
import { MARK } from "./forward/send.ts"
import * as Authorization from "./handlers/authorization.ts"
import * as Form from "./handlers/form.ts"
import * as Links from "./handlers/links.ts"
import { SIGNALS_PATH, signalsShortcut } from "./handlers/signals-shortcut.ts"
import * as System from "./handlers/system.ts"
import * as Validators from "./handlers/validators.ts"
import { GatewayMetrics } from "./metrics.ts"
import { makeDeadlines } from "./middleware/deadlines.ts"
import { methodsByPath } from "./middleware/methods.ts"
import { makePassages } from "./middleware/passage.ts"
import { type PipelineOptions, pipeline } from "./middleware/pipeline.ts"
import { proxies } from "./middleware/proxies.ts"
import { RateLimiter } from "./middleware/rate-limit.ts"
import { UwsApp } from "./uws/UwsHttpServer.ts"

export interface GatewayOptions {
  readonly version: string
  readonly consoleFolder: string
  readonly clientFolder: string
}

/** Serves the contract with these handlers of its groups. */
export const layer = <A, R>(options: GatewayOptions, groups: Layer.Layer<A, never, R>) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const settings = yield* Config
      const models = yield* ModelInForce
      const elsewhere = yield* makeElsewhere
      const { isPeer } = yield* Peers
      const { metrics, sample } = yield* GatewayMetrics

      const userLimitPerMinute = settings.RATE_LIMIT ? settings.RATE_LIMIT_USER_PER_MINUTE : undefined
      const userLimiter = userLimitPerMinute === undefined ? undefined : new RateLimiter(userLimitPerMinute)
      const checks = Layer.mergeAll(
        Authorization.layer({ userLimitPerMinute, limiter: userLimiter }),
        Authorization.adminLayer,
        Form.layer,
        Validators.layer
      )
      const contract = HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
        Layer.provide(groups),
        Layer.provide(checks)
      )
      const routes = Layer.mergeAll(
        contract,
        Links.calendar,
        System.layer({ ...options, mapTiles: settings.MAP_TILES, sampleMetrics: sample })
      )

      const methodsOf = methodsByPath([
        ...Object.values(Api.groups).flatMap((group) => Object.values(group.endpoints)),
        ...[...System.PATHS, Links.CALENDAR_PATH].map((path) => ({ method: "GET", path }))
      ])
      const app = yield* HttpRouter.toHttpEffect(routes)
      const requestTimeoutMillis = settings.HTTP_REQUEST_TIMEOUT
      const deadlines = yield* makeDeadlines(requestTimeoutMillis)
      const logRequests = settings.LOG_LEVEL === "debug"
      const rules: PipelineOptions = {
        corsOrigins: settings.CORS_ORIGINS,
        ...(yield* proxies(settings.TRUSTED_PROXIES)),
        addressLimitPerMinute: settings.RATE_LIMIT ? settings.RATE_LIMIT_ADDRESS_PER_MINUTE : undefined,
        requestTimeoutMillis,
        deadlines,
        logRequests,
        modelInForce: (callerId) => modelVersion(models.forUser(callerId)),
        methodsOf,
        metrics,
        elsewhere,
        isPeer: (headers) => isPeer(headers[MARK])
      }
      const passages = makePassages(rules)
      const through = pipeline(rules, passages)
      // Where each request is to leave a line in the log, none takes a short way round it.
      if (!logRequests) {
        const native = yield* UwsApp
        const short = { here: elsewhere.here, passages, userLimiter, deadlines, requestTimeoutMillis, metrics, through }
        native.shortcut("POST", SIGNALS_PATH, yield* signalsShortcut(short))
      }
      yield* HttpServer.serveEffect(through(app))
    })
  )

const notHere = (detail: string) => new Unavailable({ detail, retry_after_seconds: 5 })

/** For servers that travelers do not talk to: what monitors ask is answered, and all else sent elsewhere. */
export const apartLayer = (options: GatewayOptions & { readonly elsewhere: string }) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const settings = yield* Config
      const { metrics, sample } = yield* GatewayMetrics
      const app = yield* HttpRouter.toHttpEffect(
        Layer.merge(
          System.layer({ ...options, sampleMetrics: sample }),
          HttpRouter.add("*", "/*", Effect.fail(notHere(options.elsewhere)))
        )
      )
      const through = pipeline({
        corsOrigins: settings.CORS_ORIGINS,
        ...(yield* proxies(settings.TRUSTED_PROXIES)),
        addressLimitPerMinute: settings.RATE_LIMIT ? settings.RATE_LIMIT_ADDRESS_PER_MINUTE : undefined,
        requestTimeoutMillis: settings.HTTP_REQUEST_TIMEOUT,
        deadlines: yield* makeDeadlines(settings.HTTP_REQUEST_TIMEOUT),
        logRequests: settings.LOG_LEVEL === "debug",
        modelInForce: () => "none",
        methodsOf: () => [],
        metrics
      })
      yield* HttpServer.serveEffect(through(app))
    })
  )

/** Only `/metrics`, for a scraper: on the port that is given to it, open to whoever can reach it. */
export const metricsLayer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { sample } = yield* GatewayMetrics
    const app = yield* HttpRouter.toHttpEffect(System.metricsRoute(sample))
    yield* HttpServer.serveEffect(
      Effect.catchCause(app, (cause) => Effect.map(HttpServerError.causeResponse(cause), ([response]) => response))
    )
  })
)
