import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Promotions } from "../services/promotions.ts"

/** Lets a model into the shadow or into production, where it has shown enough; servers notice within half a minute. */
export const promote = Command.make(
  "promote",
  {
    name: Argument.String("model").pipe(Argument.withDescription("Which model.")),
    version: Argument.String("version").pipe(Argument.withDescription("Which version of it.")),
    to: Flag.Literals("to", ["shadow", "production"]).pipe(
      Flag.withDescription("Beside what serves, unheard, or in its place."),
      Flag.withDefault("production" as const)
    ),
    force: Flag.String("force").pipe(
      Flag.withDescription("Why the gate is overruled; kept with the model."),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ name, version, to, force, json }) {
    const promotions = yield* Promotions
    const model = yield* promotions.promote({
      name,
      version,
      to,
      ...(Option.isSome(force) ? { force: force.value } : {})
    })
    yield* Console.log(json ? JSON.stringify(model) : `${name}:${version} is in ${model.stage}.`)
  })
).pipe(Command.withDescription("Lets a model into the shadow or into production, where it has shown enough."))
