import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** Something that has to end before the server may: requests under way, the sockets of a route. */
export interface Drainable {
  /** Asks it to end; called once, when draining begins. */
  readonly begin: () => void
  /** How much of it is still there. */
  readonly remaining: () => number
  /** Ends what is left; called at the deadline. */
  readonly force: () => void
}

export interface Lifecycle {
  readonly draining: () => boolean
  readonly awaitDraining: Effect.Effect<void>
  /** Registers; the returned function takes it out again. */
  readonly add: (part: Drainable) => () => void
  /** Stops listening, lets what is under way finish until the deadline, then cuts it. Runs once; later calls wait for it. */
  readonly drain: Effect.Effect<void>
  /** Tells that something has ended. */
  readonly changed: () => void
}

/** How long forced ends get to leave their last words on the wire. */
const LAST_WORDS = Duration.seconds(1)

export const make = (timeout: Duration.Duration, stopListening: () => void): Effect.Effect<Lifecycle> =>
  Effect.gen(function* () {
    const parts = new Set<Drainable>()
    const begun = yield* Deferred.make<void>()
    let draining = false
    let notify: (() => void) | undefined

    const remaining = () => {
      let sum = 0
      for (const part of parts) sum += part.remaining()
      return sum
    }
    // A native timer rather than an interruption: this runs in finalizers, whose fiber may have been interrupted already.
    const awaitEmpty = (limit: Duration.Duration) =>
      Effect.callback<boolean>((resume) => {
        const settle = (empty: boolean) => {
          clearTimeout(timer)
          notify = undefined
          resume(Effect.succeed(empty))
        }
        const timer = setTimeout(() => settle(false), Duration.toMillis(limit))
        notify = () => {
          if (remaining() === 0) settle(true)
        }
        notify()
      })

    const drain = yield* Effect.cached(
      Effect.gen(function* () {
        draining = true
        stopListening()
        yield* Deferred.succeed(begun, undefined)
        for (const part of parts) part.begin()
        if (yield* awaitEmpty(timeout)) return
        const cut = remaining()
        for (const part of parts) part.force()
        yield* awaitEmpty(LAST_WORDS)
        yield* Effect.logWarning(
          `the server stopped with ${cut} requests or sockets still under way after ${Duration.format(timeout)}: they were cut off`
        )
      }).pipe(Effect.uninterruptible)
    )

    return {
      draining: () => draining,
      awaitDraining: Deferred.await(begun),
      add: (part) => {
        parts.add(part)
        if (draining) part.begin()
        return () => {
          parts.delete(part)
          notify?.()
        }
      },
      drain,
      changed: () => notify?.()
    }
  })
