/** The live connection of one trip: it comes back by itself, asks for what it missed, and never leaves a silent gap. */
import { waitBefore } from "./back-off.ts"
import type { ClientFrame, ServerFrame } from "./contract.ts"
import { onceLost } from "./socket.ts"
import type { TokenKeeper } from "./tokens.ts"

/** Proxies cut connections that say nothing for a minute. */
const PING_EVERY_MS = 25_000

/** A server that is there answers far sooner; after this the request goes over HTTP. */
const ANSWER_WITHIN_MS = 5_000

/** Requests that wait for their answers at the same time. */
const MOST_WAITING = 64

const UNAUTHORIZED = 4401
const NOT_FOUND = 4404

export type StreamState = "connecting" | "live" | "waiting" | "unauthorized" | "not_found" | "closed"

/** A frame that is answered: its `id` makes asking it twice harmless. */
export type Asked = ClientFrame & { readonly id: string }

export interface Position {
  readonly epoch: string
  readonly since: number
}

export interface StreamOptions {
  readonly origin: string
  readonly tripId: string
  readonly tokens: TokenKeeper
  /** Up to which change the trip is known. */
  readonly since: () => number
  /** Hears every frame that answers nothing. */
  readonly onFrame: (frame: ServerFrame) => void
  readonly onState: (state: StreamState, waitMillis?: number) => void
  /** Longest that opening the connection may take. */
  readonly timeoutMillis?: number | undefined
}

/** Where the stream of a trip is; with a position it gives every frame since. */
export const streamAddress = (origin: string, tripId: string, position: Position | undefined): string => {
  const address = new URL(`/ws/trips/${encodeURIComponent(tripId)}/pivot-stream`, origin)
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:"
  if (position !== undefined) {
    address.searchParams.set("epoch", position.epoch)
    address.searchParams.set("since", String(position.since))
  }
  return address.href
}

/** There was no live connection, or it did not answer: the same request may go over HTTP, with the same id as its key. */
export class Unanswered extends Error {}

interface Waiting {
  readonly resolve: (frame: ServerFrame) => void
  readonly reject: (error: Unanswered) => void
  readonly overdue: ReturnType<typeof setTimeout>
}

export class TripStream {
  readonly #options: StreamOptions
  readonly #waiting = new Map<string, Waiting>()
  readonly #stopListening: () => void
  readonly #hurry = () => {
    if (this.#socket?.readyState === WebSocket.CLOSED && !this.#closed) this.#connect()
  }
  #socket: WebSocket | undefined
  #epoch: string | undefined
  #attempt = 0
  #drainMillis: number | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #pings: ReturnType<typeof setInterval> | undefined
  #heard = true
  #closed = false

  constructor(options: StreamOptions) {
    this.#options = options
    this.#stopListening = options.tokens.onToken((token) => this.#say({ type: "auth", token }))
    // Back on the network: no reason to sit out the wait.
    globalThis.addEventListener?.("online", this.#hurry)
    this.#connect()
  }

  /** Sends a frame and gives its answer; `Unanswered` where there is no live connection to give one. */
  request(frame: Asked): Promise<ServerFrame> {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#epoch === undefined) {
      return Promise.reject(new Unanswered("There is no live connection."))
    }
    if (this.#waiting.size >= MOST_WAITING) return Promise.reject(new Unanswered("Too much waits for an answer."))
    return new Promise((resolve, reject) => {
      const overdue = setTimeout(() => {
        this.#waiting.delete(frame.id)
        reject(new Unanswered("The live connection did not answer."))
      }, ANSWER_WITHIN_MS)
      this.#waiting.set(frame.id, { resolve, reject, overdue })
      this.#say(frame)
    })
  }

  close(): void {
    if (this.#closed) return
    this.#end("closed")
    this.#socket?.close()
  }

  #end(state: StreamState): void {
    this.#closed = true
    clearTimeout(this.#retry)
    clearInterval(this.#pings)
    this.#stopListening()
    globalThis.removeEventListener?.("online", this.#hurry)
    this.#options.onState(state)
  }

  #say(frame: ClientFrame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame))
  }

  #connect(): void {
    clearTimeout(this.#retry)
    const { origin, tripId, tokens, since, onState } = this.#options
    tokens.look()
    onState("connecting")
    const position = this.#epoch === undefined ? undefined : { epoch: this.#epoch, since: since() }
    const { token } = tokens
    const socket = new WebSocket(streamAddress(origin, tripId, position), ["overplanned.v1", `bearer.${token}`])
    this.#socket = socket
    socket.onopen = () => {
      this.#heard = true
      this.#pings = setInterval(() => this.#ping(), PING_EVERY_MS)
    }
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)))
    onceLost(socket, (code) => this.#lost(code, token), this.#options.timeoutMillis)
  }

  #ping(): void {
    if (!this.#heard) {
      this.#socket?.close()
      return
    }
    this.#heard = false
    this.#options.tokens.look()
    this.#say({ type: "ping", id: "still there" })
  }

  #hear(frame: ServerFrame): void {
    this.#heard = true
    if (frame.type === "hello") {
      this.#epoch = frame.epoch
      this.#attempt = 0
      this.#options.onState("live")
    }
    if (frame.type === "drain") this.#drainMillis = frame.reconnect_in_ms
    if (!this.#settle(frame)) this.#options.onFrame(frame)
  }

  #settle(frame: ServerFrame): boolean {
    const id = "id" in frame ? frame.id : undefined
    const one = id === undefined ? undefined : this.#waiting.get(id)
    if (one === undefined) return false
    clearTimeout(one.overdue)
    this.#waiting.delete(id!)
    one.resolve(frame)
    return true
  }

  #lost(code: number, token: string | undefined): void {
    clearInterval(this.#pings)
    for (const { reject, overdue } of this.#waiting.values()) {
      clearTimeout(overdue)
      reject(new Unanswered("The live connection closed."))
    }
    this.#waiting.clear()
    if (this.#closed) return
    if (code === NOT_FOUND) this.#end("not_found")
    else if (code === UNAUTHORIZED) this.#renew(token)
    else this.#comeBack()
  }

  /** Coming back with the same token would end the same way; with a new one it goes on where it was. */
  #renew(refused: string | undefined): void {
    this.#options.tokens.renewed(refused).then(
      (token) => {
        if (this.#closed) return
        if (token === undefined) this.#end("unauthorized")
        else this.#connect()
      },
      () => !this.#closed && this.#comeBack()
    )
  }

  #comeBack(): void {
    const wait = this.#drainMillis ?? waitBefore(this.#attempt++, Math.random())
    this.#drainMillis = undefined
    this.#retry = setTimeout(() => this.#connect(), wait)
    this.#options.onState("waiting", wait)
  }
}
