/** A scenario: what happens when, on a clock of its own. The first line says where and for whom, each other line is a disruption. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Severity, WeatherCondition } from "../../domain/city/model.ts"
import { PivotDetail } from "../../domain/pivot/model.ts"
import { MAX_DAYS } from "../../domain/trip/request.ts"
import { Trigger } from "../../domain/vocabulary.ts"
import { Refused } from "../refused.ts"

const whole = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** Minutes of the scenario's clock, from its start. */
const at = { at_minutes: whole(0, 14 * 1440) }

const Setting = Schema.Struct({
  city: Schema.String,
  days: whole(1, MAX_DAYS),
  /** Each with a trip of their own. */
  travelers: whole(1, 100)
})

const Step = Schema.Union([
  Schema.Struct({
    ...at,
    kind: Schema.Literal("weather"),
    condition: WeatherCondition,
    severity: Severity,
    minutes: whole(1, 14 * 1440)
  }),
  /** Closes the venue of that traveler's stop: 0 is the next one ahead. */
  Schema.Struct({
    ...at,
    kind: Schema.Literal("closure"),
    traveler: whole(0, 99),
    stop: whole(0, 99),
    minutes: whole(1, 14 * 1440)
  }),
  Schema.Struct({
    ...at,
    kind: Schema.Literal("transit"),
    delay_minutes: whole(1, 1440),
    line: Schema.optionalKey(Schema.String),
    minutes: whole(1, 14 * 1440)
  }),
  /** A traveler asks by themselves. */
  Schema.Struct({
    ...at,
    kind: Schema.Literal("pivot"),
    traveler: whole(0, 99),
    stop: whole(0, 99),
    trigger: Trigger,
    detail: Schema.optionalKey(PivotDetail)
  })
])
export type Step = typeof Step.Type

export interface Scenario {
  readonly setting: typeof Setting.Type
  readonly steps: ReadonlyArray<Step>
}

const line = <A>(schema: Schema.Codec<A, unknown>, text: string, number: number) =>
  Effect.mapError(
    Schema.decodeUnknownEffect(Schema.fromJsonString(schema))(text),
    (error) => new Refused({ message: `Line ${number} of the scenario: ${error.message}` })
  )

export const readScenario = Effect.fnUntraced(function* (text: string) {
  const lines = text.split("\n").filter((one) => one.trim() !== "")
  if (lines.length < 2) {
    return yield* new Refused({ message: "A scenario has a line about the city, and a line for each disruption." })
  }
  const setting = yield* line(Setting, lines[0]!, 1)
  const steps = yield* Effect.forEach(lines.slice(1), (one, i) => line(Step, one, i + 2))
  const scenario: Scenario = { setting, steps: steps.toSorted((a, b) => a.at_minutes - b.at_minutes) }
  return scenario
})
