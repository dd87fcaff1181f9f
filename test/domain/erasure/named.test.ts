import { assert, describe, it } from "@effect/vitest"
import type { PivotOffered } from "../../../src/domain/decisions.ts"
import { peopleNamed } from "../../../src/domain/erasure/named.ts"
import { PIVOT_EVENT } from "../../../src/domain/records/kinds.ts"
import { pivotRecord } from "../../../src/domain/trip/pivot-record.ts"

const id = <A = string>(n: number) => `00000000-0000-7000-8000-00000000000${n}` as A

const named = (record: Parameters<typeof peopleNamed>[0]): ReadonlyArray<string> => {
  const found = new Set<string>()
  peopleNamed(record, (one) => found.add(one))
  return [...found].sort()
}

const offered = (by: string | null): PivotOffered => ({
  offer: {
    text: "{}" as PivotOffered["offer"]["text"],
    pivot_id: id(1),
    slot_id: null,
    trigger: "weather",
    source: "on_demand",
    state_version: 1,
    model: { name: "pivot_engine", version: "1" },
    reasons: [],
    chosen: [],
    changes: [],
    slate: { candidate_ids: [], scores: [] },
    expires_at: 0
  },
  detail: undefined,
  by,
  user_id: by ?? id(7),
  trip_id: id(3),
  session_id: id(4),
  offered_at: 0,
  user_state: {
    encoder_version: "none",
    persona_vector: [],
    dimensions: {},
    signal_count: 0,
    sequence: [],
    members: []
  }
})

describe("whom a record is about", () => {
  it("is who asked for an offer, and whose taste decided where a city's event made it", () => {
    const record = (by: string | null) => ({
      type: "pivot_event",
      key: `trip:${id(3)}`,
      payload: PIVOT_EVENT.encode(pivotRecord(offered(by), id(5), 0.1))
    })
    assert.deepStrictEqual(named(record(id(6))), [id(6)])
    assert.deepStrictEqual(named(record(null)), [id(7)])
  })

  it("is every member of a state that decisions refer to", () => {
    const payload = JSON.stringify({
      id: id(5),
      user_ids: [id(6), id(7)],
      state: { members: [{ user_id: id(6) }, { user_id: id(7) }] }
    })
    assert.deepStrictEqual(named({ type: "user_state", key: `trip:${id(3)}`, payload }), [id(6), id(7)])
  })
})
