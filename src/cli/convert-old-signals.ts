import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"

interface Converted {
  readonly found: number
  readonly kept: number
}

const signals = (count: number) => (count === 1 ? "1 signal" : `${count} signals`)

/** What was found and what became of it, in a sentence. */
const sentenceOf = ({ found, kept }: Converted, dryRun: boolean): string => {
  if (found === 0) return "No signal of an older release lacks the outcome that it says. Nothing to do."
  const left = found - kept
  const stays =
    left === 0
      ? ""
      : ` ${signals(left)} of them cannot: no decision shows whose they are, and data sets go on counting them.`
  const can = dryRun ? "can have one; nothing was changed" : "have one now"
  return `${signals(found)} of older releases had no outcome: ${kept} ${can}.${stays}`
}

/** The work itself is handed in: it needs the database. */
export const convertOldSignals = <E, R>(
  convert: (how: { readonly dryRun: boolean }) => Effect.Effect<Converted, E, R>
) =>
  Command.make(
    "convert-old-signals",
    {
      dryRun: Flag.Boolean("dry-run").pipe(
        Flag.withDescription("Say what would be converted, and change nothing."),
        Flag.withDefault(false)
      )
    },
    Effect.fnUntraced(function* ({ dryRun }) {
      yield* Console.log(sentenceOf(yield* convert({ dryRun }), dryRun))
    })
  ).pipe(
    Command.withDescription(
      "Gives signals of older releases, of which it was not kept what became of a place, the outcomes that they say. Adds rows, changes none, and can be run again, also beside running servers."
    )
  )
