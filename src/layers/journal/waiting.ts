/** What of the journal waits for the store, and what makes the store's work wait. */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { Journal } from "../../services/journal.ts"

/** How often the age of the log is sampled for the lag, and how many samples are kept. */
const MARK_EVERY_MS = 1000
const MARKS = 3600

/** What waits for the store: how many records, and for how long. */
export const makeWaitingRecords = (elapsed: () => number) => {
  let depth = 0
  let lastMark = 0
  const marks: Array<{ readonly position: number; readonly at: number }> = []
  return {
    depth: () => depth,
    lag: () => (marks[0] === undefined ? 0 : elapsed() - marks[0].at),
    /** What an earlier life left: how old it is nobody knows, so its age is counted from here. */
    begin: (records: number, position: number) => {
      depth = records
      if (records > 0) marks.push({ position, at: elapsed() })
    },
    committed: (durable: number, records: number) => {
      depth += records
      const now = elapsed()
      if (now - lastMark > MARK_EVERY_MS && marks.length < MARKS) {
        marks.push({ position: durable, at: now })
        lastMark = now
      }
    },
    drained: (position: number, records: number, durable: number) => {
      depth = position >= durable ? 0 : Math.max(0, depth - records)
      while (marks[0] !== undefined && marks[0].position <= position) marks.shift()
    }
  }
}

/** Work that the drainer stands back for. */
export const makeHurry = () => {
  let hurrying = 0
  const unhurried = Latch.makeUnsafe(true)
  const first: (typeof Journal.Service)["first"] = (work) =>
    Effect.suspend(() => {
      hurrying++
      unhurried.closeUnsafe()
      return Effect.ensuring(
        work,
        Effect.sync(() => {
          if (--hurrying === 0) unhurried.openUnsafe()
        })
      )
    })
  return { first, over: unhurried.await }
}
