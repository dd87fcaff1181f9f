/** News of one line, over many trips in a city with two: whoever has a leg on it is told, and nobody else. */
import { assert, describe, it } from "@effect/vitest"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import type { CityCatalog } from "../../../src/domain/catalog/city-catalog.ts"
import type { CityEvent } from "../../../src/domain/city/model.ts"
import { legLines } from "../../../src/domain/transit/legs.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { planEngine } from "../../../src/domain/trip/plan-engine.ts"
import { generateCity } from "../../support/generated-city.ts"
import { tripIn } from "../../support/trips.ts"
import { LiveTrip } from "./fixtures.ts"

const HOUR = 3_600_000
const DAY = 24 * HOUR
const TRIPS = 60

const city = generateCity(5, { nodes: 230, unknown: 0.6 })
/** Stations at every eighth place; one line stops at those in the east, one in the west, and both in the middle. */
const stations = city.nodes.filter((_, index) => index % 8 === 0)
const longitudes = stations.map(({ lon }) => lon).sort((a, b) => a - b)
const [west, east] = [0.4, 0.6].map((share) => longitudes[Math.floor(share * longitudes.length)]!)
const positions = (on: (lon: number) => boolean) => stations.flatMap(({ lon }, at) => (on(lon) ? [at] : []))
const catalog: CityCatalog = {
  ...city,
  transit: {
    stations: stations.map(({ name, lat, lon }) => ({ name, lat, lon })),
    lines: [
      { id: "E", name: "East Line", stations: positions((lon) => lon >= west!) },
      { id: "W", name: "West Line", stations: positions((lon) => lon <= east!) }
    ],
    until: null
  }
}

const trips = Array.from({ length: TRIPS }, (_, seed): TripState => {
  const trip = tripIn(city, seed, 3)
  return { ...trip, members: [{ user_id: trip.user_id, role: "owner", ordinal: 0, joined_at: 0 }] }
})

/** Longer than any free time of a day takes in. */
const noService = (line: string, trip: TripState): CityEvent => ({
  kind: "transit",
  id: uuidOfName("event", line),
  from: trip.slots[0]!.starts_at - DAY,
  until: trip.slots.at(-1)!.ends_at + DAY,
  delay_minutes: 240,
  line
})

const toldOf = (trip: TripState, line: string): boolean => {
  const live = new LiveTrip(trip, trip.slots[0]!.starts_at - HOUR, { planner: planEngine(), catalog })
  const event = noService(line, trip)
  live.send({
    _tag: "city_changed",
    conditions: { city_id: trip.city_id, version: 1, events: [event] },
    events: [event]
  })
  return live.pushed.length > 0
}

describe("an alert on one line", () => {
  for (const [id, name] of [
    ["E", "East Line"],
    ["W", "West Line"]
  ] as const) {
    it(`reaches every trip with a leg on it, and no other: ${name}`, () => {
      let riders = 0
      for (const trip of trips) {
        const rides = trip.slots.some((slot) => legLines(catalog, trip.slots, slot).includes(name))
        if (rides) riders++
        assert.strictEqual(toldOf(trip, id), rides, `trip ${trip.id}`)
      }
      assert.isAbove(riders, 5, "some ride it")
      assert.isBelow(riders, TRIPS - 5, "and some do not")
    })
  }

  it("reaches nobody where the city has no such line", () => {
    for (const trip of trips) assert.isFalse(toldOf(trip, "Q"))
  })
})
