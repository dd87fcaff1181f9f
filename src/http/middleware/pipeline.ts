/**
 * What every request passes on its way in and out, in this order: a request id, the limit per address, the routes with
 * a deadline, a problem document if it failed, the headers of the contract, and one log line.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { TooManyRequests, Unavailable } from "../api/problems.ts"
import type { RequestMetrics } from "../metrics.ts"
import { Cors } from "./cors.ts"
import type { Deadlines, UnderWay } from "./deadlines.ts"
import { answerFailure, asProblem } from "./failures.ts"
import { loggable, pathOf } from "./path.ts"
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

/** One request on its way through. */
interface Passage {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly path: string
  readonly scope: RequestFacts
  readonly underWay: UnderWay
}

/** Paths that monitors ask for every few seconds: never limited, never logged. */
const QUIET = new Set(["/health", "/ready", "/metrics"])

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
    const leave = (
      passage: Passage,
      answered: Response.HttpServerResponse
    ): Effect.Effect<Response.HttpServerResponse> => {
      const { path, request, scope } = passage
      options.deadlines.leave(passage.underWay)
      const headers: Record<string, string> = { "x-request-id": scope.id }
      if (path.startsWith("/api/v1")) {
        headers["x-model-version"] = scope.modelVersion ?? options.modelInForce(scope.callerId)
        headers["cache-control"] = "no-store"
      }
      const origin = request.headers["origin"]
      if (origin !== undefined) Object.assign(headers, cors.headersFor(origin))
      const response = Response.setHeaders(asProblem(answered, scope.id), headers)
      const took = Date.now() - scope.receivedAt
      metrics.answered(request.method, response.status, took)
      const sent = Effect.succeed(response)
      if (!options.logRequests || QUIET.has(path)) return sent
      return Effect.andThen(
        Effect.annotateLogs(Effect.logDebug(`${request.method} ${loggable(path)} ${response.status} ${took} ms`), {
          request_id: scope.id
        }),
        sent
      )
    }

    const enter = (passage: Passage): Effect.Effect<Response.HttpServerResponse, unknown, R> => {
      const { path, request, scope } = passage
      const wait = limiter === undefined || QUIET.has(path) ? 0 : limiter.take(scope.address, scope.receivedAt)
      if (wait > 0) {
        return Effect.fail(
          new TooManyRequests({
            detail: `Too many requests from this address. Try again in ${wait} seconds.`,
            retry_after_seconds: wait
          })
        )
      }
      return request.method === "OPTIONS" ? Effect.succeed(cors.preflight(request.headers["origin"])) : routes
    }

    return Effect.withFiber((fiber) => {
      const request = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
      const receivedAt = Date.now()
      const passage: Passage = {
        request,
        path: pathOf(request.url),
        underWay: options.deadlines.enter(fiber, receivedAt),
        scope: {
          id: requestIdFor(request.headers["x-request-id"], receivedAt),
          get address() {
            return addressOf(request)
          },
          receivedAt,
          modelVersion: undefined,
          callerId: undefined,
          idempotencyKey: undefined
        }
      }
      return Effect.matchCauseEffect(Effect.provideService(enter(passage), RequestScope, passage.scope), {
        onSuccess: (answered) => leave(passage, answered),
        onFailure: (cause) =>
          Effect.flatMap(
            answerFailure(
              passage.underWay.late ? Cause.fail(late) : cause,
              request,
              passage.scope.id,
              options.methodsOf
            ),
            (answered) => leave(passage, answered)
          )
      })
    })
  }
}
