/**
 * The longest that a request may take. One timer looks at the oldest requests under way, in place of a timer and a
 * fiber for each: a late one is interrupted, and the pipeline answers it with 503.
 */
import * as Effect from "effect/Effect"

/** What is told when its time is up: a fiber, or whoever answers without one. */
export interface Interruptible {
  readonly interruptUnsafe: () => void
}

interface UnderWay {
  readonly work: Interruptible
  readonly until: number
  late: boolean
}

export type { UnderWay }

/** How much later than its deadline a request may be noticed. */
const LOOK_EVERY_MS = 250

export interface Deadlines {
  readonly enter: (work: Interruptible, now: number) => UnderWay
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
          request.work.interruptUnsafe()
        }
      }, LOOK_EVERY_MS)
      timer.unref()
      const deadlines: Deadlines = {
        enter: (work, now) => {
          const request = { work, until: now + timeoutMillis, late: false }
          underWay.add(request)
          return request
        },
        leave: (request) => void underWay.delete(request)
      }
      return { deadlines, timer }
    }),
    ({ timer }) => Effect.sync(() => clearInterval(timer))
  ).pipe(Effect.map(({ deadlines }) => deadlines))
