/**
 * One timer wheel for all actors of a kind: deadlines, wake-ups and back-offs cost a list insertion each, and
 * nothing at all while they wait.
 */

/** Subclassed by what wants to be woken, so that arming a timer allocates nothing. */
export abstract class Timer {
  /** Whose timer it is: that actor answers for what it throws. */
  abstract readonly key: string
  previous: Timer | undefined = undefined
  next: Timer | undefined = undefined
  bucket = UNARMED
  abstract fire(): void
}

const UNARMED = -1

/** A timer that calls a function. */
export class Later extends Timer {
  readonly key: string
  readonly #run: () => void
  constructor(key: string, run: () => void) {
    super()
    this.key = key
    this.#run = run
  }
  override fire(): void {
    this.#run()
  }
}

/** Granularity: a timer fires up to this many milliseconds late, never early. */
export const TICK_MILLIS = 16

export class TimerWheel {
  readonly #buckets = new Map<number, Timer>()
  #cursor: number
  #armed = 0

  constructor(now: number) {
    this.#cursor = Math.floor(now / TICK_MILLIS)
  }

  get armed(): number {
    return this.#armed
  }

  arm(timer: Timer, at: number): void {
    this.disarm(timer)
    const bucket = Math.max(Math.ceil(at / TICK_MILLIS), this.#cursor + 1)
    const head = this.#buckets.get(bucket)
    timer.bucket = bucket
    timer.previous = undefined
    timer.next = head
    if (head !== undefined) head.previous = timer
    this.#buckets.set(bucket, timer)
    this.#armed++
  }

  disarm(timer: Timer): void {
    if (timer.bucket === UNARMED) return
    if (timer.previous !== undefined) timer.previous.next = timer.next
    else if (timer.next !== undefined) this.#buckets.set(timer.bucket, timer.next)
    else this.#buckets.delete(timer.bucket)
    if (timer.next !== undefined) timer.next.previous = timer.previous
    timer.previous = timer.next = undefined
    timer.bucket = UNARMED
    this.#armed--
  }

  /** Fires what is due; one that throws is handed to `failed`, and the others fire all the same. A timer armed meanwhile waits for the next call. */
  advance(now: number, failed: (timer: Timer, cause: unknown) => void): void {
    const to = Math.floor(now / TICK_MILLIS)
    const due: Array<Timer> = []
    const collect = (bucket: number) => {
      for (let timer = this.#buckets.get(bucket); timer !== undefined; timer = timer.next) due.push(timer)
    }
    // After a long pause (a laptop's sleep) walking the buckets that exist is cheaper than walking time.
    if (to - this.#cursor > this.#buckets.size) {
      const buckets = [...this.#buckets.keys()].filter((bucket) => bucket <= to).sort((a, b) => a - b)
      for (const bucket of buckets) collect(bucket)
    } else {
      for (let bucket = this.#cursor + 1; bucket <= to; bucket++) collect(bucket)
    }
    if (to > this.#cursor) this.#cursor = to
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
