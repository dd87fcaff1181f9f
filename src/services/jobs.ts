/**
 * Work that outlives a request: seeding, training, erasure, the nightly jobs. Kept in the database, so that it survives a
 * restart and any node may do it.
 *
 * It promises: a job that was enqueued runs to an end, once unless its node dies or cannot reach the database under it (then
 * another takes it over, so a handler must be able to begin again); a key is enqueued once however often it is asked for, also by
 * several nodes.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export type JobState = "queued" | "running" | "done" | "failed"

export interface Job {
  readonly id: string
  readonly kind: string
  readonly key: string | null
  readonly state: JobState
  readonly attempts: number
  readonly max_attempts: number
  readonly progress: unknown
  readonly result: unknown
  /** What went wrong last, in a sentence. */
  readonly error: string | null
  readonly run_after: number
  readonly created_at: number
  readonly finished_at: number | null
}

/** The database does not answer: try again. */
export class JobsUnavailable extends Schema.TaggedError<JobsUnavailable>()("JobsUnavailable", {
  message: Schema.String
}) {}

/** How a handler fails. With `retry: false` no further attempt is made. */
export class JobFailed extends Schema.TaggedError<JobFailed>()("JobFailed", {
  message: Schema.String,
  retry: Schema.Boolean
}) {}

export interface RunningJob {
  readonly id: string
  /** 1 the first time. */
  readonly attempt: number
  readonly payload: unknown
  /** Stored for whoever watches, soon: the newest one counts, and it never fails or slows the job. */
  readonly progress: (value: unknown) => void
}

export interface JobHandler<R = never> {
  readonly kind: string
  /** What it gives becomes the job's result (JSON). Interrupted when the node stops or has lost the job to another one. */
  readonly run: (job: RunningJob) => Effect.Effect<unknown, JobFailed, R>
}

/** A job that comes by itself, at the times of a cron expression (five or six fields) in a named time zone. */
export interface JobSchedule {
  readonly kind: string
  readonly cron: string
  readonly zone: string
  readonly payload?: unknown
  /** How late a time that was missed (nothing ran then) may still be made up for. None by default. */
  readonly catchUp?: Duration.Input
}

export interface EnqueueOptions {
  /** The same kind and key is one job for as long as it is kept, with the newest payload; a failed one is queued again. */
  readonly key?: string
  readonly runAfter?: number
  readonly maxAttempts?: number
  /** Never given up: tried again, less and less often, until it is done. For what was promised to somebody. */
  readonly untilDone?: boolean
}

/** Jobs of a kind that are not done. */
export interface OpenJobs {
  readonly open: number
  /** Of these: given up, or tried several times already. */
  readonly failing: number
  /** When the first of them was asked for. */
  readonly oldest: number | null
}

export class Jobs extends Context.Service<
  Jobs,
  {
    readonly enqueue: (
      kind: string,
      payload: unknown,
      options?: EnqueueOptions
    ) => Effect.Effect<{ readonly id: string; readonly created: boolean }, JobsUnavailable>
    readonly find: (id: string) => Effect.Effect<Job | undefined, JobsUnavailable>
    /**
     * Ends a job that has not ended: it fails, and its node stops working on it with its next heartbeat. Gives how it stands;
     * undefined where there is none, or it had ended.
     */
    readonly cancel: (id: string) => Effect.Effect<Job | undefined, JobsUnavailable>
    /** Claims and runs jobs of these kinds, and enqueues what the schedules ask for, until interrupted. */
    readonly work: <R>(
      handlers: ReadonlyArray<JobHandler<R>>,
      schedules?: ReadonlyArray<JobSchedule>
    ) => Effect.Effect<never, never, R>
    /** How it stands with the jobs of a kind. */
    readonly open: (kind: string) => Effect.Effect<OpenJobs, JobsUnavailable>
    /** The one of a kind that ended last. */
    readonly lastEnded: (kind: string) => Effect.Effect<Job | undefined, JobsUnavailable>
    /** Queues what was given up of this kind again, and gives none of it up from now on; gives how many were queued. */
    readonly resume: (kind: string) => Effect.Effect<number, JobsUnavailable>
    /** Forgets finished jobs older than this, but for failed ones of the kinds to be kept; gives how many. */
    readonly purge: (
      olderThan: Duration.Input,
      keepFailed?: ReadonlyArray<string>
    ) => Effect.Effect<number, JobsUnavailable>
  }
>()("overplanned/Jobs") {}
