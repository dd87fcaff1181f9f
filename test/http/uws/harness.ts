import { connect } from "node:net"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { HttpServer } from "effect/http/HttpServer"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import type { InetAddress } from "effect/net/NetAddress"
import * as Scope from "effect/Scope"
import type { UwsOptions } from "../../../src/http/uws/options.ts"
import * as UwsHttpServer from "../../../src/http/uws/UwsHttpServer.ts"

export interface Running {
  readonly port: number
  readonly url: string
  readonly app: UwsHttpServer.UwsApp["Service"]
}

/** Serves on a free port until the scope closes. */
export const serve = <E>(
  handler: Effect.Effect<HttpServerResponse, E, HttpServerRequest | Scope.Scope>,
  options: Partial<UwsOptions> = {}
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Scope.Scope
    const context = yield* Layer.buildWithScope(
      UwsHttpServer.layer({ host: "127.0.0.1", port: 0, drainTimeout: "2 seconds", ...options }),
      scope
    )
    const server = Context.get(context, HttpServer)
    // As effect's router does: a server runs its application uninterruptibly by itself.
    yield* server.serve(Effect.interruptible(handler))
    const { port } = server.address as InetAddress
    return { port, url: `http://127.0.0.1:${port}`, app: Context.get(context, UwsHttpServer.UwsApp) }
  }).pipe(Effect.orDie)

/** Speaks raw bytes and gathers what comes back until the server closes or `until` is satisfied. */
export const raw = (
  port: number,
  text: string | ReadonlyArray<string | Uint8Array>,
  until: (received: string) => boolean = () => false
): Effect.Effect<{ readonly text: string; readonly closed: boolean }> =>
  Effect.callback((resume) => {
    const socket = connect(port, "127.0.0.1")
    let received = ""
    const done = (closed: boolean) => {
      socket.destroy()
      resume(Effect.succeed({ text: received, closed }))
    }
    socket.setNoDelay(true)
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1")
      if (until(received)) done(false)
    })
    socket.on("close", () => done(true))
    socket.on("error", () => done(true))
    for (const part of typeof text === "string" ? [text] : text) socket.write(part)
    return Effect.sync(() => socket.destroy())
  })

/** Waits for a condition with a deadline, never for a time. */
export const eventually = (what: string, condition: () => boolean, deadline = 120_000): Effect.Effect<void> =>
  Effect.promise(async () => {
    const until = performance.now() + deadline
    while (!condition()) {
      if (performance.now() > until) throw new Error(`not within ${deadline} ms: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })
