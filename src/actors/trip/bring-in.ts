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

/** Trips that are read together, and may have to be read anew before they are in memory: nobody there could be told. */
class Page {
  readonly #entries = new Map<string, ReadonlyArray<JournalEntry>>()
  stored: ReadonlyArray<StoredTrip> = []

  add(id: string, undrained: ReadonlyArray<JournalEntry>): void {
    this.#entries.set(id, undrained)
  }

  /** What is read of this trip, or of every one, at this moment is outdated. */
  overtake(id: string | undefined): void {
    if (id === undefined) this.#entries.clear()
    else this.#entries.delete(id)
  }

  undrained(id: string): ReadonlyArray<JournalEntry> | undefined {
    return this.#entries.get(id)
  }
}

export const bringingIn = ({ awake, engine, journal, storage }: BringingParts) => {
  /** The pages that are being read, or brought in. */
  const pages = new Set<Page>()

  /** Whether a stored trip came into memory. One that cannot be read must not keep out the others: who asks for it is told. */
  const bringIn = (stored: StoredTrip, page: Page) =>
    Effect.gen(function* () {
      const undrained = page.undrained(stored.id)
      // A journal that could not be read, or was not asked, leaves the trip to its own activation.
      if (undrained === undefined || missingIn(stored, eventsIn(undrained)).length > 0) return false
      const snapshot = yield* awake(merge(stored, eventsIn(undrained)))
      if (page.undrained(stored.id) === undefined) return false
      return engine.residency.adopt(stored.id, { snapshot, events: [] })
    }).pipe(
      Effect.catchCause((cause) =>
        Effect.as(Effect.logWarning("A trip could not be brought into memory.", cause), false)
      )
    )

  const read = Effect.fnUntraced(function* (page: Page, after: TripId | undefined, limit: number) {
    const ids = yield* storage.underWayIds(undefined, after, limit)
    for (const id of ids) page.add(id, [])
    // The journal first, as for a trip alone: what is drained in between is then seen twice, and never in neither.
    for (const id of ids) {
      const undrained = yield* Effect.orElseSucceed(journal.undrained(journalKey(id)), () => undefined)
      if (undrained === undefined) page.overtake(id)
      else if (page.undrained(id) !== undefined) page.add(id, undrained)
    }
    page.stored = yield* storage.underWay({ after, limit })
  })

  /** Reads a page, a smaller one after each failure, and brings its trips in. */
  const nextPage = Effect.fnUntraced(function* (after: TripId | undefined, most: number) {
    let limit = most
    const attempt = Effect.suspend(() => {
      const page = new Page()
      pages.add(page)
      const bringing = Effect.gen(function* () {
        yield* read(page, after, limit)
        let trips = 0
        for (const stored of page.stored) if (yield* bringIn(stored, page)) trips++
        return { trips, limit, last: page.stored.length < limit ? undefined : page.stored.at(-1)!.id }
      })
      return Effect.ensuring(
        bringing,
        Effect.sync(() => pages.delete(page))
      )
    })
    return yield* attempt.pipe(
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
  })

  const preload = Effect.gen(function* () {
    yield* journal.enrolled
    let trips = 0
    let limit = PAGE
    let after: TripId | undefined
    do {
      const page = yield* nextPage(after, limit)
      trips += page.trips
      limit = page.limit
      after = page.last
    } while (after !== undefined)
    return { trips }
  })

  return {
    preload,
    /** What is read of this trip at this moment, or of every one, is outdated. */
    overtake: (id: string | undefined) => {
      for (const page of pages) page.overtake(id)
    }
  }
}
