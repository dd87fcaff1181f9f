/** Colyseus in front of the same actors: a room per trip, a message per pivot, a message per answer. */
import { createServer } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import type { TripId } from "../../../src/domain/ids.ts"
import { readFrame } from "../../../src/http/stream/frames.ts"
import type { TokenHolder, Tokens } from "../../../src/services/tokens.ts"
import type { TripRuntime } from "../../../src/services/trip-runtime.ts"

interface Member {
  readonly auth: TokenHolder
  send(type: string, body: unknown): void
}

interface Room {
  onMessage(type: string, listener: (client: Member, text: string) => void): void
}

interface Core {
  readonly Room: new () => Room
  readonly Server: new (
    options: object
  ) => {
    define(name: string, room: unknown): { filterBy(fields: ReadonlyArray<string>): void }
    listen(port: number, host: string): Promise<void>
  }
}

const require = createRequire(new URL("../../peers/package.json", import.meta.url))

export const startColyseus = async (runtime: TripRuntime["Service"], tokens: Tokens["Service"]): Promise<number> => {
  const core = require("@colyseus/core") as Core
  const { WebSocketTransport } = require("@colyseus/ws-transport") as {
    readonly WebSocketTransport: new (options: object) => object
  }

  class TripRoom extends core.Room {
    onCreate({ trip }: { readonly trip: string }) {
      this.onMessage("pivot", (client, text) => {
        const frame = readFrame(text)
        if (frame.type !== "pivot") return
        const { id, request } = frame
        runtime.dispatch(
          trip as TripId,
          { _tag: "request_pivot", by: client.auth.userId, request_id: id, request },
          (outcome) => {
            if (!(outcome instanceof Error) && outcome._tag === "offered")
              client.send("offer", { id, offer: outcome.offer })
          }
        )
      })
    }

    onAuth(_client: Member, { token }: { readonly token: string }) {
      return Effect.runPromise(tokens.verify(token))
    }
  }

  const http = createServer()
  const server = new core.Server({
    transport: new WebSocketTransport({ server: http }),
    greet: false,
    gracefullyShutdown: false
  })
  server.define("trip", TripRoom).filterBy(["trip"])
  await server.listen(0, "127.0.0.1")
  return (http.address() as AddressInfo).port
}
