/**
 * `Idempotency-Key` on any write: one execution, one answer, however often it is sent, for as long as its sender is let in.
 * A receipt is no key to what has been closed since: who would be turned away now is turned away.
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import type { Receipt } from "../../domain/records/kinds.ts"
import { Idempotency } from "../../services/idempotency.ts"
import type { TokenHolder } from "../../services/tokens.ts"
import { IdempotencyConflict, InvalidRequest, RequestUnderWay } from "../api/problems.ts"
import { RequestScope } from "./request-scope.ts"

const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"])

const KEY = /^[\x21-\x7e]{1,200}$/

/** Headers that belong to the answer and not to the connection. */
const KEPT = ["content-type", "etag"]

const bodyOf = (response: Response.HttpServerResponse): string | undefined => {
  const { body } = response
  if (body._tag === "Empty") return ""
  if (body._tag === "Uint8Array") return new TextDecoder().decode(body.body)
  if (body._tag === "Raw" && typeof body.body === "string") return body.body
  return undefined
}

/** Asked before a receipt is shown: whether the sender of this request would be let in now. */
type Admitted<E, R> = (receipt: Receipt) => Effect.Effect<boolean, E, R>

export const answerOnce = Effect.gen(function* () {
  const receipts = yield* Idempotency

  const withReceipt = <E, R, AE, AR>(
    handler: Effect.Effect<Response.HttpServerResponse, E, R>,
    admitted: Admitted<AE, AR>,
    caller: TokenHolder,
    request: HttpServerRequest.HttpServerRequest,
    key: string
  ) =>
    Effect.uninterruptibleMask(
      Effect.fnUntraced(function* (interruptible) {
        if (!KEY.test(key)) {
          return yield* new InvalidRequest({
            detail: "Idempotency-Key must be 1 to 200 printable characters without spaces; a UUID is a good one."
          })
        }
        const scope = yield* RequestScope
        scope.idempotencyKey = key
        const text = yield* interruptible(Effect.orDie(request.text))
        const hash = createHash("sha256").update(`${request.method} ${request.url}\n${text}`).digest("base64url")
        const opening = yield* interruptible(receipts.open(caller.userId, key, hash))
        switch (opening._tag) {
          case "other_request":
            return yield* new IdempotencyConflict({
              detail: "This Idempotency-Key belongs to another request of yours. Use a new key for a new request."
            })
          case "under_way":
            return yield* new RequestUnderWay({
              detail: "You sent this before, and it is still being worked on. Ask again in a moment for its answer.",
              retry_after_seconds: 1
            })
          case "replay": {
            // The route itself says why not.
            const { receipt } = opening
            if (!(yield* interruptible(admitted(receipt)))) return yield* interruptible(handler)
            scope.modelVersion = receipt.headers["x-model-version"]
            return Response.text(receipt.body, {
              status: receipt.status,
              headers: { ...receipt.headers, "idempotency-replayed": "true" }
            })
          }
          case "first": {
            const response = yield* Effect.onExit(interruptible(handler), (exit) =>
              exit._tag === "Success" ? Effect.void : receipts.abandon(caller.userId, key)
            )
            const body = bodyOf(response)
            if (body === undefined || response.status >= 400 || scope.tellsSecret) {
              yield* receipts.abandon(caller.userId, key)
              return response
            }
            const headers: Record<string, string> = {}
            for (const name of KEPT) if (response.headers[name] !== undefined) headers[name] = response.headers[name]
            if (scope.modelVersion !== undefined) headers["x-model-version"] = scope.modelVersion
            // Whoever went away meanwhile asks again under this key: the answer is kept to the end. The write itself is durable by now; a receipt that cannot be kept costs the replay, not the write.
            yield* Effect.catch(
              receipts.close(caller.userId, key, { request_hash: hash, status: response.status, headers, body }),
              () => receipts.abandon(caller.userId, key)
            )
            return response
          }
        }
      })
    )

  return <E, R, AE, AR>(
    handler: Effect.Effect<Response.HttpServerResponse, E, R>,
    admitted: Admitted<AE, AR>,
    caller: TokenHolder
  ) =>
    Effect.flatMapEager(HttpServerRequest.HttpServerRequest, (request) => {
      const key = request.headers["idempotency-key"]
      return key === undefined || !WRITES.has(request.method)
        ? handler
        : withReceipt(handler, admitted, caller, request, key)
    })
})
