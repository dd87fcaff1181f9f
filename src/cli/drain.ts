import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

/** Stores what a server that will not start again has acknowledged. The work itself is handed in, because it needs the journal. */
export const drain = <E, R>(store: Effect.Effect<void, E, R>) =>
  Command.make(
    "drain",
    {},
    Effect.fnUntraced(function* () {
      yield* store
      yield* Console.log("Everything in this data directory's journal is in the database. Nobody awaits it any more.")
    })
  ).pipe(
    Command.withDescription(
      "Stores the journal of this data directory in the database and serves nobody: for the disk of a server that will not start again."
    )
  )
