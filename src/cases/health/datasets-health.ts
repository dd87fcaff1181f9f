/**
 * Whether the last night's datasets could be published. Travelers feel nothing of one that is refused, and models go on with
 * what they had: it is `degraded` until a night goes well, so that somebody looks. An installation that has too little data for
 * some of them yet is in order.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { DATASETS, NIGHTLY_DATASETS } from "../../services/datasets.ts"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { type Job, Jobs } from "../../services/jobs.ts"

const name = "datasets"

/** What is shown of a reason: the whole stands in the job and in each report. */
const MOST_SHOWN = 600

/** How many of a night's datasets there is too little of so far, from its result. */
const waiting = (result: unknown): number =>
  Object.values((result ?? {}) as object).filter((one) => typeof one === "object" && one !== null && "waits" in one)
    .length

const judge = (job: Job | undefined): DependencyHealth => {
  if (job === undefined) return { name, status: "up", detail: "no night has come yet" }
  const at = new Date(job.finished_at ?? job.created_at).toISOString()
  if (job.state === "done") {
    const waits = waiting(job.result)
    const detail = waits === 0 ? `published ${at}` : `${at}: ${waits} of ${DATASETS.length} wait for more data`
    return { name, status: "up", detail }
  }
  return {
    name,
    status: "degraded",
    detail: `${at}: ${(job.error ?? "failed").slice(0, MOST_SHOWN)}`,
    fix: `Read the reports that it names, or the whole reason at /api/v1/admin/jobs/${job.id}; then build-dataset, or wait for the next night.`
  }
}

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const health = yield* Health
    const jobs = yield* Jobs
    yield* health.register(
      name,
      jobs.lastEnded(NIGHTLY_DATASETS).pipe(
        Effect.map(judge),
        Effect.catch(({ message }) => Effect.succeed<DependencyHealth>({ name, status: "degraded", detail: message }))
      )
    )
  })
)
