/**
 * How the journal is doing. It is the one dependency whose absence travelers feel: without it nothing can be promised,
 * so a journal that refuses the writes of trips is `down`. One that waits for the database, or has room only for trips, is `degraded`.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { Journal, type JournalStatus, LANE_SHARE } from "../../services/journal.ts"

/** A drainer behind by more than this is not catching its breath. */
const LATE_MS = 60_000

const MIB = 1024 * 1024
const name = "journal"

export const judge = (status: JournalStatus): DependencyHealth => {
  const used = status.bytes / status.limit_bytes
  const detail = `${Math.ceil(status.bytes / MIB)} of ${Math.floor(status.limit_bytes / MIB)} MiB, ${status.depth} records ahead of the database`
  if (!status.available) {
    return {
      name,
      status: "down",
      detail: "the disk takes no writes",
      fix: "It is opened again by itself once the disk takes writes: look for a full disk, and at the rights of the data directory."
    }
  }
  if (used >= LANE_SHARE.trip) {
    return {
      name,
      status: "down",
      detail: `${detail}: the disk budget is used up, writes are refused`,
      fix: "Bring the database back, so that the journal drains, or raise JOURNAL_DISK_BUDGET."
    }
  }
  if (used >= LANE_SHARE.signal) {
    return {
      name,
      status: "degraded",
      detail: `${detail}: signals are refused, trips go on`,
      fix: "Bring the database back, so that the journal drains, or raise JOURNAL_DISK_BUDGET."
    }
  }
  if (status.lag_millis > LATE_MS) {
    return {
      name,
      status: "degraded",
      detail: `${detail}, ${Math.round(status.lag_millis / 1000)} s behind`,
      fix: "Nothing is lost: it drains once the database answers. If the database is up, it is too slow for what comes in."
    }
  }
  return status.quarantined === 0
    ? { name, status: "up", detail }
    : {
        name,
        status: "degraded",
        detail: `${detail}; ${status.quarantined} set aside`,
        fix: "Records that were damaged, or that the database refused, are kept in journal/aside of the data directory, with a note of what is gone. The log says when; repair-trip --all puts back what was refused of trips."
      }
}

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const health = yield* Health
    const journal = yield* Journal
    yield* health.register(name, Effect.map(journal.status, judge))
  })
)
