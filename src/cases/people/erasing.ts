/** The job that lets a person leave, and the export of what is held about them. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { isActorError } from "../../domain/actor-errors.ts"
import type { TripId, UserId } from "../../domain/ids.ts"
import { ERASE_USER, Erasure } from "../../services/erasure.ts"
import { Idempotency } from "../../services/idempotency.ts"
import { JobFailed, type JobHandler, Jobs } from "../../services/jobs.ts"
import { Journal } from "../../services/journal.ts"
import { type HeldRow, PersonRecords } from "../../services/person-records.ts"
import { Personas } from "../../services/personas.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { VectorIndex } from "../../services/vector-index.ts"

export interface ErasureOptions {
  /** The longest that a token of theirs may still be alive. */
  readonly tokenMillis: number
}

/** What was under way when the account went may still land: each round catches what the one before could not know. */
const MOST_ROUNDS = 5

const userIn = (payload: unknown): UserId | undefined => (payload as { readonly user_id?: UserId } | null)?.user_id

/** One JSON document, table by table, written as its rows come. */
const asDocument = <E, R>(userId: UserId, rows: Stream.Stream<HeldRow, E, R>) => {
  let table: string | undefined
  const lines = Stream.map(rows, (one) => {
    const begins = one.table !== table
    const before = table === undefined ? "" : begins ? "\n]," : ",\n"
    table = one.table
    return `${before}${begins ? `\n"${one.table}": [\n` : ""}${one.row}`
  })
  const head = Stream.make(`{"user_id": "${userId}", "held": {`)
  const tail = Stream.suspend(() => Stream.make(table === undefined ? "}}\n" : "\n]}}\n"))
  return Stream.concat(Stream.concat(head, lines), tail)
}

/** One round over everything that is held of a person. */
const makeRound = Effect.gen(function* () {
  const idempotency = yield* Idempotency
  const index = yield* VectorIndex
  const journal = yield* Journal
  const personas = yield* Personas
  const records = yield* PersonRecords
  const trips = yield* TripRuntime

  /** Companions are told that somebody left; a trip that nobody else shares just leaves memory. */
  const leave = Effect.fnUntraced(function* (userId: UserId, trip: TripId, alone: boolean) {
    if (!alone) {
      // A trip without a stream knows of nobody: its rows are all there is to it.
      yield* trips
        .ask(trip, { _tag: "erase_member", user_id: userId })
        .pipe(Effect.catch((error) => (isActorError(error) ? Effect.fail(error) : Effect.void)))
    }
    yield* trips.forget(trip)
  })

  /** Gives the last arrival that the round has dealt with. */
  return Effect.fnUntraced(function* (userId: UserId, jobId: string, step: (name: string) => void) {
    step("draining")
    yield* journal.drained
    const seen = yield* records.arrival(jobId)
    step("leaving trips")
    const told = new Set<string>()
    // Somebody may have joined meanwhile: then the trip is told once more, as one that is shared.
    for (;;) {
      const found = (yield* records.trips(userId)).filter(({ id, alone }) => !told.has(`${id} ${alone}`))
      if (found.length === 0) break
      for (const { id, alone } of found) {
        yield* leave(userId, id, alone)
        told.add(`${id} ${alone}`)
      }
      yield* personas.forget(userId)
      yield* journal.drained
    }
    step("trips")
    for (const { id } of yield* records.trips(userId)) {
      yield* records.disguiseTrip(userId, id)
      yield* trips.forget(id)
    }
    step("sessions")
    while (yield* records.disguiseLoose(userId)) yield* Effect.yieldNow
    step("account")
    yield* records.removeAccount(userId)
    step("mentions")
    yield* records.removeMentions(userId)
    step("journal")
    yield* journal.erase([userId])
    yield* index.remove("persona_embedding", [userId])
    yield* idempotency.forget(userId)
    yield* personas.forget(userId)
    return seen
  })
})

export const layer = (options: ErasureOptions) =>
  Layer.effect(
    Erasure,
    Effect.gen(function* () {
      const erased = yield* ErasedSubjects
      const jobs = yield* Jobs
      const journal = yield* Journal
      const records = yield* PersonRecords

      const refuse = (userId: UserId) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => erased.add(userId, now + options.tokenMillis))

      const round = yield* makeRound

      const run: JobHandler["run"] = (job) =>
        Effect.gen(function* () {
          const userId = userIn(job.payload)
          // Done by an attempt that was cut off just before it could say so.
          if (userId === undefined) return { erased: true }
          yield* refuse(userId)
          for (let n = 0; n < MOST_ROUNDS; n++) {
            const seen = yield* round(userId, job.id, (step) => job.progress({ step }))
            if (yield* records.conclude(userId, job.id, seen)) return { erased: true }
          }
          return yield* new JobFailed({
            message: "Something keeps writing for the person; it is tried again.",
            retry: true
          })
        }).pipe(
          Effect.mapError((error) =>
            error._tag === "JobFailed" ? error : new JobFailed({ message: error.message, retry: true })
          )
        )

      const undrained = Effect.fnUntraced(function* (userId: UserId) {
        const found = yield* records.trips(userId)
        const keys = [`user:${userId}`, `receipts:${userId}`, ...found.map(({ id }) => `trip:${id}`)]
        const entries = yield* Effect.forEach(keys, (key) => journal.undrained(key))
        return entries
          .flat()
          .filter((entry) => entry.key.endsWith(userId) || entry.payload.includes(userId))
          .map((entry) => ({
            table: "journal",
            row: `{"type":"${entry.type}","id":"${entry.id}","payload":${entry.payload}}`
          }))
      })

      return Erasure.of({
        request: Effect.fnUntraced(function* (userId) {
          // The job first: somebody locked out whom nobody erases would be the worse half.
          const { id } = yield* jobs.enqueue(ERASE_USER, { user_id: userId }, { key: userId, untilDone: true })
          yield* refuse(userId)
          return { job_id: id }
        }),
        handler: { kind: ERASE_USER, run },
        held: (userId) =>
          // The journal is read first: what is drained in between then stands in both, never in neither.
          Effect.map(undrained(userId), (entries) =>
            asDocument(userId, Stream.concat(Stream.fromIterable(entries), records.held(userId)))
          )
      })
    })
  )
