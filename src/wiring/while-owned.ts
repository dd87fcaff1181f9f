import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import { Ownership } from "../services/ownership.ts"

/**
 * What runs where trips are owned: whenever this server owns them, and no longer than it does. Whoever owns next does it all:
 * two at work on one erasure would have one put back what the other takes away.
 */
export const whileOwned = <E, R>(layer: Layer.Layer<never, E, R>): Layer.Layer<never, E, R | Ownership> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const ownership = yield* Ownership
      const scope = yield* Effect.scope
      let running: Scope.Closeable | undefined
      const begin = Effect.gen(function* () {
        running = yield* Scope.fork(scope)
        yield* Effect.provideService(Layer.build(layer), Scope.Scope, running)
      })
      const end = Effect.suspend(() => {
        const ending = running
        running = undefined
        return ending === undefined ? Effect.void : Scope.close(ending, Exit.void)
      })
      const isOwner = () => ownership.standing().is === "owner"
      const look = Effect.suspend(() => {
        if (isOwner() === (running !== undefined)) return Effect.void
        return isOwner() ? begin : end
      })
      // One look at a time: what ends has ended before it begins again.
      const moves = yield* Queue.sliding<void>(1)
      const stop = ownership.onMoved(() => Queue.offerUnsafe(moves, undefined))
      yield* Effect.addFinalizer(() => Effect.sync(stop))
      yield* look
      yield* Queue.take(moves).pipe(
        Effect.andThen(look),
        Effect.catchCause((cause) => Effect.logError("What belongs to owning trips could not begin or end.", cause)),
        Effect.forever,
        Effect.forkScoped
      )
      // Between the first look and here the place may have changed hands.
      Queue.offerUnsafe(moves, undefined)
    })
  )
