import type { WebSocket } from "uWebSockets.js"
import type * as Fiber from "effect/Fiber"
import type { Admission, UpgradeRequest } from "./upgrade.ts"

/**
 * What became of a message: on its way, waiting for a slow reader, refused because too much waits already (nothing of it
 * was sent), or too late.
 */
export type SendResult = "sent" | "buffered" | "full" | "closed"

/** Longest reason that fits a close frame, in bytes. */
const MAX_REASON = 123

/** One open WebSocket. Every method may be called at any time, also after it was closed. */
export class Socket<A> {
  readonly request: UpgradeRequest
  /** For the route: undefined while it is being decided. */
  admission: Admission<A> | undefined
  /** For the route: what was said before the decision. */
  early: Array<string | Uint8Array> = []
  private readonly maxBackpressure: number
  private native: WebSocket<unknown> | undefined
  private buffering = false
  private fibers: Set<Fiber.Fiber<unknown, unknown>> | undefined

  constructor(request: UpgradeRequest, admission: Admission<A> | undefined, maxBackpressure: number) {
    this.request = request
    this.admission = admission
    this.maxBackpressure = maxBackpressure
  }

  /** What `accept` was given; callbacks only see sockets that were accepted. */
  get data(): A {
    return this.admission?._tag === "Accept" ? this.admission.data : (undefined as A)
  }

  get closed(): boolean {
    return this.native === undefined
  }

  /** Bytes that wait for the reader. */
  get bufferedAmount(): number {
    return this.native?.getBufferedAmount() ?? 0
  }

  /** Sends a text (string) or binary (bytes) message. */
  send(message: string | Uint8Array): SendResult {
    return this.write(message, typeof message !== "string")
  }

  /** Sends a text message that is UTF-8 already: what many sockets are told is encoded once. */
  sendText(utf8: Uint8Array): SendResult {
    return this.write(utf8, false)
  }

  private write(message: string | Uint8Array, binary: boolean): SendResult {
    const native = this.native
    if (native === undefined) return "closed"
    if (this.buffering && native.getBufferedAmount() > this.maxBackpressure) return "full"
    const sent = native.send(message, binary)
    if (sent === 1) return "sent"
    this.buffering = true
    return sent === 0 ? "buffered" : "full"
  }

  /** Gathers what `write` sends into as few packets as possible. */
  cork(write: () => void): void {
    if (this.native === undefined) write()
    else this.native.cork(write)
  }

  /** Closes with a code and a reason for the client; what waits is still sent before. The `close` callback runs during this call. */
  close(code = 1000, reason = ""): void {
    const native = this.native
    if (native === undefined) return
    this.native = undefined
    native.end(code, clip(reason))
  }

  /** Cuts the connection without a word. */
  terminate(): void {
    const native = this.native
    if (native === undefined) return
    this.native = undefined
    native.close()
  }

  /** For the route: the native socket is there. */
  attach(native: WebSocket<unknown>): void {
    this.native = native
  }

  /** For the route: the native side has room; true when nothing waits any more. */
  drained(): boolean {
    if (!this.buffering || this.bufferedAmount > 0) return false
    this.buffering = false
    return true
  }

  /** For the route: ties a fiber to this socket. False when there are too many of them: the fiber is interrupted. */
  track(fiber: Fiber.Fiber<unknown, unknown>, max: number): boolean {
    this.fibers ??= new Set()
    if (this.native === undefined || this.fibers.size >= max) {
      fiber.interruptUnsafe()
      return this.native === undefined
    }
    const fibers = this.fibers
    fibers.add(fiber)
    fiber.addObserver(() => fibers.delete(fiber))
    return true
  }

  /** For the route: the native socket is gone. */
  release(): void {
    this.native = undefined
    const fibers = this.fibers
    this.fibers = undefined
    if (fibers !== undefined) for (const fiber of [...fibers]) fiber.interruptUnsafe()
  }
}

const clip = (reason: string): string => {
  if (Buffer.byteLength(reason) <= MAX_REASON) return reason
  return new TextDecoder().decode(Buffer.from(reason).subarray(0, MAX_REASON - 3)).replace(/\ufffd+$/, "")
}
