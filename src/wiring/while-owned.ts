import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Ownership } from "../services/ownership.ts"

/** What runs where trips are owned: from the start or once this server owns them, and no longer than it does. */
export const whileOwned = <E, R>(layer: Layer.Layer<never, E, R>): Layer.Layer<never, E, R | Ownership> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const ownership = yield* Ownership
      const runs = yield* Scope.fork(yield* Effect.scope)
      const begin = Effect.provideService(Layer.build(layer), Scope.Scope, runs)
      const fork = Effect.runForkWith(yield* Effect.context<never>())
      const isOwner = () => ownership.standing().is === "owner"
      let began = isOwner()
      // Whoever owns next does it all: two at work on one erasure would have one put back what the other takes away.
      const stop = ownership.onMoved(() => {
        if (began && !isOwner()) fork(Scope.close(runs, Exit.void))
        began ||= isOwner()
      })
      yield* Effect.addFinalizer(() => Effect.sync(stop))
      if (began) return yield* begin
      yield* ownership.owned.pipe(
        Effect.andThen(begin),
        Effect.catchCause((cause) => Effect.logError("What belongs to owning trips could not begin.", cause)),
        Effect.forkScoped
      )
    })
  )
