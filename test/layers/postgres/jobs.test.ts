import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import * as PostgresJobs from "../../../src/layers/postgres/jobs.ts"
import { JobFailed, type JobHandler, type JobSchedule, Jobs, type RunningJob } from "../../../src/services/jobs.ts"
import { contractSuite } from "../../harness/contract.ts"
import { freshDatabase } from "../../harness/postgres.ts"

const quick = {
  ...PostgresJobs.jobsDefaults,
  pollEvery: "20 millis",
  heartbeatEvery: "50 millis",
  // Longer than any busy machine keeps a heartbeat waiting: who is dead was last heard of long before.
  staleAfter: "30 seconds",
  retryAfter: "10 millis"
} as const

/** A node of its own on the suite's database. */
const nodeCalled = (name: string, options: Partial<PostgresJobs.JobsOptions> = {}) =>
  Effect.flatMap(Layer.build(PostgresJobs.layer({ ...quick, ...options, node: name })), (context) =>
    Effect.provide(Jobs, context)
  )

const working = (
  jobs: typeof Jobs.Service,
  handlers: ReadonlyArray<JobHandler>,
  schedules: ReadonlyArray<JobSchedule> = []
) => jobs.work(handlers, schedules).pipe(Effect.provideService(References.MinimumLogLevel, "None"), Effect.forkChild)

const handler = (kind: string, run: (job: RunningJob) => Effect.Effect<unknown, JobFailed>): JobHandler => ({
  kind,
  run
})

/** Polls until it is so, for a minute at most. */
const until = <A>(look: Effect.Effect<A | undefined | false, unknown>) =>
  Effect.gen(function* () {
    const deadline = Date.now() + 60_000
    for (;;) {
      const seen = yield* Effect.orDie(look)
      if (seen !== undefined && seen !== false) return seen as A
      if (Date.now() > deadline) throw new Error("it did not happen within a minute")
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 10)))
    }
  })

const ended = (jobs: typeof Jobs.Service, id: string) =>
  until(Effect.map(jobs.find(id), (job) => (job?.state === "done" || job?.state === "failed" ? job : undefined)))

await contractSuite("Jobs", { postgres: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("runs each job once between two nodes, and tells its progress and result", () =>
    Effect.gen(function* () {
      const one = yield* nodeCalled("one")
      const two = yield* nodeCalled("two")
      const runs: Array<string> = []
      const count = handler("count", (job) =>
        Effect.sync(() => {
          runs.push(job.id)
          job.progress({ half: true })
          return { doubled: (job.payload as { n: number }).n * 2 }
        })
      )
      yield* working(one, [count])
      yield* working(two, [count])
      const made = yield* Effect.forEach(
        Array.from({ length: 60 }, (_, n) => n),
        (n) => one.enqueue("count", { n })
      )
      for (const { id } of made) assert.strictEqual((yield* ended(two, id)).state, "done")
      assert.deepStrictEqual(runs.toSorted(), made.map(({ id }) => id).toSorted())
      const job = yield* one.find(made[7]!.id)
      assert.deepStrictEqual([job?.progress, job?.result, job?.attempts], [{ half: true }, { doubled: 14 }, 1])
    })
  )

  it.effect("ends one that was cancelled, whether it waits or is under way, and what its node does is in vain", () =>
    Effect.gen(function* () {
      const jobs = yield* nodeCalled("cancelling")
      const waiting = yield* jobs.enqueue("long", null)
      const cancelled = yield* jobs.cancel(waiting.id)
      assert.deepInclude(cancelled, { state: "failed", error: "It was cancelled." })
      assert.isUndefined(yield* jobs.cancel(waiting.id))
      let stopped = 0
      const long = handler("long", () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => stopped++)))
      yield* working(jobs, [long])
      const { id } = yield* jobs.enqueue("long", null)
      yield* until(Effect.map(jobs.find(id), (job) => job?.state === "running"))
      yield* jobs.cancel(id)
      yield* until(Effect.sync(() => stopped === 1))
      assert.deepInclude(yield* jobs.find(id), { state: "failed", error: "It was cancelled.", attempts: 1 })
    })
  )

  it.effect("enqueues a key once, and again only after it failed", () =>
    Effect.gen(function* () {
      const jobs = yield* nodeCalled("keys")
      let works = false
      yield* working(jobs, [
        handler("keyed", () =>
          works ? Effect.succeed("well") : Effect.fail(new JobFailed({ message: "not today", retry: false }))
        )
      ])
      const first = yield* jobs.enqueue("keyed", {}, { key: "k" })
      const failed = yield* ended(jobs, first.id)
      assert.deepStrictEqual([failed.state, failed.error, failed.attempts], ["failed", "not today", 1])
      works = true
      const again = yield* jobs.enqueue("keyed", {}, { key: "k" })
      assert.deepStrictEqual(again, { id: first.id, created: false })
      assert.strictEqual((yield* ended(jobs, first.id)).state, "done")
      yield* jobs.enqueue("keyed", {}, { key: "k" })
      assert.strictEqual((yield* jobs.find(first.id))?.attempts, 1)
    })
  )

  it.effect("tries again after a failure, and gives up after the last attempt", () =>
    Effect.gen(function* () {
      const jobs = yield* nodeCalled("retry")
      yield* working(jobs, [
        handler("flaky", ({ attempt }) =>
          attempt < 3
            ? Effect.fail(new JobFailed({ message: `attempt ${attempt}`, retry: true }))
            : Effect.succeed(attempt)
        ),
        handler("hopeless", () => Effect.die(new Error("a bug")))
      ])
      const flaky = yield* jobs.enqueue("flaky", null)
      const hopeless = yield* jobs.enqueue("hopeless", null, { maxAttempts: 2 })
      assert.strictEqual((yield* ended(jobs, flaky.id)).result, 3)
      const given = yield* ended(jobs, hopeless.id)
      assert.deepStrictEqual([given.state, given.attempts, given.error], ["failed", 2, "a bug"])
    })
  )

  it.effect("takes a job over from a node that died, and from one that stopped at once", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const jobs = yield* nodeCalled("survivor")
      const stopped = yield* jobs.enqueue("orphan", null)
      const other = yield* nodeCalled("stopping")
      const held = yield* working(other, [handler("orphan", () => Effect.never)])
      yield* until(Effect.map(jobs.find(stopped.id), (job) => job?.state === "running"))
      yield* Fiber.interrupt(held)
      const dead = yield* jobs.enqueue("orphan", null)
      yield* sql`
        update jobs set state = 'running', claimed_by = 'dead', attempts = 1,
          heartbeat_at = now() - interval '1 minute' where id = ${dead.id}`
      yield* working(jobs, [handler("orphan", ({ attempt }) => Effect.succeed(attempt))])
      assert.strictEqual((yield* ended(jobs, stopped.id)).result, 1)
      assert.strictEqual((yield* ended(jobs, dead.id)).result, 2)
    })
  )

  it.effect("ends a job whose node died in its last attempt, and goes on trying while that is refused", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const jobs = yield* nodeCalled("sweeping", { staleAfter: "100 millis" })
      const dead = yield* jobs.enqueue("last try", null, { maxAttempts: 1 })
      yield* sql`
        update jobs set state = 'running', claimed_by = 'dead', attempts = 1,
          heartbeat_at = now() - interval '1 minute' where id = ${dead.id}`
      // A sequence counts also what is rolled back.
      yield* sql`create sequence refusals`
      yield* sql`
        create function not_now() returns trigger language plpgsql as $$
          begin perform nextval('refusals'); raise exception 'not now'; end $$`
      yield* sql`
        create trigger not_now before update on jobs for each row when (new.kind = 'last try') execute function not_now()`
      yield* working(jobs, [
        handler("last try", () => Effect.die("nobody may try it again")),
        handler("other", () => Effect.succeed("done beside it"))
      ])
      yield* until(
        Effect.map(sql<{ twice: boolean }>`select last_value >= 2 as twice from refusals`, ([row]) => row!.twice)
      )
      assert.strictEqual((yield* jobs.find(dead.id))?.state, "running")
      const { id } = yield* jobs.enqueue("other", null)
      yield* until(Effect.map(jobs.find(id), (job) => job?.result === "done beside it"))
      yield* sql`drop function not_now cascade`
      yield* sql`drop sequence refusals`
      const given = yield* ended(jobs, dead.id)
      assert.deepStrictEqual(
        [given.state, given.attempts, given.error],
        ["failed", 1, "The node that ran it stopped, in its last attempt."]
      )
    })
  )

  it.effect("leaves a job that another node has taken over", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const jobs = yield* nodeCalled("slow")
      let interrupted = false
      yield* working(jobs, [
        handler("stolen", () =>
          Effect.never.pipe(
            Effect.onInterrupt(() =>
              Effect.sync(() => {
                interrupted = true
              })
            )
          )
        )
      ])
      const { id } = yield* jobs.enqueue("stolen", null)
      yield* until(Effect.map(jobs.find(id), (job) => job?.state === "running"))
      yield* sql`update jobs set claimed_by = 'thief' where id = ${id}`
      yield* until(Effect.sync(() => interrupted))
      assert.strictEqual((yield* jobs.find(id))?.state, "running")
    })
  )

  it.effect("keeps a schedule once between two nodes, each time in its own zone", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const schedules = [
        { kind: "tick", cron: "* * * * * *", zone: "America/Los_Angeles", catchUp: "5 seconds" }
      ] as const
      const runs: Array<string> = []
      const tick = handler("tick", ({ id }) => Effect.sync(() => runs.push(id)))
      for (const name of ["east", "west"]) yield* working(yield* nodeCalled(name), [tick], schedules)
      yield* until(Effect.sync(() => runs.length >= 2))
      assert.strictEqual(new Set(runs).size, runs.length)
      const keys = yield* sql<{ dedupe_key: string }>`select dedupe_key from jobs where kind = 'tick'`
      assert.isTrue(keys.every(({ dedupe_key }) => /^at \d{4}-.*Z$/.test(dedupe_key)))
      assert.strictEqual(new Set(keys.map(({ dedupe_key }) => dedupe_key)).size, keys.length)
    })
  )

  it.effect("forgets what ended long ago", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const jobs = yield* nodeCalled("purge")
      const { id } = yield* jobs.enqueue("old", null)
      yield* sql`update jobs set state = 'done', finished_at = now() - interval '40 days' where id = ${id}`
      assert.strictEqual(yield* jobs.purge("30 days"), 1)
      assert.isUndefined(yield* jobs.find(id))
    })
  )
})
