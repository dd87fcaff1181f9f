import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import type { MigrationReport } from "../layers/postgres/migrator.ts"

/** Brings the schema up to this version. The migrating itself is handed in, because it needs a database. */
export const migrate = <E, R>(run: Effect.Effect<MigrationReport, E, R>) =>
  Command.make(
    "migrate",
    { json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false)) },
    Effect.fnUntraced(function* ({ json }) {
      const report = yield* run
      yield* Console.log(json ? JSON.stringify(report) : describe(report))
    })
  ).pipe(Command.withDescription("Brings the database's schema up to this version; forward only."))

const describe = (report: MigrationReport): string =>
  report.ahead > 0
    ? `The schema is of a newer release (${report.ahead} migrations that this one does not know), and has everything that this one needs.`
    : report.applied.length === 0
      ? "The schema is up to date."
      : `Applied ${report.applied.length} migration(s): ${report.applied.join(", ")}.`
