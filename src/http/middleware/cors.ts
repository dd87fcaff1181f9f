/** CORS by setting. No origin configured: no header is sent, and browsers keep other sites out. */
import * as Response from "effect/http/HttpServerResponse"

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
const REQUEST_HEADERS = "authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id"
const EXPOSED_HEADERS = "x-request-id, x-model-version, retry-after, etag, idempotency-replayed"

/** How long a browser may remember a preflight, in seconds. */
const MAX_AGE = "7200"

export class Cors {
  readonly #any: boolean
  readonly #origins: ReadonlySet<string>

  constructor(origins: ReadonlyArray<string>) {
    this.#any = origins.includes("*")
    this.#origins = new Set(origins)
  }

  #allowed(origin: string | undefined): origin is string {
    return origin !== undefined && (this.#any || this.#origins.has(origin))
  }

  preflight(origin: string | undefined): Response.HttpServerResponse {
    if (!this.#allowed(origin)) return Response.empty({ status: 204, headers: { allow: METHODS } })
    return Response.empty({
      status: 204,
      headers: {
        "access-control-allow-origin": this.#any ? "*" : origin,
        "access-control-allow-methods": METHODS,
        "access-control-allow-headers": REQUEST_HEADERS,
        "access-control-max-age": MAX_AGE,
        ...(this.#any ? {} : { vary: "Origin" })
      }
    })
  }

  headersFor(origin: string | undefined): Record<string, string> | undefined {
    if (!this.#allowed(origin)) return undefined
    return {
      "access-control-allow-origin": this.#any ? "*" : origin,
      "access-control-expose-headers": EXPOSED_HEADERS,
      ...(this.#any ? {} : { vary: "Origin" })
    }
  }
}
