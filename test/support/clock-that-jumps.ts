/** The clock that is there, off by as much as is said: as somebody sets it forth and back. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export const clockThatJumps = (ahead: () => number) =>
  Effect.map(Clock.Clock, (clock): Clock.Clock => {
    const millis = () => clock.currentTimeMillisUnsafe() + ahead()
    return Object.create(clock, {
      currentTimeMillisUnsafe: { value: millis },
      currentTimeMillis: { value: Effect.sync(millis) }
    })
  })
