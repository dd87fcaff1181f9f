import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TRAINABLE, type TrainableModel, type TrainedModel, Trainers } from "../services/trainers.ts"
import { progressBar } from "./progress.ts"
import { Refused } from "./refused.ts"

const model = Argument.Literals("model", TRAINABLE).pipe(Argument.withDescription("Which model."))
const json = Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))

const oneRun = Effect.fnUntraced(function* (model: TrainableModel, json: boolean) {
  const trainers = yield* Trainers
  const services = yield* Effect.context<never>()
  const bar = progressBar(`Training ${model}`)
  const trained = yield* trainers
    .train(model, ({ epoch, most_epochs }) => Effect.runSyncWith(services)(bar.update(epoch, most_epochs)))
    .pipe(Effect.ensuring(bar.end))
  yield* Console.log(json ? JSON.stringify(trained) : describe(trained))
})

/**
 * Trains a model from its newest dataset, judges it on later decisions, and registers it for staging; or waits for such jobs and
 * does them, until it is told to stop.
 */
export const train = <E, R>(watch: Effect.Effect<never, E, R>) =>
  Command.make(
    "train",
    {
      model: model.pipe(Argument.optional),
      watch: Flag.Boolean("watch").pipe(
        Flag.withDescription("Takes trainings and data sets that are asked for as jobs, until it is stopped."),
        Flag.withDefault(false)
      ),
      json
    },
    Effect.fnUntraced(function* ({ model, watch: watches, json }) {
      if (watches && Option.isNone(model)) {
        yield* Console.log("Waiting for trainings; POST /api/v1/admin/train asks for one.")
        return yield* watch
      }
      if (!watches && Option.isSome(model)) return yield* oneRun(model.value, json)
      return yield* new Refused({
        message: `train takes one model, or --watch and none. Models: ${TRAINABLE.join(", ")}.`
      })
    })
  ).pipe(Command.withDescription("Trains a model from its newest dataset, judges it, and registers it for staging."))

const describe = ({ model, version, folder, dataset, rows, epochs, seconds, table, notes }: TrainedModel): string =>
  [
    `${model}:${version} lies in ${folder} after ${seconds} s: ${epochs} epochs over ${dataset}.`,
    ...Object.entries(rows).map(([what, n]) => `  ${what.padEnd(16)}${String(n).padStart(9)}`),
    "",
    table,
    "",
    ...notes
  ].join("\n")

/** Judges a registered model on the newest dataset; the report is stored with the model. */
export const evaluate = Command.make(
  "evaluate",
  {
    model,
    version: Flag.String("model-version").pipe(
      Flag.withDescription("Which version. Default: the newest."),
      Flag.optional
    ),
    json
  },
  Effect.fnUntraced(function* ({ model, version, json }) {
    const trainers = yield* Trainers
    const judged = yield* trainers.evaluate(model, Option.getOrUndefined(version))
    yield* Console.log(
      json
        ? JSON.stringify(judged)
        : [`${judged.model}:${judged.version} on ${judged.dataset}`, "", judged.table, "", judged.page].join("\n")
    )
  })
).pipe(Command.withDescription("Judges a registered model beside its baselines; the report is stored with the model."))
