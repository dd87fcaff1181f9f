/**
 * A traveler's row is made at the first use of a valid token, through the journal like every write, so that nobody
 * waits for the database to come in. Being welcomed twice is harmless; the row is made once.
 */
import * as Context from "effect/Context"
import type { UserId } from "../domain/ids.ts"

export class Newcomers extends Context.Service<
  Newcomers,
  {
    /** Returns at once. Later writes of this traveler come after it in the log: nobody needs to wait for it. */
    readonly welcome: (userId: UserId, now: number) => void
  }
>()("overplanned/Newcomers") {}
