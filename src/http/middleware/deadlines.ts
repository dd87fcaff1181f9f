/**
 * The longest that a request may take. One timer looks at the oldest requests under way, in place of a timer and a
 * fiber for each: a late one is interrupted, and the pipeline answers it with 503.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

interface UnderWay {
  readonly fiber: Fiber.Fiber<unknown, unknown>
  readonly until: number
  late: boolean
}

export type { UnderWay }

/** How much later than its deadline a request may be noticed. */
const LOOK_EVERY_MS = 250

export interface Deadlines {
  readonly enter: (fiber: Fiber.Fiber<unknown, unknown>, now: number) => UnderWay
  readonly leave: (request: UnderWay) => void
}

export const makeDeadlines = (timeoutMillis: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      // In the order of arrival, which is the order of the deadlines.
      const underWay = new Set<UnderWay>()
      const timer = setInterval(() => {
        const now = Date.now()
        for (const request of underWay) {
          if (request.until > now) break
          underWay.delete(request)
          request.late = true
          request.fiber.interruptUnsafe()
        }
      }, LOOK_EVERY_MS)
      timer.unref()
      const deadlines: Deadlines = {
        enter: (fiber, now) => {
          const request = { fiber, until: now + timeoutMillis, late: false }
          underWay.add(request)
          return request
        },
        leave: (request) => void underWay.delete(request)
      }
      return { deadlines, timer }
    }),
    ({ timer }) => Effect.sync(() => clearInterval(timer))
  ).pipe(Effect.map(({ deadlines }) => deadlines))
