/** Journals that a traveler was seen, once while they are remembered. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { recordOf } from "../../domain/records/kind.ts"
import { USER_SEEN } from "../../domain/records/kinds.ts"
import { Journal } from "../../services/journal.ts"
import { Newcomers } from "../../services/newcomers.ts"

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
        // The record has the row's own id: whoever drains it twice makes it once.
        const record = recordOf(USER_SEEN, `user:${userId}`, userId, { user_id: userId, at: now })
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
