/**
 * A traveler's row is made at the first use of a valid token, through the journal like every write, so that nobody
 * waits for the database to come in. Being welcomed twice is harmless; the row is made once.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { UserId } from "../domain/ids.ts"
import { Journal, type RecordType } from "./journal.ts"

export const USER_SEEN: RecordType = { type: "user_seen", version: 1 }

export interface UserSeen {
  readonly user_id: string
  readonly at: number
}

/** Travelers remembered as welcomed; past it, one is written again, which changes nothing. */
const REMEMBERED = 200_000

export class Newcomers extends Context.Service<
  Newcomers,
  {
    /** Returns at once. Later writes of this traveler come after it in the log: nobody needs to wait for it. */
    readonly welcome: (userId: UserId, now: number) => void
  }
>()("overplanned/Newcomers") {
  static readonly layer = Layer.effect(
    Newcomers,
    Effect.gen(function* () {
      const journal = yield* Journal
      const known = new Set<string>()
      return Newcomers.of({
        welcome: (userId, now) => {
          if (known.has(userId)) return
          const payload: UserSeen = { user_id: userId, at: now }
          const record = {
            type: USER_SEEN.type,
            version: USER_SEEN.version,
            key: `user:${userId}`,
            // The row's own id: whoever drains it twice makes it once.
            id: userId,
            payload: JSON.stringify(payload)
          }
          if (known.size >= REMEMBERED) known.clear()
          known.add(userId)
          const ticket = journal.append("trip", [record], (failure) => {
            if (failure !== undefined) known.delete(userId)
          })
          if (ticket._tag !== "AppendTicket") known.delete(userId)
        }
      })
    })
  )
}
