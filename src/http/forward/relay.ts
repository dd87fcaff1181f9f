/** One socket of a client that goes on to the server that owns: what either says, the other hears. */

import type { MachineShape } from "../../support/machine.ts"
import { CLOSE } from "../stream/close-codes.ts"
import { drainFrame } from "../stream/frames.ts"
import type { Socket } from "../uws/socket.ts"
import { MARK } from "./send.ts"

/** Messages of a client that wait until the other server has opened. */
const MOST_EARLY = 64

/** Codes that a program may close with; the others say what the platform saw. */
const mayClose = (code: number): boolean =>
  code === 1000 || code === 1001 || (code >= 1007 && code <= 1013) || code >= 3000

/** Bytes of their own: those of the native server live only during its call. */
const owned = (message: string | Uint8Array): string | Uint8Array<ArrayBuffer> =>
  typeof message === "string" ? message : Uint8Array.from(message)

export interface RelayOptions {
  readonly address: string
  readonly mark: string
}

export class Relay {
  readonly #client: Socket<unknown>
  readonly #owner: WebSocket
  #leaves: (() => void) | undefined
  #early: Array<string | Uint8Array<ArrayBuffer>> | undefined = []

  constructor(client: Socket<unknown>, { address, mark }: RelayOptions) {
    const { headers, path, protocols, query } = client.request
    this.#client = client
    const search = query.size === 0 ? "" : `?${query}`
    const authorization = headers["authorization"]
    // The platform's own client takes headers; its declared type is the browser's, which does not.
    const options: unknown = {
      protocols: [...protocols],
      headers: { [MARK]: mark, ...(authorization === undefined ? {} : { authorization }) }
    }
    this.#owner = new WebSocket(`ws://${address}${path}${search}`, options as Array<string>)
    this.#owner.binaryType = "arraybuffer"
    this.#owner.onopen = () => {
      const early = this.#early
      this.#early = undefined
      for (const message of early ?? []) this.#owner.send(message)
    }
    this.#owner.onmessage = ({ data }) => {
      const message = typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer)
      if (client.send(message) === "full")
        this.#close(CLOSE.slowReader, "too much waits to be read: reconnect to recover")
    }
    this.#owner.onclose = ({ code, reason }) => {
      if (mayClose(code)) this.#client.close(code, reason)
      else this.#client.close(CLOSE.goingAway, "the server that holds the trip is gone: reconnect to go on")
    }
    this.#owner.onerror = () => {}
  }

  receive(message: string | Uint8Array): undefined {
    if (this.#early === undefined) {
      if (this.#owner.readyState === WebSocket.OPEN) this.#owner.send(owned(message))
    } else if (this.#early.length < MOST_EARLY) {
      this.#early.push(owned(message))
    } else this.#close(CLOSE.policy, "wait for hello before sending that much")
    return undefined
  }

  #close(code: number, reason: string): void {
    this.#client.close(code, reason)
    this.end()
  }

  /** This server stops, or the trip has moved: the client comes back and goes on where it was. */
  leave(inMillis: number, after: MachineShape["after"]): void {
    const go = () => this.#close(CLOSE.goingAway, "reconnect to go on")
    if (inMillis === 0) go()
    else if (this.#leaves === undefined) {
      this.#client.send(drainFrame(inMillis))
      this.#leaves = after(inMillis, go)
    }
  }

  /** The client's socket is gone. */
  end(): void {
    this.#leaves?.()
    this.#owner.onclose = null
    this.#owner.close()
  }
}
