import type * as Duration from "effect/Duration"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as ServerResponse from "effect/http/HttpServerResponse"

/** Why the server itself, and not a handler, refuses a request. */
export type Refusal =
  | "head_too_large"
  | "body_too_large"
  | "body_not_utf8"
  | "overloaded"
  | "starting"
  | "ambiguous_length"

/** What the server listens on and every bound it keeps. The defaults suit one node behind a reverse proxy. */
export interface UwsOptions {
  /** Address to bind; a host name is resolved once. */
  readonly host: string
  /** Port to bind; 0 picks a free one. Never shared: a second server on it is refused. */
  readonly port: number
  /** Largest request body in bytes; more is answered with 413. */
  readonly maxBodySize: number
  /** Bytes of unfinished request bodies held at one time over all connections; past it a request gets 503. */
  readonly maxBufferedBodies: number
  /** Time in which a body must have arrived completely; then the connection is closed. (A sender that is silent for 10 s is closed anyway.) */
  readonly bodyTimeout: Duration.Input
  /** Bytes of a streamed body that wait for its reader before the sender is paused. */
  readonly bodyHighWaterMark: number
  /**
   * Largest headers of a request in bytes (431 beyond). Past several times as many, or past a hundred headers, the native
   * server answers 431 in HTML by itself; that bound is fixed by the first server of a process.
   */
  readonly maxHeaderSize: number
  /** Open connections; further ones are closed at once. */
  readonly maxConnections: number
  /** Requests under way at one time; further ones get 503. */
  readonly maxInFlight: number
  /** Time that requests and sockets under way get to finish when the server stops. */
  readonly drainTimeout: Duration.Input
  /** The answer where the server refuses by itself, or where a body it refused led a handler to an error without a body. */
  readonly refuse: (request: HttpServerRequest, refusal: Refusal, options: UwsOptions) => HttpServerResponse
}

export const defaults: Omit<UwsOptions, "host" | "port"> = {
  maxBodySize: 1024 * 1024,
  maxBufferedBodies: 256 * 1024 * 1024,
  bodyTimeout: "60 seconds",
  bodyHighWaterMark: 64 * 1024,
  maxHeaderSize: 16 * 1024,
  maxConnections: 50_000,
  maxInFlight: 10_000,
  drainTimeout: "20 seconds",
  refuse: (_request, refusal, options) => problem(refusal, options)
}

const problem = (refusal: Refusal, options: UwsOptions): HttpServerResponse => {
  switch (refusal) {
    case "head_too_large":
      return problemResponse(
        431,
        "The request's headers are too large",
        `At most ${options.maxHeaderSize} bytes of headers are accepted: send fewer or shorter ones.`
      )
    case "body_too_large":
      return problemResponse(
        413,
        "The request body is too large",
        `At most ${options.maxBodySize} bytes are accepted: send less, or in several requests.`
      )
    case "body_not_utf8":
      return problemResponse(400, "The request body is not valid UTF-8", "Send text and JSON in UTF-8.")
    case "overloaded":
      return problemResponse(503, "The server is overloaded", "It answers as many requests as it can: try again later.")
    case "starting":
      return problemResponse(503, "The server is starting or stopping", "It takes no requests now: try again later.")
    case "ambiguous_length":
      return problemResponse(400, "The request's length is ambiguous", "Send exactly one Content-Length header.")
  }
}

const problemResponse = (status: number, title: string, detail: string) =>
  ServerResponse.text(JSON.stringify({ type: "about:blank", title, status, detail }), {
    status,
    contentType: "application/problem+json",
    ...(status === 503 ? { headers: { "retry-after": "1" } } : undefined)
  })
