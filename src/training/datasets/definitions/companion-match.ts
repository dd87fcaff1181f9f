/** Pairs and groups of people, how alike they are, and whether it went well; made-up and real ones together. */
import * as Effect from "effect/Effect"
import { MATCH_FEATURES } from "../../../domain/companions/features.ts"
import { matchEvents } from "../../match/data.ts"
import type { Column } from "../columns.ts"
import type { Definition } from "../definition.ts"

const COUNT = 20_000
const SEED = 1

const feature: Column = { type: "double", required: true, role: "feature", continuous: true, default: 0.5 }

export const companionMatch: Definition = {
  columns: {
    event_id: { type: "string", required: true, role: "key" },
    pair: { type: "string", required: true, role: "key" },
    source: { type: "string", required: true, role: "remark" },
    ...Object.fromEntries(MATCH_FEATURES.map((name) => [name, feature])),
    outcome: { type: "int", required: true, role: "label" }
  },
  people: [["pair"]],
  ids: [["event_id"]],
  untimed: true,
  voluntary: true,
  query: `match events: type solo, count ${COUNT}, seed ${SEED}`,
  read: Effect.fnUntraced(function* ({ range, row, skip }) {
    const { events, skipped } = yield* matchEvents({ count: COUNT, type: "solo", seed: SEED }, range.to)
    for (const [reason, n] of Object.entries(skipped)) for (let i = 0; i < n; i++) skip(reason)
    // A match has no time of its own: it is split by its pair alone.
    for (const [i, event] of events.entries()) row({ ...event }, event.pair, i)
  })
}
