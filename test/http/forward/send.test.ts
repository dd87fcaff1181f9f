/** What one server passes on comes to the other as it was sent, and what comes back is whole or counts as lost. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import { MARK, MOVED, passOn } from "../../../src/http/forward/send.ts"

/** Another server, on a socket of this machine. */
const peer = (answer: (request: IncomingMessage, body: string, response: ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer(async (request, response) => {
        let body = ""
        for await (const chunk of request) body += chunk
        answer(request, body, response)
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
    }),
    ({ server }) =>
      Effect.promise(async () => {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      })
  )

const send = (address: string, method: string, url: string, body = "") =>
  passOn(
    { method, url, headers: { authorization: "Bearer t", connection: "keep-alive" } } as unknown as HttpServerRequest,
    { address, mark: "shown", id: "id-1", client: "10.1.1.1", body: new TextEncoder().encode(body) },
    () => () => {}
  )

const textOf = (response: Response.HttpServerResponse) => Effect.promise(() => Response.toWeb(response).text())

describe("a request that is passed on", () => {
  it.live("comes as it was sent, and its answer comes back", () =>
    Effect.gen(function* () {
      const { address } = yield* peer((request, body, response) => {
        const { method, url, headers } = request
        const { authorization, [MARK]: mark, "x-forwarded-for": client, "x-request-id": id } = headers
        response.setHeader("etag", '"7"')
        response.end(JSON.stringify({ method, url, body, authorization, mark, client, id }))
      })
      for (const [method, url, body, came = url] of [
        ["GET", "/api/v1/trips?limit=2&x=%2F", ""],
        ["POST", "/api/v1/trips", '{"city": "seattle"}'],
        ["GET", "/api/v1/trips/é 日", "", "/api/v1/trips/%C3%A9%20%E6%97%A5"]
      ] as const) {
        const answer = yield* send(address, method, url, body)
        assert.strictEqual(answer.headers["etag"], '"7"')
        assert.deepStrictEqual(JSON.parse(yield* textOf(answer)), {
          method,
          url: came,
          body,
          authorization: "Bearer t",
          mark: "shown",
          client: "10.1.1.1",
          id: "id-1"
        })
      }
    }).pipe(Effect.scoped)
  )

  it.live("counts as lost where its answer ends too early, and as untouched where nobody took it", () =>
    Effect.gen(function* () {
      const { address } = yield* peer((request, _, response) => {
        if (request.url === "/moved") return response.writeHead(421, { [MOVED]: "1" }).end()
        response.writeHead(200, { "content-length": "100" })
        response.write("not a hundred", () => request.socket.destroy())
        return undefined
      })
      assert.isFalse((yield* Effect.flip(send(address, "POST", "/torn", "{}"))).untouched)
      assert.isTrue((yield* Effect.flip(send(address, "POST", "/moved", "{}"))).untouched)
      const gone = yield* Effect.scoped(peer(() => {}))
      assert.isTrue((yield* Effect.flip(send(gone.address, "POST", "/nobody", "{}"))).untouched)
    }).pipe(Effect.scoped)
  )
})
