/** What is told of the signals that taught a persona, before and after its actor slept. */
import { assert, describe, it } from "@effect/vitest"
import type { Lesson } from "../../../src/domain/user/commands.ts"
import { learn, newUser, remembered } from "../../../src/domain/user/state.ts"

const lesson = (nr: number, about: string | null): Lesson => ({
  at: nr,
  node: undefined,
  signal: {
    id: `00000000-0000-7000-8000-00000000000${nr}`,
    user_id: "u",
    signal_type: "thumbs_up",
    trip_id: null,
    slot_id: null,
    activity_node_id: about,
    session_id: null,
    context: {},
    source: "app",
    weight: 1,
    model_version: null,
    occurred_at: nr
  }
})

describe("what taught a persona", () => {
  it("names the place that it was about, also once its actor was woken again, and none where there was none", () => {
    const lessons = [lesson(1, "a place"), lesson(2, null)]
    const awake = learn(newUser("u"), lessons, 3).recent
    assert.deepStrictEqual(
      awake.map(({ node_id }) => node_id),
      ["a place", undefined]
    )
    assert.deepStrictEqual(remembered(lessons, []), awake)
  })
})
