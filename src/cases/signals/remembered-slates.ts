/** Remembers the newest slates of the travelers who swiped last. */
import * as Layer from "effect/Layer"
import { type ShownSlate, ShownSlates } from "../../services/shown-slates.ts"

/** Travelers whose slates are remembered: about a kilobyte each. */
const MOST_TRAVELERS = 10_000

const MOST_SLATES = 3

export const layer = Layer.sync(ShownSlates, () => {
  const slates = new Map<string, ReadonlyArray<ShownSlate>>()
  return ShownSlates.of({
    shown: (userId, slate) => {
      const before = slates.get(userId) ?? []
      slates.delete(userId)
      slates.set(userId, [slate, ...before].slice(0, MOST_SLATES))
      if (slates.size > MOST_TRAVELERS) slates.delete(slates.keys().next().value!)
    },
    answered: (userId, nodeId, sessionId) =>
      slates
        .get(userId)
        ?.find(
          ({ node_ids, session_id }) => (sessionId === null || session_id === sessionId) && node_ids.includes(nodeId)
        )
  })
})
