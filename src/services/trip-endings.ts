/**
 * Trips that came to their end, told once that is in the database: what follows from how often somebody has travelled is
 * counted there. Nobody is told of an end that a crash lay behind; whoever counts looks by themselves now and then.
 */
import * as Context from "effect/Context"

export interface Endings {
  /** Gives what ends the listening. A listener must not throw. */
  readonly onEnded: (listener: (tripIds: ReadonlyArray<string>) => void) => () => void
  readonly tell: (tripIds: ReadonlyArray<string>) => void
}

export class TripEndings extends Context.Service<TripEndings, Endings>()("overplanned/TripEndings") {}
