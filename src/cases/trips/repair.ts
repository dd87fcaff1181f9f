/**
 * Repairs trips that lack a change: what the journal set aside is made storable and put back, and the trip is read anew. It is
 * for whoever holds the journal to do, because nobody else knows what is not drained yet: a job of the server, or a command
 * while no server runs.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { madeStorable } from "../../domain/basics/storable.ts"
import type { TripId } from "../../domain/ids.ts"
import { TripEventEnvelope } from "../../domain/trip/events.ts"
import { JobFailed, type JobHandler } from "../../services/jobs.ts"
import { Journal, type SetAside } from "../../services/journal.ts"
import { REPAIR_TRIP, type Repaired, RepairRequest, TripMending } from "../../services/trip-mending.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))
const readEnvelope = Schema.decodeUnknownResult(TripEventEnvelope)

/** The change in a record that was set aside, in a form that can be stored, if it is one of this trip. */
const changeIn = (id: TripId, { payload }: SetAside): ReadonlyArray<TripEventEnvelope> => {
  const value = decode(payload)
  if (Result.isFailure(value)) return []
  const read = readEnvelope(madeStorable(value.success))
  return Result.isSuccess(read) && read.success.trip_id === id ? [read.success] : []
}

/** Repairs what was asked for; `reread` has whoever holds the trip in memory read it anew. */
export const repair = Effect.fnUntraced(function* (
  request: RepairRequest,
  reread: (id: TripId) => Effect.Effect<void>,
  progress: (done: Repaired) => void
) {
  const journal = yield* Journal
  const mending = yield* TripMending
  const giveUp = request.give_up === true

  const one = Effect.fnUntraced(function* (id: TripId) {
    const notes = yield* journal.setAside(`trip:${id}`)
    const found = notes.flatMap((note) => changeIn(id, note).map((change) => ({ change, note })))
    const mended = yield* mending.mend(
      id,
      found.map(({ change }) => change),
      giveUp
    )
    const over = giveUp
      ? notes
      : found.flatMap(({ change, note }) => (mended.put_back.includes(change.seq) ? [note] : []))
    yield* journal.dropAside(over.map(({ position }) => position))
    yield* reread(id)
    return mended
  })

  yield* journal.drained
  const ids = request.trip_id === undefined ? yield* mending.broken : [request.trip_id]
  let done: Repaired = { trips: ids.length, put_back: 0, lost: 0 }
  for (const id of ids) {
    const { put_back, lost } = yield* one(id)
    done = { ...done, put_back: done.put_back + put_back.length, lost: done.lost + lost.length }
    progress(done)
  }
  return done
})

export const handler = Effect.gen(function* () {
  const trips = yield* TripRuntime
  const context = yield* Effect.context<Journal | TripMending>()

  const run: JobHandler["run"] = (job) =>
    Schema.decodeUnknownEffect(RepairRequest)(job.payload).pipe(
      Effect.flatMap((request) => repair(request, trips.reread, job.progress)),
      Effect.provideContext(context),
      Effect.mapError(({ message }) => new JobFailed({ message, retry: false }))
    )

  return { kind: REPAIR_TRIP, run } satisfies JobHandler
})
