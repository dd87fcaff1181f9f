import { assert, describe, it } from "@effect/vitest"
import type { NodeId } from "../../../src/domain/ids.ts"
import { freeTimes } from "../../../src/domain/view/free-time.ts"
import { generateCity } from "../../support/generated-city.ts"
import { tripIn } from "../../support/trips.ts"

const city = generateCity(4, { nodes: 400 })
const MINUTE = 60_000

describe("free time", () => {
  const trip = tripIn(city, 2, 1)
  const [first, second] = trip.slots
  const before = { ...first!, ends_at: second!.starts_at - second!.travel_minutes * MINUTE - 75 * MINUTE }
  const of = (minutes: number, wanted = trip) => {
    const starts_at = before.ends_at + (second!.travel_minutes + minutes) * MINUTE
    return freeTimes(wanted, city, [before, { ...second!, starts_at }])
  }

  it("is told with its length, where it is, and ideas nearby that are open and not in the plan", () => {
    const [free] = of(75)
    const node = city.nodes[city.indexOf(before.node_id)!]!
    assert.match(free!.message, new RegExp(`^75 minutes around ${node.neighbourhood}`))
    assert.strictEqual(free!.minutes, 75)
    assert.strictEqual(Date.parse(free!.starts_at), before.ends_at)
    assert.isAbove(free!.ideas.length, 0)
    for (const idea of free!.ideas) {
      const index = city.indexOf(idea.id)!
      assert.notStrictEqual(city.openAt(index, before.ends_at), "closed")
      assert.isAtMost(city.nodes[index]!.typical_minutes, 75)
      assert.isFalse(trip.slots.some((slot) => slot.node_id === idea.id))
    }
  })

  it("suggests nothing that somebody vetoed", () => {
    const ideas = of(75)[0]!.ideas.map((idea) => idea.id as NodeId)
    const vetoed = { ...trip, vetoes: [{ user_id: trip.user_id, node_ids: ideas, tags: [] }] }
    for (const idea of of(75, vetoed)[0]!.ideas) assert.notInclude(ideas, idea.id as NodeId)
  })

  it("is not what a pause is, nor the way to the next stop", () => {
    assert.isEmpty(of(45))
    assert.isEmpty(of(0))
    assert.lengthOf(of(46), 1)
  })
})
