/**
 * Runs the model in the shadow beside decisions that others make: what it would have said is logged and never shown. It never
 * sees a cold party, takes no more of a core than it is allowed, and what is not there when the decision is has been in vain.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import { isGroupCold } from "../../domain/persona/persona.ts"
import type { Ranking, RankRequest } from "../../domain/ranking.ts"
import type { Ranker } from "../../services/ranker.ts"

/** How long a decision waits for the shadow that ran beside it. */
const SHADOW_PATIENCE_MS = 50
/** Time that was not used is kept for a burst, up to what comes together in so long. */
const KEPT_MS = 10_000

const runs = Metric.counter("shadow_rankings_total", {
  description:
    "Rankings of the model in the shadow: answered, failed, too late to be logged, or left out to spare the processor",
  incremental: true
})
const count = (outcome: "answered" | "failed" | "late" | "spared") =>
  Metric.update(Metric.withAttributes(runs, { outcome }), 1)

/** Milliseconds of one core that may be used, as a share of the time that passes. */
export const shadowBudget = (share: number, now: () => number) => {
  let left = share * KEPT_MS
  let at = now()
  const grow = () => {
    left = Math.min(share * KEPT_MS, left + share * (now() - at))
    at = now()
  }
  return {
    affords: () => {
      grow()
      return left > 0
    },
    spend: (millis: number) => {
      left -= millis
    }
  }
}

export interface ShadowParts {
  readonly shadow: () => Ranker | undefined
  /** Share of one core. */
  readonly cpuShare: number
  /** Monotonic, in milliseconds. */
  readonly now: () => number
}

/** Begun before the decision, joined when that is made. */
export interface ShadowRun {
  readonly joined: Effect.Effect<Ranking | undefined>
}

const NONE: ShadowRun = { joined: Effect.undefined }

export const shadowing = ({ cpuShare, now, shadow }: ShadowParts) => {
  const budget = shadowBudget(cpuShare, now)
  /** `rank` is how the shadow is asked: about one moment, or about all of a trip. */
  const begin = (
    request: RankRequest,
    rank: (shadow: Ranker) => Effect.Effect<Ranking, unknown>
  ): Effect.Effect<ShadowRun> =>
    Effect.suspend(() => {
      const ranker = shadow()
      if (ranker === undefined || request.members.length === 0 || isGroupCold(request.members))
        return Effect.succeed(NONE)
      if (!budget.affords()) return Effect.as(count("spared"), NONE)
      const answer = Effect.gen(function* () {
        const started = now()
        const ranking = yield* rank(ranker).pipe(
          Effect.catchCause((cause) =>
            Effect.logDebug("The shadow model did not answer.", cause).pipe(
              Effect.andThen(count("failed")),
              Effect.as(undefined)
            )
          ),
          Effect.onExit(() => Effect.sync(() => budget.spend(now() - started)))
        )
        return ranking === undefined ? undefined : { ...ranking, latencyMs: now() - started }
      })
      return Effect.map(Effect.forkChild(answer), (fiber): ShadowRun => {
        const late = Fiber.interrupt(fiber).pipe(Effect.andThen(count("late")), Effect.as(undefined))
        return {
          joined: Fiber.join(fiber).pipe(
            Effect.tap((ranking) => (ranking === undefined ? Effect.void : count("answered"))),
            Effect.timeoutOrElse({ duration: SHADOW_PATIENCE_MS, orElse: () => late })
          )
        }
      })
    })
  return begin
}

export type Shadowing = ReturnType<typeof shadowing>

/** A clock for the budget: how long something took, whatever is done to the time of day. */
export const monotonic = Effect.map(Clock.Clock, (clock) => () => Number(clock.currentTimeNanosUnsafe()) / 1e6)
