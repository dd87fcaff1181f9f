/**
 * What the server refuses before any route sees it, said as everything else is: a problem document with a stable type
 * and the request's id. Answered on the spot, on the native caller's stack, so nothing here waits.
 */
import * as Response from "effect/http/HttpServerResponse"
import { problemBody } from "../api/problems.ts"
import { MARK, MOVED } from "../forward/send.ts"
import type { Refusal, UwsOptions } from "../uws/options.ts"
import { asProblem } from "./failures.ts"
import { pathOf } from "./path.ts"
import { requestIdFor } from "./request-scope.ts"

const problemOf = (refusal: Refusal, options: UwsOptions) => {
  switch (refusal) {
    case "head_too_large":
      return problemBody(
        "headers-too-large",
        431,
        "The headers are too large",
        `At most ${options.maxHeaderSize} bytes of headers are taken: send fewer or shorter ones.`
      )
    case "body_too_large":
      return problemBody(
        "payload-too-large",
        413,
        "The body is too large",
        `At most ${options.maxBodySize} bytes are taken: send less, or in several requests.`
      )
    case "body_not_utf8":
      return problemBody(
        "invalid-request",
        400,
        "The request is not of the form this route takes",
        "The body is not valid UTF-8: send text and JSON in UTF-8."
      )
    case "ambiguous_length":
      return problemBody(
        "invalid-request",
        400,
        "The request is not of the form this route takes",
        "The length of the body is ambiguous: send exactly one Content-Length header."
      )
    case "overloaded":
      return problemBody(
        "unavailable",
        503,
        "This cannot be answered right now",
        "The server answers as many requests as it can: try again shortly."
      )
    case "starting":
      return problemBody(
        "unavailable",
        503,
        "This cannot be answered right now",
        "The server is starting or stopping and takes no requests: try again shortly."
      )
  }
}

export const refuse: UwsOptions["refuse"] = (request, refusal, options) => {
  const id = requestIdFor(request.headers["x-request-id"], Date.now())
  const body = problemOf(refusal, options)
  const response = Response.jsonUnsafe(body, { status: body.status, contentType: "application/problem+json" })
  // Another server that passed it on holds it, and asks again: nothing was done with it.
  const held = refusal === "starting" && request.headers[MARK] !== undefined
  const headers = { "x-request-id": id, ...(held ? { [MOVED]: "1" } : {}) }
  return Response.setHeaders(asProblem(response, id), headers)
}

/** What monitors hear before the first request is taken, and after the last: that the process lives, and what it is at. */
export const refuseWhile =
  (version: string, stage: () => string | undefined): UwsOptions["refuse"] =>
  (request, refusal, options) => {
    const path = refusal === "starting" ? pathOf(request.url) : undefined
    if (path === "/health") return Response.jsonUnsafe({ status: "up", version })
    if (path !== "/ready") return refuse(request, refusal, options)
    const starting = stage()
    const detail = starting === undefined ? "The server is stopping." : `The server is starting. ${starting}`
    return Response.jsonUnsafe(
      { status: "down", dependencies: [{ name: "server", status: "down", detail }] },
      { status: 503, headers: { "retry-after": "1" } }
    )
  }
