/** What the model of PostgreSQL keeps besides what SQL statements write: jobs, who was erased, receipts; and who holds a token. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { UserId } from "../../src/domain/ids.ts"
import type { Receipt } from "../../src/domain/records/kinds.ts"
import { ReceiptStore } from "../../src/services/idempotency.ts"
import { type JobHandler, Jobs, JobsUnavailable } from "../../src/services/jobs.ts"
import { ErasedSubjects, ErasedSubjectsUnavailable, TokenRefused, Tokens } from "../../src/services/tokens.ts"
import { VectorIndex } from "../../src/services/vector-index.ts"
import type { SimulatedMachine } from "./machine.ts"
import type { PgServer } from "./postgres/server.ts"
import type { World } from "./world.ts"

export interface StoredJob {
  readonly id: string
  readonly kind: string
  readonly key: string
  payload: { readonly user_id?: UserId; readonly late?: string }
  state: "queued" | "running" | "done"
  attempt: number
}

/** What outlives processes in tables that no sink writes. */
export interface Kept {
  readonly jobs: Map<string, StoredJob>
  readonly erased: Set<string>
}

/** Where a look at the database comes from, and where it goes. */
export interface Asking {
  readonly world: World
  readonly server: PgServer
  readonly machine: SimulatedMachine
}

/** A look at the database that takes its time, and fails where the database is away. Who died meanwhile hears nothing of it. */
export const asked = <A, E>({ machine, server, world }: Asking, look: () => A, away: () => E): Effect.Effect<A, E> =>
  Effect.callback<A, E>((resume) => {
    const { slowness, state } = server.weather
    machine.after(state === "frozen" ? 3_000 : world.between(0.3, 3) * slowness, () => {
      if (server.weather.state === "up") resume(Effect.succeed(look()))
      else resume(Effect.fail(away()))
    })
  })

const AWAY = "The database does not answer. Try again shortly."

export const jobsLayer = (asking: Asking, kept: Kept) => {
  const { world } = asking
  const away = () => new JobsUnavailable({ message: AWAY })
  return Layer.succeed(
    Jobs,
    Jobs.of({
      enqueue: (kind, payload, options) =>
        asked(
          asking,
          () => {
            const key = options?.key ?? world.uuid()
            const known = [...kept.jobs.values()].find((one) => one.kind === kind && one.key === key)
            if (known === undefined) {
              const made: StoredJob = {
                id: world.uuid(),
                kind,
                key,
                payload: payload as never,
                state: "queued",
                attempt: 0
              }
              kept.jobs.set(made.id, made)
              return { id: made.id, created: true }
            }
            known.payload = payload as never
            if (known.state === "done") known.state = "queued"
            return { id: known.id, created: false }
          },
          away
        ),
      find: () => Effect.succeed(undefined),
      cancel: () => Effect.succeed(undefined),
      work: () => Effect.never,
      open: () => Effect.succeed({ open: 0, failing: 0, oldest: null }),
      lastEnded: () => Effect.succeed(undefined),
      resume: () => Effect.succeed(0),
      purge: () => Effect.succeed(0)
    })
  )
}

const REST = 300

/** Does the jobs of a kind, one after another, for as long as this machine lives; whoever died under one leaves it to the next. */
export const workOn = (world: World, server: PgServer, kept: Kept, handler: JobHandler) =>
  Effect.gen(function* () {
    for (const job of kept.jobs.values()) if (job.state === "running") job.state = "queued"
    for (;;) {
      yield* Effect.sleep(REST)
      const job = [...kept.jobs.values()].find((one) => one.state === "queued" && one.kind === handler.kind)
      if (job === undefined || server.weather.state !== "up") continue
      job.state = "running"
      job.attempt++
      world.note(`job ${job.kind} begins`)
      // As where the real ones are done: also what ends in a defect is done again.
      const done = yield* Effect.exit(
        handler.run({ id: job.id, attempt: job.attempt, payload: job.payload, progress: () => {} })
      )
      // Somebody may have asked for it again meanwhile: with what they said, it is begun again.
      if (done._tag === "Success" && job.payload.user_id === undefined) job.state = "done"
      else job.state = "queued"
      world.note(`job ${job.kind} ends: ${done._tag === "Success" ? done._tag : String(done.cause).slice(0, 300)}`)
    }
  })

export const erasedLayer = (asking: Asking, kept: Kept) =>
  Layer.effect(
    ErasedSubjects,
    Effect.sync(() => {
      const known = new Set(kept.erased)
      const listeners = new Set<(userId: string | undefined) => void>()
      const away = () => new ErasedSubjectsUnavailable({ message: AWAY })
      return ErasedSubjects.of({
        has: (userId) => known.has(userId),
        anybody: asked(asking, () => kept.erased.size > 0, away),
        among: (users) => asked(asking, () => [...users].filter((one) => kept.erased.has(one)), away),
        add: (userId) =>
          asked(
            asking,
            () => {
              kept.erased.add(userId)
              known.add(userId)
              for (const listener of listeners) listener(userId)
            },
            away
          ),
        onErased: (listener) =>
          Effect.asVoid(
            Effect.acquireRelease(
              Effect.sync(() => listeners.add(listener)),
              () => Effect.sync(() => listeners.delete(listener))
            )
          ),
        purge: Effect.succeed(0)
      })
    })
  )

const DAY = 86_400_000

/** A token is its holder's id: who signs and checks them is tried elsewhere. */
export const tokensLayer = (machine: SimulatedMachine) =>
  Layer.effect(
    Tokens,
    Effect.map(ErasedSubjects, (erased) =>
      Tokens.of({
        verify: (token) =>
          Effect.suspend(() =>
            erased.has(token)
              ? Effect.fail(new TokenRefused({ message: "This account was deleted." }))
              : Effect.succeed({
                  userId: token as UserId,
                  role: "traveler" as const,
                  expiresAt: machine.wall() + 30 * DAY,
                  signedInAt: machine.wall()
                })
          ),
        known: () => undefined,
        mint: ({ userId }) => Effect.succeed(userId),
        handOn: ({ userId }) => Effect.sync(() => ({ userId, token: userId, expiresAt: machine.wall() + 30 * DAY })),
        renew: (token) => Effect.sync(() => ({ userId: token as UserId, token, expiresAt: machine.wall() + 30 * DAY }))
      })
    )
  )

export const receiptsLayer = (asking: Asking) =>
  Layer.succeed(
    ReceiptStore,
    ReceiptStore.of({
      recent: () => Effect.succeed([]),
      find: (user, key) =>
        Effect.orDie(
          asked(
            asking,
            () => asking.server.store.get(undefined, "idempotency_receipts", user, key) as Receipt | undefined,
            () => new Error(AWAY)
          )
        ),
      purge: Effect.succeed(0)
    })
  )

/** Nobody searches for people here. */
export const noVectors = Layer.succeed(
  VectorIndex,
  VectorIndex.of({
    name: "memory",
    upsert: () => Effect.void,
    remove: () => Effect.void,
    removeCity: () => Effect.void,
    search: () => Effect.succeed([]),
    count: () => Effect.succeed(0),
    countOf: () => Effect.succeed(0)
  })
)
