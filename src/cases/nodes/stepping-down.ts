/** What a server still owes when it does not own: what it acknowledged is stored, and those who await it are told. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { RENEW_EVERY_MS } from "../../domain/nodes/standing.ts"
import { Health } from "../../services/health.ts"
import { Journal } from "../../services/journal.ts"
import { Leases, NodeRefused } from "../../services/leases.ts"
import { Ownership } from "../../services/ownership.ts"

const AGAIN = "1 second"

/** Until everything in this directory's journal is stored, and whoever awaits it knows. */
export const storeTail = Effect.gen(function* () {
  const journal = yield* Journal
  const leases = yield* Leases
  const ownership = yield* Ownership
  const { self } = ownership
  for (;;) {
    yield* journal.drained
    // Who has come to own meanwhile writes on: nothing of it is a tail.
    if (self === undefined || ownership.standing().is === "owner") return
    const told = yield* Effect.result(leases.tailStored(self))
    if (told._tag === "Success") return
    yield* Effect.logWarning(told.failure.message)
    yield* Effect.sleep(AGAIN)
  }
})

/** Whatever a server that does not own has in its journal is stored, also where somebody begins to await it later. */
export const tailKeeper = Layer.effectDiscard(
  Effect.gen(function* () {
    const ownership = yield* Ownership
    if (ownership.standing().is === "owner") return
    yield* storeTail.pipe(
      Effect.andThen(
        Effect.suspend(() => (ownership.awaited() ? storeTail : Effect.void)).pipe(
          Effect.delay(RENEW_EVERY_MS),
          Effect.forever
        )
      ),
      Effect.forkScoped
    )
  })
)

const STOPPING = "stopping"

/**
 * A server that is told to stop gives its place to another one first, where there is one: nobody waits for its lease to end. Then it
 * passes on for a while what still comes, and says in `/ready` that it stops: who spreads requests over servers hears of it by and by.
 */
export const givingPlace = (passesOn: Duration.Input) =>
  Effect.gen(function* () {
    const health = yield* Health
    const journal = yield* Journal
    const ownership = yield* Ownership
    yield* health.register(
      STOPPING,
      Effect.succeed({
        name: STOPPING,
        status: "down",
        detail: "this server was told to stop: what still comes goes on to another one"
      })
    )
    if (yield* ownership.handOver(journal.drained, true))
      yield* Effect.logInfo("The trips are handed over to another server.")
    const standing = ownership.standing()
    if (standing.is === "follower" && standing.owner !== undefined && standing.owner.address !== null) {
      yield* Effect.sleep(passesOn)
    }
  })

/** What became of everything that was acknowledged, once nothing waits to be stored any more. */
const fateOf = (setAside: number): string =>
  setAside === 0
    ? "What was acknowledged is stored."
    : `What was acknowledged is stored, but for what is set aside in this server's journal (${setAside} in all): see the files in its folder before you delete it.`

/** Ends in failure once another server has taken this one's place and nothing is owed any more. */
export const steppingDown: Effect.Effect<never, NodeRefused, Journal | Leases | Ownership> = Effect.gen(function* () {
  const journal = yield* Journal
  const ownership = yield* Ownership
  const owner = yield* ownership.superseded
  const who = owner === undefined ? "Another server" : `The server "${owner.name}"`
  yield* Effect.logError(
    `${who} has taken this one's place. Nothing is written here any more; what was acknowledged is handed to the database, and then this server ends.`
  )
  yield* storeTail
  const { quarantined } = yield* journal.status
  return yield* new NodeRefused({
    message: `${who} has taken this one's place while the database heard nothing from here. ${fateOf(quarantined)} Start this server again once the other one is gone.`
  })
})
