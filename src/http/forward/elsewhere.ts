/**
 * What is asked of a server that does not own goes to the one that does. While nobody does, it is held: a hand-over takes some tens
 * of milliseconds, and whoever waited finds the new owner.
 */
import * as Effect from "effect/Effect"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import { Config } from "../../config.ts"
import type { Owner } from "../../domain/nodes/standing.ts"
import { Ownership } from "../../services/ownership.ts"
import { Peers } from "../../services/peers.ts"
import { Machine } from "../../support/machine.ts"
import { Unavailable } from "../api/problems.ts"
import type { RequestFacts } from "../middleware/request-scope.ts"
import { MARK, MOVED, passOn } from "./send.ts"

/** Longest that a request waits for somebody to own: a lease, and a little. */
const HOLD_MS = 9_000

const LOOK_MS = 20

const SAFE = new Set(["GET", "HEAD", "OPTIONS"])

const NOTHING = new Uint8Array(0)

const bodyless = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  headers["content-length"] === undefined && headers["transfer-encoding"] === undefined

/** What is asked again does no harm, whatever became of it the first time: an offer is advice, and changes nothing. */
const ADVICE = /^\/api\/v1\/trips\/[^/]+\/pivot$/

const nobody = (owner: Owner | undefined) =>
  new Unavailable({
    detail:
      owner === undefined
        ? "Nobody answers for the trips just now: the server that did is gone, and another is taking over. Try again shortly."
        : `The server "${owner.name}", which answers for the trips, cannot be reached from here. Try again shortly.`,
    retry_after_seconds: 2
  })

const lost = () =>
  new Unavailable({
    detail:
      "The server that answers for the trips was lost while it had this. Whether it took effect is unknown: look, or send it again with the same Idempotency-Key.",
    retry_after_seconds: 2
  })

const belongs = (path: string): boolean => path.startsWith("/api/") || path.startsWith("/calendar/")

export interface Elsewhere {
  /** Whether this server answers for the trips itself. */
  readonly here: () => boolean
  /** The answer of whoever does; undefined where it is answered here. */
  readonly answer: <E, R>(
    path: string,
    facts: RequestFacts,
    routes: Effect.Effect<Response.HttpServerResponse, E, R>
  ) =>
    | Effect.Effect<
        Response.HttpServerResponse,
        E | Unavailable | HttpServerError.HttpServerError,
        R | HttpServerRequest.HttpServerRequest
      >
    | undefined
}

export const makeElsewhere: Effect.Effect<Elsewhere, never, Config | Ownership | Peers> = Effect.gen(function* () {
  const ownership = yield* Ownership
  const { isPeer, mark } = yield* Peers
  const { elapsed } = yield* Machine
  const here = () => ownership.standing().is === "owner"
  /** Alone, nobody is ever handed anything, and nothing is counted. */
  const joined = (yield* Config).NODE_ADDRESS !== undefined

  /** Where it is to be sent: undefined while nobody owns, or only who is known to be gone. */
  const owner = () => {
    const standing = ownership.standing()
    return standing.is === "follower" || standing.is === "superseded" ? standing.owner : undefined
  }

  const held = Effect.fnUntraced(function* <E, R>(
    path: string,
    facts: RequestFacts,
    routes: Effect.Effect<Response.HttpServerResponse, E, R>
  ) {
    const request = yield* HttpServerRequest.HttpServerRequest
    // One that cannot be read is answered as it is where the trips are: nothing goes on without its body.
    const body = bodyless(request) ? NOTHING : new Uint8Array(yield* request.arrayBuffer)
    const again = SAFE.has(request.method) || request.headers["idempotency-key"] !== undefined || ADVICE.test(path)
    const until = elapsed() + HOLD_MS
    for (;;) {
      if (here()) return yield* ownership.during(routes)
      const at = owner()
      if (at !== undefined && at.address !== null) {
        const passed = { address: at.address, mark, id: facts.id, client: facts.address, body }
        const sent = yield* Effect.result(
          passOn(request, passed, (abandon) =>
            ownership.onMoved(() => {
              if (owner()?.incarnation !== at.incarnation) abandon()
            })
          )
        )
        if (sent._tag === "Success") return sent.success
        if (!sent.failure.untouched && !again) return yield* lost()
      }
      if (elapsed() > until) return yield* nobody(owner())
      yield* Effect.sleep(LOOK_MS)
    }
  })

  return {
    here,
    answer: (path, facts, routes) => {
      if (!belongs(path)) return undefined
      if (here()) return joined ? ownership.during(routes) : undefined
      return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        isPeer(request.headers[MARK])
          ? Effect.succeed(Response.empty({ status: 421, headers: { [MOVED]: "1" } }))
          : held(path, facts, routes)
      )
    }
  }
})
