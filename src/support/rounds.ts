/** What is done again and again for as long as somebody lives: a round that goes wrong costs that round, and no other. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"

/** Begins at once and rests in between. What goes wrong, foreseen or not, is logged as a round of `what`, and the next one comes. */
export const inRounds = <A, E, R>(
  what: string,
  round: Effect.Effect<A, E, R>,
  every: Duration.Input
): Effect.Effect<void, never, R | Scope.Scope> =>
  round.pipe(
    Effect.catchCause((cause) => Effect.logWarning(`${what} went wrong this time and is tried again.`, cause)),
    Effect.repeat(Schedule.spaced(every)),
    Effect.forkScoped,
    Effect.asVoid
  )
