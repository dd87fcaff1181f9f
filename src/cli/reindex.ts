import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** What the command is told, and what it tells: the work itself is another part's. */
export interface ReindexCommand<E, R> {
  readonly run: (request: {
    readonly city?: string
    readonly force: boolean
    readonly personas: boolean
  }) => Effect.Effect<ReadonlyArray<{ readonly what: string; readonly before: number; readonly after: number }>, E, R>
  /** Which index the settings choose. */
  readonly index: Effect.Effect<"memory" | "qdrant" | "pgvector", E, R>
}

/** Makes the vector index again from PostgreSQL. */
export const reindex = <E, R>({ run, index }: ReindexCommand<E, R>) =>
  Command.make(
    "reindex",
    {
      city: Flag.String("city").pipe(Flag.withDescription("Only this city, by its slug."), Flag.optional),
      force: Flag.Boolean("force").pipe(
        Flag.withDescription("Also what agrees with PostgreSQL already."),
        Flag.withDefault(false)
      )
    },
    Effect.fnUntraced(function* ({ city, force }) {
      if ((yield* index) === "memory") {
        return yield* Console.log(
          "The index is kept in the server's memory, and the server makes it anew at every start: there is nothing to rebuild. Set QDRANT_URL or VECTOR_INDEX for an index that outlives it."
        )
      }
      const only = Option.getOrUndefined(city)
      const rebuilt = yield* run({ ...(only === undefined ? {} : { city: only }), force, personas: true })
      yield* Console.log(
        rebuilt.length === 0
          ? "The index agrees with PostgreSQL. Nothing to do; --force rebuilds it all the same."
          : rebuilt.map(({ what, before, after }) => `${what}: ${before} points before, ${after} now`).join("\n")
      )
    })
  ).pipe(Command.withDescription("Makes the vector index again from PostgreSQL: cities, then travelers."))
