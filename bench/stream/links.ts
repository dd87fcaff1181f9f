/** One client of each kind, all reduced to the same thing: say a pivot, hear when its offer is there. */
import { createRequire } from "node:module"
import { WebSocket } from "ws"
import { tripId } from "./fixture.ts"
import type { Started } from "./server.ts"

export interface Link {
  /** `body` is a pivot request as JSON without its opening brace. */
  readonly pivot: (body: string) => void
  /** Called for each answer, in the order of the questions. */
  onOffer: () => void
  /** Called for each offer that nobody asked for. */
  onPushed: () => void
  readonly close: () => void
}

export type Connect = (started: Started, n: number) => Promise<Link>

const frame = (body: string) => `{"type":"pivot","id":"${crypto.randomUUID()}",${body}`

const ANSWER = Buffer.from('{"type":"offer","id"')
const PUSHED = Buffer.from('{"type":"offer","pivot_id"')

const startsWith = (data: Buffer, prefix: Buffer) => data.subarray(0, prefix.length).equals(prefix)

const webSocket = (url: string, headers: Record<string, string>, greets: boolean): Promise<Link> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers, perMessageDeflate: false })
    let ended = false
    const link: Link = {
      pivot: (body) => socket.send(frame(body)),
      onOffer: () => {},
      onPushed: () => {},
      close: () => {
        ended = true
        socket.terminate()
      }
    }
    let greeted = !greets
    if (!greets) socket.on("open", () => resolve(link))
    socket.on("message", (data: Buffer) => {
      if (!greeted) {
        greeted = true
        resolve(link)
      } else if (startsWith(data, ANSWER)) link.onOffer()
      else if (startsWith(data, PUSHED)) link.onPushed()
      else if (data.includes('"type":"error"')) throw new Error(`refused: ${data.toString()}`)
    })
    let fault = ""
    socket.on("error", (cause) => {
      fault = cause.message
      reject(cause)
    })
    socket.on("close", (code, reason) => {
      if (!ended) throw new Error(`closed with ${code}: ${reason.toString()}${fault}`)
    })
  })

export const ours: Connect = (started, n) =>
  webSocket(
    `ws://127.0.0.1:${started.port}/ws/trips/${tripId(n)}/pivot-stream`,
    { authorization: `Bearer ${started.tokens[n]}` },
    true
  )

export const echo: Connect = (started) => webSocket(`ws://127.0.0.1:${started.echo}/`, {}, false)

const require = createRequire(new URL("../peers/package.json", import.meta.url))

interface Emitter {
  on(event: string, listener: (body: unknown) => void): void
  emit(event: string, body: string): void
  disconnect(): void
}

export const socketIo: Connect = (started, n) => {
  const { io } = require("socket.io-client") as { io: (url: string, options: object) => Emitter }
  return new Promise((resolve, reject) => {
    const socket = io(`http://127.0.0.1:${started.socketIo}`, {
      transports: ["websocket"],
      forceNew: true,
      auth: { token: started.tokens[n], trip: tripId(n) }
    })
    const link: Link = {
      pivot: (body) => socket.emit("pivot", frame(body)),
      onOffer: () => {},
      onPushed: () => {},
      close: () => socket.disconnect()
    }
    socket.on("hello", () => resolve(link))
    socket.on("offer", () => link.onOffer())
    socket.on("connect_error", reject)
  })
}

interface Joined {
  onMessage(type: string, listener: () => void): void
  send(type: string, body: string): void
  leave(): void
}

export const colyseus: Connect = async (started, n) => {
  const { Client } = require("@colyseus/sdk") as {
    readonly Client: new (url: string) => { joinOrCreate(room: string, options: object): Promise<Joined> }
  }
  const client = new Client(`ws://127.0.0.1:${started.colyseus}`)
  const room = await client.joinOrCreate("trip", { trip: tripId(n), token: started.tokens[n] })
  const link: Link = {
    pivot: (body) => room.send("pivot", frame(body)),
    onOffer: () => {},
    onPushed: () => {},
    close: () => room.leave()
  }
  room.onMessage("offer", () => link.onOffer())
  return link
}

export const connectAll = async (connect: Connect, started: Started, count: number): Promise<ReadonlyArray<Link>> => {
  const links: Array<Link> = []
  // A few at a time: the handshakes are not what is measured.
  for (let n = 0; n < count; n += 50) {
    const batch = Array.from({ length: Math.min(50, count - n) }, (_, i) => connect(started, n + i))
    links.push(...(await Promise.all(batch)))
  }
  return links
}
