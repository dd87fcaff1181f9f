import { assert, describe, it } from "@effect/vitest"
import { type CityEvent, calm } from "../../../src/domain/city/model.ts"
import { COLUMNS } from "../../../src/domain/pivot/search.ts"
import { emptyTrip, evolveActor } from "../../../src/domain/trip/actor-state.ts"
import { coverageTally } from "../../../src/domain/trip/coverage.ts"
import { holdLoaded } from "../../../src/domain/trip/held-trip.ts"
import { fallbackWork } from "../../../src/domain/trip/plan-engine.ts"
import { generateCity } from "../../support/generated-city.ts"
import { tripIn } from "../../support/trips.ts"

const city = generateCity(1, { nodes: 230, unknown: 0.6 })
const trip = tripIn(city, 4, 1)
const now = trip.slots[0]!.starts_at - 3_600_000

/** The shares of a trip that was prepared for a calm city in which something has happened since. */
const sharesAfter = (...events: ReadonlyArray<CityEvent>) => {
  const conditions = calm(trip.city_id)
  const work = fallbackWork({ trip, catalog: city, personas: [], conditions, now })
  for (const step of work.steps) step()
  const fallbacks = work.result()
  const held = holdLoaded(trip, city)
  const prepared = evolveActor({ ...emptyTrip(trip.id), trip: held }, { _tag: "fallbacks_ready", fallbacks })
  const later = { ...conditions, version: conditions.version + events.length, events }
  const known = evolveActor(prepared, { _tag: "world_known", catalog: city, conditions: later })
  const tally = coverageTally(now)
  tally.add(known)
  const shares = new Map(tally.result().triggers.map(({ trigger, share }) => [trigger, share]))
  return { shares, set: fallbacks.set }
}

describe("the coverage of fallbacks", () => {
  it("counts what is kept ready, and not what has closed or been rained upon since", () => {
    const { shares, set } = sharesAfter()
    assert.strictEqual(shares.get("venue_closed"), 1)
    const window = { from: now, until: trip.slots.at(-1)!.ends_at }
    const first = [...set.table.slice(set.starts.length, set.starts.length + set.stored * COLUMNS.length)]
    const kept = new Set(first.slice(0, set.stored - 2))
    const closed = [...kept].map(
      (index, n): CityEvent => ({
        kind: "closure",
        id: `closure ${n}`,
        ...window,
        node_id: city.nodes[index]!.id as never
      })
    )
    assert.strictEqual(sharesAfter(...closed).shares.get("venue_closed"), 0)
    const yesterday = closed.map((event) => ({ ...event, from: 0, until: now }))
    assert.strictEqual(sharesAfter(...yesterday).shares.get("venue_closed"), 1)
    const storm: CityEvent = { kind: "weather", id: "storm", ...window, condition: "storm", severity: "severe" }
    assert.strictEqual(sharesAfter(storm).shares.get("weather"), shares.get("weather"), "they have a roof")
    const wet = sharesAfter(storm).shares
    assert.isTrue(
      COLUMNS.some((trigger) => wet.get(trigger)! < shares.get(trigger)!),
      "some moods want to be outdoors"
    )
  })
})
