import type * as Uws from "uWebSockets.js"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as HttpEffect from "effect/http/HttpEffect"
import type { HttpMiddleware } from "effect/http/HttpMiddleware"
import { ClientAbort } from "effect/http/HttpServerError"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Response from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import { type BodyBudget, RequestBody } from "./body.ts"
import { Exchange } from "./exchange.ts"
import { copyHeaders } from "./headers.ts"
import type { Drainable, Lifecycle } from "./lifecycle.ts"
import type { Refusal, UwsOptions } from "./options.ts"
import { UwsRequest } from "./request.ts"
import { send, sendNow } from "./response.ts"
import type { Shortcuts } from "./shortcut.ts"
import { Turns } from "./turns.ts"

export type Handler = (response: Uws.HttpResponse, request: Uws.HttpRequest, method: string) => void

/** The requests that have no answer yet. */
export class UnderWay implements Drainable {
  private readonly waiting = new Set<Exchange>()
  private readonly changed: () => void
  private starting = 0

  constructor(changed: () => void) {
    this.changed = changed
  }

  /** Starts a request. Most are answered within this call and are never remembered. */
  start(exchange: Exchange, fork: () => Fiber.Fiber<unknown, unknown>): void {
    this.starting++
    const fiber = fork()
    this.starting--
    if (fiber.pollUnsafe() !== undefined) {
      exchange.close()
      this.changed()
      return
    }
    exchange.fiber = fiber
    this.waiting.add(exchange)
    fiber.addObserver(() => {
      this.waiting.delete(exchange)
      exchange.body?.release()
      // A fiber that ended without an answer leaves nobody to give one.
      exchange.close()
      this.changed()
    })
  }

  /** Remembers a request that is answered without a fiber, until `finish`. */
  keep(exchange: Exchange): void {
    this.waiting.add(exchange)
  }

  finish(exchange: Exchange): void {
    if (this.waiting.delete(exchange)) this.changed()
  }

  /** Answers learn by themselves that their connection is to close. */
  begin(): void {}

  remaining(): number {
    return this.waiting.size + this.starting
  }

  force(): void {
    for (const exchange of [...this.waiting]) {
      if (exchange.fiber !== undefined) {
        exchange.fiber.interruptUnsafe()
        continue
      }
      exchange.close()
      this.finish(exchange)
    }
  }
}

export interface HandlerContext {
  readonly options: UwsOptions
  readonly lifecycle: Lifecycle
  readonly budget: BodyBudget
  readonly underWay: UnderWay
  readonly shortcuts: Shortcuts
}

/** Turns native requests into fibers. */
export const makeHandler = (
  httpEffect: Effect.Effect<HttpServerResponse, unknown, HttpServerRequest | Scope.Scope>,
  middleware: HttpMiddleware | undefined,
  context: Context.Context<Scope.Scope>,
  { budget, lifecycle, options, shortcuts, underWay }: HandlerContext
): Handler => {
  const bodyTimeout = Duration.toMillis(Duration.fromInputUnsafe(options.bodyTimeout))

  const respond = (request: HttpServerRequest, response: HttpServerResponse) => {
    const exchange = (request as UwsRequest).source
    // What follows an unread body cannot be told from the body, so the connection ends here.
    if (exchange.body?.complete === false || lifecycle.draining()) exchange.closing = true
    if (exchange.refusal !== undefined && response.status >= 400 && response.body._tag === "Empty") {
      return send(exchange, request, options.refuse(request, exchange.refusal, options))
    }
    return send(exchange, request, response)
  }
  // Flat, so that what each request adds to it stays cheap to look up.
  const base = Context.makeUnsafe<Scope.Scope>(new Map(context.mapUnsafe))
  const handled = HttpEffect.toHandled(httpEffect, respond, middleware)

  const start = (exchange: Exchange, request: UwsRequest, effect: typeof handled): void =>
    underWay.start(exchange, () => Effect.runForkWith(Context.add(base, HttpServerRequest, request))(effect))
  const run = (exchange: Exchange, request: UwsRequest): void => start(exchange, request, handled)

  const turns = new Turns()

  /** Whether a request whose body is here found a shorter way to its answer. */
  const short = (exchange: Exchange, request: UwsRequest): boolean => {
    const take = shortcuts.get(`${request.method} ${request.url}`)
    const body = take === undefined ? undefined : exchange.body!.now
    if (body === undefined) return false
    const taken = take!(request, body, {
      send: (response, text) =>
        turns.add(() => {
          if (lifecycle.draining()) exchange.closing = true
          sendNow(exchange, response, text)
          underWay.finish(exchange)
        }),
      handOver: (effect) => {
        underWay.finish(exchange)
        if (!exchange.done) start(exchange, request, HttpEffect.toHandled(effect, respond, middleware))
      }
    })
    if (taken && !exchange.done) underWay.keep(exchange)
    return taken
  }

  const onAborted = (exchange: Exchange): void => {
    exchange.done = true
    exchange.body?.fail("aborted")
    exchange.fiber?.interruptUnsafe(undefined, ClientAbort.annotation)
  }

  return (native, received, method) => {
    const path = received.getUrl()
    // The types promise a string; without a question mark it is undefined.
    const query = received.getQuery() as string | undefined
    const exchange = new Exchange(native, received, lifecycle.draining())
    const request = new UwsRequest(exchange, method, query === undefined || query === "" ? path : `${path}?${query}`)
    const { headers, size, ambiguousLength } = copyHeaders(received)
    exchange.headers = headers
    if (size + request.url.length > options.maxHeaderSize) {
      return refuseExchange(exchange, request, "head_too_large", options)
    }
    if (underWay.remaining() >= options.maxInFlight) {
      return refuseExchange(exchange, request, "overloaded", options)
    }
    if (method === "GET" || method === "HEAD") {
      // A body here has no meaning; the native parser skips it.
      run(exchange, request)
      if (!exchange.done) native.onAborted(() => onAborted(exchange))
      exchange.detach()
      return
    }
    if (ambiguousLength) return refuseExchange(exchange, request, "ambiguous_length", options)
    const body = new RequestBody(exchange, budget, options.maxBodySize, bodyTimeout, options.bodyHighWaterMark)
    exchange.body = body
    if (Number(headers["content-length"]) > options.maxBodySize) body.fail("too_large")
    native.onAborted(() => onAborted(exchange))
    let started = false
    native.onData((chunk, last) => {
      if (exchange.done) return
      exchange.corked = true
      try {
        body.push(chunk, last)
        // The handler starts with the first piece: most bodies come whole with the head, and then nothing has to wait.
        if (!started && !exchange.done) {
          started = true
          if (!short(exchange, request)) run(exchange, request)
        }
      } catch (defect) {
        // Thrown into the native caller it would end the process.
        Effect.runFork(Effect.logError("a request failed in the server itself", defect))
        exchange.close()
      }
      if (exchange.fiber !== undefined) body.keep()
      exchange.corked = false
    })
    exchange.detach()
  }
}

const refuseExchange = (exchange: Exchange, request: UwsRequest, refusal: Refusal, options: UwsOptions): void => {
  exchange.closing = true
  exchange.refusal = refusal
  const response = options.refuse(request, refusal, options)
  const native = exchange.response
  Effect.runSync(Effect.exit(send(exchange, request, isSmall(response) ? response : Response.empty({ status: 503 }))))
  if (!exchange.done) native.close()
}

/** A refusal is written on the spot: nothing that would have to be waited for. */
const isSmall = (response: HttpServerResponse): boolean =>
  response.body._tag === "Empty" || response.body._tag === "Uint8Array"

/** Answers a request that no handler sees. */
export const refuseNative = (
  native: Uws.HttpResponse,
  received: Uws.HttpRequest,
  method: string,
  refusal: Refusal,
  options: UwsOptions
): void => {
  const exchange = new Exchange(native, received, true)
  refuseExchange(exchange, new UwsRequest(exchange, method, received.getUrl()), refusal, options)
}
