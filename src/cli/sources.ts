import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { type ListedSource, PostSources } from "../services/post-sources.ts"

const lastRun = ({ state }: ListedSource): string => {
  if (state === null || state.last_run_at === null) return "never read"
  const at = new Date(state.last_run_at).toISOString()
  if (state.last_error !== null) return `last tried ${at}, ${state.failures} times without success: ${state.last_error}`
  return `last read ${at}: ${state.last_new} new, ${state.last_changed} changed, ${state.last_removed} forgotten, ${state.last_refused} refused`
}

/** The operator's list of sources of posts. */
export const sources = Command.make(
  "sources",
  { json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object."), Flag.withDefault(false)) },
  Effect.fnUntraced(function* ({ json }) {
    const list = yield* (yield* PostSources).list
    if (json) return yield* Console.log(JSON.stringify({ sources: list }))
    if (list.length === 0)
      return yield* Console.log(
        "No sources of posts are configured. Name them in a file and set SOURCES_FILE: docs/sources.md."
      )
    for (const one of list) {
      yield* Console.log(
        `${one.name} (${one.kind}, ${one.city}), every ${one.every_hours} hours: ${lastRun(one)}\n  terms: ${one.terms}\n  robots.txt: ${one.robots}`
      )
    }
  })
).pipe(Command.withDescription("Lists the sources of posts with their terms, and how the last run of each went."))
