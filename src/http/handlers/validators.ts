/** An `ETag` for readings that are long and change seldom; whoever has one already is told so without the body. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { Validators } from "../api/validators.ts"
import { WITH_ETAG } from "../contract/document.ts"

/** Letters of the hash: nobody's answers meet by chance in so many. */
const LETTERS = 22

export const etagOf = (body: Uint8Array | string): string =>
  `"${createHash("sha256").update(body).digest("base64url").slice(0, LETTERS)}"`

/** `If-None-Match` may name several, weak ones among them, or any. */
export const isAmong = (etag: string, asked: string | undefined): boolean =>
  asked?.split(",").some((one) => one.trim().replace(/^W\//, "") === etag) ?? false

export const layer = Layer.succeed(
  Validators,
  Validators.of((handler, { endpoint, group }) =>
    WITH_ETAG.has(`${group.identifier}.${endpoint.identifier}`)
      ? Effect.gen(function* () {
          const response = yield* handler
          const { body } = response
          const sent = body._tag === "Uint8Array" || body._tag === "Raw" ? body.body : undefined
          if (response.status !== 200 || !(typeof sent === "string" || sent instanceof Uint8Array)) return response
          const etag = etagOf(sent)
          const { headers } = yield* HttpServerRequest
          return isAmong(etag, headers["if-none-match"])
            ? Response.empty({ status: 304, headers: { etag } })
            : Response.setHeader(response, "etag", etag)
        })
      : handler
  )
)
