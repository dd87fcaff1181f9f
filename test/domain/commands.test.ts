/** What actors are asked and what they answer can be sent to another node: as JSON, and back again as it was. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { uuidOfName } from "../../src/domain/basics/hash.ts"
import { CityCommand, CityReply, decideCity, initialCity } from "../../src/domain/city/decide.ts"
import { TripCommand, TripReply } from "../../src/domain/trip/commands.ts"
import { TripRejection } from "../../src/domain/trip/rejections.ts"
import { UserCommand, UserReply } from "../../src/domain/user/commands.ts"
import { decideUser, evolveUser } from "../../src/domain/user/decide.ts"
import { newUser } from "../../src/domain/user/state.ts"
import {
  active,
  cityId,
  FIRST_DAY,
  friend,
  invited,
  nodeId,
  offer,
  owner,
  slotId,
  stranger,
  trip
} from "./trip/fixtures.ts"

const travelled = <S extends Schema.Codec<unknown>>(schema: S, value: S["Type"]): S["Type"] => {
  const codec = Schema.toCodecJson(schema)
  const sent = JSON.stringify(Schema.encodeUnknownSync(codec)(value))
  return Schema.decodeUnknownSync(codec)(JSON.parse(sent))
}

const arrives = <S extends Schema.Codec<unknown>>(schema: S, value: S["Type"]) =>
  assert.deepStrictEqual(travelled(schema, value), value)

const NOW = FIRST_DAY + 10 * 3_600_000
const context = { now: NOW, watched: false, id: () => uuidOfName("record") }

const signal = {
  id: uuidOfName("signal"),
  user_id: owner,
  signal_type: "discovery_swipe_right",
  trip_id: null,
  slot_id: null,
  activity_node_id: nodeId(1),
  session_id: null,
  context: { time_to_action_ms: 1200.5, position: 3, "what a client said": { nested: [1, null, "é 日本"] } },
  source: "app",
  weight: 1,
  model_version: "local_ranker:1",
  occurred_at: NOW - 1_000
} as const

const planEntry = {
  type: "ranking_event",
  version: 1,
  key: `user:${owner}`,
  id: uuidOfName("day"),
  payload: JSON.stringify({ surface: "itinerary" })
}

const node = {
  id: nodeId(1),
  category: "cafe",
  price_tier: 2,
  vibe: Array.from({ length: 64 }, (_, i) => i / 100)
} as const

describe("a traveler", () => {
  const commands: ReadonlyArray<UserCommand> = [
    { _tag: "read" },
    {
      _tag: "observe",
      lessons: [
        { signal, node, at: NOW },
        { signal: { ...signal, context: {} }, node: undefined, at: NOW + 1 }
      ]
    },
    { _tag: "onboard", onboarding: { tags: { food: ["ramen"], pace: "slow", hikes: true, budget: 2 }, age: 31 } },
    {
      _tag: "revise",
      learntUntil: NOW,
      revision: {
        dimensions: newUser(owner).persona.dimensions,
        words: { text: "likes quiet", embedding: [0.1, -0.2] }
      }
    },
    { _tag: "travelled", ended: 4 }
  ]

  it("can be asked anything from elsewhere, and answers the same", () => {
    let state = newUser(owner)
    for (const command of commands) {
      arrives(UserCommand, command)
      const here = decideUser(state, command, context)
      const there = decideUser(state, travelled(UserCommand, command) as UserCommand, context)
      assert.deepStrictEqual(there, here)
      arrives(UserReply, here.reply)
      const { vector } = (travelled(UserReply, here.reply) as UserReply).persona
      assert.instanceOf(vector, Float32Array, "as a ranker multiplies it")
      state = [...(here.events ?? []), ...(here.transient ?? [])].reduce(evolveUser, state)
    }
    assert.strictEqual(state.persona.signal_count, 1)
    assert.isNotEmpty(state.recent)
  })

  it("does not let the actor's own timer be played from elsewhere", () => {
    assert.throws(() => travelled(UserCommand, { _tag: "save" } as never))
  })
})

describe("a trip", () => {
  it("can be asked anything from elsewhere, and answers or refuses the same", () => {
    const live = active()
    invited(live)
    const pivot = offer(live)
    const by = { by: owner, if_match: 1, idempotency_key: "k" } as const
    const { epoch } = live.trip
    const option_id = pivot.options[0]!.option_id
    const commands: ReadonlyArray<TripCommand> = [
      { _tag: "read", by: owner },
      { _tag: "recover", by: owner, epoch, since: 1 },
      { _tag: "create", by: owner, trip: trip(), log: [planEntry] },
      { _tag: "set_status", ...by, status: "completed" },
      { _tag: "leave", by: friend, user_id: friend },
      { _tag: "delete_trip", by: friend },
      { _tag: "set_vetoes", by: owner, node_ids: [nodeId(3)], tags: ["bar"] },
      {
        _tag: "edit_vetoes",
        ...by,
        add: { node_ids: [nodeId(4)], tags: [] },
        remove: { node_ids: [], tags: ["bar"] }
      },
      { _tag: "swap_slot", by: owner, slot_id: slotId(2, 1), intention: "fatigue" },
      { _tag: "choices", by: owner, slot_id: slotId(2, 2) },
      { _tag: "fits", by: owner, minutes: 90, at: NOW + 3_600_000 },
      { _tag: "add_stop", ...by, node_id: nodeId(9), day: 2, intention: "curiosity" },
      { _tag: "add_stop", ...by, own: { title: "Mine", minutes: 30, lat: 47.6, lon: -122.3 }, at: NOW + 7_200_000 },
      { _tag: "move_stop", ...by, slot_id: slotId(2, 2), day: 2, at: NOW + 26 * 3_600_000 },
      { _tag: "reorder_day", ...by, day: 2, slot_ids: [slotId(2, 1), slotId(2, 0), slotId(2, 2)] },
      { _tag: "undo", ...by, change: 3 },
      { _tag: "lock_slot", by: owner, slot_id: slotId(1, 0), locked: true, intention: "schedule" },
      { _tag: "report_door", by: owner, slot_id: slotId(1, 0), open: false },
      { _tag: "request_pivot", by: owner, request: { trigger: "transit", detail: { delay_minutes: 20 } } },
      { _tag: "respond_pivot", by: owner, pivot_id: pivot.pivot_id, response: "accept", option_id },
      { _tag: "respond_pivot", by: owner, pivot_id: uuidOfName("lost") as typeof pivot.pivot_id, response: "dismiss" },
      { _tag: "swap_slot", by: stranger, slot_id: slotId(9, 9) }
    ]
    for (const command of commands) {
      arrives(TripCommand, command)
      const reply = live.send(command)
      if (!(reply instanceof Error)) arrives(TripReply, reply)
      else {
        const back = travelled(TripRejection, reply)
        assert.strictEqual(back.constructor, reply.constructor)
        assert.deepStrictEqual({ ...back }, { ...reply })
      }
    }
  })
})

describe("a city", () => {
  it("can be told anything from elsewhere, and answers the same", () => {
    const window = { from: NOW, until: NOW + 3_600_000 }
    const commands: ReadonlyArray<CityCommand> = [
      { _tag: "read" },
      {
        _tag: "report",
        event: { kind: "weather", id: uuidOfName("rain"), ...window, condition: "rain", severity: "severe" }
      },
      {
        _tag: "report",
        event: {
          kind: "transit",
          id: uuidOfName("late"),
          ...window,
          delay_minutes: 30,
          line: "1",
          area: { lat: 47.6, lon: -122.3, radius_metres: 900 }
        }
      },
      { _tag: "wake" }
    ]
    for (const command of commands) {
      arrives(CityCommand, command)
      arrives(CityReply, decideCity(initialCity(cityId), command, context).reply)
    }
  })
})
