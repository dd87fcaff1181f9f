/** Work that goes on for ever, whatever befalls it: said once when it fails and once when it goes on, not with every attempt. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** Before it is tried again. */
export const AFTER_FAULT = "1 second"

/** What lasts is said again after this time: another fault may have come in the place of the first. */
const SAID_AGAIN_AFTER = "10 minutes"

/** A fault of one who works must not end the others, who work beside it. */
export const again = <A, E, R>(what: string, work: Effect.Effect<A, E, R>): Effect.Effect<never, never, R> =>
  Effect.suspend(() => {
    const silence = Duration.toMillis(SAID_AGAIN_AFTER)
    let said: number | undefined
    const goesOn = Effect.suspend(() => {
      if (said === undefined) return Effect.void
      said = undefined
      return Effect.logInfo(`${what} goes on.`)
    })
    return work.pipe(
      Effect.andThen(goesOn),
      Effect.catchCause((cause) =>
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          if (said === undefined || now - said >= silence) {
            said = now
            yield* Effect.logWarning(`${what} could not go on; it is tried again and again until it can.`, cause)
          }
          yield* Effect.sleep(AFTER_FAULT)
        })
      ),
      Effect.forever
    )
  })
