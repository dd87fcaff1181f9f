/** One request on its way through: what is known of it when it comes, and the headers of the contract when it leaves. */
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import { hopAddress, isWithin, type Network } from "../../domain/basics/networks.ts"
import { Cors } from "./cors.ts"
import { pathOf } from "./path.ts"
import { RateLimiter } from "./rate-limit.ts"
import { type RequestFacts, requestIdFor } from "./request-scope.ts"

export interface PassageOptions {
  readonly corsOrigins: ReadonlyArray<string>
  readonly trustedProxies: ReadonlyArray<Network>
  /** Hears once of somebody who is none of these and says who they pass on: perhaps a proxy that nobody named. */
  readonly onDisbelieved?: (peer: string) => void
  /** Whether a request was passed on by another server of this database, which says whose it is. */
  readonly isPeer?: (headers: Readonly<Record<string, string | undefined>>) => boolean
  readonly addressLimitPerMinute: number | undefined
  /** The model in force for a caller, as `X-Model-Version` says it. */
  readonly modelInForce: (callerId: string | undefined) => string
}

export interface Passage {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly path: string
  readonly scope: RequestFacts
}

export const makePassages = (options: PassageOptions) => {
  const cors = new Cors(options.corsOrigins)
  const limiter =
    options.addressLimitPerMinute === undefined ? undefined : new RateLimiter(options.addressLimitPerMinute)

  let disbelieved = false
  const addressOf = (request: HttpServerRequest.HttpServerRequest): string => {
    const peer = Option.getOrElse(request.remoteAddress, () => "unknown")
    if (options.isPeer?.(request.headers) === true) return request.headers["x-forwarded-for"] ?? peer
    const forwarded = request.headers["x-forwarded-for"]
    if (forwarded === undefined) return peer
    if (!isWithin(options.trustedProxies, peer)) {
      if (!disbelieved) options.onDisbelieved?.(peer)
      disbelieved = true
      return peer
    }
    // The last hop that is not one of our proxies is the client, as far as our own proxies can tell.
    const hops = forwarded.split(",").map((hop) => hopAddress(hop.trim()))
    return hops.findLast((hop) => hop !== "" && !isWithin(options.trustedProxies, hop)) ?? peer
  }

  return {
    cors,
    limiter,
    open: (request: HttpServerRequest.HttpServerRequest, receivedAt: number): Passage => ({
      request,
      path: pathOf(request.url),
      scope: {
        id: requestIdFor(request.headers["x-request-id"], receivedAt),
        get address() {
          return addressOf(request)
        },
        receivedAt,
        modelVersion: undefined,
        callerId: undefined,
        idempotencyKey: undefined,
        tellsSecret: false
      }
    }),
    headersOf: ({ path, request, scope }: Passage): Record<string, string> => {
      const headers: Record<string, string> = { "x-request-id": scope.id }
      if (path.startsWith("/api/v1")) {
        headers["x-model-version"] = scope.modelVersion ?? options.modelInForce(scope.callerId)
        headers["cache-control"] = "no-store"
      }
      const origin = request.headers["origin"]
      if (origin !== undefined) Object.assign(headers, cors.headersFor(origin))
      return headers
    }
  }
}

export type Passages = ReturnType<typeof makePassages>
