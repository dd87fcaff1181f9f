import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { parseIsoDate } from "../domain/time/calendar.ts"
import {
  DEFAULT_SHADOW_USERS,
  type HitRate,
  MOST_SHADOW_USERS,
  type PopulationSummary,
  ShadowPopulation
} from "../services/shadow-population.ts"
import { progressBar } from "./progress.ts"
import { Refused } from "./refused.ts"

/** Fills the database with the shadow population; running it again puts the same rows in their place. */
export const seedTrainingData = Command.make(
  "seed-training-data",
  {
    users: Flag.Int("users").pipe(
      Flag.withDescription("How many people."),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MOST_SHADOW_USERS }))),
      Flag.withDefault(DEFAULT_SHADOW_USERS)
    ),
    seed: Flag.Int("seed").pipe(Flag.withDescription("The same seed, the same population."), Flag.withDefault(1)),
    today: Flag.String("today").pipe(
      Flag.withDescription("The date on which trips under way are under way, such as 2026-05-01. Default: today."),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ users, seed, today, json }) {
    const day = Option.isSome(today) ? parseIsoDate(today.value) : undefined
    if (Option.isSome(today) && day === undefined) {
      return yield* new Refused({ message: `"${today.value.slice(0, 40)}" is not a date such as 2026-05-01.` })
    }
    const population = yield* ShadowPopulation
    const bar = progressBar("Seeding travelers")
    const summary = yield* population
      .seed({ users, seed, ...(day === undefined ? {} : { today: day }) }, bar.update)
      .pipe(Effect.ensuring(bar.end))
    yield* Console.log(json ? JSON.stringify(summary) : describe(summary))
  })
).pipe(
  Command.withDescription(
    "Fills the database with made-up travelers, their trips and their signals. Replaces the shadow population and nothing else."
  )
)

const rate = (name: string, { hr5, low, high }: HitRate) =>
  `  ${name.padEnd(11)} HR@5 ${hr5.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`

const describe = ({ lines, quality, cities_seeded, seconds }: PopulationSummary): string =>
  [
    ...(cities_seeded.length === 0 ? [] : [`Seeded first: ${cities_seeded.join(", ")}.`]),
    `The shadow population stands after ${seconds} s.`,
    "",
    `  ${"what".padEnd(26)}${"rows".padStart(9)}  ${"expected".padEnd(11)}`,
    ...lines.map(
      ({ name, count, expected, because }) =>
        `  ${name.padEnd(26)}${String(count).padStart(9)}  ${expected.padEnd(11)}${because === "" ? "" : ` ${because}`}`
    ),
    "",
    `Signal quality on ${quality.choices} held-out choices of ${quality.users} people:`,
    rate("oracle", quality.oracle),
    rate("popularity", quality.popularity),
    rate("random", quality.random),
    quality.sound
      ? "  There is something to learn, and it is no echo."
      : "  NOT SOUND: the rankers do not lie apart, or the oracle is an echo. Do not train on this."
  ].join("\n")
