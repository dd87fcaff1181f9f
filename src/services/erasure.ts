/**
 * Lets a person leave. Asked for, their tokens die at once; a job then takes them out of live trips, the database, the
 * journal, indexes and memories. What they did stays for training under stand-ins who cannot be told apart from anybody
 * of their archetype. What was interrupted goes on where it stood: each step leaves nothing of its part behind, so doing
 * it again costs little. It is never given up: the person cannot ask a second time.
 *
 * Kept: a keyed hash of the id, for as long as a token could live.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { UserId } from "../domain/ids.ts"
import type { JobHandler, JobsUnavailable } from "./jobs.ts"
import type { JournalUnavailable } from "./journal.ts"
import type { PersonRecordsUnavailable } from "./person-records.ts"
import type { ErasedSubjectsUnavailable } from "./tokens.ts"

export const ERASE_USER = "erase_user"

export class Erasure extends Context.Service<
  Erasure,
  {
    /** Enqueues the job, once per person, and refuses their tokens from now on. */
    readonly request: (
      userId: UserId
    ) => Effect.Effect<{ readonly job_id: string }, JobsUnavailable | ErasedSubjectsUnavailable>
    readonly handler: JobHandler
    /**
     * Everything that is held about a person, as the text of one JSON document. Fails at once where it cannot be begun; then
     * it is made while it is read, page by page. A stream that fails is cut off and no whole document.
     */
    readonly held: (
      userId: UserId
    ) => Effect.Effect<Stream.Stream<string, PersonRecordsUnavailable>, PersonRecordsUnavailable | JournalUnavailable>
  }
>()("overplanned/Erasure") {}
