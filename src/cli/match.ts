import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { UserId } from "../domain/ids.ts"
import {
  MATCH_TYPES,
  type MatchAnalysis,
  MatchData,
  type MatchExplanation,
  type Wholeness
} from "../services/match-data.ts"
import { Refused } from "./refused.ts"

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

const MOST_LISTED = 10_000

/** Who can be matched, and what is missing of the others. */
export const checkPerson = Command.make(
  "check-person",
  {
    person: Argument.String("person").pipe(
      Argument.withDescription("Whom to check, by id. Without: everybody, as a table."),
      Argument.withSchema(UserId),
      Argument.optional
    ),
    most: Flag.Int("most").pipe(
      Flag.withDescription("Incomplete people that the table lists."),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: MOST_LISTED }))),
      Flag.withDefault(50)
    ),
    json
  },
  Effect.fnUntraced(function* ({ person, most, json: asJson }) {
    const matches = yield* MatchData
    const only = Option.getOrUndefined(person)
    const people = yield* matches.check(only)
    if (only !== undefined && people.length === 0) {
      return yield* new Refused({ message: `There is no person ${only}, or they have left.` })
    }
    yield* Console.log(
      asJson ? JSON.stringify({ people }) : only === undefined ? table(people, most) : verdict(people[0]!)
    )
  })
).pipe(Command.withDescription("Says of whom enough is known to match them, and what is missing of the others."))

const whom = (name: string, which: string) =>
  Argument.String(name).pipe(Argument.withDescription(`The ${which} person, by id.`), Argument.withSchema(UserId))

/** Why two people are said to go together. */
export const debugMatch = Command.make(
  "debug-match",
  { one: whom("one", "first"), other: whom("other", "second"), json },
  Effect.fnUntraced(function* ({ one, other, json: asJson }) {
    const matches = yield* MatchData
    const explained = yield* matches.explain(one, other)
    yield* Console.log(asJson ? JSON.stringify(explained) : explain(explained))
  })
).pipe(
  Command.withDescription(
    "Shows the match features of two people, what each of them adds, and the score that comes of it."
  )
)

const verdict = ({ id, missing }: Wholeness): string =>
  missing.length === 0 ? `${id} is complete.` : [`${id} lacks:`, ...missing.map((what) => `  ${what}`)].join("\n")

/** How many lack what, and who lacks anything. */
const table = (people: ReadonlyArray<Wholeness>, most: number): string => {
  const lacking = people.filter(({ missing }) => missing.length > 0)
  const counts = new Map<string, number>()
  for (const { missing } of lacking) for (const what of missing) counts.set(what, (counts.get(what) ?? 0) + 1)
  const listed = lacking.slice(0, most)
  return [
    `${people.length - lacking.length} of ${people.length} people are complete.`,
    ...(counts.size === 0 ? [] : ["", `  ${"missing".padEnd(28)}${"people".padStart(8)}`]),
    ...[...counts].sort((a, b) => b[1] - a[1]).map(([what, n]) => `  ${what.padEnd(28)}${String(n).padStart(8)}`),
    ...(listed.length === 0 ? [] : ["", `  ${"person".padEnd(38)}missing`]),
    ...listed.map(({ id, missing }) => `  ${id.padEnd(38)}${missing.join(", ")}`),
    ...(listed.length === lacking.length ? [] : [`  … and ${lacking.length - listed.length} more: --most, or --json.`])
  ].join("\n")
}

const signed = (x: number) => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(3)}`

const explain = ({ features, base, score, learnt_from }: MatchExplanation): string =>
  [
    `  ${"feature".padEnd(20)}${"value".padStart(8)}${"usual".padStart(8)}${"adds".padStart(9)}`,
    ...features.map(
      ({ name, value, usual, contribution }) =>
        `  ${name.padEnd(20)}${value.toFixed(3).padStart(8)}${usual.toFixed(3).padStart(8)}${signed(contribution).padStart(9)}`
    ),
    `  ${"a usual match".padEnd(36)}${signed(base).padStart(9)}`,
    "",
    `Score ${score.toFixed(3)}: the chance that it goes well, by a logistic regression over ${learnt_from} made-up matches; what adds is in log-odds.`
  ].join("\n")

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
