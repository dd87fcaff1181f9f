import { assert, describe, it } from "@effect/vitest"
import { measure, unitsOf } from "../../console/format.js"
import { apart, hull, labelsThatFit, neighbourhoods, scaleOf, viewOf } from "../../console/map-shapes.js"
import { tilesOf } from "../../console/map-tiles.js"

describe("the map", () => {
  const square = [
    { lat: 47.6, lon: -122.4, neighbourhood: "West" },
    { lat: 47.6, lon: -122.3, neighbourhood: "East" },
    { lat: 47.7, lon: -122.4, neighbourhood: "West" },
    { lat: 47.7, lon: -122.3, neighbourhood: "" }
  ]

  it("shows every stop inside its frame, north up and east to the right, by one scale", () => {
    const view = viewOf(square, 400, 230)
    const drawn = square.map(view.at)
    for (const [x, y] of drawn) assert.isTrue(x > 0 && x < 400 && y > 0 && y < 230)
    assert.isAbove(drawn[1]![0], drawn[0]![0])
    assert.isBelow(drawn[2]![1], drawn[0]![1])
    const north = (drawn[0]![1] - drawn[2]![1]) * view.metres
    assert.approximately(north, 11_132, 50)
    assert.isAbove(viewOf(square.slice(0, 1), 400, 230).metres, 1)
  })

  it("draws neighbourhoods round their places and leaves out the ones that lie far off", () => {
    const places = [
      ...[0, 1, 2, 3].map((i) => ({ lat: i % 2, lon: Math.floor(i / 2), neighbourhood: "Centre" })),
      { lat: 50, lon: 50, neighbourhood: "Centre" }
    ]
    const [centre] = neighbourhoods(places)
    assert.strictEqual(centre!.places.length, 4)
    const corners = [
      [0, 0],
      [2, 0],
      [2, 2],
      [0, 2]
    ]
    assert.sameDeepMembers(hull([...corners, [1, 1], [1, 0]]), corners)
  })

  it("writes labels beside each other and beside stops, none over the edge, and none where there is no room", () => {
    const view = { at: ({ lat, lon }: { lat: number; lon: number }) => [lon, lat] }
    const hood = (name: string, lon: number, lat: number, n: number) => ({
      name,
      middle: { lat, lon },
      places: Array(n).fill(0)
    })
    const fitted = labelsThatFit(
      [
        hood("Large", 100, 100, 9),
        hood("Small", 105, 104, 3),
        hood("Edge", 2, 50, 9),
        hood("Stop", 200, 150, 9),
        hood("Crowded", 300, 50, 9)
      ],
      view,
      400,
      230,
      [[200, 150], ...[10, 30, 50, 70, 90].map((y) => [300, y])]
    )
    assert.deepStrictEqual(
      fitted.map(({ name }) => name),
      ["Large", "Stop", "Small"]
    )
    for (const { name, y } of fitted) {
      if (name === "Stop") assert.isAbove(Math.abs(y - 150), 18)
      if (name === "Small") assert.isAbove(Math.abs(y - 100), 13)
    }
  })

  it("lets each pin be read where stops lie on each other, and moves no other one", () => {
    const spread = apart(
      [
        [100, 100],
        [100, 100],
        [104, 100],
        [300, 50]
      ],
      16
    )
    for (const [i, [x, y]] of spread.entries()) {
      for (const [right, down] of spread.slice(i + 1)) assert.isAtLeast(Math.hypot(right - x, down - y), 15.9)
    }
    assert.deepStrictEqual(spread[3], [300, 50])
    for (const [x, y] of spread.slice(0, 3)) assert.isBelow(Math.hypot(x - 101, y - 100), 24)
  })

  it("measures as the traveler does", () => {
    assert.deepStrictEqual(scaleOf(10, 90, unitsOf("de")), { units: 50, count: 500, unit: "meter" })
    assert.deepStrictEqual(scaleOf(50, 90, unitsOf("de")), { units: 40, count: 2, unit: "kilometer" })
    assert.deepInclude(scaleOf(50, 90, unitsOf("en-US")), { count: 2, unit: "mile" })
    assert.deepInclude(scaleOf(1, 90, unitsOf("en-GB")), { count: 200, unit: "foot" })
    assert.strictEqual(measure(2, "kilometer", "en-GB"), "2 km")
  })

  it("moves its ground and keeps its scale", () => {
    const still = viewOf(square, 400, 230)
    const moved = viewOf(square, 400, 230, 1, [30, -10])
    assert.strictEqual(moved.metres, still.metres)
    const [x, y] = still.at(square[0]!)
    assert.deepStrictEqual(moved.at(square[0]!), [x + 30, y - 10])
  })

  const ADDRESS = "https://tiles.example.org/{z}/{x}/{y}.png"
  const WHOLE = { left: 0, top: 0, right: 400, bottom: 230 }
  /** As those who serve such squares write it down. */
  const squareOf = ({ lat, lon }: { lat: number; lon: number }, zoom: number) => {
    const angle = (lat * Math.PI) / 180
    const y = (1 - Math.log(Math.tan(angle) + 1 / Math.cos(angle)) / Math.PI) / 2
    return [zoom, Math.floor(((lon + 180) / 360) * 2 ** zoom), Math.floor(y * 2 ** zoom)].join("/")
  }

  it("lies on pictures where they belong, covers itself with them, and is as far away as they are made for", () => {
    const view = viewOf(square, 400, 230, 1.3, [40, -12])
    const tiles = tilesOf(view, WHOLE, 0.9, ADDRESS)
    const zoom = Number(tiles[0]!.key.split("/")[0])
    for (let lat = 47.6; lat <= 47.7; lat += 0.007) {
      for (let lon = -122.4; lon <= -122.3; lon += 0.007) {
        const [x, y] = view.at({ lat, lon })
        if (x < 0 || x > 400 || y < 0 || y > 230) continue
        const over = tiles.filter((one) => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height)
        // Flat and Mercator differ by less than a thousandth of a square.
        assert.isAtLeast(over.length, 1, `${lat} ${lon} is covered`)
        if (over.every((one) => Math.min(x - one.x, one.x + one.width - x, y - one.y, one.y + one.height - y) > 0.2)) {
          assert.strictEqual(over[0]!.href, `https://tiles.example.org/${squareOf({ lat, lon }, zoom)}.png`)
        }
      }
    }
    for (const { width, height } of tiles) {
      assert.approximately(width / height, 1, 0.01)
      assert.isTrue(width * 0.9 > 170 && width * 0.9 < 370, "looked at as they were drawn")
    }
  })

  it("asks for so many pictures and no more, however far away or near one looks, and round the earth", () => {
    for (const zoom of [0.2, 1, 12]) {
      for (const pixels of [0.4, 1, 4]) {
        const tiles = tilesOf(
          viewOf(square, 400, 230, zoom),
          { left: -900, top: 0, right: 1300, bottom: 230 },
          pixels,
          ADDRESS
        )
        assert.isAtMost(tiles.length, 40, `${zoom} ${pixels}`)
        assert.isAtLeast(tiles.length, 1)
      }
    }
    const fiji = viewOf([{ lat: -16.8, lon: 179.99 }], 400, 230, 0.2)
    const columns = new Set(tilesOf(fiji, WHOLE, 1, ADDRESS).map(({ href }) => Number(href.split("/")[4])))
    assert.isTrue(columns.has(0), "the first column follows the last")
  })
})
