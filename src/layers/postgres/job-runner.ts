/** One job at a time: claimed with SKIP LOCKED, kept by a heartbeat, and fenced by claimant and attempt to its end. */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Schedule from "effect/Schedule"
import { SqlClient } from "effect/sql/SqlClient"
import { JobFailed, type JobHandler } from "../../services/jobs.ts"
import { Machine } from "../../support/machine.ts"

export interface RunnerOptions {
  readonly heartbeatEvery: Duration.Input
  /** A job without a heartbeat for this long is taken over. Several heartbeats, so that a short outage costs nothing. */
  readonly staleAfter: Duration.Input
  /** Before the second attempt; doubles with each one. */
  readonly retryAfter: Duration.Input
}

interface Claimed {
  readonly id: string
  readonly kind: string
  readonly payload: unknown
  readonly attempts: number
  readonly max_attempts: number
}

/** The longest wait between attempts, in first waits. */
const LONGEST_RETRY_FACTOR = 128

/** For the words that end a job, when the database is away just then. Later on the next claimant repeats the job. */
const STUBBORNLY = { schedule: Schedule.spaced("500 millis"), times: 20 }

const attempts = Metric.counter("jobs_total", {
  description: "Attempts at jobs, by kind and outcome",
  incremental: true
})
const count = (kind: string, outcome: "done" | "failed" | "lost") =>
  Metric.update(Metric.withAttributes(attempts, { kind, outcome }), 1)

export const makeRunner = <R>(options: RunnerOptions, claimant: string, handlers: ReadonlyArray<JobHandler<R>>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const { elapsed } = yield* Machine
    const handlerOf = new Map(handlers.map((handler) => [handler.kind, handler]))
    const staleMillis = Duration.toMillis(Duration.fromInputUnsafe(options.staleAfter))
    const stale = sql`heartbeat_at < now() - make_interval(secs => ${staleMillis / 1000})`

    const claim = sql<Claimed>`
      update jobs set state = 'running', claimed_by = ${claimant}, heartbeat_at = now(), attempts = attempts + 1
      where id = (
        select id from jobs
        where kind in ${sql.in([...handlerOf.keys()])} and attempts < max_attempts
          and ((state = 'queued' and run_after <= now()) or (state = 'running' and ${stale}))
        order by run_after limit 1
        for update skip locked)
      returning id, kind, payload, attempts, max_attempts`.pipe(Effect.map(([job]) => job))

    /** Jobs whose node died in their last attempt: nobody would ever end them. */
    const giveUp = sql`
      update jobs set state = 'failed', finished_at = now(), error = 'The node that ran it stopped, in its last attempt.'
      where state = 'running' and attempts >= max_attempts and ${stale}`

    /** Matches nothing any more once another node has taken the job over. */
    const ours = (job: Claimed) =>
      sql`id = ${job.id} and claimed_by = ${claimant} and attempts = ${job.attempts} and state = 'running'`

    /** A node that stops gives its job back at once, and the attempt does not count. */
    const giveBack = (job: Claimed) =>
      Effect.ignore(sql`
        update jobs set state = 'queued', attempts = attempts - 1, run_after = now() where ${ours(job)}`)

    const conclude = (job: Claimed, exit: Exit.Exit<unknown, JobFailed>) => {
      if (Exit.isSuccess(exit)) {
        const result = JSON.stringify(exit.value ?? null)
        return sql`
          update jobs set state = 'done', result = ${result}::text::jsonb, error = null, finished_at = now()
          where ${ours(job)}`
      }
      const failure = Cause.squash(exit.cause)
      const message = failure instanceof Error ? failure.message : String(failure)
      if (job.attempts >= job.max_attempts || (failure instanceof JobFailed && !failure.retry)) {
        return sql`
          update jobs set state = 'failed', error = ${message}, finished_at = now() where ${ours(job)}`
      }
      const wait = Duration.toMillis(Duration.fromInputUnsafe(options.retryAfter))
      const seconds = (wait / 1000) * Math.min(2 ** (job.attempts - 1), LONGEST_RETRY_FACTOR)
      return sql`
        update jobs set state = 'queued', error = ${message}, run_after = now() + make_interval(secs => ${seconds})
        where ${ours(job)}`
    }

    const run = Effect.fnUntraced(function* (job: Claimed) {
      let latest: { readonly value: unknown } | undefined
      const beat = Effect.suspend(() => {
        const progress = latest === undefined ? null : JSON.stringify(latest.value ?? null)
        latest = undefined
        return sql`
          update jobs set heartbeat_at = now(), progress = coalesce(${progress}::text::jsonb, progress)
          where ${ours(job)} returning id`
      }).pipe(Effect.map((rows) => rows.length > 0))

      /** Ends when the job is no longer ours, or soon may be: two at work would be worse than none. */
      const lost = Effect.gen(function* () {
        let heard = elapsed()
        for (;;) {
          yield* Effect.sleep(options.heartbeatEvery)
          const kept = yield* Effect.orElseSucceed(beat, () => undefined)
          if (kept === true) heard = elapsed()
          if (kept === false || elapsed() - heard > staleMillis / 2) return undefined
        }
      })
      const exit = yield* handlerOf
        .get(job.kind)!
        .run({
          id: job.id,
          attempt: job.attempts,
          payload: job.payload,
          progress: (value) => {
            latest = { value }
          }
        })
        .pipe(
          Effect.onInterrupt(() => giveBack(job)),
          Effect.exit,
          Effect.raceFirst(lost)
        )
      if (exit === undefined) {
        yield* count(job.kind, "lost")
        return yield* Effect.logWarning(
          `Job ${job.id} (${job.kind}) was left: another node has it, or the database is away.`
        )
      }
      if (latest !== undefined) yield* Effect.ignore(beat)
      yield* Effect.retry(conclude(job, exit), STUBBORNLY)
      yield* count(job.kind, Exit.isSuccess(exit) ? "done" : "failed")
      if (Exit.isFailure(exit)) yield* Effect.logWarning(`Job ${job.id} (${job.kind}) failed.`, exit.cause)
    })

    /**
     * Claims one job and sees it through; says whether there was one. A claim is not broken off: its job would be nobody's
     * until it counts as abandoned.
     */
    const next = Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const job = yield* claim
        if (job === undefined) return false
        yield* Effect.onInterrupt(restore(run(job)), () => giveBack(job))
        return true
      })
    )
    return { next, giveUp }
  })
