/**
 * Requests per minute and key, in two fixed windows that slide into one another: the share of the last minute that is
 * still in sight counts. Bounded: at most `MOST_KEYS` keys are told apart; past them, new keys share one.
 */

const WINDOW_MS = 60_000

/** A flood of made-up addresses costs this much memory and no more (about 10 MB). */
const MOST_KEYS = 100_000

const OVERFLOW = "(everybody else)"

export class RateLimiter {
  readonly #limit: number
  #window = 0
  #current = new Map<string, number>()
  #previous = new Map<string, number>()

  constructor(limitPerMinute: number) {
    this.#limit = limitPerMinute
  }

  /** Counts one request. Answers 0 when it may pass, otherwise the seconds to wait. */
  take(key: string, now: number): number {
    const wait = this.wait(key, now)
    if (wait > 0) return wait
    const name = this.#nameOf(key)
    this.#current.set(name, (this.#current.get(name) ?? 0) + 1)
    return 0
  }

  /** What `take` would answer, without counting. */
  wait(key: string, now: number): number {
    this.#turn(now)
    const name = this.#nameOf(key)
    const elapsed = (now % WINDOW_MS) / WINDOW_MS
    const inSight = (this.#current.get(name) ?? 0) + (this.#previous.get(name) ?? 0) * (1 - elapsed)
    return inSight + 1 > this.#limit ? Math.max(1, Math.ceil(((1 - elapsed) * WINDOW_MS) / 1000)) : 0
  }

  #nameOf(key: string): string {
    return this.#current.size < MOST_KEYS || this.#current.has(key) ? key : OVERFLOW
  }

  #turn(now: number): void {
    const window = Math.floor(now / WINDOW_MS)
    if (window === this.#window) return
    this.#previous = window === this.#window + 1 ? this.#current : new Map()
    this.#current = new Map()
    this.#window = window
  }
}
