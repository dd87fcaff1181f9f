/**
 * A timer wheel for all actors of a kind: a deadline or a wake-up costs an entry in a set, and nothing at all while it
 * waits. Deadlines turn with elapsed time and wake-ups with the time of day, which may be set: each has a wheel of its own.
 */

/** Subclassed by what wants to be woken, so that arming a timer allocates nothing. */
export abstract class Timer {
  /** Whose timer it is: that actor answers for what it throws. */
  abstract readonly key: string
  bucket = UNARMED
  /** When it fires at the latest, in the milliseconds of its wheel. */
  get due(): number | undefined {
    return this.bucket === UNARMED ? undefined : this.bucket * TICK_MILLIS
  }
  abstract fire(): void
}

const UNARMED = -1

/** Granularity: a timer fires up to this many milliseconds late, never early. */
export const TICK_MILLIS = 16

export class TimerWheel {
  readonly #buckets = new Map<number, Set<Timer>>()
  #cursor: number
  #armed = 0

  constructor(now: number) {
    this.#cursor = Math.floor(now / TICK_MILLIS)
  }

  get armed(): number {
    return this.#armed
  }

  arm(timer: Timer, at: number): void {
    const bucket = Math.max(Math.ceil(at / TICK_MILLIS), this.#cursor + 1)
    if (timer.bucket === bucket) return
    this.disarm(timer)
    const timers = this.#buckets.get(bucket)
    if (timers === undefined) this.#buckets.set(bucket, new Set([timer]))
    else timers.add(timer)
    timer.bucket = bucket
    this.#armed++
  }

  disarm(timer: Timer): void {
    if (timer.bucket === UNARMED) return
    const timers = this.#buckets.get(timer.bucket)!
    timers.delete(timer)
    if (timers.size === 0) this.#buckets.delete(timer.bucket)
    timer.bucket = UNARMED
    this.#armed--
  }

  /** Fires what is due; one that throws is handed to `failed`, and the others fire all the same. A timer armed meanwhile waits for the next call. */
  advance(now: number, failed: (timer: Timer, cause: unknown) => void): void {
    const to = Math.floor(now / TICK_MILLIS)
    const due: Array<Timer> = []
    const collect = (bucket: number) => {
      for (const timer of this.#buckets.get(bucket) ?? []) due.push(timer)
    }
    // After a long pause (a laptop's sleep) walking the buckets that exist is cheaper than walking time.
    if (to - this.#cursor > this.#buckets.size) {
      for (const bucket of [...this.#buckets.keys()].filter((one) => one <= to).sort((a, b) => a - b)) collect(bucket)
    } else {
      for (let bucket = this.#cursor + 1; bucket <= to; bucket++) collect(bucket)
    }
    // Also back, where the time of day was: what is armed from now on is not held up until that time is reached again.
    this.#cursor = to
    for (const timer of due) {
      if (timer.bucket === UNARMED || timer.bucket > to) continue
      this.disarm(timer)
      try {
        timer.fire()
      } catch (cause) {
        failed(timer, cause)
      }
    }
  }
}
