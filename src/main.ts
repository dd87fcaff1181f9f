/**
 * The composition root: the only file that picks layers. Read it from top to bottom to see what the system is made of;
 * what each part does stands in `services/`, how it is done in `layers/`.
 */
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import { doctor } from "./cli/doctor.ts"
import { migrate } from "./cli/migrate.ts"
import { reindex } from "./cli/reindex.ts"
import { seedCity } from "./cli/seed-city.ts"
import { serve } from "./cli/serve.ts"
import { token } from "./cli/token.ts"
import { Config } from "./config.ts"
import * as Logging from "./layers/files/logging.ts"
import * as PostgresCatalogStore from "./layers/postgres/catalog-store.ts"
import * as PostgresIndexSource from "./layers/postgres/index-source.ts"
import * as Migrator from "./layers/postgres/migrator.ts"
import { Health } from "./services/health.ts"
import * as Reindex from "./sources/reindex.ts"
import { seeder } from "./wiring/catalogs.ts"
import { checkedTokens, config, erasedSubjects, health, sql, tokens } from "./wiring/foundation.ts"
import { chosenIndex, vectorIndex } from "./wiring/minds.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const version = (JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string }).version

if (existsSync(".env")) process.loadEnvFile(".env")

const seeding = seeder.pipe(Layer.provide(vectorIndex), Layer.provide(Migrator.layer()), Layer.provide(sql))

const reindexing = Layer.mergeAll(PostgresCatalogStore.layer, PostgresIndexSource.layer, vectorIndex).pipe(
  Layer.provide(Migrator.layer()),
  Layer.provide(sql)
)

/** The server is large and most commands do without it: it is loaded when it is run. */
const runServer = (role: "all" | "gateway" | "worker") =>
  Effect.gen(function* () {
    const { server } = yield* Effect.promise(() => import("./server.ts"))
    return yield* server({ role, version, root })
  }).pipe(
    Effect.provide(
      Layer.mergeAll(health, checkedTokens).pipe(
        Layer.provideMerge(erasedSubjects),
        Layer.provideMerge(Migrator.layer()),
        Layer.provideMerge(sql)
      )
    )
  )

const inspect = Effect.gen(function* () {
  const settings = yield* Config
  const report = Effect.flatMap(Health, (desk) => desk.report)
  const dependencies = yield* report.pipe(
    Effect.provide(health.pipe(Layer.provideMerge(sql))),
    Effect.catch((error) => Effect.succeed([{ name: "postgresql", status: "down" as const, detail: error.message }]))
  )
  return { config: settings, environment: process.env, dependencies }
})

const overplanned = Command.make("overplanned").pipe(
  Command.withDescription("A travel runtime: plans trips from local evidence and stays with the traveler."),
  Command.withSubcommands([
    serve(runServer),
    migrate(Migrator.migrate().pipe(Effect.provide(sql))),
    seedCity.pipe(Command.provide(seeding)),
    reindex({ index: chosenIndex, run: (request) => Effect.provide(Reindex.reindex(request), reindexing) }),
    token.pipe(Command.provide(tokens)),
    doctor(inspect)
  ])
)

/** What a person reads when a command fails: the sentences of the failure, never a stack. */
const tell = (cause: Cause.Cause<unknown>) =>
  Effect.sync(() => {
    if (Cause.hasInterruptsOnly(cause)) return
    for (const reason of cause.reasons) {
      if (reason._tag === "Fail") {
        const message = reason.error instanceof Error ? reason.error.message : String(reason.error)
        if (message !== "") console.error(message)
      } else if (reason._tag === "Die") console.error("This should not have happened:", reason.defect)
    }
  })

overplanned.pipe(
  Command.run({ version }),
  Effect.tapCause(tell),
  Effect.provide(Layer.mergeAll(NodeServices.layer, Logging.layer).pipe(Layer.provideMerge(config))),
  (program) =>
    NodeRuntime.runMain(program, {
      disableErrorReporting: true,
      teardown: (exit, onExit) => Runtime.defaultTeardown(exit, onExit)
    })
)
