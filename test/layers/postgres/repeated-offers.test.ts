/** Who asks again after a crash may be offered something else under the same id. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { PIVOT_EVENT, PIVOT_RESPONSE } from "../../../src/domain/records/kinds.ts"
import { decisionsHandler } from "../../../src/layers/postgres/journal-sink/decisions.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { nodeOf, seedPeopleAndPlaces, tripOf, userOf, uuidOf } from "../../harness/signals.ts"

const NOON = Date.parse("2026-05-01T12:00:00Z")
const PIVOT = uuidOf(6, 1)
const optionOf = (n: number) => uuidOf(7, n)

/** What was offered `seconds` after noon: the place of this number, under the one id. */
const offered = (seconds: number, place: number) => ({
  kind: PIVOT_EVENT,
  payload: {
    pivot_id: PIVOT,
    user_id: userOf(1),
    trip_id: tripOf(1),
    slot_id: uuidOf(8, 1),
    trigger: "venue_closed",
    detail: {},
    options: [
      {
        option_id: optionOf(place),
        node_id: nodeOf(place),
        places: [{ node_id: nodeOf(place), slot_id: uuidOf(8, 1) }]
      }
    ],
    reasons: [],
    source: "on_demand",
    state_version: 3 + seconds,
    model_name: "pivot_engine",
    model_version: "4",
    latency_ms: 1,
    offered_at: NOON + seconds * 1_000,
    ranked_for: userOf(1),
    session_id: null,
    candidate_ids: [nodeOf(place)],
    scores: [0.5],
    selected_ids: [nodeOf(place)],
    user_state_id: uuidOf(9, 9)
  }
})

const accepted = (place: number) => ({
  kind: PIVOT_RESPONSE,
  payload: {
    pivot_id: PIVOT,
    user_id: userOf(1),
    response: "accept",
    chosen_option_id: optionOf(place),
    time_to_action_ms: 900,
    slots_changed: 1,
    responded_at: NOON + 10_000
  }
})

interface Fact {
  readonly kind: { readonly type: string; readonly version: number }
  readonly payload: unknown
}

let position = 0
/** Stores facts in as many batches as are given. */
const stored = (...batches: ReadonlyArray<ReadonlyArray<Fact>>) =>
  Effect.forEach(
    batches,
    (facts) =>
      decisionsHandler.apply(
        facts.map(({ kind, payload }) => ({
          type: kind.type,
          version: kind.version,
          key: tripOf(1),
          id: uuidOf(99, ++position),
          payload: JSON.stringify(payload),
          position
        }))
      ),
    { discard: true }
  )

const outcomes = Effect.gen(function* () {
  const sql = yield* SqlClient
  return yield* sql<{ node: string; outcome: string; candidates: ReadonlyArray<string>; response: string }>`
    select o.activity_node_id as node, o.outcome, d.candidate_ids::text[] as candidates, p.response
    from decision_outcomes o join ranking_events d on d.id = o.decision_id join pivot_events p on p.pivot_id = d.id`
})

describe("an offer that is made again under its id", () => {
  for (const [title, batches] of [
    ["in one batch", [[offered(1, 1), offered(2, 2)], [accepted(2)]]],
    ["in two batches", [[offered(1, 1)], [offered(2, 2)], [accepted(2)]]],
    ["stored once more after a crash", [[offered(1, 1), offered(2, 2)], [offered(1, 1)], [accepted(2)]]],
    [
      "stored once more after its answer",
      [
        [offered(2, 2), accepted(2)],
        [offered(1, 1), offered(2, 2), accepted(2)]
      ]
    ]
  ] as const) {
    it.live(`${title}: what was offered last is what was answered`, () =>
      Effect.gen(function* () {
        yield* seedPeopleAndPlaces
        yield* stored(...batches)
        assert.deepStrictEqual(yield* outcomes, [
          { node: nodeOf(2), outcome: "confirmed", candidates: [nodeOf(2)], response: "accept" }
        ])
      }).pipe(Effect.provide(freshDatabase()))
    )
  }
})
