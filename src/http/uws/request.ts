import { isUtf8 } from "node:buffer"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Cookies from "effect/http/Cookies"
import type * as Headers from "effect/http/Headers"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import { HttpServerError, RequestParseError } from "effect/http/HttpServerError"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Request from "effect/http/HttpServerRequest"
import * as Multipart from "effect/http/Multipart"
import * as UrlParams from "effect/http/UrlParams"
import * as Inspectable from "effect/Inspectable"
import type * as Option from "effect/Option"
import type * as Path from "effect/Path"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Socket from "effect/socket/Socket"
import type { BodyFailure } from "./body.ts"
import type { Exchange } from "./exchange.ts"

interface Overrides {
  readonly url?: string
  readonly headers?: Headers.Headers
  readonly remoteAddress?: Option.Option<string>
  readonly peerAddress?: Option.Option<string>
  readonly protocol?: "http" | "https"
}

const none: Overrides = {}
const noBytes = Buffer.alloc(0)

/** Effect's view of one native request. Everything but the method and the URL is read when first asked for. */
export class UwsRequest extends Inspectable.Class implements HttpServerRequest {
  declare readonly [Request.TypeId]: typeof Request.TypeId
  declare readonly [HttpIncomingMessage.TypeId]: typeof HttpIncomingMessage.TypeId
  readonly source: Exchange
  readonly method: string
  readonly url: string
  private readonly receivedUrl: string
  private readonly overrides: Overrides
  private parsedCookies: Readonly<Record<string, string>> | undefined
  private persisted: HttpServerRequest["multipart"] | undefined

  constructor(source: Exchange, method: string, receivedUrl: string, overrides: Overrides = none) {
    super()
    this.source = source
    this.method = method
    this.receivedUrl = receivedUrl
    this.url = overrides.url ?? receivedUrl
    this.overrides = overrides
  }

  get headers(): Headers.Headers {
    return this.overrides.headers ?? this.source.headers
  }

  get protocol(): "http" | "https" | undefined {
    return this.overrides.protocol
  }

  get originalUrl(): string {
    const host = this.source.headers["host"]
    return host === undefined ? this.receivedUrl : `http://${host}${this.receivedUrl}`
  }

  get remoteAddress(): Option.Option<string> {
    return this.overrides.remoteAddress ?? this.source.remoteAddress
  }

  get peerAddress(): Option.Option<string> {
    return this.overrides.peerAddress ?? this.source.remoteAddress
  }

  get cookies(): Readonly<Record<string, string>> {
    this.parsedCookies ??= Cookies.parseHeader(this.headers["cookie"] ?? "")
    return this.parsedCookies
  }

  modify(overrides: Overrides): UwsRequest {
    return new UwsRequest(this.source, this.method, this.receivedUrl, { ...this.overrides, ...overrides })
  }

  private parseError(description: string, cause?: unknown): HttpServerError {
    return new HttpServerError({
      reason: new RequestParseError({ request: this, description, ...(cause === undefined ? undefined : { cause }) })
    })
  }

  private bodyError(failure: BodyFailure): HttpServerError {
    switch (failure) {
      case "too_large":
        this.source.refusal = "body_too_large"
        return new HttpServerError({ reason: new RequestParseError({ request: this, reason: "BodyTooLarge" }) })
      case "overloaded":
        this.source.refusal = "overloaded"
        return this.parseError("the server holds too many unfinished bodies")
      case "aborted":
        return this.parseError("the client closed the connection before the body was complete")
      case "consumed":
        return this.parseError("the body was already read as a stream")
    }
  }

  private get bytes(): Effect.Effect<Buffer, HttpServerError> {
    return Effect.withFiber((fiber) => {
      const max = fiber.getRef(HttpIncomingMessage.MaxBodySize)
      const body = this.source.body
      const now = body === undefined ? noBytes : body.now
      if (now !== undefined) {
        return max === undefined || now.length <= max ? Effect.succeed(now) : Effect.fail(this.bodyError("too_large"))
      }
      return Effect.flatMap(
        Effect.mapError(body!.bytes, (failure) => this.bodyError(failure)),
        (bytes) =>
          max === undefined || bytes.length <= max ? Effect.succeed(bytes) : Effect.fail(this.bodyError("too_large"))
      )
    })
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer, HttpServerError> {
    return Effect.map(
      this.bytes,
      // Small buffers are views of a pool that they share with others.
      (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    )
  }

  get text(): Effect.Effect<string, HttpServerError> {
    return Effect.flatMap(this.bytes, (bytes) => {
      // Replacement characters would silently change what the client said.
      if (!isUtf8(bytes)) {
        this.source.refusal = "body_not_utf8"
        return Effect.fail(this.parseError("the body is not valid UTF-8"))
      }
      const text = bytes.toString("utf8")
      return Effect.succeed(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
    })
  }

  get json(): Effect.Effect<Schema.Json, HttpServerError> {
    return Effect.flatMap(this.text, (text) => {
      if (text === "") return Effect.succeed(null)
      try {
        return Effect.succeed(JSON.parse(text) as Schema.Json)
      } catch (cause) {
        return Effect.fail(this.parseError("the body is not valid JSON", cause))
      }
    })
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams, HttpServerError> {
    // A leading "?" is data here; URLSearchParams would take it for a query's mark.
    return Effect.map(this.text, (text) => UrlParams.fromInput(new URLSearchParams(text.replace(/^\?/, "%3F"))))
  }

  get stream(): Stream.Stream<Uint8Array, HttpServerError> {
    const body = this.source.body
    return body === undefined ? Stream.empty : Stream.mapError(body.stream, (failure) => this.bodyError(failure))
  }

  get multipartStream(): Stream.Stream<Multipart.Part, Multipart.MultipartError> {
    return Stream.pipeThroughChannel(
      Stream.mapError(this.stream, (error) =>
        Multipart.MultipartError.fromReason(
          error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
            ? "BodyTooLarge"
            : "InternalError",
          error
        )
      ),
      Multipart.makeChannel(this.headers)
    )
  }

  get multipart(): Effect.Effect<
    Multipart.Persisted,
    Multipart.MultipartError,
    Scope.Scope | FileSystem.FileSystem | Path.Path
  > {
    this.persisted ??= Effect.runSync(Effect.cached(Multipart.toPersisted(this.multipartStream)))
    return this.persisted
  }

  get upgrade(): Effect.Effect<Socket.Socket, HttpServerError> {
    return this.upgradeWith()
  }

  upgradeWith(): Effect.Effect<Socket.Socket, HttpServerError> {
    return Effect.fail(this.parseError("sockets are opened by the native WebSocket routes only"))
  }

  override toString(): string {
    return `UwsRequest(${this.method} ${UrlParams.redactUrl(this.url)})`
  }

  toJSON(): unknown {
    return HttpIncomingMessage.inspect(this, {
      _id: "HttpServerRequest",
      method: this.method,
      url: UrlParams.redactUrl(this.originalUrl)
    })
  }
}

// On the prototype rather than in each request: they never differ.
Object.defineProperty(UwsRequest.prototype, Request.TypeId, { value: Request.TypeId })
Object.defineProperty(UwsRequest.prototype, HttpIncomingMessage.TypeId, { value: HttpIncomingMessage.TypeId })
