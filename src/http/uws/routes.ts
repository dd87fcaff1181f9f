import type * as Uws from "uWebSockets.js"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { addressOf } from "./exchange.ts"
import { copyHeaders } from "./headers.ts"
import type { Lifecycle } from "./lifecycle.ts"
import { Socket } from "./socket.ts"
import type { Admission, UpgradeRequest } from "./upgrade.ts"
import {
  type CallbackResult,
  defaultBounds,
  type WebSocketBounds,
  type WebSocketRoute,
  type WebSockets
} from "./websocket.ts"

interface UserData {
  readonly socket: Socket<unknown>
}

/** Close codes of RFC 6455. */
const GOING_AWAY = 1001
const POLICY = 1008
const TOO_BIG = 1009
const INTERNAL_ERROR = 1011
const TRY_AGAIN = 1013

/**
 * The native server cuts a connection whose message is too large without a word. It is told a larger bound, so that what
 * is only somewhat too large (a megabyte in place of some kilobytes) gets its 1009.
 */
const NATIVE_PAYLOAD_FACTOR = 4
const NATIVE_PAYLOAD_LEAST = 1024 * 1024 + 4096

const STOPPING = "the server is stopping"

/** The statuses a route may refuse with contain no line break; anything else would write headers of its own. */
const safeStatus = /^[45]\d\d [\x20-\x7e]+$/

/** What all routes of one server share. `gone` is told of each connection that ends as a socket. */
interface Shared {
  readonly app: Uws.TemplatedApp
  readonly lifecycle: Lifecycle
  readonly gone: () => void
  open: number
}

/** One route of sockets: who is let in, what they say, and how they part. */
class SocketRoute<A, R> {
  readonly #shared: Shared
  readonly #definition: WebSocketRoute<A, R>
  readonly #bounds: WebSocketBounds
  readonly #runFork: <B, E>(effect: Effect.Effect<B, E, R>) => Fiber.Fiber<B, E>
  readonly #sockets = new Set<Socket<A>>()
  readonly #pending = new Set<Fiber.Fiber<unknown>>()
  readonly #parting = new Set<Fiber.Fiber<unknown>>()
  #closed = false

  constructor(shared: Shared, definition: WebSocketRoute<A, R>, context: Context.Context<R>) {
    this.#shared = shared
    this.#definition = definition
    this.#bounds = { ...defaultBounds, ...definition.bounds }
    this.#runFork = Effect.runForkWith(context)
  }

  listen(): void {
    const { maxPayload, idleTimeoutSeconds } = this.#bounds
    this.#shared.app.ws<UserData>(this.#definition.pattern, {
      maxPayloadLength: Math.max(maxPayload * NATIVE_PAYLOAD_FACTOR, NATIVE_PAYLOAD_LEAST),
      // Bounded in `Socket.send`: the native bound would drop the close frame too, and with it the reason.
      maxBackpressure: 0,
      idleTimeout: idleTimeoutSeconds,
      sendPingsAutomatically: true,
      upgrade: (native, received, context) => this.#upgrade(native, received, context),
      open: (ws) => {
        const socket = this.#socketOf(ws)
        this.#shared.open++
        socket.attach(ws)
        if (socket.admission !== undefined) this.#settle(socket, socket.admission)
      },
      message: (ws, message, isBinary) => this.#message(this.#socketOf(ws), message, isBinary),
      drain: (ws) => {
        const socket = this.#socketOf(ws)
        if (!socket.closed && socket.drained() && this.#sockets.has(socket)) {
          this.#run(socket, () => this.#definition.writable?.(socket))
        }
      },
      close: (ws, code, reason) => {
        const { gone, lifecycle } = this.#shared
        const socket = this.#socketOf(ws)
        gone()
        if (this.#sockets.has(socket)) return this.#end(socket, code, Buffer.from(reason).toString("utf8"))
        this.#shared.open--
        socket.release()
        lifecycle.changed()
      }
    })
  }

  /** How it takes part in the server's stopping; gives what ends it for good. */
  join(): () => void {
    const remove = this.#shared.lifecycle.add({
      begin: () => {
        for (const socket of [...this.#sockets]) {
          if (this.#definition.drain === undefined) socket.close(GOING_AWAY, STOPPING)
          else this.#run(socket, () => this.#definition.drain?.(socket))
        }
      },
      remaining: () => this.#sockets.size + this.#pending.size + this.#parting.size,
      force: () => {
        for (const fiber of [...this.#pending, ...this.#parting]) fiber.interruptUnsafe()
        for (const socket of [...this.#sockets]) socket.close(GOING_AWAY, STOPPING)
      }
    })
    return () => {
      this.#closed = true
      remove()
    }
  }

  #socketOf(ws: Uws.WebSocket<UserData>): Socket<A> {
    return ws.getUserData().socket as Socket<A>
  }

  /** Calls a callback and runs what it returns, tied to its socket. Thrown into the native caller it would end the process. */
  #run(socket: Socket<A>, callback: () => CallbackResult<R>): void {
    const result = this.#attempt(socket, callback)
    if (result === undefined) return
    const fiber = this.#runFork(reported(result))
    if (fiber.pollUnsafe() !== undefined) return
    if (!socket.track(fiber, this.#bounds.maxConcurrent)) socket.close(POLICY, "too many messages under way")
  }

  #attempt(socket: Socket<A>, callback: () => CallbackResult<R>): CallbackResult<R> {
    try {
      return callback()
    } catch (defect) {
      this.#runFork(Effect.logError("a socket's callback threw", defect))
      socket.close(INTERNAL_ERROR, "internal error")
      return undefined
    }
  }

  #upgrade(native: Uws.HttpResponse, received: Uws.HttpRequest, nativeContext: Uws.us_socket_context_t) {
    const key = received.getHeader("sec-websocket-key")
    const extensions = received.getHeader("sec-websocket-extensions")
    const request = requestOf(this.#definition.pattern, native, received)
    const upgradeWith = (admission: Admission<A> | undefined): Socket<A> => {
      const { protocol } = this.#definition
      const selected = protocol !== undefined && request.protocols.includes(protocol) ? protocol : ""
      const socket = new Socket<A>(request, admission, this.#bounds.maxBackpressure)
      native.upgrade<UserData>({ socket: socket as Socket<unknown> }, key, selected, extensions, nativeContext)
      return socket
    }
    const full = this.#pending.size >= this.#bounds.maxPendingUpgrades
    if (this.#closed || this.#shared.lifecycle.draining() || full) return answer(native, unavailable)
    const fiber = this.#runFork(Effect.suspend(() => this.#definition.authorize(request)))
    const exit = fiber.pollUnsafe()
    if (exit !== undefined) {
      const admission = this.#admissionOf(exit)
      if (admission._tag === "Refuse") answer(native, admission)
      else upgradeWith(admission)
      return
    }
    // Upgraded before it is decided: later, within `cork`, the native side may take the socket for the response that
    // it was and close it, and outside of it the upgrade is not gathered into one packet.
    this.#awaitDecision(upgradeWith(undefined), fiber)
  }

  #awaitDecision(socket: Socket<A>, fiber: Fiber.Fiber<Admission<A>>): void {
    socket.track(fiber, this.#bounds.maxConcurrent)
    this.#pending.add(fiber)
    const timer = setTimeout(() => fiber.interruptUnsafe(), this.#bounds.authorizeTimeoutMillis)
    fiber.addObserver((exit) => {
      const { lifecycle } = this.#shared
      clearTimeout(timer)
      this.#pending.delete(fiber)
      if (!socket.closed) this.#decided(socket, lifecycle.draining() ? unavailable : this.#admissionOf(exit))
      lifecycle.changed()
    })
  }

  #admissionOf(exit: Exit.Exit<Admission<A>>): Admission<A> {
    if (Exit.isSuccess(exit)) return exit.value
    if (Exit.hasInterrupts(exit)) return unavailable
    this.#runFork(Effect.logError("an upgrade failed", exit.cause))
    return failure
  }

  #decided(socket: Socket<A>, admission: Admission<A>): void {
    socket.admission = admission
    const { early } = socket
    socket.early = []
    this.#settle(socket, admission)
    for (const message of early) {
      if (!socket.closed) this.#run(socket, () => this.#definition.message(socket, message))
    }
  }

  #settle(socket: Socket<A>, admission: Admission<A>): void {
    if (admission._tag === "Accept") {
      this.#sockets.add(socket)
      this.#run(socket, () => this.#definition.open?.(socket))
    } else if (admission._tag === "AcceptThenClose") socket.close(admission.code, admission.reason)
    else socket.close(admission === failure ? INTERNAL_ERROR : TRY_AGAIN, admission.status)
  }

  #message(socket: Socket<A>, message: ArrayBuffer, isBinary: boolean) {
    if (socket.closed) return
    const { maxEarly, maxPayload } = this.#bounds
    if (message.byteLength > maxPayload) return socket.close(TOO_BIG, `a message may have ${maxPayload} bytes`)
    // The native bytes live only during this call.
    const bytes = new Uint8Array(message)
    const said = () => (isBinary ? bytes.slice() : Buffer.from(message).toString("utf8"))
    if (socket.admission !== undefined) return this.#run(socket, () => this.#definition.message(socket, said()))
    if (socket.early.length >= maxEarly) socket.close(POLICY, "wait to be let in before saying that much")
    else socket.early.push(said())
  }

  #end(socket: Socket<A>, code: number, reason: string): void {
    const { lifecycle } = this.#shared
    this.#shared.open--
    this.#sockets.delete(socket)
    socket.release()
    const last = this.#attempt(socket, () => this.#definition.close?.(socket, code, reason))
    if (last !== undefined) this.#part(this.#runFork(reported(last)))
    lifecycle.changed()
  }

  /** What a socket's end still does is waited for when the server stops. */
  #part(fiber: Fiber.Fiber<unknown>): void {
    if (fiber.pollUnsafe() !== undefined) return
    this.#parting.add(fiber)
    fiber.addObserver(() => {
      this.#parting.delete(fiber)
      this.#shared.lifecycle.changed()
    })
  }
}

/** `gone` is told of each connection that ends as a socket: the native connection filter forgets those it upgraded. */
export const makeWebSockets = (app: Uws.TemplatedApp, lifecycle: Lifecycle, gone: () => void): WebSockets => {
  const shared: Shared = { app, lifecycle, gone, open: 0 }
  const route = Effect.fnUntraced(function* <A, R>(
    definition: WebSocketRoute<A, R>
  ): Effect.fn.Return<void, never, R | Scope.Scope> {
    const sockets = new SocketRoute(shared, definition, yield* Effect.context<R>())
    sockets.listen()
    const leave = sockets.join()
    yield* Effect.addFinalizer(() => Effect.andThen(lifecycle.drain, Effect.sync(leave)))
  })
  return { route, count: () => shared.open }
}

const unavailable: Admission<never> & { _tag: "Refuse" } = {
  _tag: "Refuse",
  status: "503 Service Unavailable",
  retryAfterSeconds: 1
}
const failure: Admission<never> = { _tag: "Refuse", status: "500 Internal Server Error", retryAfterSeconds: undefined }

const answer = (native: Uws.HttpResponse, refusal: Admission<never> & { _tag: "Refuse" }): void => {
  native.writeStatus(safeStatus.test(refusal.status) ? refusal.status : "500 Internal Server Error")
  if (refusal.retryAfterSeconds !== undefined) native.writeHeader("retry-after", String(refusal.retryAfterSeconds))
  if (refusal.body !== undefined) native.writeHeader("content-type", "application/problem+json")
  native.end(refusal.body ?? "", true)
}

const reported = <R>(effect: Effect.Effect<void, never, R>): Effect.Effect<void, never, R> =>
  Effect.catchCause(effect, (cause) => Effect.logError("a socket's callback failed", cause))

const requestOf = (pattern: string, native: Uws.HttpResponse, received: Uws.HttpRequest): UpgradeRequest => {
  const offered = received.getHeader("sec-websocket-protocol")
  return {
    path: received.getUrl(),
    params: paramsOf(pattern, received),
    query: new URLSearchParams((received.getQuery() as string | undefined) ?? ""),
    headers: copyHeaders(received).headers,
    protocols: offered === "" ? [] : offered.split(",").map((protocol) => protocol.trim()),
    remoteAddress: addressOf(native.getRemoteAddressAsText())
  }
}

const paramsOf = (pattern: string, request: Uws.HttpRequest): ReadonlyArray<string> => {
  const count = pattern.split("/").filter((part) => part.startsWith(":")).length
  return Array.from({ length: count }, (_, index) => request.getParameter(index) ?? "")
}
