/**
 * The last word on every answer that is not a success: whatever failed inside, outside there is a problem document
 * with a stable type, a sentence and the request's id, and nothing of our insides.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpServerError from "effect/http/HttpServerError"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import { problemBody } from "../api/problems.ts"
import { loggable, pathOf } from "./path.ts"

const CONTENT_TYPE = "application/problem+json"

const KNOWN: Record<number, readonly [name: string, title: string, detail: string]> = {
  400: ["invalid-request", "The request is not of the form this route takes", "Look at /docs for what it takes."],
  404: ["not-found", "There is no such thing, or it is not yours", "No route answers this path. Look at /docs."],
  405: ["method-not-allowed", "The route does not take this method", "Look at /docs for the methods it takes."],
  413: ["payload-too-large", "The body is too large", "Send less at once."],
  415: ["unsupported-media-type", "The body is of a kind this route does not take", "Send application/json."],
  499: ["client-left", "The client left", "The connection was closed before the answer."],
  503: ["unavailable", "This cannot be answered right now", "The server is stopping or overloaded. Try again shortly."]
}

const UNEXPECTED = [
  "unexpected",
  "Something went wrong on our side",
  "Nothing you sent explains this. Quote the request_id when you report it."
] as const

const textOf = (response: Response.HttpServerResponse): string | undefined => {
  const body = response.body
  if (body._tag === "Uint8Array") return new TextDecoder().decode(body.body)
  if (body._tag === "Raw" && typeof body.body === "string") return body.body
  return undefined
}

/** What a route itself has to say with its status, as `/ready` does: that is the answer, and no failure to explain. */
const isReport = (response: Response.HttpServerResponse): boolean =>
  response.body._tag === "Uint8Array" && response.headers["content-type"] === "application/json"

/** An error response as a problem document that names the request; a success or a report as it is. */
export const asProblem = (response: Response.HttpServerResponse, requestId: string): Response.HttpServerResponse => {
  if (response.status < 400 || isReport(response)) return response
  const [name, title, detail] = KNOWN[response.status] ?? UNEXPECTED
  const isProblem = response.headers["content-type"]?.startsWith(CONTENT_TYPE) === true
  const text = isProblem ? textOf(response) : undefined
  const given = text === undefined ? problemBody(name, response.status, title, detail) : JSON.parse(text)
  if (given.type === "about:blank") given.type = problemBody(name, response.status, title, detail).type
  const retryAfter = given.retry_after_seconds ?? (response.status === 503 ? 1 : undefined)
  const answer = Response.jsonUnsafe(
    { ...given, request_id: requestId },
    { status: response.status, headers: response.headers, contentType: CONTENT_TYPE }
  )
  return retryAfter === undefined ? answer : Response.setHeader(answer, "retry-after", String(retryAfter))
}

const isExpected = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.every(
    (reason) =>
      reason._tag === "Interrupt" ||
      (reason._tag === "Fail" &&
        HttpServerError.isHttpServerError(reason.error) &&
        reason.error.reason._tag !== "InternalError")
  )

/** A percent sign with no character behind it leads nowhere, whatever the method. */
const isDecodable = (path: string): boolean => {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

const isNobodysRoute = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some(
    (reason) =>
      reason._tag === "Fail" &&
      HttpServerError.isHttpServerError(reason.error) &&
      reason.error.reason._tag === "RouteNotFound"
  )

/** Turns a failed request into its answer; what nobody expected is logged with its cause. */
export const answerFailure = (
  cause: Cause.Cause<unknown>,
  request: HttpServerRequest,
  requestId: string,
  methodsOf: (path: string) => ReadonlyArray<string>
): Effect.Effect<Response.HttpServerResponse> =>
  Effect.gen(function* () {
    if (isNobodysRoute(cause)) {
      const path = pathOf(request.url)
      if (!isDecodable(path)) return Response.empty({ status: 400 })
      const methods = methodsOf(path)
      if (methods.length > 0) return Response.empty({ status: 405, headers: { allow: methods.join(", ") } })
    }
    const [response] = yield* HttpServerError.causeResponse(cause)
    if (response.status >= 500 && response.status !== 503 && !isExpected(cause)) {
      yield* Effect.logError(`${request.method} ${loggable(pathOf(request.url))} failed unexpectedly`, cause).pipe(
        Effect.annotateLogs({ request_id: requestId })
      )
    }
    return response
  })
