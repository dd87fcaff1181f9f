/** Waiting that really ends. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/**
 * Waits this long and no longer. A plain timeout waits for what it interrupts to end as well, which takes its time where
 * somebody has to confirm it who is not there; this leaves it to end by itself.
 */
export const giveUpAfter =
  <A2, E2, R2>(duration: Duration.Input, orElse: () => Effect.Effect<A2, E2, R2>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A | A2, E | E2, R | R2> =>
    Effect.flatMap(Effect.forkDetach(effect), (fiber) =>
      Fiber.join(fiber).pipe(
        Effect.onInterrupt(() => Effect.sync(() => fiber.interruptUnsafe())),
        Effect.timeoutOrElse({ duration, orElse })
      )
    )
