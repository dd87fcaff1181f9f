/**
 * Repairs trips that lack a change: what the journal set aside is made storable and put back, and the trip is read anew. A job,
 * because it is the server's to do: nobody else knows what is not drained yet, and who follows the trip.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { madeStorable } from "../../domain/basics/storable.ts"
import type { TripId } from "../../domain/ids.ts"
import { TripEventEnvelope } from "../../domain/trip/events.ts"
import { JobFailed, type JobHandler } from "../../services/jobs.ts"
import { Journal, type SetAside } from "../../services/journal.ts"
import { REPAIR_TRIP, RepairRequest, TripMending } from "../../services/trip-mending.ts"
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

export const handler = Effect.gen(function* () {
  const journal = yield* Journal
  const mending = yield* TripMending
  const trips = yield* TripRuntime

  const repair = Effect.fnUntraced(function* (id: TripId, giveUp: boolean) {
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
    yield* trips.reread(id)
    return mended
  })

  const run: JobHandler["run"] = (job) =>
    Effect.gen(function* () {
      const { give_up, trip_id } = yield* Schema.decodeUnknownEffect(RepairRequest)(job.payload)
      yield* journal.drained
      const ids = trip_id === undefined ? yield* mending.broken : [trip_id]
      const result = { trips: ids.length, put_back: 0, lost: 0 }
      for (const id of ids) {
        const { put_back, lost } = yield* repair(id, give_up === true)
        result.put_back += put_back.length
        result.lost += lost.length
        job.progress(result)
      }
      return result
    }).pipe(Effect.mapError(({ message }) => new JobFailed({ message, retry: false })))

  return { kind: REPAIR_TRIP, run } satisfies JobHandler
})
