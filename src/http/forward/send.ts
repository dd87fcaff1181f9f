/** One request to another server, over connections that stay open. */
import { Agent, type IncomingMessage, request as send } from "node:http"
import { urlToHttpOptions } from "node:url"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"

/** Shown by whoever passes a request on. */
export const MARK = "x-overplanned-node"

/** Said by a server that does not own any more and did nothing. */
export const MOVED = "x-overplanned-moved"

/** Connections to the owner; requests beyond wait for one. */
const MOST_CONNECTIONS = 256

/** Longer answers, and those that do not say how long they are, are passed on as they come. */
const HELD_BYTES = 256 * 1024

/** Of one connection, or about the server that answers: each says these itself. */
const OWN_HEADERS = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
  "uwebsockets",
  "x-request-id"
])

const agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS, noDelay: true })

/** `untouched`: the other server did nothing with it, and it may be sent again whatever it is. */
class NotSent extends Error {
  readonly _tag = "NotSent"
  readonly untouched: boolean
  constructor(untouched: boolean) {
    super(untouched ? "not taken" : "the answer was lost")
    this.untouched = untouched
  }
}

/** By its events: walking through it as a stream costs several times as much. */
const wholeBody = (message: IncomingMessage, done: (body: Buffer | undefined) => void) => {
  const chunks: Array<Buffer> = []
  message.on("data", (chunk: Buffer) => chunks.push(chunk))
  message.on("end", () => done(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
  // Nothing follows these once it has ended.
  message.on("error", () => done(undefined))
  message.on("close", () => done(undefined))
}

/** `answered` hears once: undefined where the rest of the answer was lost. */
const answerOf = (message: IncomingMessage, answered: (answer: Response.HttpServerResponse | undefined) => void) => {
  const headers: Record<string, string> = {}
  for (const name in message.headers) {
    const value = message.headers[name]
    if (!OWN_HEADERS.has(name) && value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value
  }
  const status = message.statusCode ?? 502
  const contentType = headers["content-type"]
  const options = { status, headers, ...(contentType === undefined ? {} : { contentType }) }
  if (status === 204 || status === 304) {
    message.resume()
    return answered(Response.empty({ status, headers }))
  }
  const length = Number(message.headers["content-length"])
  if (length <= HELD_BYTES) {
    return wholeBody(message, (body) => answered(body && Response.uint8Array(body, options)))
  }
  const body = Stream.fromAsyncIterable<Uint8Array, Error>(message, (cause) => cause as Error)
  return answered(Response.stream(body, options))
}

const PLAIN = /^[\x21-\x7e]+$/

/** What is written as it goes over the wire needs no reading first, which would cost more than all else that is done with it here. */
const placeOf = (address: string, url: string) => {
  if (!PLAIN.test(url)) return urlToHttpOptions(new URL(`http://${address}${url}`))
  const colon = address.lastIndexOf(":")
  return { hostname: address.slice(0, colon).replace(/^\[|\]$/g, ""), port: address.slice(colon + 1), path: url }
}

export interface Passed {
  readonly address: string
  readonly mark: string
  readonly id: string
  readonly client: string
  readonly body: Uint8Array
}

/** `abandoned` is called with what ends the waiting for an answer, where it will never come. */
export const passOn = (
  request: HttpServerRequest,
  { address, body, client, id, mark }: Passed,
  abandoned: (abandon: () => void) => () => void
): Effect.Effect<Response.HttpServerResponse, NotSent> =>
  Effect.callback((resume) => {
    const headers: Record<string, string> = { ...request.headers }
    for (const name of OWN_HEADERS) delete headers[name]
    delete headers["expect"]
    Object.assign(headers, { [MARK]: mark, "x-request-id": id, "x-forwarded-for": client })
    if (body.length > 0) headers["content-length"] = String(body.length)
    let connected = false
    const fail = (untouched: boolean) => resume(Effect.fail(new NotSent(untouched)))
    const { method, url } = request
    const outgoing = send({ ...placeOf(address, url), method, headers, agent })
    const forget = abandoned(() => outgoing.destroy(new Error("abandoned")))
    outgoing.on("socket", (socket) => {
      // One that was open already has been connected for long.
      if (!socket.connecting) connected = true
      else {
        socket.once("connect", () => {
          connected = true
        })
      }
    })
    outgoing.on("error", () => {
      forget()
      fail(!connected)
    })
    outgoing.on("response", (message) => {
      forget()
      if (message.headers[MOVED] !== undefined) {
        message.resume()
        return fail(true)
      }
      answerOf(message, (answer) => (answer === undefined ? fail(false) : resume(Effect.succeed(answer))))
    })
    if (body.length > 0) outgoing.end(body)
    else outgoing.end()
    return Effect.sync(() => {
      forget()
      outgoing.destroy()
    })
  })
