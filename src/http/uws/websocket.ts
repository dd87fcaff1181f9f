/**
 * Native WebSocket routes: the seam on which streams are built.
 *
 * A route names a pattern, decides about each upgrade (at once or asynchronously) and gets plain callbacks. A callback may
 * return nothing, which costs no fiber at all, or an Effect, which runs with the services the route was registered with
 * and is interrupted when its socket closes (one returned by `close` runs to its end).
 *
 * ```ts
 * const app = yield* UwsApp
 * yield* app.websocket({
 *   pattern: "/ws/trips/:id/pivot-stream",
 *   authorize: (request) =>
 *     Effect.map(checkToken(request), (user) =>
 *       user === undefined
 *         ? acceptThenClose(4401, "token missing or expired")
 *         : accept({ user, trip: request.params[0]! })
 *     ),
 *   protocol: "overplanned.v1",
 *   open: (socket) => void socket.send(hello(socket.data)),
 *   message: (socket, message) => handle(socket, message)
 * })
 * ```
 *
 * Promises: callbacks of one socket come in order (`open` first, `close` last and exactly once); `send` and `close` are safe
 * at any time, also on a socket that is gone; a client that leaves while `authorize` runs interrupts it and nothing else
 * happens; a callback that throws closes its socket with 1011, an Effect that fails is logged. Effects of several messages
 * run side by side: who needs order queues them, as an actor's mailbox does.
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Socket } from "./socket.ts"
import type { Admission, UpgradeRequest } from "./upgrade.ts"

export interface WebSocketBounds {
  /** Largest message in bytes; a larger one closes the socket with 1009. */
  readonly maxPayload: number
  /** Bytes that may wait for a slow reader; beyond, `send` answers "full" until it has caught up. One message may overshoot. */
  readonly maxBackpressure: number
  /** Seconds without a message or an answered ping before the socket is closed; 8 to 960, pings are sent by themselves. */
  readonly idleTimeoutSeconds: number
  /** Effects of one socket under way at a time; a client that causes more is closed with 1008. */
  readonly maxConcurrent: number
  /** Upgrades being authorised at a time; further ones get 503. */
  readonly maxPendingUpgrades: number
  /** Messages kept for a socket that waits for its decision; with more it is closed with 1008. */
  readonly maxEarly: number
  /** Milliseconds that `authorize` may take; then the socket is closed with 1013. */
  readonly authorizeTimeoutMillis: number
}

export const defaultBounds: WebSocketBounds = {
  maxPayload: 64 * 1024,
  maxBackpressure: 256 * 1024,
  idleTimeoutSeconds: 60,
  maxConcurrent: 256,
  maxPendingUpgrades: 4_096,
  maxEarly: 16,
  authorizeTimeoutMillis: 10_000
}

export type CallbackResult<R> = void | Effect.Effect<void, never, R>

export interface WebSocketRoute<A, R = never> {
  /** A path with `:name` for one segment, such as `/ws/trips/:id/pivot-stream`. */
  readonly pattern: string
  /** The subprotocol that is selected where a client offers it. */
  readonly protocol?: string
  /**
   * Decides at once or later. A socket that waits for its decision is open already, and what it says meanwhile is kept
   * for `message`: a native upgrade is safe only within the native call that asks for it.
   */
  readonly authorize: (request: UpgradeRequest) => Effect.Effect<Admission<A>, never, R>
  readonly open?: (socket: Socket<A>) => CallbackResult<R>
  /** Text arrives as a string (valid UTF-8: anything else closes with 1007), binary as bytes of its own. */
  readonly message: (socket: Socket<A>, message: string | Uint8Array) => CallbackResult<R>
  /** All that waited for a slow reader has gone out. */
  readonly writable?: (socket: Socket<A>) => CallbackResult<R>
  readonly close?: (socket: Socket<A>, code: number, reason: string) => CallbackResult<R>
  /** The server is stopping: say goodbye, or arrange to. Without it the socket is closed with 1001 at once; with it, at the deadline. */
  readonly drain?: (socket: Socket<A>) => CallbackResult<R>
  readonly bounds?: Partial<WebSocketBounds>
}

export interface WebSockets {
  readonly route: <A, R>(route: WebSocketRoute<A, R>) => Effect.Effect<void, never, R | Scope.Scope>
  readonly count: () => number
}
