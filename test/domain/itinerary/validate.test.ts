import { assert, describe, it } from "@effect/vitest"
import { assemble } from "../../../src/domain/itinerary/assemble.ts"
import { type JudgedStop, type JudgedTrip, validateItinerary } from "../../../src/domain/itinerary/validate.ts"
import { generateCity, randomOf, scoresFor } from "../../support/generated-city.ts"

const city = generateCity(21, { nodes: 220, unknown: 0 })
const days = city.tripDays("2026-05-01", 2)
const plan = assemble({
  catalog: city,
  travel: city.travel,
  scores: scoresFor(city, randomOf(21)),
  days,
  constraints: { pace: "moderate" },
  vetoes: [],
  orientations: [],
  locked: [],
  seed: 1
})

const rules = (change: (stops: Array<JudgedStop>) => Array<JudgedStop>, trip: Partial<JudgedTrip> = {}) =>
  validateItinerary({
    catalog: city,
    travel: city.travel,
    localMinute: city.localMinute,
    stops: change([...plan.stops]),
    days: [1, 2],
    constraints: { pace: "moderate" },
    vetoes: [],
    relaxations: [],
    problems: [],
    ...trip
  }).map((violation) => violation.rule)

const HOUR = 3_600_000
const shift = (stop: JudgedStop, by: number): JudgedStop => ({
  ...stop,
  starts_at: stop.starts_at + by,
  ends_at: stop.ends_at + by
})

describe("the judge of itineraries", () => {
  it("finds nothing wrong with a sound plan", () =>
    assert.deepEqual(
      rules((stops) => stops),
      []
    ))

  it("notices each broken rule", () => {
    assert.include(
      rules((s) => s.with(1, { ...s[1]!, node_id: s[0]!.node_id })),
      "repeat"
    )
    assert.include(
      rules((s) => s.with(0, { ...s[0]!, node_id: "nowhere" })),
      "node"
    )
    assert.include(
      rules((s) => s.with(0, shift(s[0]!, -5 * HOUR))),
      "closed"
    )
    assert.include(
      rules((s) => s.with(1, shift(s[1]!, -2 * HOUR))),
      "overlap"
    )
    assert.include(
      rules((s) => s.with(0, { ...s[0]!, ends_at: s[1]!.starts_at })),
      "travel"
    )
    assert.include(
      rules((s) => s.with(1, { ...s[1]!, travel_minutes: 300 })),
      "travel"
    )
    assert.include(
      rules((s) => s.with(0, { ...s[0]!, ends_at: s[0]!.starts_at + 60_000 })),
      "stay"
    )
    assert.include(
      rules((s) => s.with(0, shift(s[0]!, 14 * HOUR))),
      "day_part"
    )
    assert.include(
      rules((s) => s.filter((stop) => stop.day === 1)),
      "two_stops"
    )
    assert.include(
      rules((s) => s.slice(1)),
      "order"
    )
    const meal = plan.stops.findIndex((stop) => city.nodes[stop.index]!.category === "restaurant")
    assert.include(
      rules((s) => s.with(meal, shift(s[meal]!, 3 * HOUR))),
      "meal"
    )
  })

  it("holds the plan against what was asked for", () => {
    const first = plan.stops[0]!
    const node = city.nodes[first.index]!
    assert.include(
      rules((s) => s, { vetoes: [{ node_ids: [first.node_id], tags: [] }] }),
      "veto"
    )
    assert.include(
      rules((s) => s, { vetoes: [{ node_ids: [], tags: [node.vibe_tags[0]!] }] }),
      "veto"
    )
    assert.include(
      rules((s) => s, { constraints: { avoid: [node.category] } }),
      "avoid"
    )
    assert.include(
      rules((s) => s, { constraints: { day_start: "12:00", day_end: "15:00" } }),
      "hours"
    )
    assert.include(
      rules((s) => s, { constraints: { pace: "leisurely" } }),
      "pace"
    )
    const absent = city.nodes.find((n) => !plan.stops.some((stop) => stop.node_id === n.id))!
    assert.include(
      rules((s) => s, { constraints: { must: [absent.id as never] } }),
      "must"
    )
  })
})
