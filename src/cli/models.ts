/** A model in production on its way to everybody, and back; and what one in the shadow would have said. */
import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Config } from "../config.ts"
import type { Interval } from "../domain/learning/promotion.ts"
import type { RegisteredModel } from "../services/model-registry.ts"
import { Promotions } from "../services/promotions.ts"
import { type ShadowReport, ShadowReports } from "../services/shadow-reports.ts"
import { RANKER_MODEL_TYPES } from "../services/trained-rankers.ts"
import { Refused } from "./refused.ts"

const json = Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))
const name = Argument.String("model").pipe(Argument.withDescription("Which model."))

/** Whose ranker is asked is a setting: another one's share is kept, and nobody is ranked for by it meanwhile. */
const unheard = ({ model_name, model_type, model_version }: RegisteredModel, ranks: string): string | undefined =>
  RANKER_MODEL_TYPES.includes(model_type) && model_name !== ranks
    ? `${model_name}:${model_version} has its share, and ranks for nobody: RANKING_MODEL is ${ranks} here. Servers that are started with RANKING_MODEL=${model_name} ask it.`
    : undefined

/** More travelers have the model in production, or fewer. */
export const traffic = Command.make(
  "traffic",
  {
    name,
    percent: Argument.Int("percent").pipe(Argument.withDescription("Of all travelers, from 1 to 100.")),
    force: Flag.String("force").pipe(
      Flag.withDescription("Why more of them get it although the guards say to wait; kept with the model."),
      Flag.optional
    ),
    json
  },
  Effect.fnUntraced(function* ({ name, percent, force, json }) {
    if (percent < 1 || percent > 100) {
      return yield* new Refused({
        message: `${percent} is no share of travelers: say 1 to 100. To take the model from all of them, run rollback ${name}.`
      })
    }
    const promotions = yield* Promotions
    const model = yield* promotions.share({
      name,
      percent,
      ...(Option.isSome(force) ? { force: force.value } : {})
    })
    yield* Console.log(
      json
        ? JSON.stringify(model)
        : (unheard(model, (yield* Config).RANKING_MODEL) ??
            `${name}:${model.model_version} ranks for ${percent} % of warm travelers, within half a minute.`)
    )
  })
).pipe(Command.withDescription("Gives the model in production to more travelers or to fewer, always the same ones."))

/** Takes a model out of production, everywhere within half a minute. */
export const rollback = Command.make(
  "rollback",
  {
    name,
    reason: Flag.String("reason").pipe(
      Flag.withDescription("Why; kept with the model."),
      Flag.withDefault("an operator took it back")
    ),
    json
  },
  Effect.fnUntraced(function* ({ name, reason, json }) {
    const promotions = yield* Promotions
    const rolledBack = yield* promotions.rollback(name, reason)
    const { from, to } = rolledBack
    const instead =
      to === undefined
        ? "no trained model of that name ranks any more"
        : `${to.model_version} ranks again for everybody`
    yield* Console.log(
      json
        ? JSON.stringify(rolledBack)
        : `${name}:${from.model_version} is archived; ${instead}, on every node within half a minute.`
    )
  })
).pipe(Command.withDescription("Takes the model out of production at once; what it took over from ranks again."))

const figure = ({ mean, lower, upper }: Interval): string =>
  `${mean.toFixed(3)} [${lower.toFixed(3)}, ${upper.toFixed(3)}]`

const day = (instant: string | null): string => instant?.slice(0, 10) ?? "never"

const described = (report: ShadowReport): string => {
  const { agreement, latency, paired, segments } = report
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`
  const served = Object.entries(report.served_by).map(([name, n]) => `${name} ${n}`)
  return [
    `${report.model}:${report.version}: ${report.decisions} decisions on ${report.days} days, ${day(report.from)} to ${day(report.to)}; ${report.judged} of them judged.`,
    `  served by      ${served.length === 0 ? "nobody yet" : served.join(", ")}`,
    `  agreement      the same first place ${percent(agreement.same_first)}, of the first five ${percent(agreement.shared_of_five)} shared`,
    `  latency        p50 ${latency.shadow.p50_ms.toFixed(1)} ms, p95 ${latency.shadow.p95_ms.toFixed(1)} ms; served p50 ${latency.served.p50_ms.toFixed(1)} ms, p95 ${latency.served.p95_ms.toFixed(1)} ms`,
    ...(paired === null
      ? ["  paired         nothing to compare yet: nobody has answered a decision that it ran beside"]
      : (["hr5", "ndcg10"] as const).map(
          (metric) =>
            `  ${metric.padEnd(15)}${figure(paired[metric].shadow)}, served ${figure(paired[metric].served)}, difference ${figure(paired[metric].difference)}`
        )),
    ...segments.map(
      ({ name, decisions, difference }) =>
        `  ${name.padEnd(30)}${String(decisions).padStart(6)}  difference ${figure(difference)}`
    )
  ].join("\n")
}

/** What was found out, from what was logged. */
export const report = Command.make(
  "report",
  { what: Argument.Literals("what", ["shadow"]).pipe(Argument.withDescription("Of what.")), json },
  Effect.fnUntraced(function* ({ json }) {
    const reports = yield* (yield* ShadowReports).report
    yield* Console.log(
      json
        ? JSON.stringify({ models: reports })
        : reports.length === 0
          ? "No model is in the shadow. Put one there with promote <model> <version> --to shadow."
          : reports.map(described).join("\n\n")
    )
  })
).pipe(Command.withDescription("Says how a model in the shadow would have done, beside what was served."))
