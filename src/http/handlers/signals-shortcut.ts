/**
 * The short way of the ordinary `POST /api/v1/signals`: a token that was checked before, JSON, up to a hundred signals, no
 * `Idempotency-Key`. It passes the same checks in the same order as the usual road and gives the same answer; what is not
 * ordinary, and everything that would be refused, it leaves to that road before anything was counted or kept.
 */
import { isUtf8 } from "node:buffer"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import { Newcomers } from "../../services/newcomers.ts"
import { SignalIntake } from "../../services/signal-intake.ts"
import { Tokens } from "../../services/tokens.ts"
import type { RequestMetrics } from "../metrics.ts"
import type { Deadlines } from "../middleware/deadlines.ts"
import type { Passages } from "../middleware/passage.ts"
import { lateAnswer } from "../middleware/pipeline.ts"
import type { RateLimiter } from "../middleware/rate-limit.ts"
import type { Shortcut } from "../uws/shortcut.ts"
import { journalRefused } from "./refusals.ts"

export const SIGNALS_PATH = "/api/v1/signals"

/** Where it stands still while signals come in, they all take the long way, at three times the cost. */
const taken = Metric.counter("signals_short_way_total", {
  description: "Requests with signals that were answered without a fiber.",
  incremental: true
})

interface Options {
  /** Whether this server owns what signals are about. */
  readonly here: () => boolean
  readonly passages: Passages
  readonly userLimiter: RateLimiter | undefined
  readonly deadlines: Deadlines
  readonly requestTimeoutMillis: number
  readonly metrics: RequestMetrics
  /** The usual road with another end: what fails late is worded, counted and headed as everywhere. */
  readonly through: (
    routes: Effect.Effect<Response.HttpServerResponse, unknown>
  ) => Effect.Effect<Response.HttpServerResponse, never, HttpServerRequest | Scope.Scope>
}

const BEARER = "Bearer "

/** Longer bodies are of more signals than are taken here, or of very wordy ones: nobody waits while they are read, and they are read once. */
const MOST_BYTES = 64 * 1024

const parsed = (body: Buffer): unknown => {
  try {
    return isUtf8(body) ? JSON.parse(body.toString("utf8")) : undefined
  } catch {
    return undefined
  }
}

export const signalsShortcut = Effect.fnUntraced(function* (options: Options) {
  const tokens = yield* Tokens
  const newcomers = yield* Newcomers
  const signals = yield* SignalIntake
  const { deadlines, metrics, passages, through, userLimiter } = options
  const context = yield* Effect.context<never>()
  const late = through(Effect.fail(lateAnswer(options.requestTimeoutMillis)))

  const take: Shortcut = (request, body, answer) => {
    if (!options.here() || body.length > MOST_BYTES) return false
    const { headers } = request
    const credential = headers["authorization"]
    if (headers["content-type"] !== "application/json" || headers["idempotency-key"] !== undefined) return false
    if (credential === undefined || !credential.startsWith(BEARER)) return false
    const now = Date.now()
    const caller = tokens.known(credential.slice(BEARER.length), now)
    if (caller === undefined) return false
    const passage = passages.open(request, now)
    const addressLimiter = passages.limiter
    if (addressLimiter !== undefined && addressLimiter.wait(passage.scope.address, now) > 0) return false
    if (userLimiter !== undefined && userLimiter.wait(caller.userId, now) > 0) return false
    const items = parsed(body)
    if (items === undefined) return false

    passage.scope.callerId = caller.userId
    newcomers.welcome(caller.userId, now)
    let answered = false
    const accepted = signals.acceptNow(caller.userId, items, "app", (outcome) => {
      if (answered) return
      answered = true
      const took = deadlines.leave(underWay)
      if ("_tag" in outcome) return answer.handOver(through(Effect.fail(journalRefused(outcome))))
      const response = Response.empty({
        status: 202,
        headers: { "content-type": "application/json", ...passages.headersOf(passage) }
      })
      metrics.answered(request.method, response.status, took)
      answer.send(response, JSON.stringify(outcome))
    })
    if (!accepted) return false
    taken.updateUnsafe(1, context)
    addressLimiter?.take(passage.scope.address, now)
    userLimiter?.take(caller.userId, now)
    const underWay = deadlines.enter({
      interruptUnsafe: () => {
        answered = true
        answer.handOver(late)
      }
    })
    return true
  }
  return take
})
