/** A trip as it is stored, with what is only in the journal yet, and what it leans on beside it. */
import * as Effect from "effect/Effect"
import type { TripId } from "../../domain/ids.ts"
import type { TripActorState } from "../../domain/trip/actor-state.ts"
import type { TripEventEnvelope } from "../../domain/trip/events.ts"
import { holdLoaded, plainTrip } from "../../domain/trip/held-trip.ts"
import { holding, missingFrom, restore } from "../../domain/trip/snapshot.ts"
import { type StoredTrip, TripStorageUnavailable } from "../../services/trip-storage.ts"
import { eventsIn, journalKey } from "./log.ts"
import type { TripParts } from "./parts.ts"
import { worldInTime } from "./world.ts"

/** A database that does not answer the journal gives no trip either. */
const ENROLL_TIMEOUT = "1 second"

/** Stored events and those that are only in the journal yet, each once, in order, without those that were lost meanwhile. */
const eventsOf = ({ events, lost }: StoredTrip, undrained: ReadonlyArray<TripEventEnvelope>) => {
  const last = events.at(-1)?.seq ?? 0
  const gone = new Set(lost.map((one) => one.seq))
  return [...events, ...undrained.filter((one) => one.seq > last && !gone.has(one.seq))]
}

/** Numbers of changes that are neither stored, nor under way, nor known to be lost. */
export const missingIn = (stored: StoredTrip, undrained: ReadonlyArray<TripEventEnvelope>): ReadonlyArray<number> =>
  missingFrom(
    stored.snapshot,
    eventsOf(stored, undrained).filter((one) => one.seq > (stored.snapshot?.seq ?? 0)),
    stored.lost
  )

export const merge = (stored: StoredTrip, undrained: ReadonlyArray<TripEventEnvelope>): TripActorState => {
  const state = restore(stored.id, stored.snapshot, eventsOf(stored, undrained), stored.lost)
  const { epoch } = stored
  const { trip } = state
  return epoch === undefined || trip === undefined || trip.epoch === epoch
    ? state
    : { ...state, trip: holding(trip, { epoch }) }
}

export const tripLoading = (parts: TripParts) => {
  const { journal, storage } = parts

  /** Puts what a stored trip leans on beside it, and packs it. */
  const awake = Effect.fnUntraced(function* (state: TripActorState) {
    const { trip } = state
    if (trip === undefined) return state
    const known = yield* worldInTime(parts, trip)
    return {
      ...state,
      trip: holdLoaded(plainTrip(trip), known.catalog),
      memory: {
        ...state.memory,
        catalog: known.catalog,
        conditions: known.conditions,
        personas: known.personas ?? state.memory.personas
      }
    }
  })

  const enrolled = journal.enrolled.pipe(
    Effect.timeout(ENROLL_TIMEOUT),
    Effect.mapError(
      (cause) => new TripStorageUnavailable({ message: "The database has not answered since the start.", cause })
    )
  )

  const read = Effect.fnUntraced(function* (id: string) {
    // The journal first: what is drained in between is then seen twice, and dropped by its number.
    const entries = eventsIn(yield* journal.undrained(journalKey(id)))
    yield* enrolled
    return { stored: yield* storage.load(id as TripId), entries }
  })

  const load = Effect.fnUntraced(function* (id: string) {
    let { entries, stored } = yield* read(id)
    const missing = missingIn(stored, entries)
    if (missing.length > 0) {
      // Nobody wrote these down: the trip goes on without them, in a stream of its own.
      yield* storage.lose(
        id as TripId,
        missing.map((seq) => ({ seq, type: null }))
      )
      yield* Effect.logError(
        `A trip lacks ${missing.length} of its changes, the first is number ${missing[0]}. It goes on without them, and its members are told; repair-trip --all puts back what was set aside.`
      )
      ;({ entries, stored } = yield* read(id))
    }
    const snapshot = yield* awake(merge(stored, entries))
    const awaited = snapshot.trip === undefined ? parts.awaited() : undefined
    // Nobody knows of it yet, and it may well be there: that is another matter than a trip that is not.
    if (awaited !== undefined) return yield* new TripStorageUnavailable({ message: awaited })
    return { snapshot, events: [] }
  })

  return { awake, load }
}
