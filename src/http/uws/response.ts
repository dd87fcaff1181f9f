import type { HttpResponse } from "uWebSockets.js"
import { STATUS_CODES } from "node:http"
import { Readable } from "node:stream"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Cookies from "effect/http/Cookies"
import { causeResponse, HttpServerError, ResponseError } from "effect/http/HttpServerError"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Response from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import type { Exchange } from "./exchange.ts"

/** Bodies above this are sent as the client takes them; below, the native side buffers what does not fit. */
const BUFFERED_BODY = 256 * 1024

/** The same while the connection is about to close, when what is buffered natively could be lost. */
const BUFFERED_LAST_BODY = 16 * 1024

/** Checked header names are remembered up to this many: applications use few. */
const MAX_KNOWN_NAMES = 1_000

/** Written by the native server, or derived from how the body is sent. */
const ownHeaders = new Set(["content-length", "transfer-encoding", "connection", "keep-alive", "date"])
const headerName = /^[!#$%&'*+\-.^_`|~0-9a-zA-Z]+$/
// The native server checks nothing: a line break in a value would let data write headers, or whole responses.
const badValue = /[\u0000-\u0008\u000a-\u001f\u007f]/
const knownNames = new Set<string>()
const statusLines = new Map(Object.entries(STATUS_CODES).map(([code, text]) => [Number(code), `${code} ${text}`]))

const statusLine = (response: HttpServerResponse): string => {
  const { status, statusText } = response
  if (status < 200 || status > 599) throw new RangeError(`${status} is not the status of a final response`)
  if (statusText === undefined) return statusLines.get(status) ?? `${status} Unknown`
  if (badValue.test(statusText)) throw new TypeError("a status text holds a control character")
  return `${status} ${statusText}`
}

const writeHeader = (native: HttpResponse, name: string, value: string): void => {
  if (!knownNames.has(name)) {
    if (!headerName.test(name)) throw new TypeError(`"${name}" is not a header name`)
    if (knownNames.size < MAX_KNOWN_NAMES) knownNames.add(name)
  }
  native.writeHeader(name, value)
}

const checkValues = (headers: Readonly<Record<string, string>>): void => {
  for (const name in headers) {
    if (name !== "content-length" && badValue.test(headers[name]!))
      throw new TypeError(`the header ${name} holds a control character`)
  }
}

/** Writes status and headers. Throws before anything is written when one of them must not go out. */
const writeHead = (exchange: Exchange, response: HttpServerResponse, extra?: Iterable<[string, string]>): void => {
  const native = exchange.response
  const headers: Readonly<Record<string, string>> = response.headers
  checkValues(headers)
  const cookies = Cookies.isEmpty(response.cookies) ? undefined : Cookies.toSetCookieHeaders(response.cookies)
  const line = statusLine(response)
  exchange.headSent = true
  if (line !== "200 OK") native.writeStatus(line)
  for (const name in headers) if (!ownHeaders.has(name)) writeHeader(native, name, headers[name]!)
  if (cookies !== undefined) for (const cookie of cookies) native.writeHeader("set-cookie", cookie)
  if (extra !== undefined)
    for (const [name, value] of extra) if (!ownHeaders.has(name)) writeHeader(native, name, value)
}

const end = (exchange: Exchange, body?: string | Uint8Array): void => {
  exchange.done = true
  if (body === undefined) exchange.response.end("", exchange.closing)
  else exchange.response.end(body, exchange.closing)
}

/** An answer that has no body, or a HEAD's: it may tell a length without sending anything. */
const endWithoutBody = (exchange: Exchange, length: string | undefined): void => {
  if (length !== undefined) exchange.response.writeHeader("content-length", length)
  // The native call leaves the connection unusable when it is given arguments, so closing is left to the client.
  if (exchange.closing) exchange.response.writeHeader("connection", "close")
  exchange.done = true
  exchange.response.endWithoutBody()
}

const lengthOf = (response: HttpServerResponse): string | undefined =>
  response.headers["content-length"] ?? (response.body as { readonly contentLength?: number }).contentLength?.toString()

/** Sends a response; completes when the native side has taken all of it. */
export const send = (
  exchange: Exchange,
  request: HttpServerRequest,
  response: HttpServerResponse
): Effect.Effect<unknown, HttpServerError> => {
  if (exchange.done) return cancelBody(response)
  try {
    return write(exchange, request, response)
  } catch (defect) {
    return Effect.andThen(cancelBody(response), failed(exchange, response, Cause.die(defect)))
  }
}

const write = (
  exchange: Exchange,
  request: HttpServerRequest,
  response: HttpServerResponse
): Effect.Effect<unknown, HttpServerError> => {
  const { body, status } = response
  if (request.method === "HEAD" || Response.omitsBody(response)) {
    const length = status === 204 || status === 205 ? undefined : lengthOf(response)
    exchange.cork(() => {
      writeHead(exchange, response)
      endWithoutBody(exchange, length)
    })
    return cancelBody(response)
  }
  switch (body._tag) {
    case "Empty": {
      exchange.cork(() => {
        writeHead(exchange, response)
        end(exchange)
      })
      return Effect.void
    }
    case "Uint8Array":
      return writeBytes(exchange, response, body.text ?? body.body, body.contentLength)
    case "Stream":
      return writeStream(exchange, request, response, Stream.orDie(body.stream), declaredLength(response))
    case "FormData": {
      const form = new globalThis.Response(body.formData)
      return writeStream(exchange, request, response, webStream(form.body), undefined, form.headers)
    }
    case "Raw":
      return writeRaw(exchange, request, response, body.body)
  }
}

const writeRaw = (
  exchange: Exchange,
  request: HttpServerRequest,
  response: HttpServerResponse,
  raw: unknown
): Effect.Effect<unknown, HttpServerError> => {
  if (raw instanceof globalThis.Response) {
    return writeStream(exchange, request, response, webStream(raw.body), declaredLength(response), raw.headers)
  }
  if (raw instanceof Readable) {
    const chunks = Stream.orDie(Stream.fromAsyncIterable(raw as AsyncIterable<Uint8Array | string>, (cause) => cause))
    const bytes = Stream.map(chunks, (chunk) => (typeof chunk === "string" ? Buffer.from(chunk) : chunk))
    return writeStream(exchange, request, response, bytes, declaredLength(response))
  }
  if (raw instanceof ReadableStream) {
    return writeStream(exchange, request, response, webStream(raw), declaredLength(response))
  }
  if (raw instanceof Blob) return writeStream(exchange, request, response, webStream(raw.stream()), raw.size)
  if (typeof raw === "string") return writeBytes(exchange, response, raw, Buffer.byteLength(raw))
  if (raw instanceof ArrayBuffer) return writeBytes(exchange, response, new Uint8Array(raw), raw.byteLength)
  if (ArrayBuffer.isView(raw)) {
    return writeBytes(exchange, response, new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength), raw.byteLength)
  }
  throw new TypeError("a raw response body of a kind that this server cannot send")
}

const webStream = (readable: ReadableStream<Uint8Array> | null): Stream.Stream<Uint8Array> =>
  readable === null
    ? Stream.empty
    : Stream.orDie(Stream.fromReadableStream({ evaluate: () => readable, onError: (cause) => cause }))

const declaredLength = (response: HttpServerResponse): number | undefined => {
  const declared = lengthOf(response)
  return declared !== undefined && /^\d+$/.test(declared) ? Number(declared) : undefined
}

const writeBytes = (
  exchange: Exchange,
  response: HttpServerResponse,
  bytes: string | Uint8Array,
  length: number
): Effect.Effect<unknown, HttpServerError> => {
  if (length <= (exchange.closing ? BUFFERED_LAST_BODY : BUFFERED_BODY)) {
    exchange.cork(() => {
      writeHead(exchange, response)
      end(exchange, bytes)
    })
    return Effect.void
  }
  exchange.cork(() => writeHead(exchange, response))
  return writeSized(exchange, typeof bytes === "string" ? Buffer.from(bytes) : bytes, length)
}

/** Sends a piece of a body whose whole length is known, as fast as the client reads. */
const writeSized = (exchange: Exchange, bytes: Uint8Array, total: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (exchange.done) return Effect.void
    const native = exchange.response
    const start = native.getWriteOffset()
    let accepted = false
    exchange.cork(() => {
      const [ok, complete] = native.tryEnd(bytes, total)
      accepted = ok
      exchange.done = complete
    })
    if (exchange.done || accepted) return Effect.void
    const rest = bytes.subarray(native.getWriteOffset() - start)
    return Effect.andThen(awaitWritable(exchange), writeSized(exchange, rest, total))
  })

const awaitWritable = (exchange: Exchange): Effect.Effect<void> =>
  Effect.callback<void>((resume) => exchange.onceWritable(() => resume(Effect.void)))

const writeStream = (
  exchange: Exchange,
  request: HttpServerRequest,
  response: HttpServerResponse,
  stream: Stream.Stream<Uint8Array>,
  total: number | undefined,
  extra?: Iterable<[string, string]>
): Effect.Effect<unknown, HttpServerError> => {
  exchange.cork(() => {
    writeHead(exchange, response, extra)
    // Sends the head before the first piece, which may take its time.
    if (total === undefined) exchange.response.write("")
  })
  let sent = 0
  const wrongLength = (count: number) =>
    Effect.fail(
      new HttpServerError({
        reason: new ResponseError({
          request,
          response,
          description: `the body has ${count} bytes where content-length says ${total}`
        })
      })
    )
  return stream.pipe(
    Stream.runForEachArray((chunks) => {
      const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
      if (exchange.done || bytes.length === 0) return Effect.void
      sent += bytes.length
      if (total !== undefined) return sent > total ? wrongLength(sent) : writeSized(exchange, bytes, total)
      let accepted = true
      exchange.cork(() => {
        accepted = exchange.response.write(bytes)
      })
      return accepted ? Effect.void : awaitWritable(exchange)
    }),
    Effect.andThen(
      Effect.suspend(() => {
        if (exchange.done) return Effect.void
        if (total !== undefined && sent < total) return wrongLength(sent)
        exchange.cork(() => end(exchange))
        return Effect.void
      })
    ),
    Effect.interruptible,
    Effect.catchCause((cause) => failed(exchange, response, cause))
  )
}

/** Answers a failure if nothing was sent yet; otherwise cuts the connection, so that half a body never looks whole. */
const failed = <E>(exchange: Exchange, original: HttpServerResponse, cause: Cause.Cause<E>) =>
  Effect.flatMap(causeResponse(cause), ([response, remaining]) => {
    if (exchange.headSent) {
      exchange.close()
      return Effect.failCause(Cause.combine(cause, Cause.die(original)))
    }
    if (!exchange.done) {
      const status = statusLines.get(response.status) ?? "500 Internal Server Error"
      exchange.cork(() => {
        exchange.headSent = true
        exchange.response.writeStatus(status)
        end(exchange)
      })
    }
    return Effect.failCause(remaining)
  }) as Effect.Effect<never, never>

/** Sends a small answer whole, at once; one that must not go out cuts the connection. */
export const sendNow = (exchange: Exchange, response: HttpServerResponse, body: string): void => {
  if (exchange.done) return
  try {
    exchange.cork(() => {
      writeHead(exchange, response)
      end(exchange, body)
    })
  } catch {
    exchange.close()
  }
}

const cancelBody = (response: HttpServerResponse): Effect.Effect<void> => {
  const raw = response.body._tag === "Raw" ? response.body.body : undefined
  if (raw instanceof Readable) return Effect.sync(() => raw.destroy())
  if (raw instanceof ReadableStream) return Effect.sync(() => void raw.cancel().catch(() => {}))
  return Effect.void
}
