/** An owner whose disk takes nothing gives its place to another server: nobody could change a trip before an operator had come, though others stand by. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Journal } from "../../services/journal.ts"
import { Ownership } from "../../services/ownership.ts"

const LOOK_EVERY = "1 second"

/** A disk that failed once often takes writes again by itself. */
const PATIENCE_LOOKS = 4

/** Where the place comes back and nothing has changed, the others' disks are no better: it is passed round ever more rarely. */
const LONGEST_LOOKS = 600

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const journal = yield* Journal
    const ownership = yield* Ownership
    let patience = PATIENCE_LOOKS
    let looks = 0
    const look = Effect.gen(function* () {
      if (ownership.standing().is !== "owner") looks = 0
      else if ((yield* journal.status).available) {
        looks = 0
        patience = PATIENCE_LOOKS
      } else if (++looks >= patience) {
        looks = 0
        if (!(yield* ownership.handOver(journal.drained, false))) return
        patience = Math.min(2 * patience, LONGEST_LOOKS)
        yield* Effect.logWarning("This server's disk takes no writes: the trips are handed over to another server.")
      }
    })
    yield* look.pipe(Effect.andThen(Effect.sleep(LOOK_EVERY)), Effect.forever, Effect.forkScoped)
  })
)
