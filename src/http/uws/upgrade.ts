/** How a client asks for a WebSocket, and how a route decides about it. */
import type * as Headers from "effect/http/Headers"
import type * as Option from "effect/Option"

/** What a client says when it asks for a socket. */
export interface UpgradeRequest {
  readonly path: string
  /** Values of the pattern's `:names`, in order. */
  readonly params: ReadonlyArray<string>
  readonly query: URLSearchParams
  readonly headers: Headers.Headers
  /** Subprotocols the client offers, in its order. Browsers refuse a socket whose server selects none of them. */
  readonly protocols: ReadonlyArray<string>
  readonly remoteAddress: Option.Option<string>
}

export type Admission<A> =
  | { readonly _tag: "Accept"; readonly data: A }
  | { readonly _tag: "AcceptThenClose"; readonly code: number; readonly reason: string }
  | {
      readonly _tag: "Refuse"
      readonly status: string
      readonly retryAfterSeconds: number | undefined
      readonly body?: string
    }

/** Opens the socket; `data` is its `socket.data`. */
export const accept = <A>(data: A): Admission<A> => ({ _tag: "Accept", data })

/** Opens the socket only to close it with a code: the one refusal that browsers can read. No callback runs. */
export const acceptThenClose = (code: number, reason: string): Admission<never> => ({
  _tag: "AcceptThenClose",
  code,
  reason
})

/**
 * Answers the upgrade with an HTTP status such as `"429 Too Many Requests"`, for clients that read it. A decision that
 * took its time comes after the upgrade: it closes the socket with 1013 and the status as its reason.
 */
export const refuse = (status: string, retryAfterSeconds?: number): Admission<never> => ({
  _tag: "Refuse",
  status,
  retryAfterSeconds
})

/** The same with a problem document, for a request that no socket can come of. */
export const refuseWith = (status: string, body: string): Admission<never> => ({
  _tag: "Refuse",
  status,
  retryAfterSeconds: undefined,
  body
})
