/** OSRM's `/table` on a loopback socket. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"

export interface TableQuestion {
  /** Longitude and latitude, the place itself first. */
  readonly points: ReadonlyArray<readonly [number, number]>
}

/** `answer` gives the seconds to each point, whatever it takes for a number, or a whole body; nothing at all is a server that fails. */
export const osrmServer = (answer: (question: TableQuestion) => ReadonlyArray<unknown> | string | undefined) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const paths: Array<string> = []
      const http = createServer((request, response) => {
        const path = request.url ?? ""
        paths.push(path)
        const match = /^\/table\/v1\/foot\/([^?]+)\?/.exec(path)
        const points = (match?.[1] ?? "").split(";").map((pair) => pair.split(",").map(Number) as [number, number])
        const said = match === null ? undefined : answer({ points })
        if (said === undefined) return void response.writeHead(500).end("{}")
        response.writeHead(200, { "content-type": "application/json" })
        response.end(typeof said === "string" ? said : JSON.stringify({ code: "Ok", durations: [said] }))
      })
      await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
      return { http, paths, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
    }),
    ({ http }) =>
      Effect.promise(
        () =>
          new Promise<void>((resolve) => {
            http.close(() => resolve())
            http.closeAllConnections()
          })
      )
  )
