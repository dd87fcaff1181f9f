import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { MATCH_TYPES, type MatchAnalysis, MatchData } from "../services/match-data.ts"

const MOST_MATCHES = 100_000

const folder = Flag.String("folder").pipe(
  Flag.withDescription("The folder of the match events."),
  Flag.withDefault("datasets/match_events")
)
const json = Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))

/** Makes match events between people with whole profiles; the same seed gives the same events, under other names. */
export const generateMatchEvents = Command.make(
  "generate-match-events",
  {
    count: Flag.Int("count").pipe(
      Flag.withDescription("How many events."),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MOST_MATCHES }))),
      Flag.withDefault(1000)
    ),
    type: Flag.Literals("match-type", MATCH_TYPES).pipe(
      Flag.withDescription("solo: two people. group: three to five."),
      Flag.withDefault("solo" as const)
    ),
    seed: Flag.Int("seed").pipe(Flag.withDescription("The same seed, the same events."), Flag.withDefault(1)),
    folder,
    json
  },
  Effect.fnUntraced(function* (request) {
    const matches = yield* MatchData
    const summary = yield* matches.generate(request)
    yield* Console.log(
      request.json
        ? JSON.stringify(summary)
        : [
            `${summary.synthetic} made-up and ${summary.real} real match events in ${summary.folder}: ${summary.train} to train, ${summary.validation} to validate.`,
            ...Object.entries(summary.skipped).map(([reason, n]) => `  left out: ${n} people, ${reason}`),
            ...(summary.mapped === 0 ? [] : [`  ${summary.mapped} personas were read from a trip's seed`])
          ].join("\n")
    )
  })
).pipe(Command.withDescription("Makes match events to learn from who travels well together."))

/** Says what match events are worth: their quality, and what the simplest of learners makes of them. */
export const analyzeDataset = Command.make(
  "analyze-dataset",
  { folder, json },
  Effect.fnUntraced(function* (request) {
    const matches = yield* MatchData
    const analysis = yield* matches.analyze(request.folder)
    yield* Console.log(request.json ? JSON.stringify(analysis) : describe(analysis))
  })
).pipe(Command.withDescription("Judges match events, and adds plots to their folder."))

const percent = (x: number) => `${(x * 100).toFixed(1)} %`

const describe = ({ rows, duplicates, features, auc, accuracy, spread, problems }: MatchAnalysis): string =>
  [
    `${rows} match events; ${percent(duplicates)} of feature vectors are repeated (less than 10 % may be).`,
    "",
    `  ${"feature".padEnd(20)}${"values".padStart(8)}${"needed".padStart(8)}${"at 0.5".padStart(9)}`,
    ...features.map(
      ({ name, distinct, needed, at_default }) =>
        `  ${name.padEnd(20)}${String(distinct).padStart(8)}${`≥ ${needed}`.padStart(8)}${percent(at_default).padStart(9)}`
    ),
    "",
    `Logistic regression on held-out pairs: ROC-AUC ${auc.toFixed(3)}, accuracy ${accuracy.toFixed(3)}, predictions ${spread[0].toFixed(2)}–${spread[1].toFixed(2)}.`,
    ...(problems.length === 0
      ? ["The data can be learnt from, and is no echo."]
      : problems.map((problem) => `Problem: ${problem}.`))
  ].join("\n")
