/**
 * What every request passes on its way in and out, in this order: a request id, the limit per address, the routes with
 * a deadline, a problem document if it failed, the headers of the contract, and one log line.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { TooManyRequests, Unavailable } from "../api/problems.ts"
import type { RequestMetrics } from "../metrics.ts"
import { Cors } from "./cors.ts"
import type { Deadlines } from "./deadlines.ts"
import { answerFailure, asProblem } from "./failures.ts"
import { RateLimiter } from "./rate-limit.ts"
import { type RequestFacts, RequestScope, requestIdFor } from "./request-scope.ts"

export interface PipelineOptions {
  readonly corsOrigins: ReadonlyArray<string>
  readonly trustedProxies: ReadonlySet<string>
  readonly addressLimitPerMinute: number | undefined
  readonly requestTimeoutMillis: number
  readonly deadlines: Deadlines
  /** A line for each request costs as much as answering it: only where somebody debugs. */
  readonly logRequests: boolean
  /** The model in force for a caller, as `X-Model-Version` says it. */
  readonly modelInForce: (callerId: string | undefined) => string
  /** What `Allow` says of a path; empty when nobody serves it. */
  readonly methodsOf: (path: string) => ReadonlyArray<string>
  readonly metrics: RequestMetrics
}

/** Paths that monitors ask for every few seconds: never limited, never logged. */
const QUIET = new Set(["/health", "/ready", "/metrics"])

const pathOf = (url: string): string => {
  const query = url.indexOf("?")
  return query === -1 ? url : url.slice(0, query)
}

const IDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** A path as it may be logged: ids say who, and logs are not where that belongs. */
const withoutIds = (path: string): string => path.slice(0, 200).replace(IDS, ":id")

export const pipeline = (options: PipelineOptions) => {
  const cors = new Cors(options.corsOrigins)
  const limiter =
    options.addressLimitPerMinute === undefined ? undefined : new RateLimiter(options.addressLimitPerMinute)
  const { metrics } = options

  const addressOf = (request: HttpServerRequest.HttpServerRequest): string => {
    const peer = Option.getOrElse(request.remoteAddress, () => "unknown")
    if (!options.trustedProxies.has(peer)) return peer
    // The last hop that is not one of our proxies is the client, as far as our own proxies can tell.
    const hops = (request.headers["x-forwarded-for"] ?? "").split(",").map((hop) => hop.trim())
    return hops.findLast((hop) => hop !== "" && !options.trustedProxies.has(hop)) ?? peer
  }

  return <E, R>(
    routes: Effect.Effect<Response.HttpServerResponse, E, R>
  ): Effect.Effect<Response.HttpServerResponse, never, R | HttpServerRequest.HttpServerRequest | Scope.Scope> => {
    const late = new Unavailable({
      detail: `The answer took longer than ${options.requestTimeoutMillis / 1000} seconds and was given up. Try again.`,
      retry_after_seconds: 1
    })
    return Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const receivedAt = yield* Clock.currentTimeMillis
      const path = pathOf(request.url)
      const quiet = QUIET.has(path)
      const scope: RequestFacts = {
        id: requestIdFor(request.headers["x-request-id"], receivedAt),
        get address() {
          return addressOf(request)
        },
        receivedAt,
        modelVersion: undefined,
        callerId: undefined,
        idempotencyKey: undefined
      }
      const wait = quiet || limiter === undefined ? 0 : limiter.take(scope.address, receivedAt)
      const run: Effect.Effect<Response.HttpServerResponse, unknown, R> =
        wait > 0
          ? Effect.fail(
              new TooManyRequests({
                detail: `Too many requests from this address. Try again in ${wait} seconds.`,
                retry_after_seconds: wait
              })
            )
          : request.method === "OPTIONS"
            ? Effect.succeed(cors.preflight(request.headers["origin"]))
            : routes
      const underWay = options.deadlines.enter(Fiber.getCurrent()!, receivedAt)
      const answered = yield* Effect.catchCause(Effect.provideService(run, RequestScope, scope), (cause) =>
        answerFailure(underWay.late ? Cause.fail(late) : cause, request, scope.id, options.methodsOf)
      )
      options.deadlines.leave(underWay)
      const headers: Record<string, string> = { "x-request-id": scope.id }
      if (path.startsWith("/api/v1")) {
        headers["x-model-version"] = scope.modelVersion ?? options.modelInForce(scope.callerId)
        headers["cache-control"] = "no-store"
      }
      const origin = request.headers["origin"]
      if (origin !== undefined) Object.assign(headers, cors.headersFor(origin))
      const response = Response.setHeaders(asProblem(answered, scope.id), headers)
      const took = (yield* Clock.currentTimeMillis) - receivedAt
      metrics.answered(request.method, response.status, took)
      if (options.logRequests && !quiet) {
        yield* Effect.logDebug(`${request.method} ${withoutIds(path)} ${response.status} ${took} ms`).pipe(
          Effect.annotateLogs({ request_id: scope.id })
        )
      }
      return response
    })
  }
}
