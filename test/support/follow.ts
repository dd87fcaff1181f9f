/** A stream of a trip as an app follows it, over a real socket. Text goes as it is: half a character stays one. */
import { WebSocket } from "ws"
import { type Server, type Traveler, until } from "./server.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

export interface Followed {
  readonly heard: ReadonlyArray<Json>
  readonly hello: Json
  readonly closed: () => { readonly code: number; readonly reason: string } | undefined
  readonly send: (frame: unknown) => void
  readonly first: (what: string, fits: (frame: Json) => boolean) => Promise<Json>
  readonly close: () => void
}

export const follow = async (
  server: Pick<Server, "url">,
  traveler: Pick<Traveler, "token">,
  trip: string,
  query = ""
): Promise<Followed> => {
  const socket = new WebSocket(`${server.url.replace(/^http/, "ws")}/ws/trips/${trip}/pivot-stream${query}`, [
    "overplanned.v1",
    `bearer.${traveler.token}`
  ])
  const heard: Array<Json> = []
  let closed: { code: number; reason: string } | undefined
  socket.on("message", (data) => void heard.push(JSON.parse(String(data))))
  socket.on("error", () => {})
  socket.on("close", (code, reason) => {
    closed = { code, reason: reason.toString() }
  })
  /** The first of what was heard that fits. A stream that ends without it says why, and what it told before. */
  const first = (what: string, fits: (frame: Json) => boolean): Promise<Json> =>
    until(what, () => {
      const found = heard.find(fits)
      if (found !== undefined || closed === undefined) return found
      const told = heard.map(({ type }) => type).join(", ")
      throw new Error(`The stream ended (${closed.code} ${closed.reason}) without ${what}. It told: ${told}`)
    })
  return {
    heard,
    hello: await first("hello", (frame) => frame.type === "hello"),
    closed: () => closed,
    send: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    first,
    close: () => socket.close()
  }
}
