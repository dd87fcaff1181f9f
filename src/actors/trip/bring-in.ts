/** Brings the trips that are under way into memory, many at once, as after a start. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { TripId } from "../../domain/ids.ts"
import type { Journal, JournalEntry } from "../../services/journal.ts"
import type { StoredTrip, TripStorage } from "../../services/trip-storage.ts"
import type { Engine } from "../engine/engine.ts"
import type { TripKind } from "./kind.ts"
import { merge, missingIn } from "./load.ts"
import { eventsIn, journalKey } from "./log.ts"
import type { TripTypes } from "./parts.ts"

/** Trips that one query of a bulk load reads; half as many after one that was not answered in time, but so many always. */
const PAGE = 500
const LEAST_PAGE = 25
/** A page that cannot be read is tried again for as long as this server runs: nobody else brings its trips in. */
const AGAIN = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")])

interface BringingParts {
  readonly engine: Engine<TripTypes>
  readonly awake: TripKind["awake"]
  readonly journal: Journal["Service"]
  readonly storage: TripStorage["Service"]
}

export const bringingIn = ({ awake, engine, journal, storage }: BringingParts) => {
  /** While many trips are read at once: those that were to be read anew since, which nobody could be told who is not in memory yet. */
  const overtaken = new Set<Set<string>>()

  /** Whether a stored trip came into memory. One that cannot be read must not keep out the others: who asks for it is told. */
  const bringIn = (
    stored: StoredTrip,
    undrained: ReadonlyArray<JournalEntry> | undefined,
    outdated: ReadonlySet<string>
  ) =>
    Effect.gen(function* () {
      // A journal that could not be read, or was not asked, leaves the trip to its own activation.
      if (undrained === undefined || missingIn(stored, eventsIn(undrained)).length > 0) return false
      const snapshot = yield* awake(merge(stored, eventsIn(undrained)))
      return !outdated.has(stored.id) && engine.residency.adopt(stored.id, { snapshot, events: [] })
    }).pipe(
      Effect.catchCause((cause) =>
        Effect.as(Effect.logWarning("A trip could not be brought into memory.", cause), false)
      )
    )

  const readPage = Effect.fnUntraced(function* (after: TripId | undefined, limit: number) {
    // The journal first, as for a trip alone: what is drained in between is then seen twice, and never in neither.
    const entries = new Map<string, ReadonlyArray<JournalEntry>>()
    for (const id of yield* storage.underWayIds(undefined, after, limit)) {
      const undrained = yield* Effect.orElseSucceed(journal.undrained(journalKey(id)), () => undefined)
      if (undrained !== undefined) entries.set(id, undrained)
    }
    const page = yield* storage.underWay({ after, limit })
    return { entries, page, isLast: page.length < limit }
  })

  const bringAllIn = Effect.fnUntraced(function* (outdated: ReadonlySet<string>) {
    yield* journal.enrolled
    let trips = 0
    let limit = PAGE
    let after: TripId | undefined
    const nextPage = Effect.suspend(() => readPage(after, limit)).pipe(
      Effect.tapError((error) => {
        limit = Math.max(LEAST_PAGE, limit >> 1)
        return Effect.logWarning(
          `Trips under way cannot be brought into memory now, and are tried again: ${error.message}`
        )
      }),
      Effect.retry(AGAIN),
      // The schedule has no end.
      Effect.orDie
    )
    for (;;) {
      const { entries, isLast, page } = yield* nextPage
      for (const stored of page) {
        if (yield* bringIn(stored, entries.get(stored.id), outdated)) trips++
      }
      if (isLast) return { trips }
      after = page.at(-1)!.id
    }
  })

  const preload = Effect.suspend(() => {
    const outdated = new Set<string>()
    overtaken.add(outdated)
    return Effect.ensuring(
      bringAllIn(outdated),
      Effect.sync(() => overtaken.delete(outdated))
    )
  })
  return {
    preload,
    /** What is read of this trip at this moment is outdated. */
    overtake: (id: string) => {
      for (const outdated of overtaken) outdated.add(id)
    }
  }
}
