/** Verdicts on places, so many that what is trained may rank for whoever gave them. */
import { randomUUID } from "node:crypto"
import { assert } from "@effect/vitest"
import { ok, type Traveler, until } from "./server.ts"

/** Judges the first places of a city, one after another, and waits until that was learnt from. */
export const judge = async (who: Traveler, count: number, likes = (index: number) => index % 2 === 0) => {
  const { nodes } = ok(await who.call("GET", "/cities/seattle/nodes?limit=100"))
  const signals = Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    signal_type: likes(index) ? "slot_accept" : "slot_skip",
    activity_node_id: nodes[index].id,
    occurred_at: new Date(Date.now() - (count - index) * 1000).toISOString(),
    context: { time_to_action_ms: 4000, day_part: "afternoon", position: 1 }
  }))
  assert.strictEqual(ok(await who.call("POST", "/signals", signals), 202).accepted, count)
  await until(
    "the persona that learnt",
    async () => (await who.call("GET", "/users/me/persona")).body.signal_count >= count
  )
}
