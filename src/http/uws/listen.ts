import type * as Uws from "uWebSockets.js"
import { lookup } from "node:dns/promises"
import { createServer, isIP } from "node:net"
import * as Effect from "effect/Effect"
import { ListenFailed } from "./errors.ts"

export interface Listening {
  readonly address: string
  readonly port: number
  /** Stops accepting; safe to call again (the native call would crash). */
  readonly close: () => void
}

/** `LIBUS_LISTEN_EXCLUSIVE_PORT`: without it two servers would share the port, and its requests, silently. */
const EXCLUSIVE_PORT = 1

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "UNKNOWN"

/** Listens natively; the native side only says no, so a refusal is explained by trying the same with Node. */
export const listen = (
  uws: typeof Uws,
  app: Uws.TemplatedApp,
  host: string,
  port: number
): Effect.Effect<Listening, ListenFailed> =>
  Effect.gen(function* () {
    const address =
      isIP(host) !== 0
        ? host
        : yield* Effect.tryPromise({
            try: () => lookup(host).then((found) => found.address),
            catch: (cause) => new ListenFailed({ host, port, code: codeOf(cause) })
          })
    const socket = yield* Effect.callback<Uws.us_listen_socket | false>((resume) => {
      // The types know options only without a host; the native call takes both.
      const listen = app.listen as unknown as (
        host: string,
        port: number,
        options: number,
        callback: (socket: Uws.us_listen_socket | false) => void
      ) => void
      listen.call(app, address, port, EXCLUSIVE_PORT, (socket) => resume(Effect.succeed(socket)))
    })
    if (socket === false) {
      const code = yield* whyRefused(address, port)
      return yield* new ListenFailed({ host, port, code })
    }
    let open = true
    return {
      address,
      port: uws.us_socket_local_port(socket as unknown as Uws.us_socket),
      close: () => {
        if (!open) return
        open = false
        uws.us_listen_socket_close(socket)
      }
    }
  })

const whyRefused = (address: string, port: number): Effect.Effect<string> =>
  Effect.callback<string>((resume) => {
    const probe = createServer()
    probe.once("error", (cause) => resume(Effect.succeed(codeOf(cause))))
    probe.listen({ host: address, port, exclusive: true }, () =>
      probe.close(() => resume(Effect.succeed("EADDRINUSE")))
    )
  })
