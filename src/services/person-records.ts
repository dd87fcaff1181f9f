/**
 * All that the database holds of one person: shown to them, and taken apart when they leave. Each change is one bounded
 * transaction after which nothing of its part names the person any more, so whoever is interrupted just begins again.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { TripId, UserId } from "../domain/ids.ts"

export class PersonRecordsUnavailable extends Schema.TaggedError<PersonRecordsUnavailable>()(
  "PersonRecordsUnavailable",
  { message: Schema.String }
) {}

type Doing<A> = Effect.Effect<A, PersonRecordsUnavailable>

/** One row that is held, as JSON, and the table it stands in. */
export interface HeldRow {
  readonly table: string
  readonly row: string
}

export class PersonRecords extends Context.Service<
  PersonRecords,
  {
    /** Every row about the person, table by table, in pages. */
    readonly held: (userId: UserId) => Stream.Stream<HeldRow, PersonRecordsUnavailable>
    /** Trips in which anything of the person stands; `alone` where nobody else has a part in it. */
    readonly trips: (userId: UserId) => Doing<ReadonlyArray<{ readonly id: TripId; readonly alone: boolean }>>
    /**
     * What the person did in a trip goes to a stand-in of this trip's own. A trip that was theirs alone moves to a new id
     * and other weeks; one that others share stays theirs, under the next owner.
     */
    readonly disguiseTrip: (userId: UserId, tripId: TripId) => Doing<void>
    /** What the person did outside trips, by session. False when nothing was left to do. */
    readonly disguiseLoose: (userId: UserId) => Doing<boolean>
    /** Account, personas, consents, receipts and spending go; money that was spent stays, without a name. */
    readonly removeAccount: (userId: UserId) => Doing<void>
    /** Mentions of the person in what others did, wherever they may stand: reads every table that could hold one. */
    readonly removeMentions: (userId: UserId) => Doing<void>
    /** The last arrival of records about the person that the job was told of while it ran, if there was one. */
    readonly arrival: (jobId: string) => Doing<string | undefined>
    /**
     * The job forgets whom it was about, if no row is about the person and nothing has arrived since `seen`; else it stays
     * as it is, and this is false.
     */
    readonly conclude: (userId: UserId, jobId: string, seen: string | undefined) => Doing<boolean>
  }
>()("overplanned/PersonRecords") {}
