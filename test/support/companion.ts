/** Somebody of whom all is known that suggesting them as a companion needs. */

import * as assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import type { World } from "../e2e/world.ts"
import { ok, type Traveler } from "./server.ts"

export const SUGGESTIONS = "/users/me/companions/suggestions"

export const wholePerson = async (world: World, age: number, interests: ReadonlyArray<string>): Promise<Traveler> => {
  const who = await world.someone()
  const tags = { interests, pace: "slow", budget: "mid", time: "early bird", food: ["ramen", "coffee"] }
  ok(await who.call("PUT", "/users/me/onboarding", { tags, age, interests, personality: 0.4 }))
  const { nodes, session_id } = ok(await who.call("GET", "/discovery?city=seattle&limit=5"))
  const swipe = {
    id: randomUUID(),
    signal_type: "discovery_swipe_right",
    activity_node_id: nodes[0].node.id,
    session_id,
    occurred_at: new Date().toISOString()
  }
  assert.strictEqual(ok(await who.call("POST", "/signals", [swipe]), 202).accepted, 1)
  return who
}

export const openToSuggestions = async (who: Traveler, open = true): Promise<void> =>
  assert.deepStrictEqual(ok(await who.call("PUT", SUGGESTIONS, { open })), { open })
