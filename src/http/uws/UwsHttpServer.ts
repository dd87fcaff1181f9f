import type * as Uws from "uWebSockets.js"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import type * as Scope from "effect/Scope"
import type { BodyBudget } from "./body.ts"
import type { ServeError } from "./errors.ts"
import { type Handler, makeHandler, refuseNative, UnderWay } from "./handler.ts"
import * as Lifecycle from "./lifecycle.ts"
import { listen } from "./listen.ts"
import { loadNative } from "./native.ts"
import { defaults, type UwsOptions } from "./options.ts"
import { makeWebSockets } from "./routes.ts"
import type { Shortcut, Shortcuts } from "./shortcut.ts"
import type { WebSockets } from "./websocket.ts"

/**
 * The native side of the server that is not HTTP requests: WebSocket routes, and the way it stops.
 *
 * It promises that nothing under way is cut before `drainTimeout`, and that a client that leaves frees all it held.
 */
export class UwsApp extends Context.Service<
  UwsApp,
  {
    /** Serves a WebSocket route until the scope closes; see `websocket.ts`. */
    readonly websocket: WebSockets["route"]
    /** Lets requests of a method and path past the fibers, where that can be; see `shortcut.ts`. */
    readonly shortcut: (method: string, path: string, take: Shortcut) => void
    /** Completes when the server begins to stop. */
    readonly awaitDraining: Effect.Effect<void>
    /** Stops listening and waits for requests and sockets under way. The layer does so by itself when its scope closes. */
    readonly drain: Effect.Effect<void>
    /** What is open now, for metrics. */
    readonly counts: () => { readonly connections: number; readonly requests: number; readonly sockets: number }
  }
>()("overplanned/http/UwsApp") {}

const make = (given: Partial<UwsOptions> & Pick<UwsOptions, "host" | "port">) =>
  Effect.gen(function* () {
    const options: UwsOptions = { ...defaults, ...given }
    const uws = yield* loadNative(options.maxHeaderSize)
    const app = uws.App()
    let connections = 0
    let handler: Handler = (native, request, method) => refuseNative(native, request, method, "starting", options)
    const onConnection = (native: Uws.HttpResponse, change: number): void => {
      connections += change > 0 ? 1 : -1
      if (change > 0 && connections > options.maxConnections) native.close()
    }
    app.filter((native, change) => onConnection(native, Number(change)))
    const guarded = (native: Uws.HttpResponse, request: Uws.HttpRequest, method: string): void => {
      try {
        handler(native, request, method)
      } catch (defect) {
        // Thrown into the native caller it would end the process.
        Effect.runFork(Effect.logError("a request failed in the server itself", defect))
        native.close()
      }
    }
    // The usual methods have routes of their own: the native router knows them already.
    app.get("/*", (native, request) => guarded(native, request, "GET"))
    app.post("/*", (native, request) => guarded(native, request, "POST"))
    app.any("/*", (native, request) => guarded(native, request, request.getCaseSensitiveMethod().toUpperCase()))

    const listening = yield* listen(uws, app, options.host, options.port)
    const lifecycle = yield* Lifecycle.make(Duration.fromInputUnsafe(options.drainTimeout), listening.close)
    yield* Effect.addFinalizer(() =>
      Effect.andThen(
        lifecycle.drain,
        Effect.sync(() => app.close())
      )
    )
    const budget: BodyBudget = { held: 0, max: options.maxBufferedBodies }
    const underWay = new UnderWay(lifecycle.changed)
    lifecycle.add(underWay)
    const shortcuts: Shortcuts = new Map()
    const webSockets = makeWebSockets(app, lifecycle, () => {
      connections--
    })

    const server = HttpServer.make({
      address: NetAddress.inetAddressFromIpStringUnsafe(listening.address, listening.port),
      serve: (httpEffect, middleware) =>
        Effect.gen(function* () {
          const context = yield* Effect.context<Scope.Scope>()
          const previous = handler
          handler = makeHandler(httpEffect, middleware, context, {
            options,
            lifecycle,
            budget,
            underWay,
            shortcuts
          })
          yield* Effect.addFinalizer(() =>
            Effect.andThen(
              lifecycle.drain,
              Effect.sync(() => {
                handler = previous
              })
            )
          )
        })
    })

    return Context.make(HttpServer.HttpServer, server).pipe(
      Context.add(UwsApp, {
        websocket: webSockets.route,
        shortcut: (method, path, take) => void shortcuts.set(`${method} ${path}`, take),
        awaitDraining: lifecycle.awaitDraining,
        drain: lifecycle.drain,
        counts: () => ({ connections, requests: underWay.remaining(), sockets: webSockets.count() })
      })
    )
  })

/** Effect's `HttpServer` over uWebSockets.js, and beside it the native side for WebSocket routes. */
export const layer = (
  options: Partial<UwsOptions> & Pick<UwsOptions, "host" | "port">
): Layer.Layer<HttpServer.HttpServer | UwsApp, ServeError> => Layer.effectContext(make(options))
