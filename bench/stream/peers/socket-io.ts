/** Socket.IO in front of the same actors: an event per pivot, an event per answer, a room per trip. */
import { createServer } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import type { TripId } from "../../../src/domain/ids.ts"
import { readFrame } from "../../../src/http/stream/frames.ts"
import type { Tokens } from "../../../src/services/tokens.ts"
import type { TripRuntime } from "../../../src/services/trip-runtime.ts"

interface Socket {
  readonly handshake: { readonly auth: { readonly token: string; readonly trip: string } }
  on(event: string, listener: (frame: string) => void): void
  emit(event: string, body: unknown): void
  join(room: string): void
  disconnect(): void
}

const require = createRequire(new URL("../../peers/package.json", import.meta.url))

export const startSocketIo = (runtime: TripRuntime["Service"], tokens: Tokens["Service"]): Promise<number> => {
  const { Server } = require("socket.io") as {
    Server: new (
      server: unknown,
      options: object
    ) => { on(event: "connection", listener: (socket: Socket) => void): void }
  }
  const http = createServer()
  new Server(http, { transports: ["websocket"], perMessageDeflate: false }).on("connection", (socket) => {
    const { token, trip } = socket.handshake.auth
    Effect.runPromise(tokens.verify(token)).then(
      (holder) => {
        socket.join(trip)
        socket.on("pivot", (text) => {
          const frame = readFrame(text)
          if (frame.type !== "pivot") return
          const { id, request } = frame
          runtime.dispatch(
            trip as TripId,
            { _tag: "request_pivot", by: holder.userId, request_id: id, request },
            (outcome) => {
              if (!(outcome instanceof Error) && outcome._tag === "offered")
                socket.emit("offer", { id, offer: outcome.offer })
            }
          )
        })
        socket.emit("hello", {})
      },
      () => socket.disconnect()
    )
  })
  return new Promise((resolve) => {
    http.listen(0, "127.0.0.1", () => resolve((http.address() as AddressInfo).port))
  })
}
