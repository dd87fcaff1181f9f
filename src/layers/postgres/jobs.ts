/** Jobs in PostgreSQL. Nodes share one table; each claims what it runs. */
import * as Clock from "effect/Clock"
import * as Cron from "effect/Cron"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import { type EnqueueOptions, type Job, type JobSchedule, Jobs, JobsUnavailable } from "../../services/jobs.ts"
import { newId } from "../../support/new-id.ts"
import { AFTER_FAULT, again } from "./again.ts"
import { whyAway } from "./away.ts"
import { makeRunner, type RunnerOptions } from "./job-runner.ts"

export interface JobsOptions extends RunnerOptions {
  /** The name of this node. */
  readonly node: string
  /** How many jobs run at once here. */
  readonly concurrency: number
  /** How often an idle node looks for work that others enqueued. */
  readonly pollEvery: Duration.Input
}

export const jobsDefaults = {
  concurrency: 2,
  pollEvery: "1 second",
  heartbeatEvery: "5 seconds",
  staleAfter: "30 seconds",
  retryAfter: "2 seconds"
} satisfies Omit<JobsOptions, "node">

const MAX_ATTEMPTS = 5

/** As many as the column counts: at the longest wait between two, a quarter of a year, and then `resume` begins anew. */
const UNTIL_DONE_ATTEMPTS = 32_767

/** Attempts after which a job that is not done is a matter for an operator. */
const SEVERAL_ATTEMPTS = 3

/** How long a time that has come is tried to be enqueued while the database is away. */
const WORTH_TRYING = "1 hour"

/** A machine that was asleep, or whose clock was set, is noticed within this time. */
const LONGEST_SLEEP_MS = 60_000

const unavailable = (error: SqlError) =>
  new JobsUnavailable({
    message: `Jobs cannot be started or looked up right now: ${whyAway(error)}. Try again shortly.`
  })

type Row = Omit<Job, "run_after" | "created_at" | "finished_at"> & {
  readonly run_after: Date
  readonly created_at: Date
  readonly finished_at: Date | null
}

/** Each time of a schedule is a key of its own, so that all nodes together enqueue it once. */
const scheduleKeeper = (enqueue: Jobs["Service"]["enqueue"], now: () => number) => (schedule: JobSchedule) => {
  const cron = Cron.parseUnsafe(schedule.cron, schedule.zone)
  const due = (at: Date) =>
    enqueue(schedule.kind, schedule.payload, { key: `at ${at.toISOString()}` }).pipe(
      Effect.retry(Schedule.spaced(AFTER_FAULT).pipe(Schedule.upTo({ duration: WORTH_TRYING })))
    )
  return Effect.gen(function* () {
    const start = now()
    const missed = Cron.prev(cron, start)
    const catchUp = schedule.catchUp === undefined ? 0 : Duration.toMillis(Duration.fromInputUnsafe(schedule.catchUp))
    if (start - missed.getTime() < catchUp) yield* due(missed)
    let last = start
    for (;;) {
      const at = Cron.next(cron, last)
      for (let wait = 1; wait > 0; wait = at.getTime() - now()) {
        yield* Effect.sleep(Math.min(wait, LONGEST_SLEEP_MS))
      }
      yield* due(at)
      last = at.getTime()
    }
  }).pipe(
    Effect.catch((error) => Effect.logError(`A time of ${schedule.kind} was missed: ${error.message}`)),
    Effect.forever
  )
}

export const layer = (options: JobsOptions): Layer.Layer<Jobs, never, SqlClient> =>
  Layer.effect(
    Jobs,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const clock = yield* Clock.Clock
      const wakeUps = yield* Queue.sliding<void>(options.concurrency)
      const fresh = () => newId(clock.currentTimeMillisUnsafe())

      const enqueue = Effect.fnUntraced(function* (kind: string, payload: unknown, how: EnqueueOptions = {}) {
        const id = fresh()
        const [row] = yield* sql<{ id: string }>`
          insert into jobs (id, kind, dedupe_key, payload, state, run_after, max_attempts)
          values (${id}, ${kind}, ${how.key ?? null}, ${JSON.stringify(payload ?? null)}::text::jsonb, 'queued',
            coalesce(${how.runAfter === undefined ? null : new Date(how.runAfter)}::timestamptz, now()),
            ${how.untilDone === true ? UNTIL_DONE_ATTEMPTS : (how.maxAttempts ?? MAX_ATTEMPTS)})
          on conflict (kind, dedupe_key) where dedupe_key is not null do update set
            payload = excluded.payload,
            state = case jobs.state when 'failed' then 'queued' else jobs.state end,
            attempts = case jobs.state when 'failed' then 0 else jobs.attempts end,
            max_attempts = greatest(jobs.max_attempts, excluded.max_attempts),
            run_after = case jobs.state when 'failed' then excluded.run_after else jobs.run_after end,
            finished_at = case jobs.state when 'failed' then null else jobs.finished_at end
          returning id`
        Queue.offerUnsafe(wakeUps, undefined)
        return { id: row!.id, created: row!.id === id }
      }, Effect.mapError(unavailable))

      const keepSchedule = scheduleKeeper(enqueue, () => clock.currentTimeMillisUnsafe())

      const one = (where: Fragment) =>
        sql<Row>`
          select id, kind, dedupe_key as key, state, attempts, max_attempts, progress, result, error, run_after, created_at,
            finished_at
          from jobs where ${where}`.pipe(
          Effect.mapError(unavailable),
          Effect.map(
            ([row]): Job | undefined =>
              row && {
                ...row,
                run_after: row.run_after.getTime(),
                created_at: row.created_at.getTime(),
                finished_at: row.finished_at?.getTime() ?? null
              }
          )
        )

      return Jobs.of({
        enqueue,
        find: (id) => one(sql`id = ${id}`),
        cancel: (id) =>
          sql`
            update jobs set state = 'failed', error = 'It was cancelled.', finished_at = now()
            where id = ${id} and state in ('queued', 'running') returning id`.pipe(
            Effect.mapError(unavailable),
            Effect.flatMap((ended) => (ended.length === 0 ? Effect.undefined : one(sql`id = ${id}`)))
          ),
        lastEnded: (kind) => one(sql`kind = ${kind} and state in ('done', 'failed') order by finished_at desc limit 1`),
        open: (kind) =>
          sql<{ open: number; failing: number; oldest: Date | null }>`
            select count(*)::int as open, min(created_at) as oldest,
              (count(*) filter (where state = 'failed' or attempts >= ${SEVERAL_ATTEMPTS}))::int as failing
            from jobs where kind = ${kind} and state <> 'done'`.pipe(
            Effect.map(([row]) => ({ ...row!, oldest: row!.oldest?.getTime() ?? null })),
            Effect.mapError(unavailable)
          ),
        resume: (kind) =>
          sql`
            with ours as (
              update jobs set max_attempts = ${UNTIL_DONE_ATTEMPTS} where kind = ${kind} and state in ('queued', 'running')
            )
            update jobs set state = 'queued', attempts = 0, max_attempts = ${UNTIL_DONE_ATTEMPTS}, run_after = now(),
              finished_at = null
            where kind = ${kind} and state = 'failed' returning id`.pipe(
            Effect.map((rows) => rows.length),
            Effect.mapError(unavailable)
          ),
        purge: (olderThan, keepFailed = []) =>
          sql`
            delete from jobs where (state = 'done' or (state = 'failed' and kind <> all(${[...keepFailed]}::text[])))
              and finished_at < now() - make_interval(secs => ${Duration.toSeconds(Duration.fromInputUnsafe(olderThan))})
            returning id`.pipe(
            Effect.map((rows) => rows.length),
            Effect.mapError(unavailable)
          ),
        work: (handlers, schedules = []) =>
          Effect.gen(function* () {
            // A claimant is one life of one node: its former life's jobs are not its own.
            const runner = yield* makeRunner(options, `${options.node} ${fresh()}`, handlers)
            const idle = Queue.take(wakeUps).pipe(Effect.timeoutOption(options.pollEvery))
            const worker = again(
              "A job worker",
              Effect.gen(function* () {
                if (!(yield* runner.next)) yield* idle
              })
            )
            const sweeper = again(
              "Looking for abandoned jobs",
              Effect.andThen(Effect.ignore(runner.giveUp), Effect.sleep(options.staleAfter))
            )
            const workers = Array.from({ length: options.concurrency }, () => worker)
            return yield* Effect.all(
              [
                ...workers,
                sweeper,
                ...schedules.map((schedule) => again("A schedule of jobs", keepSchedule(schedule)))
              ],
              {
                concurrency: "unbounded"
              }
            ).pipe(Effect.andThen(Effect.never))
          }).pipe(Effect.provideService(SqlClient, sql))
      })
    })
  )
