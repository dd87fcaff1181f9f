/** What travelers say of a door while they stand before it, and what taking another place says. */
import { assert, describe, it } from "@effect/vitest"
import type { CityEvent } from "../../../src/domain/city/model.ts"
import type { DoorReported } from "../../../src/domain/decisions.ts"
import {
  active,
  cityId,
  FIRST_DAY,
  friend,
  invited,
  type LiveTrip,
  nodeId,
  offer,
  owner,
  slotId,
  stranger,
  tag
} from "./fixtures.ts"

const HOUR = 3_600_000
/** The first stop is from nine to eleven. */
const NINE = FIRST_DAY + 9 * HOUR

const reports = (live: LiveTrip): ReadonlyArray<DoorReported> =>
  (live.last.records ?? []).flatMap((one) => (one.type === "door_report" ? [one.payload] : []))

const say = (live: LiveTrip, open: boolean, by = owner) =>
  live.send({ _tag: "report_door", by, slot_id: slotId(1, 0), open })

describe("a report of a door", () => {
  it("is for who is there: refused before, about the visit afterwards, and not asked for any more a day later", () => {
    const live = active()
    live.now = NINE - 2 * HOUR
    assert.strictEqual(tag(say(live, false)), "DoesNotFit")
    live.now = NINE + HOUR
    assert.strictEqual(tag(say(live, false)), "changed")
    const [there] = reports(live)
    assert.deepInclude(there, { user_id: owner, activity_node_id: nodeId(0), open: false, opening_hours: "24/7" })
    assert.strictEqual(there!.occurred_at, live.now)
    live.now = NINE + 10 * HOUR
    assert.strictEqual(tag(say(live, true)), "changed")
    const [later] = reports(live)
    assert.deepInclude(later, { id: there!.id, open: true, occurred_at: NINE })
    live.now = NINE + 30 * HOUR
    assert.strictEqual(tag(say(live, true)), "DoesNotFit")
  })

  it("changes nothing of the plan and is nobody's but a member's", () => {
    const live = active()
    invited(live)
    const before = live.trip
    live.now = NINE
    assert.strictEqual(tag(say(live, true, friend)), "changed")
    const [theirs] = reports(live)
    assert.isUndefined(live.last.events)
    assert.deepStrictEqual(live.trip, before)
    say(live, true)
    assert.notStrictEqual(reports(live)[0]!.id, theirs!.id, "two people, two reports")
    assert.strictEqual(tag(say(live, true, stranger)), "TripNotFound")
    assert.deepStrictEqual(reports(live), [])
  })
})

describe("taking another place because this one is closed", () => {
  const taken = (live: LiveTrip) => {
    const asked = offer(live, { request: { trigger: "venue_closed", slot_id: slotId(1, 0) } })
    const { option_id } = asked.options[0]!
    live.send({ _tag: "respond_pivot", by: owner, pivot_id: asked.pivot_id, response: "accept", option_id })
    return reports(live)
  }

  it("reports the closed door of who is there, and not of who plans ahead", () => {
    const ahead = active()
    ahead.now = NINE - 2 * HOUR
    assert.deepStrictEqual(taken(ahead), [])
    const there = active()
    there.now = NINE - HOUR / 4
    const [found] = taken(there)
    assert.deepInclude(found, { activity_node_id: nodeId(0), open: false, user_id: owner, slot_id: slotId(1, 0) })
  })

  it("is no report of theirs where an announcement said so first", () => {
    const live = active()
    live.now = NINE - HOUR / 4
    const event: CityEvent = {
      kind: "closure",
      id: "closure",
      from: NINE - HOUR,
      until: NINE + 4 * HOUR,
      node_id: nodeId(0)
    }
    live.send({ _tag: "city_changed", conditions: { city_id: cityId, version: 1, events: [event] }, events: [event] })
    const [pushed] = live.pushed
    assert.isDefined(pushed, JSON.stringify(live.last.reply))
    const option_id = pushed!.options[0]!.option_id
    live.send({ _tag: "respond_pivot", by: owner, pivot_id: pushed!.pivot_id, response: "accept", option_id })
    assert.strictEqual(live.last.reply._tag, "changed")
    assert.deepStrictEqual(reports(live), [])
  })
})
