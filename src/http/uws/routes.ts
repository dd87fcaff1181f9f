import type * as Uws from "uWebSockets.js"
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

/** `onGone` is told of each connection that ends as a socket: the native connection filter forgets those it upgraded. */
export const makeWebSockets = (app: Uws.TemplatedApp, lifecycle: Lifecycle, onGone: () => void): WebSockets => {
  let open = 0

  const route = <A, R>(definition: WebSocketRoute<A, R>): Effect.Effect<void, never, R | Scope.Scope> =>
    Effect.gen(function* () {
      const context = yield* Effect.context<R>()
      const runFork = Effect.runForkWith(context)
      const bounds: WebSocketBounds = { ...defaultBounds, ...definition.bounds }
      const sockets = new Set<Socket<A>>()
      const pending = new Set<Fiber.Fiber<unknown>>()
      const parting = new Set<Fiber.Fiber<unknown>>()
      let closed = false

      /** Calls a callback and runs what it returns, tied to its socket. Thrown into the native caller it would end the process. */
      const run = (socket: Socket<A>, callback: () => CallbackResult<R>): void => {
        const result = attempt(socket, callback)
        if (result === undefined) return
        const fiber = runFork(reported(result))
        if (fiber.pollUnsafe() !== undefined) return
        if (!socket.track(fiber, bounds.maxConcurrent)) socket.close(POLICY, "too many messages under way")
      }

      const attempt = (socket: Socket<A>, callback: () => CallbackResult<R>): CallbackResult<R> => {
        try {
          return callback()
        } catch (defect) {
          runFork(Effect.logError("a socket's callback threw", defect))
          socket.close(INTERNAL_ERROR, "internal error")
          return undefined
        }
      }

      const end = (socket: Socket<A>, code: number, reason: string): void => {
        open--
        sockets.delete(socket)
        socket.release()
        const last = attempt(socket, () => definition.close?.(socket, code, reason))
        if (last !== undefined) {
          const fiber = runFork(reported(last))
          if (fiber.pollUnsafe() === undefined) {
            parting.add(fiber)
            fiber.addObserver(() => {
              parting.delete(fiber)
              lifecycle.changed()
            })
          }
        }
        lifecycle.changed()
      }

      const upgrade = (native: Uws.HttpResponse, received: Uws.HttpRequest, nativeContext: Uws.us_socket_context_t) => {
        const key = received.getHeader("sec-websocket-key")
        const extensions = received.getHeader("sec-websocket-extensions")
        const offered = received.getHeader("sec-websocket-protocol")
        const request: UpgradeRequest = {
          path: received.getUrl(),
          params: paramsOf(definition.pattern, received),
          query: new URLSearchParams((received.getQuery() as string | undefined) ?? ""),
          headers: copyHeaders(received).headers,
          protocols: offered === "" ? [] : offered.split(",").map((protocol) => protocol.trim()),
          remoteAddress: addressOf(native.getRemoteAddressAsText())
        }
        const upgradeWith = (admission: Admission<A> | undefined): Socket<A> => {
          const { protocol } = definition
          const selected = protocol !== undefined && request.protocols.includes(protocol) ? protocol : ""
          const socket = new Socket<A>(request, admission, bounds.maxBackpressure)
          native.upgrade<UserData>({ socket: socket as Socket<unknown> }, key, selected, extensions, nativeContext)
          return socket
        }

        if (closed || lifecycle.draining() || pending.size >= bounds.maxPendingUpgrades) {
          return answer(native, unavailable)
        }
        const fiber = runFork(Effect.suspend(() => definition.authorize(request)))
        const exit = fiber.pollUnsafe()
        if (exit !== undefined) {
          const admission = admissionOf(exit)
          if (admission._tag === "Refuse") answer(native, admission)
          else upgradeWith(admission)
          return
        }
        // Upgraded before it is decided: later, within `cork`, the native side may take the socket for the response that
        // it was and close it, and outside of it the upgrade is not gathered into one packet.
        const socket = upgradeWith(undefined)
        socket.track(fiber, bounds.maxConcurrent)
        pending.add(fiber)
        const timer = setTimeout(() => fiber.interruptUnsafe(), bounds.authorizeTimeoutMillis)
        fiber.addObserver((exit) => {
          clearTimeout(timer)
          pending.delete(fiber)
          if (!socket.closed) decided(socket, lifecycle.draining() ? unavailable : admissionOf(exit))
          lifecycle.changed()
        })
      }

      const admissionOf = (exit: Exit.Exit<Admission<A>>): Admission<A> => {
        if (Exit.isSuccess(exit)) return exit.value
        if (Exit.hasInterrupts(exit)) return unavailable
        Effect.runForkWith(context)(Effect.logError("an upgrade failed", exit.cause))
        return failure
      }

      const decided = (socket: Socket<A>, admission: Admission<A>): void => {
        socket.admission = admission
        const { early } = socket
        socket.early = []
        settle(socket, admission)
        for (const message of early) if (!socket.closed) run(socket, () => definition.message(socket, message))
      }

      const settle = (socket: Socket<A>, admission: Admission<A>): void => {
        if (admission._tag === "Accept") {
          sockets.add(socket)
          run(socket, () => definition.open?.(socket))
        } else if (admission._tag === "AcceptThenClose") socket.close(admission.code, admission.reason)
        else socket.close(admission === failure ? INTERNAL_ERROR : TRY_AGAIN, admission.status)
      }

      const socketOf = (ws: Uws.WebSocket<UserData>) => ws.getUserData().socket as Socket<A>

      app.ws<UserData>(definition.pattern, {
        maxPayloadLength: Math.max(bounds.maxPayload * NATIVE_PAYLOAD_FACTOR, NATIVE_PAYLOAD_LEAST),
        // Bounded in `Socket.send`: the native bound would drop the close frame too, and with it the reason.
        maxBackpressure: 0,
        idleTimeout: bounds.idleTimeoutSeconds,
        sendPingsAutomatically: true,
        upgrade,
        open: (ws) => {
          const socket = socketOf(ws)
          open++
          socket.attach(ws)
          if (socket.admission !== undefined) settle(socket, socket.admission)
        },
        message: (ws, message, isBinary) => {
          const socket = socketOf(ws)
          if (socket.closed) return
          if (message.byteLength > bounds.maxPayload) {
            return socket.close(TOO_BIG, `a message may have ${bounds.maxPayload} bytes`)
          }
          // The native bytes live only during this call.
          const bytes = new Uint8Array(message)
          const said = () => (isBinary ? bytes.slice() : Buffer.from(message).toString("utf8"))
          if (socket.admission !== undefined) return run(socket, () => definition.message(socket, said()))
          if (socket.early.length >= bounds.maxEarly) socket.close(POLICY, "wait to be let in before saying that much")
          else socket.early.push(said())
        },
        drain: (ws) => {
          const socket = socketOf(ws)
          if (!socket.closed && socket.drained() && sockets.has(socket))
            run(socket, () => definition.writable?.(socket))
        },
        close: (ws, code, reason) => {
          const socket = socketOf(ws)
          onGone()
          if (sockets.has(socket)) return end(socket, code, Buffer.from(reason).toString("utf8"))
          open--
          socket.release()
          lifecycle.changed()
        }
      })

      const remove = lifecycle.add({
        begin: () => {
          for (const socket of [...sockets]) {
            if (definition.drain === undefined) socket.close(GOING_AWAY, STOPPING)
            else run(socket, () => definition.drain?.(socket))
          }
        },
        remaining: () => sockets.size + pending.size + parting.size,
        force: () => {
          for (const fiber of [...pending, ...parting]) fiber.interruptUnsafe()
          for (const socket of [...sockets]) socket.close(GOING_AWAY, STOPPING)
        }
      })
      yield* Effect.addFinalizer(() =>
        Effect.andThen(
          lifecycle.drain,
          Effect.sync(() => {
            closed = true
            remove()
          })
        )
      )
    })

  return { route, count: () => open }
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
  native.end("", true)
}

const reported = <R>(effect: Effect.Effect<void, never, R>): Effect.Effect<void, never, R> =>
  Effect.catchCause(effect, (cause) => Effect.logError("a socket's callback failed", cause))

const paramsOf = (pattern: string, request: Uws.HttpRequest): ReadonlyArray<string> => {
  const count = pattern.split("/").filter((part) => part.startsWith(":")).length
  return Array.from({ length: count }, (_, index) => request.getParameter(index) ?? "")
}
