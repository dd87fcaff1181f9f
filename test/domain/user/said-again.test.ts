/** Somebody says again who they are: what they do not speak of stays as it was said, learnt or counted. */
import { assert, describe, it } from "@effect/vitest"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import { vibeEmbedding } from "../../../src/domain/catalog/embedding.ts"
import type { UserId } from "../../../src/domain/ids.ts"
import type { Lesson, UserCommand } from "../../../src/domain/user/commands.ts"
import { decideUser, evolveUser, type UserFact } from "../../../src/domain/user/decide.ts"
import { newUser, type UserState } from "../../../src/domain/user/state.ts"

const NOW = Date.UTC(2026, 4, 1)
const USER = uuidOfName("test", "traveler") as UserId
const CAFE = uuidOfName("test", "cafe")

const told = (state: UserState, ...commands: ReadonlyArray<UserCommand>): UserState =>
  commands.reduce((now, command, nr) => {
    const decision = decideUser(now, command, { now: NOW, id: () => uuidOfName("record", `${nr}`) })
    const facts: ReadonlyArray<UserFact> = [...(decision.events ?? []), ...(decision.transient ?? [])]
    return facts.reduce(evolveUser, now)
  }, state)

const liked: Lesson = {
  signal: {
    id: uuidOfName("test", "signal"),
    user_id: USER,
    signal_type: "thumbs_up",
    trip_id: null,
    slot_id: null,
    activity_node_id: CAFE,
    session_id: null,
    context: {},
    source: "app",
    weight: 1,
    model_version: null,
    occurred_at: NOW
  },
  node: {
    id: CAFE,
    category: "cafe",
    price_tier: 1,
    vibe: Array.from(vibeEmbedding({ specialty_coffee: 1, quiet: 0.5 }))
  },
  at: NOW
}

describe("who says again who they are", () => {
  const travelled = told(
    newUser(USER),
    { _tag: "onboard", onboarding: { tags: { likes: ["ramen"], pace: "slow" } } },
    { _tag: "observe", lessons: [liked] },
    { _tag: "travelled", ended: 3 }
  )
  const { pace_preference: _, ...others } = travelled.persona.dimensions

  it("keeps what they do not speak of: tastes, what signals taught of them, and the trips that were counted", () => {
    assert.strictEqual(others.category_affinities.source, "signals")
    assert.strictEqual(others.trip_count.value, "frequent")
    const { pace_preference, ...left } = told(travelled, {
      _tag: "onboard",
      onboarding: { tags: { pace: "packed" } }
    }).persona.dimensions
    assert.deepStrictEqual(pace_preference, { value: "packed", confidence: 1, source: "onboarding" })
    assert.deepStrictEqual(left, others)
    const silent = told(travelled, { _tag: "onboard", onboarding: { tags: { likes: [] } } })
    assert.deepStrictEqual(silent.persona.dimensions, travelled.persona.dimensions)
  })

  it("replaces the taste by what they like now", () => {
    const again = { _tag: "onboard", onboarding: { tags: { likes: ["jazz"] } } } as const
    const { category_affinities, pace_preference } = told(travelled, again).persona.dimensions
    assert.deepStrictEqual(category_affinities, told(newUser(USER), again).persona.dimensions.category_affinities)
    assert.strictEqual(pace_preference.value, "leisurely")
  })
})
