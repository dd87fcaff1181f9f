/** A loopback server whose answers a test says by path; it remembers what it was asked, when, and with which headers. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly body: string
  readonly at: number
}

export interface Said {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Writes for as long as anybody reads. */
  readonly endless?: boolean
  /** Sends the beginning and then nothing. */
  readonly stalls?: boolean
  /** Breaks the connection in the middle. */
  readonly breaks?: boolean
}

type Route = Said | ((asked: Asked) => Said)

const answer = (response: ServerResponse, { status = 200, headers = {}, body = "", endless, stalls, breaks }: Said) => {
  response.writeHead(status, headers)
  if (endless === true) {
    const pour = () => {
      while (response.write("x".repeat(65_536)));
    }
    response.on("drain", pour)
    pour()
  } else if (stalls === true) response.write("a")
  else if (breaks === true) response.write("half", () => response.destroy())
  else response.end(body)
}

export const fakeWeb = Effect.acquireRelease(
  Effect.promise(async () => {
    const asked: Array<Asked> = []
    const routes = new Map<string, Route>()
    const server = createServer(async (request, response) => {
      const parts: Array<Buffer> = []
      for await (const part of request) parts.push(part as Buffer)
      const path = request.url ?? "/"
      const one: Asked = {
        method: request.method ?? "GET",
        path,
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
        at: performance.now()
      }
      asked.push(one)
      response.on("error", () => undefined)
      const route = routes.get(path) ?? routes.get(path.split("?")[0]!) ?? { status: 404 }
      answer(response, typeof route === "function" ? route(one) : route)
    })
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready))
    const { port } = server.address() as AddressInfo
    return {
      host: `127.0.0.1:${port}`,
      url: `http://127.0.0.1:${port}`,
      asked,
      askedFor: (path: string) => asked.filter((one) => one.path.split("?")[0] === path),
      says: (path: string, route: Route) => void routes.set(path, route),
      close: () => {
        server.closeAllConnections()
        server.close()
      }
    }
  }),
  (server) => Effect.sync(server.close)
)
