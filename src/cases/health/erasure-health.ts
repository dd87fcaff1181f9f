/**
 * Whether people who asked to leave are being let go. Travelers feel nothing of an erasure that is stuck, so operators must:
 * it is `degraded` for as long as anybody waits for one that failed several times.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ERASE_USER } from "../../services/erasure.ts"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { Jobs, type OpenJobs } from "../../services/jobs.ts"

const name = "erasure"
const MINUTE_MS = 60_000

const judge = ({ open, failing, oldest }: OpenJobs, now: number): DependencyHealth => {
  if (failing === 0) return { name, status: "up", detail: open === 0 ? "nobody waits" : `${open} under way` }
  const minutes = Math.round((now - (oldest ?? now)) / MINUTE_MS)
  return {
    name,
    status: "degraded",
    detail: `${failing} of ${open} erasures failed several times; the oldest was asked for ${minutes} minutes ago`,
    fix: "Each is tried again by itself until it is done. The log says which step does not work: the index, the database, or a trip that is quarantined."
  }
}

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const health = yield* Health
    const jobs = yield* Jobs
    yield* health.register(
      name,
      Effect.gen(function* () {
        return judge(yield* jobs.open(ERASE_USER), yield* Clock.currentTimeMillis)
      }).pipe(
        Effect.catch(({ message }) => Effect.succeed<DependencyHealth>({ name, status: "degraded", detail: message }))
      )
    )
  })
)
