/** What a signal looks like from outside. It is judged by hand, for speed: this says the same to a reader. */
import * as Schema from "effect/Schema"
import { UUID } from "../../domain/ids.ts"
import { COUNTING_SIGNALS } from "../../domain/signal.ts"
import type { Json } from "./dress.ts"

const uuid = { type: "string", pattern: UUID.source }
const maybe = { anyOf: [uuid, { type: "null" }] }

/** What a client may tell; other types are written by the server only. */
const TYPES = Schema.Literals(["slot_view", ...COUNTING_SIGNALS, "pivot_ignore"]).literals

export const signalItem = (): Json => ({
  type: "object",
  properties: {
    id: uuid,
    signal_type: { type: "string", enum: [...new Set(TYPES)] },
    trip_id: maybe,
    slot_id: maybe,
    activity_node_id: maybe,
    session_id: maybe,
    occurred_at: { type: "string" },
    model_version: { anyOf: [{ type: "string", maxLength: 100 }, { type: "null" }] },
    context: {
      type: "object",
      description:
        "Whatever else is known of the moment. A `trigger` of an answer to an offer is kept as `client_trigger`.",
      additionalProperties: true
    }
  },
  required: ["id", "signal_type", "occurred_at"],
  additionalProperties: false
})
