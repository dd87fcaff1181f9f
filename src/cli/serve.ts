import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import type * as Effect from "effect/Effect"
import type { Role } from "../domain/nodes/standing.ts"

/** Runs the system until it is told to stop. */
export const serve = <E, R>(run: (role: Role) => Effect.Effect<never, E, R>) =>
  Command.make(
    "serve",
    {
      role: Flag.Literals("role", ["all", "gateway", "worker"]).pipe(
        Flag.withDescription(
          "gateway answers travelers and owns trips, worker runs the jobs that touch none, all does both."
        ),
        Flag.withDefault("all" as const)
      )
    },
    ({ role }) => run(role)
  ).pipe(Command.withDescription("Runs the system: migrations, the gateway, actors and jobs."))
