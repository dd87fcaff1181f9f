/** Journals that a traveler was seen, once while they are remembered. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Journal } from "../../services/journal.ts"
import { Newcomers, USER_SEEN, type UserSeen } from "../../services/newcomers.ts"

/** Travelers remembered as welcomed; past it, one is written again, which changes nothing. */
const REMEMBERED = 200_000

export const layer = Layer.effect(
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
