import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Why a body cannot be had. */
export type BodyFailure = "too_large" | "overloaded" | "aborted" | "consumed"

/** Bytes of unfinished bodies that one server holds. */
export interface BodyBudget {
  held: number
  readonly max: number
}

const empty: Buffer = Buffer.alloc(0)

/** How often a slow sender's idle timer is pushed back, in milliseconds; well below the native 10 s. */
const REARM_INTERVAL = 2_000

/** What a body needs of its connection. */
export interface BodySource {
  readonly pause: () => void
  readonly resume: () => void
  readonly close: () => void
}

/**
 * The body of one request, filled by the native `onData` and read either whole or as a stream. Small bodies arrive in one
 * piece with the request's head and are complete before anybody asks.
 */
export class RequestBody {
  private chunks: Array<Buffer> = []
  private whole: Buffer | undefined
  private borrowed = false
  private size = 0
  private buffered = 0
  private ended = false
  private streaming = false
  private paused = false
  private failure: BodyFailure | undefined
  private waiters: Array<() => void> | undefined
  private startedAt = 0
  private rearmedAt = 0
  private readonly source: BodySource
  private readonly budget: BodyBudget
  private readonly limit: number
  private readonly timeout: number
  private readonly highWaterMark: number

  constructor(source: BodySource, budget: BodyBudget, limit: number, timeout: number, highWaterMark: number) {
    this.source = source
    this.budget = budget
    this.limit = limit
    this.timeout = timeout
    this.highWaterMark = highWaterMark
  }

  /** All bytes were received: the connection can carry another request. */
  get complete(): boolean {
    return this.ended
  }

  /**
   * The native chunk lives only during the native callback. One that is the whole body is not copied yet: a handler that
   * does not wait reads it in place, and `keep` copies it for one that does.
   */
  push(chunk: ArrayBuffer, last: boolean): void {
    if (last) this.ended = true
    if (this.failure !== undefined) return
    if (chunk.byteLength > 0) {
      this.size += chunk.byteLength
      if (this.size > this.limit) {
        this.fail("too_large")
        return
      }
      if (last && this.size === chunk.byteLength && !this.streaming) {
        this.whole = Buffer.from(chunk)
        this.borrowed = true
      } else {
        const copy = Buffer.from(new Uint8Array(chunk))
        this.buffered += copy.length
        this.budget.held += copy.length
        this.chunks.push(copy)
        if (!last && this.budget.held > this.budget.max) {
          this.fail("overloaded")
          return
        }
      }
    } else if (last && this.size === 0) {
      this.whole = empty
    }
    if (!last) this.keepTime()
    this.wake()
  }

  /** Called before the native callback returns. */
  keep(): void {
    if (!this.borrowed) return
    this.borrowed = false
    this.whole = Buffer.from(this.whole!)
  }

  private keepTime(): void {
    const now = performance.now()
    if (this.startedAt === 0) {
      this.startedAt = now
      this.rearmedAt = now
    } else if (now - this.startedAt > this.timeout) {
      this.source.close()
      return
    }
    if (this.streaming && this.buffered > this.highWaterMark) {
      if (!this.paused) {
        this.paused = true
        this.source.pause()
      }
    } else if (now - this.rearmedAt > REARM_INTERVAL) {
      // The native timer is only pushed back by fast senders; pausing and resuming restarts it for a slow one.
      this.rearmedAt = now
      this.source.pause()
      this.source.resume()
    }
  }

  fail(failure: BodyFailure): void {
    if (this.failure !== undefined || (failure === "aborted" && this.ended)) return
    this.failure = failure
    this.release()
    this.wake()
  }

  /** Forgets what nobody will read any more. */
  release(): void {
    this.budget.held -= this.buffered
    this.buffered = 0
    this.chunks = []
  }

  private wake(): void {
    const waiters = this.waiters
    if (waiters === undefined) return
    this.waiters = undefined
    for (const waiter of waiters) waiter()
  }

  private awaitChange(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const waiter = () => resume(Effect.void)
      this.waiters ??= []
      this.waiters.push(waiter)
      return Effect.sync(() => {
        this.waiters = this.waiters?.filter((other) => other !== waiter)
      })
    })
  }

  /** The whole body, if it is here already. */
  get now(): Buffer | undefined {
    if (this.whole !== undefined) return this.whole
    if (!this.ended || this.failure !== undefined || this.streaming) return undefined
    this.whole = Buffer.concat(this.chunks)
    this.release()
    return this.whole
  }

  /** Waits for the whole body. */
  get bytes(): Effect.Effect<Buffer, BodyFailure> {
    const now = this.now
    if (now !== undefined) return Effect.succeed(now)
    if (this.failure !== undefined) return Effect.fail(this.failure)
    if (this.streaming) return Effect.fail("consumed")
    return Effect.flatMap(this.awaitChange(), () => this.bytes)
  }

  private get pull(): Effect.Effect<readonly [Uint8Array, ...Array<Uint8Array>], BodyFailure | Cause.Done> {
    return Effect.suspend(() => {
      if (this.failure !== undefined) return Effect.fail(this.failure)
      if (this.chunks.length > 0) {
        const chunks = this.chunks as unknown as readonly [Uint8Array, ...Array<Uint8Array>]
        this.release()
        if (this.paused && !this.ended) {
          this.paused = false
          this.source.resume()
        }
        return Effect.succeed(chunks)
      }
      if (this.ended) return Cause.done()
      return Effect.flatMap(this.awaitChange(), () => this.pull)
    })
  }

  /** The body as it arrives; it can be read once, unless it was read whole before. */
  get stream(): Stream.Stream<Uint8Array, BodyFailure> {
    return Stream.suspend(() => {
      this.keep()
      const now = this.now
      if (now !== undefined) return now.length === 0 ? Stream.empty : Stream.succeed<Uint8Array>(now)
      if (this.streaming) return Stream.fail<BodyFailure>("consumed")
      this.streaming = true
      return Stream.fromPull(Effect.succeed(this.pull))
    })
  }
}
