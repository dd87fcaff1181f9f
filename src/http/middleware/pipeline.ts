/**
 * What every request passes on its way in and out, in this order: a request id, the limit per address, the routes with
 * a deadline, a problem document if it failed, the headers of the contract, and one log line.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import { TooManyRequests, Unavailable } from "../api/problems.ts"
import type { Elsewhere } from "../forward/elsewhere.ts"
import type { RequestMetrics } from "../metrics.ts"
import type { Deadlines, UnderWay } from "./deadlines.ts"
import { answerFailure, asProblem } from "./failures.ts"
import { makePassages, type Passage, type PassageOptions, type Passages } from "./passage.ts"
import { loggable } from "./path.ts"
import { RequestScope } from "./request-scope.ts"

export interface PipelineOptions extends PassageOptions {
  readonly requestTimeoutMillis: number
  readonly deadlines: Deadlines
  /** A line for each request costs as much as answering it: only where somebody debugs. */
  readonly logRequests: boolean
  /** What `Allow` says of a path; empty when nobody serves it. */
  readonly methodsOf: (path: string) => ReadonlyArray<string>
  readonly metrics: RequestMetrics
  /** Who answers where this server does not own the trips; without it this one always does. */
  readonly elsewhere?: Elsewhere
}

interface Timed extends Passage {
  readonly underWay: UnderWay
}

/** Paths that monitors ask for every few seconds: never limited, never logged. */
const QUIET = new Set(["/health", "/ready", "/metrics"])

/** The answer to a request that was given up after this long. */
export const lateAnswer = (requestTimeoutMillis: number) =>
  new Unavailable({
    detail: `The answer took longer than ${requestTimeoutMillis / 1000} seconds and was given up. Try again.`,
    retry_after_seconds: 1
  })

export const pipeline = (options: PipelineOptions, passages: Passages = makePassages(options)) => {
  const { metrics } = options
  const { cors, limiter } = passages

  return <E, R>(
    routes: Effect.Effect<Response.HttpServerResponse, E, R>
  ): Effect.Effect<Response.HttpServerResponse, never, R | HttpServerRequest.HttpServerRequest | Scope.Scope> => {
    const late = lateAnswer(options.requestTimeoutMillis)
    const leave = (
      passage: Timed,
      answered: Response.HttpServerResponse
    ): Effect.Effect<Response.HttpServerResponse> => {
      const { path, request, scope } = passage
      const took = options.deadlines.leave(passage.underWay)
      const response = Response.setHeaders(asProblem(answered, scope.id), passages.headersOf(passage))
      metrics.answered(request.method, response.status, took)
      const sent = Effect.succeed(response)
      if (!options.logRequests || QUIET.has(path)) return sent
      return Effect.andThen(
        Effect.annotateLogs(
          Effect.logDebug(`${request.method} ${loggable(path)} ${response.status} ${took.toFixed(0)} ms`),
          {
            request_id: scope.id
          }
        ),
        sent
      )
    }

    const enter = (
      passage: Timed
    ): Effect.Effect<Response.HttpServerResponse, unknown, R | HttpServerRequest.HttpServerRequest> => {
      const { path, request, scope } = passage
      const wait = limiter === undefined || QUIET.has(path) ? 0 : limiter.take(scope.address, scope.receivedAt)
      if (wait > 0) {
        return Effect.fail(
          new TooManyRequests({
            detail: "Too many requests came from this address.",
            retry_after_seconds: wait
          })
        )
      }
      if (request.method === "OPTIONS") return Effect.succeed(cors.preflight(request.headers["origin"]))
      return options.elsewhere?.answer(path, scope, routes) ?? routes
    }

    return Effect.withFiber((fiber) => {
      const request = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
      const receivedAt = Date.now()
      const passage: Timed = {
        ...passages.open(request, receivedAt),
        underWay: options.deadlines.enter(fiber)
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
