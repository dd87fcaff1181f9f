/** The commands, each with the layers it needs. */
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NobodyErased from "../cases/absent/nobody-erased.ts"
import * as HealthDesk from "../cases/health/health-desk.ts"
import { judgeAll } from "../cases/health/nodes-health.ts"
import { buildDataset } from "../cli/build-dataset.ts"
import { convertOldSignals } from "../cli/convert-old-signals.ts"
import { doctor } from "../cli/doctor.ts"
import { drain } from "../cli/drain.ts"
import { erasureCheck } from "../cli/erasure-check.ts"
import { learn } from "../cli/learn/learn.ts"
import { analyzeDataset, checkPerson, debugMatch, generateMatchEvents } from "../cli/match.ts"
import { migrate } from "../cli/migrate.ts"
import { report, rollback, traffic } from "../cli/models.ts"
import { nodes } from "../cli/nodes.ts"
import { places } from "../cli/places.ts"
import { promote } from "../cli/promote.ts"
import { read } from "../cli/read.ts"
import { reindex } from "../cli/reindex.ts"
import { repairTrip } from "../cli/repair-trip.ts"
import { replay } from "../cli/replay/replay.ts"
import { seedCity } from "../cli/seed-city.ts"
import { seedTrainingData } from "../cli/seed-training-data.ts"
import { serve } from "../cli/serve.ts"
import { signInCode } from "../cli/sign-in-code.ts"
import { sources } from "../cli/sources.ts"
import { token } from "../cli/token.ts"
import { evaluate, train } from "../cli/train.ts"
import { Config } from "../config.ts"
import type { Role } from "../domain/nodes/standing.ts"
import { healthOnDisk } from "../layers/journal/on-disk.ts"
import * as PostgresCatalog from "../layers/postgres/catalog.ts"
import * as PostgresCatalogStore from "../layers/postgres/catalog-store.ts"
import { hoursCoverage } from "../layers/postgres/hours-coverage.ts"
import * as PostgresIndexSource from "../layers/postgres/index-source.ts"
import * as PostgresJobs from "../layers/postgres/jobs.ts"
import * as Migrator from "../layers/postgres/migrator.ts"
import * as PostgresModelRegistry from "../layers/postgres/model-registry.ts"
import * as PostgresLeases from "../layers/postgres/nodes/leases.ts"
import { convertOlderSignals } from "../layers/postgres/older-signals.ts"
import * as PostgresTripMending from "../layers/postgres/trip-mending.ts"
import { Health } from "../services/health.ts"
import { Leases } from "../services/leases.ts"
import type { RepairRequest } from "../services/trip-mending.ts"
import { readPosts } from "../sources/read-posts.ts"
import * as Reindex from "../sources/reindex.ts"
import * as Datasets from "../training/datasets/build.ts"
import * as MatchData from "../training/match/data.ts"
import * as ShadowPopulation from "../training/population/seed.ts"
import { placesHealth, seeder } from "./catalogs.ts"
import { health, signInCodes, sql, tokens } from "./foundation.ts"
import { promotions, shadowReports, trainers } from "./models.ts"
import { cache, chosenIndex, llm, rankingHealth, vectorIndex } from "./ranking.ts"
import { root, version } from "./release.ts"
import { traceStores } from "./traces.ts"
import { trainingJobs } from "./training-jobs.ts"

/** Commands ask for nobody in particular: who left does not concern them. */
const seeding = seeder.pipe(
  Layer.provide([vectorIndex, NobodyErased.layer]),
  Layer.provide(Migrator.layer()),
  Layer.provide(sql)
)

const population = ShadowPopulation.layer.pipe(
  Layer.provide([PostgresCatalog.layer, seeding]),
  Layer.provide(Migrator.layer()),
  Layer.provide(sql)
)

const reindexing = Layer.mergeAll(PostgresCatalogStore.layer, PostgresIndexSource.layer, vectorIndex).pipe(
  Layer.provide(Migrator.layer()),
  Layer.provide(sql)
)

const reading = PostgresCatalogStore.layer.pipe(Layer.provide(Migrator.layer()), Layer.provide(sql))

const registry = PostgresModelRegistry.layer.pipe(Layer.provideMerge(Migrator.layer()), Layer.provideMerge(sql))

/** It asks for the job and never takes one; while no server holds the journal, it is done here. */
const repairing = Layer.mergeAll(
  PostgresJobs.layer({ ...PostgresJobs.jobsDefaults, node: "command" }),
  PostgresTripMending.layer
).pipe(Layer.provide(Migrator.layer()), Layer.provide(sql))

const repairHere = (request: RepairRequest) =>
  Effect.flatMap(
    Effect.promise(() => import("./repair-here.ts")),
    (alone) => alone.repairHere(request)
  )

/** The server is large: it is loaded when it is run. */
const runServer = (role: Role) =>
  Effect.flatMap(
    Effect.promise(() => import("./run-server.ts")),
    (server) => server.runServer(role)
  )

/** The server's journal without the server. */
const draining = Effect.flatMap(
  Effect.promise(() => import("./draining.ts")),
  ({ draining }) => draining
)

/** Each is asked as the server would ask it, and nothing is started that the server would not start. */
const dependencies = health.pipe(
  Layer.provideMerge(Layer.mergeAll(rankingHealth, placesHealth)),
  Layer.provide(Layer.mergeAll(vectorIndex, cache, llm).pipe(Layer.provide(NobodyErased.layer))),
  Layer.provideMerge(HealthDesk.layer),
  Layer.provideMerge(sql)
)

const inspect = Effect.gen(function* () {
  const settings = yield* Config
  const journal = yield* healthOnDisk(join(settings.OVERPLANNED_DATA_DIR, "journal"), settings.JOURNAL_DISK_BUDGET)
  const others = yield* Effect.flatMap(Health, (desk) => desk.report).pipe(
    Effect.provide(dependencies),
    Effect.catch((error) => Effect.succeed([{ name: "postgresql", status: "down" as const, detail: error.message }]))
  )
  // Where the database is away, the line above says so.
  const hours = yield* hoursCoverage.pipe(
    Effect.provide(sql),
    Effect.map((one) => [one]),
    Effect.orElseSucceed(() => [])
  )
  const servers = yield* Effect.flatMap(Leases, ({ nodes }) => nodes).pipe(
    Effect.provide(PostgresLeases.layer.pipe(Layer.provide(sql))),
    Effect.map(judgeAll),
    Effect.orElseSucceed(() => [])
  )
  return { config: settings, environment: process.env, dependencies: [...others, journal, ...servers, ...hours] }
})

const overplanned = Command.make("overplanned").pipe(
  Command.withDescription("A travel runtime: plans trips from local evidence and stays with the traveler."),
  Command.withSubcommands([
    serve(runServer),
    migrate(Migrator.migrate().pipe(Effect.provide(sql))),
    seedCity.pipe(Command.provide(seeding)),
    sources.pipe(Command.provide(seeding)),
    places.pipe(Command.provide(PostgresCatalog.layer.pipe(Layer.provide(Migrator.layer()), Layer.provide(sql)))),
    read((city, file, tell) => Effect.provide(readPosts(city, file, tell), reading)),
    buildDataset.pipe(Command.provide(Datasets.layer.pipe(Layer.provide(Migrator.layer()), Layer.provide(sql)))),
    convertOldSignals((how) =>
      Effect.provide(convertOlderSignals(how), Migrator.layer().pipe(Layer.provideMerge(sql)))
    ),
    train(Effect.provide(trainingJobs, registry)).pipe(Command.provide(trainers.pipe(Layer.provide(registry)))),
    evaluate.pipe(Command.provide(trainers.pipe(Layer.provide(registry)))),
    promote.pipe(Command.provide(promotions.pipe(Layer.provide(registry)))),
    traffic.pipe(Command.provide(promotions.pipe(Layer.provide(registry)))),
    rollback.pipe(Command.provide(promotions.pipe(Layer.provide(registry)))),
    report.pipe(Command.provide(shadowReports.pipe(Layer.provide(registry)))),
    learn(root),
    generateMatchEvents.pipe(Command.provide(MatchData.layer.pipe(Layer.provide(sql)))),
    analyzeDataset.pipe(Command.provide(MatchData.layer.pipe(Layer.provide(sql)))),
    checkPerson.pipe(Command.provide(MatchData.layer.pipe(Layer.provide(sql)))),
    debugMatch.pipe(Command.provide(MatchData.layer.pipe(Layer.provide(sql)))),
    seedTrainingData.pipe(Command.provide(population)),
    reindex({ index: chosenIndex, run: (request) => Effect.provide(Reindex.reindex(request), reindexing) }),
    token.pipe(Command.provide(tokens)),
    signInCode.pipe(Command.provide(signInCodes.pipe(Layer.provide(Migrator.layer()), Layer.provide(sql)))),
    replay.pipe(Command.provide(tokens)),
    erasureCheck({ stores: traceStores }).pipe(Command.provide(vectorIndex.pipe(Layer.provideMerge(sql)))),
    repairTrip({ here: repairHere }).pipe(Command.provide(repairing)),
    nodes.pipe(Command.provide(PostgresLeases.layer.pipe(Layer.provide(Migrator.layer()), Layer.provide(sql)))),
    drain(draining),
    doctor(inspect)
  ])
)

/** Parses the command line and runs the command; `--help` and mistakes are answered by the parser. */
export const run = overplanned.pipe(Command.run({ version }), Effect.provide(NodeServices.layer))
