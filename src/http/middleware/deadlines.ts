/**
 * The longest that a request may take. One timer looks at the oldest requests under way, in place of a timer and a
 * fiber for each: a late one is interrupted, and the pipeline answers it with 503. A clock that is set changes nothing.
 */
import * as Effect from "effect/Effect"
import { Machine } from "../../support/machine.ts"

/** What is told when its time is up: a fiber, or whoever answers without one. */
export interface Interruptible {
  readonly interruptUnsafe: () => void
}

interface UnderWay {
  readonly work: Interruptible
  readonly since: number
  late: boolean
}

export type { UnderWay }

/** How much later than its deadline a request may be noticed. */
const LOOK_EVERY_MS = 250

export interface Deadlines {
  readonly enter: (work: Interruptible) => UnderWay
  /** Answers how long it was under way, in milliseconds. */
  readonly leave: (request: UnderWay) => number
}

export const makeDeadlines = (timeoutMillis: number) =>
  Effect.acquireRelease(
    Effect.map(Machine, ({ elapsed }) => {
      // In the order of arrival, which is the order of the deadlines.
      const underWay = new Set<UnderWay>()
      const timer = setInterval(() => {
        const arrivedBy = elapsed() - timeoutMillis
        for (const request of underWay) {
          if (request.since > arrivedBy) break
          underWay.delete(request)
          request.late = true
          request.work.interruptUnsafe()
        }
      }, LOOK_EVERY_MS)
      timer.unref()
      const deadlines: Deadlines = {
        enter: (work) => {
          const request = { work, since: elapsed(), late: false }
          underWay.add(request)
          return request
        },
        leave: (request) => {
          underWay.delete(request)
          return elapsed() - request.since
        }
      }
      return { deadlines, timer }
    }),
    ({ timer }) => Effect.sync(() => clearInterval(timer))
  ).pipe(Effect.map(({ deadlines }) => deadlines))
