import type { HttpRequest, HttpResponse } from "uWebSockets.js"
import type * as Fiber from "effect/Fiber"
import type * as Headers from "effect/http/Headers"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { BodySource, RequestBody } from "./body.ts"
import { copyHeaders } from "./headers.ts"
import type { Refusal } from "./options.ts"

/**
 * One request and its answer on the native side. Native objects must not be touched after an abort or the end of the
 * answer, so everything goes through here, where `done` guards it.
 */
export class Exchange implements BodySource {
  /** Answered, or the client is gone: the native response may not be used. */
  done = false
  /** The native parser is on the stack and gathers what is written; anywhere else writes are corked by hand. */
  corked = true
  /** The head of the answer is out: an error can only cut the connection. */
  headSent = false
  /** The connection closes after this answer. */
  closing: boolean
  body: RequestBody | undefined
  /** What was wrong with the body, for the answer if the handler finds no words for it. */
  refusal: Refusal | undefined
  fiber: Fiber.Fiber<unknown, unknown> | undefined
  readonly response: HttpResponse
  private native: HttpRequest | undefined
  private copied: Headers.Headers | undefined
  private address: Option.Option<string> | undefined
  private writable: (() => void) | undefined
  private listensWritable = false

  constructor(response: HttpResponse, request: HttpRequest, closing: boolean) {
    this.response = response
    this.native = request
    this.closing = closing
  }

  get headers(): Headers.Headers {
    this.copied ??= copyHeaders(this.native!).headers
    return this.copied
  }

  set headers(headers: Headers.Headers) {
    this.copied = headers
  }

  /** Called before the native request dies: takes what may still be asked for. */
  detach(): void {
    if (!this.done) this.headers
    this.native = undefined
    this.corked = false
  }

  /** A system call the first time, so only when asked for; unknown once the answer is out, unless it was asked for before. */
  get remoteAddress(): Option.Option<string> {
    if (this.address === undefined) {
      if (this.done) return Option.none()
      this.address = addressOf(this.response.getRemoteAddressAsText())
    }
    return this.address
  }

  /** Writes in one go: at most one system call. */
  cork(write: () => void): void {
    if (this.corked) write()
    else this.response.cork(write)
  }

  /** Calls once when the connection takes more bytes. */
  onceWritable(resume: () => void): void {
    this.writable = resume
    if (this.listensWritable) return
    this.listensWritable = true
    this.response.onWritable(() => {
      // An empty cork sends what is still buffered natively, even when the stream has nothing new to say.
      if (!this.done) this.response.cork(() => {})
      const resume = this.writable
      this.writable = undefined
      resume?.()
      return true
    })
  }

  pause(): void {
    if (!this.done) this.response.pause()
  }

  resume(): void {
    if (!this.done) this.response.resume()
  }

  /** Cuts the connection; the native abort handler runs during this call. */
  close(): void {
    if (this.done) return
    this.done = true
    this.response.close()
  }
}

const decoder = new TextDecoder()

/** The peer's address as text in its usual short form; IPv4 in IPv6 is shown as IPv4. */
export const addressOf = (text: ArrayBuffer): Option.Option<string> => {
  const address = decoder.decode(text)
  if (address === "") return Option.none()
  if (!address.includes(":")) return Option.some(address)
  const parsed = NetAddress.ipFromString(address)
  return Option.some(Result.isSuccess(parsed) ? NetAddress.formatIp(NetAddress.toCanonical(parsed.success)) : address)
}
