/**
 * A shorter way for a route that is asked more often than all others together: from the native callback to the answer
 * without a fiber. It may only do what the usual road would have done, and leaves to it whatever is out of the ordinary.
 */
import type * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"

export interface ShortAnswer {
  /** Sends a small answer, now or later, once; nothing happens when the client has left. `body` is what the response holds. */
  readonly send: (response: HttpServerResponse, body: string) => void
  /** Has a fiber answer after all. */
  readonly handOver: (effect: Effect.Effect<HttpServerResponse, unknown, HttpServerRequest | Scope.Scope>) => void
}

/**
 * Called on the native caller's stack with a request whose body is whole; the body lives only during the call. False: it did
 * nothing, and the request goes the usual road.
 */
export type Shortcut = (request: HttpServerRequest, body: Buffer, answer: ShortAnswer) => boolean

/** By method and path, such as `POST /api/v1/signals`; a request with a query finds none. */
export type Shortcuts = Map<string, Shortcut>
