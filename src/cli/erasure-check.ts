import { readFileSync } from "node:fs"
import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { type Export, marksOf } from "../domain/erasure/marks.ts"
import { UserId } from "../domain/ids.ts"
import type { TraceStore } from "../services/trace-search.ts"
import { Refused } from "./refused.ts"

/** The search was made, and it did not come back empty: exit code 1. */
class SomethingLeft extends Schema.TaggedError<SomethingLeft>()("SomethingLeft", { message: Schema.String }) {}

export interface ErasureCheck<E, R> {
  readonly stores: Effect.Effect<ReadonlyArray<TraceStore>, E, R | Scope.Scope>
}

const exportIn = (path: string) =>
  Effect.try({
    try: () => JSON.parse(readFileSync(path, "utf8")) as Export,
    catch: (cause) => new Refused({ message: `--export ${path} cannot be read: ${(cause as Error).message}` })
  })

/** Ends with 1 when anything is found, or when a store could not be searched. */
export const erasureCheck = <E, R>({ stores }: ErasureCheck<E, R>) =>
  Command.make(
    "erasure-check",
    {
      user: Flag.String("user").pipe(Flag.withDescription("Who was erased."), Flag.withSchema(UserId)),
      export: Flag.String("export").pipe(
        Flag.withDescription("Their export from before: what was theirs alone is looked for too."),
        Flag.optional
      ),
      json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object."), Flag.withDefault(false))
    },
    Effect.fnUntraced(function* ({ user, export: path, json }) {
      const taken = Option.isSome(path) ? yield* exportIn(path.value) : undefined
      const marks = marksOf(user, taken)
      const searched = yield* Effect.forEach(yield* stores, (store) =>
        store.search(marks).pipe(
          Effect.match({
            onSuccess: (traces) => ({ store: store.name, traces, problem: undefined as string | undefined }),
            onFailure: ({ message }) => ({ store: store.name, traces: [], problem: message as string | undefined })
          })
        )
      )
      const clean = searched.every((one) => one.traces.length === 0 && one.problem === undefined)
      if (json) yield* Console.log(JSON.stringify({ clean, stores: searched }))
      else {
        for (const { store, traces, problem } of searched) {
          if (problem !== undefined) yield* Console.log(`${store}: not searched. ${problem}`)
          else if (traces.length === 0) yield* Console.log(`${store}: nothing`)
          else for (const { where, what } of traces) yield* Console.log(`${store}: ${where}: ${what}`)
        }
        if (clean) yield* Console.log("Nothing is left but the keyed hash that keeps their tokens out.")
      }
      if (!clean) return yield* new SomethingLeft({ message: json ? "" : "Something may be left of this person." })
    }, Effect.scoped)
  ).pipe(Command.withDescription("Searches every store for what is left of a person who was erased."))
