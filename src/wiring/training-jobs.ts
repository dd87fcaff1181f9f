/** A node that trains and does nothing else: it takes trainings, and the data sets that they need, as jobs. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../config.ts"
import * as Keepsakes from "../layers/files/keepsakes.ts"
import * as PostgresJobs from "../layers/postgres/jobs.ts"
import type { Datasets } from "../services/datasets.ts"
import { Jobs } from "../services/jobs.ts"
import type { Trainers } from "../services/trainers.ts"
import * as DatasetsBuilder from "../training/datasets/build.ts"
import { buildDatasetJob } from "../training/datasets/job.ts"
import { trainModelJob } from "../training/models/job.ts"
import { trainers } from "./models.ts"

/** A training has the machine to itself. */
const AT_ONCE = 1

const jobs = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Config
    const node = settings.OVERPLANNED_NODE_ID ?? (yield* Keepsakes.nodeId(settings.OVERPLANNED_DATA_DIR))
    return PostgresJobs.layer({ ...PostgresJobs.jobsDefaults, node, concurrency: AT_ONCE })
  })
)

/** Until it is interrupted; it still needs the registry and the database. */
export const trainingJobs = Effect.flatMap(Jobs, (desk) =>
  desk.work<Datasets | Trainers>([trainModelJob, buildDatasetJob])
).pipe(Effect.provide(Layer.mergeAll(jobs, DatasetsBuilder.layer, trainers)))
