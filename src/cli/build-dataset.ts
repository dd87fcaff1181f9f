import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { MS_PER_DAY, parseIsoDate } from "../domain/time/calendar.ts"
import { DATASETS, type DatasetSummary, Datasets } from "../services/datasets.ts"
import { Refused } from "./refused.ts"

const dayOf = Effect.fnUntraced(function* (date: Option.Option<string>) {
  if (Option.isNone(date)) return undefined
  const day = parseIsoDate(date.value)
  if (day !== undefined) return day * MS_PER_DAY
  return yield* new Refused({ message: `"${date.value.slice(0, 40)}" is not a date such as 2026-05-01.` })
})

/** Builds, checks and publishes a dataset; one that fails a check is not published. */
export const buildDataset = Command.make(
  "build-dataset",
  {
    name: Argument.Literals("name", DATASETS).pipe(Argument.withDescription("Which dataset.")),
    from: Flag.String("from").pipe(Flag.withDescription("The first day. Default: the beginning."), Flag.optional),
    to: Flag.String("to").pipe(Flag.withDescription("The day after the last one. Default: now."), Flag.optional),
    keepRefused: Flag.Boolean("keep-refused").pipe(
      Flag.withDescription(
        "Keep the rows of a dataset that a check refuses, beside its report. Nobody trains on them."
      ),
      Flag.withDefault(false)
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ name, from, to, keepRefused, json }) {
    const [begin, end] = [yield* dayOf(from), yield* dayOf(to)]
    if (begin !== undefined && end !== undefined && begin >= end) {
      return yield* new Refused({ message: "--from must be before --to." })
    }
    const datasets = yield* Datasets
    const summary = yield* datasets.build({
      name,
      keepRefused,
      ...(begin === undefined ? {} : { from: begin }),
      ...(end === undefined ? {} : { to: end })
    })
    yield* Console.log(json ? JSON.stringify(summary) : describe(summary))
  })
).pipe(Command.withDescription("Builds a dataset for training, checks it, and publishes it as Parquet."))

const describe = ({ name, folder, rows, skipped, checks, seconds, peak_memory_mb }: DatasetSummary): string =>
  [
    `${name} is published in ${folder} after ${seconds} s; memory at most ${peak_memory_mb} MB.`,
    ...Object.entries(rows).map(([split, n]) => `  ${split.padEnd(16)}${String(n).padStart(9)} rows`),
    ...Object.entries(skipped).map(([reason, n]) => `  left out: ${n}, ${reason}`),
    ...checks.map(({ rule, says }) => `  passed: ${rule} (${says})`)
  ].join("\n")
