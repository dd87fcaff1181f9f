import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { CityInfo } from "../../../src/domain/catalog/city-file.ts"
import { boundsAround, liesWithin, middleOf } from "../../../src/domain/catalog/extent.ts"
import { offsetAt, zoneOf } from "../../../src/domain/time/zone.ts"
import { cityOfExtract, zoneFor } from "../../../src/sources/osm/city-facts.ts"
import { inputOfExtract } from "../../../src/sources/osm/osm-city.ts"
import { fromElements } from "../../../src/sources/osm/read-overpass.ts"

let ids = 0
const node = (lat: number, lon: number, tags: Record<string, string>) => ({ type: "node", id: ++ids, lat, lon, tags })
const cafeAt = (lat: number, lon: number, name = `Café ${ids + 1}`) => node(lat, lon, { amenity: "cafe", name })
const around = (lat: number, lon: number, count = 40) =>
  Array.from({ length: count }, (_, i) => cafeAt(lat + ((i % 7) - 3) / 500, lon + ((i % 11) - 5) / 500))

describe("a city out of an extract", () => {
  it("has the name, the middle and the parts that the extract gives it", () => {
    const extract = fromElements([
      ...around(45.76, 4.84),
      node(45.7578, 4.832, { place: "city", name: "Lyon", "name:it": "Lione" }),
      node(45.9, 4.7, { place: "village", name: "Anse" }),
      ...["Presqu'île", "Croix-Rousse", "Part-Dieu"].map((name, i) =>
        node(45.76, 4.83 + i / 100, { place: "suburb", name })
      )
    ])
    const { city, neighbourhoodOf } = cityOfExtract(extract, "lyon", undefined)!
    assert.deepInclude(city, { name: "Lyon", country: "FR", time_zone: "Europe/Paris", currency: "EUR" })
    assert.deepStrictEqual(city.languages, ["fr"])
    assert.deepStrictEqual(city.centre, { lat: 45.7578, lon: 4.832 })
    for (const place of extract.places) assert.isTrue(liesWithin(city.bounds, place))
    assert.strictEqual(neighbourhoodOf({ lat: 45.76, lon: 4.8401 }), "Croix-Rousse")
  })

  it("has what the extract lacks from its name, the middle of its places and clusters with a landmark", () => {
    const castle = node(34.4027, 132.4594, {
      historic: "castle",
      name: "広島城",
      "name:en": "Hiroshima Castle",
      wikidata: "Q1"
    })
    const extract = fromElements([
      ...around(34.4, 132.46),
      castle,
      ...around(34.37, 132.42),
      node(34.37, 132.42, { leisure: "park", name: "Koi Park", wikipedia: "x" })
    ])
    const { city, neighbourhoodOf } = cityOfExtract(extract, "hiroshima", undefined)!
    assert.deepInclude(city, { name: "Hiroshima", country: "JP", time_zone: "Asia/Tokyo", currency: "JPY" })
    assert.strictEqual(cityOfExtract(extract, "hiroshima", "広島市")!.city.name, "広島市")
    const names = new Set(extract.places.map((place) => neighbourhoodOf(place)))
    assert.include([...names], "Near Hiroshima Castle")
    assert.include([...names], "Near Koi Park")
  })

  const portland = (lat: number, lon: number, count: number) => [
    ...around(lat, lon, count),
    node(lat, lon, { place: "city", name: "Portland" })
  ]
  const origin = { source: "osm", licence: "ODbL-1.0", prefix: "osm-", provider: "openstreetmap" }
  const seeded = (elements: ReadonlyArray<unknown>, known?: CityInfo) =>
    Effect.result(inputOfExtract("p.json", fromElements(elements), { city: "portland" }, known, origin))

  it.effect("is one of two of its name, and nothing that lies on the other side of the country", () =>
    Effect.gen(function* () {
      const both = [...portland(45.52, -122.67, 40), ...portland(43.66, -70.26, 20), cafeAt(0, 0)]
      const { city, leftOut, nodes } = Result.getOrThrow(yield* seeded(both))
      assert.strictEqual(city.time_zone, "America/Los_Angeles")
      assert.isBelow(city.bounds.east, -120)
      assert.lengthOf([...nodes], 40)
      assert.strictEqual(leftOut!["lies more than 200 km from Portland"], 21)
      const other = yield* seeded(portland(43.66, -70.26, 20), city)
      assert.isTrue(Result.isFailure(other))
      assert.match(String(other), /4,?\d{3} km from the Portland that is known here/)
    })
  )

  it("lies on both sides of the date line", () => {
    const places = [...around(-16.78, 179.98), ...around(-16.8, -179.95)].map(({ lat, lon }) => ({ lat, lon }))
    const bounds = boundsAround(places)
    assert.isAbove(bounds.west, bounds.east)
    for (const place of places) assert.isTrue(liesWithin(bounds, place))
    assert.isFalse(liesWithin(bounds, { lat: -16.79, lon: 0 }))
    assert.isAbove(Math.abs(middleOf(places).lon), 179)
  })

  it("keeps the clocks of its country, also close to a border, all year round", () => {
    const cities = [
      [43.7384, 7.4246, "MC", 1, 2],
      [47.5596, 7.5886, "CH", 1, 2],
      [32.5149, -117.0382, "MX", -8, -7],
      [36.1408, -5.3536, "GI", 1, 2],
      [27.7172, 85.324, "NP", 5.75, 5.75],
      [-33.8688, 151.2093, "AU", 11, 10]
    ] as const
    for (const [lat, lon, country, january, july] of cities) {
      const zone = zoneOf(zoneFor({ lat, lon }, country, [{ lat, lon }]))!
      assert.strictEqual(offsetAt(zone, Date.UTC(2026, 0, 15)) / 3_600_000, january, zone.name)
      assert.strictEqual(offsetAt(zone, Date.UTC(2026, 6, 15)) / 3_600_000, july, zone.name)
    }
  })
})
