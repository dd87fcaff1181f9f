/**
 * The journal: what makes "acknowledged" mean "durable". An append-only log on local disk that every write goes
 * through before it is acknowledged; a drainer moves it into SQL later, so that no write waits for a database.
 *
 * It promises:
 * - **Durable before told.** `settled` is called without an error only after the records are on disk (written and
 *   synced). Callbacks are called in the order of the appends.
 * - **All or nothing.** The records of one `append` survive a crash together or not at all.
 * - **A failure is final.** When a write or a sync fails, every append that was not yet durable is told so, in
 *   order; none is retried behind the caller's back. Whoever built state on such a record drops that state and
 *   reloads it (`undrained`, then the database).
 * - **Storable.** A record with text or numbers that the database would not take is refused (`domain/basics/storable.ts`): what
 *   is acknowledged can be stored. A number that has faded to less than single precision tells from zero is kept as zero.
 * - **Bounded.** Memory and disk have budgets; past them `append` refuses at once, with a reason and a time to wait.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { RecordType } from "../domain/records/kind.ts"

/** One fact to keep. `payload` is JSON text, written as it is. */
export interface JournalRecord {
  /** What happened, as registered in `RecordTypes`: `"signal"`, `"trip_event"`, … */
  readonly type: string
  /** The version of the payload's shape: the newest one registered for `type`. */
  readonly version: number
  /** Whose order it belongs to: `"trip:<uuid>"`, `"user:<uuid>"`. Records of one key reach the sink in order. */
  readonly key: string
  /** A UUID; the sink applies an id once, however often it sees it. */
  readonly id: string
  readonly payload: string
}

/** A record read back, upcast to the newest version of its type. */
export interface JournalEntry extends JournalRecord {
  /** Where the record ends in the log: everything up to here includes it. Rises; never reused. */
  readonly position: number
  /** Under which epoch of ownership it was written; zero or absent where nobody counted. */
  readonly epoch?: number
}

/** Every record type this program can read, gathered by the composition root. */
export class RecordTypes extends Context.Service<RecordTypes, ReadonlyArray<RecordType>>()("overplanned/RecordTypes") {}

/**
 * What a write is for. When the disk fills up, signals are refused first (80 % of the budget), trip writes later
 * (95 %); what the system must say to let people leave (`system`) only when the budget is gone.
 */
export type JournalLane = "signal" | "trip" | "system"

/**
 * Who waits for an append. `soon` is for records that nobody waits for, such as the log of an offer that was sent at
 * once: they leave with the next group that somebody does wait for, or after the journal's linger, whichever is first.
 */
export type Urgency = "now" | "soon"

/** The share of the disk budget that each lane may fill: signals give way to trips, and trips to the system's own. */
export const LANE_SHARE: Record<JournalLane, number> = { signal: 0.8, trip: 0.95, system: 1 }

/** A budget is used up: nothing was buffered. Refusals are not failures; the next append may succeed. */
export class JournalFull extends Schema.TaggedError<JournalFull>()("JournalFull", {
  message: Schema.String,
  budget: Schema.Literals(["memory", "disk", "record"]),
  retryAfterMillis: Schema.Int
}) {}

/** The disk refuses writes (full, failing, or being reopened after a failure): nothing was buffered. */
export class JournalUnavailable extends Schema.TaggedError<JournalUnavailable>()("JournalUnavailable", {
  message: Schema.String,
  retryAfterMillis: Schema.Int
}) {}

/**
 * The append was buffered and could not be made durable. `onDisk` is `"no"` when the bytes are known to be gone and
 * `"unknown"` when the disk would not even take them back: then a later start may still find the records.
 */
export class JournalWriteFailed extends Schema.TaggedError<JournalWriteFailed>()("JournalWriteFailed", {
  message: Schema.String,
  onDisk: Schema.Literals(["no", "unknown"])
}) {}

/** The store would never take the record: nothing was buffered, and sending it again changes nothing. */
export class JournalUnstorable extends Schema.TaggedError<JournalUnstorable>()("JournalUnstorable", {
  message: Schema.String
}) {}

export type JournalRefused = JournalFull | JournalUnavailable | JournalUnstorable
export type JournalError = JournalRefused | JournalWriteFailed

/** The append is buffered; it is durable when `settled` says so. */
export interface AppendTicket {
  readonly _tag: "AppendTicket"
  /** The position after the last record of this append. */
  readonly position: number
}

/** Called once, on a later turn of the event loop, never from inside `append`. It must not throw. */
export type Settled = (failure: JournalWriteFailed | undefined) => void

export interface JournalStatus {
  readonly available: boolean
  /** Appended so far, durable so far, drained so far. */
  readonly appended: number
  readonly durable: number
  readonly drained: number
  /** Undrained records, and the bytes of all segments on disk. */
  readonly depth: number
  readonly bytes: number
  /** What all segments together may take: `LANE_SHARE` says how much of it each lane may fill. */
  readonly limit_bytes: number
  /** Age of the oldest undrained record. */
  readonly lag_millis: number
  readonly quarantined: number
}

/** A record that the store refused, as it was appended. */
export interface SetAside {
  readonly position: number
  readonly payload: string
}

export class Journal extends Context.Service<
  Journal,
  {
    /**
     * The hot path: encodes into memory and returns, in about a microsecond per record. No I/O happens here. An
     * empty list appends nothing and settles when everything appended before it has.
     */
    append(
      lane: JournalLane,
      records: ReadonlyArray<JournalRecord>,
      settled: Settled,
      urgency?: Urgency
    ): AppendTicket | JournalRefused

    /** `append`, then waits until durable; gives the position. */
    commit(lane: JournalLane, records: ReadonlyArray<JournalRecord>): Effect.Effect<number, JournalError>

    /**
     * This key's records that may not be in the database yet, in order: waits until what was appended for it has
     * settled, then costs one small read per record. Call it **before** reading the database, and merge by id or
     * sequence: what is drained in between is then seen twice, never missed.
     */
    undrained(key: string): Effect.Effect<ReadonlyArray<JournalEntry>, JournalUnavailable>

    /**
     * Waits until the database has been asked what it knows of this journal. What is read from it before may still be
     * taken back: a journal that lost something breaks the continuity of trips there.
     */
    readonly enrolled: Effect.Effect<void>

    /**
     * Tells of each key of which a record will never be stored, once that is written down: who holds what followed from it reads
     * the key anew; without a key, everybody does, because another server's records were stored meanwhile. What a listener
     * gives is done before anything is written again. Gives what ends the listening. A listener must not throw.
     */
    onLost(listener: (key: string | undefined) => Effect.Effect<void> | void): () => void

    /**
     * For work that many wait for, such as telling a city's trips of a storm: storing what is durable anyway stands back for
     * it, a few seconds at most. Appending does not.
     */
    first<A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R>

    /**
     * For who has to remember across a restart: passes on what may not be in the database yet, oldest first and in pieces.
     * Of more records than `newest` the oldest may be left out. Reads the log from disk: for the start alone.
     */
    backlog(
      newest: number,
      visit: (entries: ReadonlyArray<JournalEntry>) => void
    ): Effect.Effect<void, JournalUnavailable>

    /** Waits until everything appended before this call is durable and in the database. */
    readonly drained: Effect.Effect<void>

    /**
     * For erasure: drains everything appended before this call and deletes the segments it was in, and drops whatever
     * was set aside (corrupt, rejected) that contains one of `mentions`, such as a user's id. Afterwards no file of the journal
     * holds a trace of them.
     */
    erase(mentions: ReadonlyArray<string>): Effect.Effect<{ readonly removed: number }, JournalUnavailable>

    /** The records of this key that the store refused, oldest first. */
    setAside(key: string): Effect.Effect<ReadonlyArray<SetAside>, JournalUnavailable>

    /** Deletes records that were set aside: they are stored by now, or given up. */
    dropAside(positions: ReadonlyArray<number>): Effect.Effect<void, JournalUnavailable>

    /** For the erasure checker: the files of the journal that contain one of `mentions`. */
    search(mentions: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>, JournalUnavailable>

    readonly status: Effect.Effect<JournalStatus>
  }
>()("overplanned/Journal") {}
