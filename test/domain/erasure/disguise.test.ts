import { assert, describe, it } from "@effect/vitest"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import { disguisedContext } from "../../../src/domain/erasure/contexts.ts"
import { coarse, type Disguise, disguisedState, HOUR_MS, WEEK_MS } from "../../../src/domain/erasure/disguise.ts"
import { disguisedExperiment, disguisedPivot, disguisedSignal } from "../../../src/domain/erasure/rows.ts"
import type { UserId } from "../../../src/domain/ids.ts"
import { planRecords } from "../../../src/domain/trip/plan-records.ts"
import { SignalType } from "../../../src/domain/vocabulary.ts"
import { fc } from "../../support/properties.ts"
import { catalog, FIRST_DAY, trip } from "../trip/fixtures.ts"

const person = uuidOfName("test", "person")
const standIn = uuidOfName("test", "stand-in")
const friend = uuidOfName("test", "friend")
const fresh = (id: string) => uuidOfName("test", "fresh", id)

const disguise = (more: Partial<Disguise> = {}): Disguise => ({
  person,
  standIn,
  own: fresh,
  shared: fresh,
  shiftMillis: 3 * WEEK_MS,
  archetype: "food_and_night",
  common: () => true,
  ...more
})

const instant = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) })

describe("times of a stand-in", () => {
  it("are right to the hour and the weekday, keep their order, and lie whole weeks back", () =>
    fc.assert(
      fc.property(instant, instant, fc.integer({ min: 0, max: 52 }), (a, b, weeks) => {
        const moved = { shiftMillis: weeks * WEEK_MS }
        assert.strictEqual(coarse(moved, a) % HOUR_MS, 0)
        assert.strictEqual(new Date(coarse(moved, a)).getUTCDay(), new Date(a).getUTCDay())
        assert.isBelow(a - weeks * WEEK_MS - coarse(moved, a), HOUR_MS)
        if (a <= b) assert.isAtMost(coarse(moved, a), coarse(moved, b))
      })
    ))
})

describe("the context of a stand-in's signal", () => {
  /** Whatever a client may write, also under the names that the server writes and under those that have a meaning. */
  const anything = fc.oneof(fc.uuid(), fc.string({ minLength: 9 }), fc.double(), fc.constant(null), fc.object())
  const ours = fc.record(
    {
      full_candidate_set: fc.oneof(
        anything,
        fc.array(anything),
        fc.array(
          fc.record({ node_id: anything, score: anything, rank: anything, features: anything }, { requiredKeys: [] })
        )
      ),
      ranker: anything,
      user_state: fc.oneof(
        anything,
        fc.record(
          {
            sequence: fc.oneof(anything, fc.array(anything)),
            members: fc.oneof(anything, fc.array(anything)),
            dimensions: anything,
            signal_count: anything
          },
          { requiredKeys: [] }
        )
      ),
      arbitration: fc.oneof(anything, fc.record({ choice: anything, rule: anything })),
      features: anything,
      node_id: anything,
      weather: anything,
      day_part: anything,
      trigger: anything,
      intention: anything,
      position: anything,
      rating: anything,
      time_to_action_ms: anything
    },
    { requiredKeys: [] }
  )
  const kindOf = fc.constantFrom(...SignalType.literals)

  it("holds no word and no exact number that was said freely, whatever a client sent", () =>
    fc.assert(
      fc.property(kindOf, fc.dictionary(fc.string(), anything), ours, (type, free, known) => {
        const context = { ...free, ...known, note: person }
        const kept = JSON.stringify(disguisedContext(disguise(), type, context, new Set()))
        assert.notInclude(kept, person)
        for (const [key, value] of Object.entries(context)) {
          if (key !== "replaced_by" && typeof value === "string") assert.notInclude(kept, JSON.stringify(value))
        }
      })
    ))

  it("believes what is the server's own in the server's own signals alone", () => {
    const context = {
      full_candidate_set: [
        { node_id: fresh("a"), score: 0.12345, rank: 1, features: { affinity: 0.98765, "I am Ann": 1 } }
      ],
      ranker: "local_ranker:1",
      arbitration: { choice: "ml", rule: "agreement", reason: "0.85 and 0.82, says Ann" }
    }
    assert.deepStrictEqual(disguisedContext(disguise(), "candidate_set_logged", context, new Set()), {
      full_candidate_set: [{ node_id: fresh("a"), score: 0.12, rank: 1, features: { affinity: 0.99 } }],
      ranker: "local_ranker:1",
      user_state: {},
      arbitration: { choice: "ml", rule: "agreement" }
    })
    assert.deepStrictEqual(disguisedContext(disguise(), "slot_accept", context, new Set()), {})
    assert.deepStrictEqual(disguisedContext(disguise(), "slot_view", { full_candidate_set: 5 }, new Set()), {})
  })

  it("tells a rare combination less precisely, and a common one as it was", () => {
    const context = { day_part: "evening", weather: "snow", group_size: 12, time_to_action_ms: 1234, position: 3 }
    assert.deepStrictEqual(disguisedContext(disguise(), "slot_accept", context, new Set()), {
      day_part: "evening",
      weather: "snow",
      group_size: 6,
      time_to_action_ms: 1000,
      position: 3
    })
    assert.deepStrictEqual(disguisedContext(disguise({ common: () => false }), "slot_accept", context, new Set()), {
      day_part: "evening",
      time_to_action_ms: 1000,
      position: 3
    })
  })
})

describe("what a stand-in's rows are joined by", () => {
  const row = {
    id: uuidOfName("test", "signal"),
    signal_type: "slot_accept",
    trip_id: uuidOfName("test", "trip"),
    slot_id: null,
    session_id: uuidOfName("test", "session"),
    decision_id: uuidOfName("test", "decision"),
    context: {},
    occurred_at: 1,
    created_at: 2
  }

  it("is new in a trip that was theirs alone, and the trip's own in one that others share", () => {
    const alone = disguisedSignal(disguise(), row, new Set())
    assert.deepStrictEqual(
      [alone.key, alone.trip_id, alone.session_id, alone.decision_id],
      [row.id, fresh(row.trip_id), fresh(row.session_id), fresh(row.decision_id)]
    )
    const left = disguisedSignal(disguise({ shared: (id) => id, shiftMillis: 0 }), row, new Set())
    assert.deepStrictEqual(
      [left.id, left.trip_id, left.session_id, left.decision_id],
      [fresh(row.id), row.trip_id, row.session_id, row.decision_id]
    )
  })
})

describe("the plan of a stand-in's trip", () => {
  const { generated } = planRecords({
    trip: trip({
      user_id: person as UserId,
      members: [{ user_id: person as UserId, role: "owner", ordinal: 0, joined_at: 0 }]
    }),
    catalog,
    personas: [],
    ranking: { model: { name: "local_ranker", version: "1" }, items: [], confidence: 0, latencyMs: 1 },
    at: FIRST_DAY - 5 * HOUR_MS - 7,
    id: () => uuidOfName("test", "event")
  })
  const row = { ...generated, created_at: generated.timestamp }

  it("lies whole weeks back with everything in it that tells a day", () => {
    const { payload } = generated as unknown as { payload: { slots: ReadonlyArray<{ starts_at: number }> } }
    const moved = disguisedExperiment(disguise(), row)
    const kept = moved.payload as { [name: string]: unknown; slots: ReadonlyArray<{ starts_at: number }> }
    assert.deepStrictEqual([kept.start_date, kept.end_date], ["2026-04-10", "2026-04-11"])
    assert.deepStrictEqual(
      kept.slots.map((one) => one.starts_at),
      payload.slots.map((one) => one.starts_at - 3 * WEEK_MS)
    )
    assert.deepStrictEqual(kept.party, [standIn])
    assert.notProperty(kept, "catalog_version")
    const texts = disguisedExperiment(disguise(), { ...row, payload: { made: "2026-05-01T10:20:30.456Z", city: "x" } })
    assert.deepStrictEqual(texts.payload, { made: "2026-04-10T10:00:00.000Z", city: "x" })
  })

  it("keeps its days where the trip is others' too", () => {
    const left = disguisedExperiment(disguise({ shared: (id) => id, shiftMillis: 0 }), row)
    assert.include(left.payload as object, { start_date: "2026-05-01", end_date: "2026-05-02", catalog_version: 1 })
  })
})

describe("the pivot of a stand-in", () => {
  it("tells its options' scores and features in two digits, and nothing that is not a number of theirs", () => {
    const id = uuidOfName("test", "option")
    const option = {
      option_id: id,
      node_id: fresh("n"),
      score: 0.98765,
      position: 1,
      features: { a: 0.12345 },
      changes: 2
    }
    const { options } = disguisedPivot(disguise(), {
      id: uuidOfName("test", "row"),
      pivot_id: uuidOfName("test", "pivot"),
      trip_id: uuidOfName("test", "trip"),
      slot_id: null,
      detail: {},
      options: [{ ...option, why: "because Ann likes it" }, "Ann"],
      reasons: [],
      chosen_option_id: id,
      time_to_action_ms: 3,
      offered_at: 0,
      responded_at: null,
      created_at: 0
    })
    assert.deepStrictEqual(options[0], { ...option, option_id: fresh(id), score: 0.99, features: { a: 0.12 } })
    assert.notInclude(JSON.stringify(options), "Ann")
  })
})

describe("the state of a stand-in's decision", () => {
  it("shows an archetype's taste, cold or warm, and of the sequence only what this trip shows anyway", () => {
    const state = {
      encoder_version: "deterministic-1",
      persona_vector: [0.1, 0.2],
      dimensions: { pace_preference: { value: "packed", confidence: 0.93, source: "signals" } },
      signal_count: 57,
      sequence: [
        { node_id: "here", accepted: true, at: 10 * HOUR_MS + 7 },
        { node_id: "elsewhere", accepted: true, at: 1 }
      ],
      members: [
        { user_id: person, signal_count: 57 },
        { user_id: friend, signal_count: 3 }
      ]
    }
    const one = disguisedState(disguise({ shiftMillis: 0 }), state, new Set(["here"]))
    const another = disguisedState(disguise(), { ...state, persona_vector: [9, 9], signal_count: 31 }, new Set())
    assert.deepStrictEqual(one.persona_vector, another.persona_vector)
    assert.deepStrictEqual(one.dimensions, another.dimensions)
    assert.deepStrictEqual([one.signal_count, another.signal_count], [20, 20])
    assert.deepStrictEqual(one.sequence, [{ node_id: "here", accepted: true, at: 10 * HOUR_MS }])
    assert.deepStrictEqual(one.members, [
      { user_id: standIn, signal_count: 20 },
      { user_id: friend, signal_count: 3 }
    ])
  })
})
