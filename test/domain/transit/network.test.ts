import { assert, describe, it } from "@effect/vitest"
import {
  likelyLines,
  lineNamed,
  mapOf,
  stationsNear,
  type TransitNetwork
} from "../../../src/domain/transit/network.ts"
import { eventsOf, readFeed } from "../../../src/domain/transit/realtime.ts"
import { realtimeOf } from "../../support/gtfs.ts"

/** Stations a kilometre apart, from west to east, and one line that crosses in the middle. */
const at = (km: number, north = 0) => ({ lat: north / 111, lon: km / 111 })
const network: TransitNetwork = {
  stations: [0, 1, 2, 3, 4].map((km) => ({ name: `East ${km}`, ...at(km) })).concat([{ name: "North", ...at(2, 3) }]),
  lines: [
    { id: "E", name: "East Line", stations: [0, 1, 2, 3, 4] },
    { id: "N", name: "North Line", stations: [2, 5] },
    { id: "X", name: "Express", stations: [0, 4] }
  ],
  until: null
}
const map = mapOf(network)
const lines = (a: { lat: number; lon: number }, b: { lat: number; lon: number }) =>
  likelyLines(map, stationsNear(map, a), stationsNear(map, b)).map((line) => network.lines[line]!.id)

describe("the lines of a leg", () => {
  it("are those that stop near both ends", () => {
    assert.deepEqual(lines(at(1.1), at(3.1)), ["E"])
    assert.sameMembers(lines(at(0.05), at(4.05)), ["E", "X"])
  })

  it("are two that meet, where none goes all the way", () => {
    assert.deepEqual(lines(at(3.1), at(2.1, 3)), ["E", "N"])
  })

  it("are none where no station is near, or both ends have the same", () => {
    assert.deepEqual(lines(at(1), at(30)), [])
    assert.deepEqual(lines(at(1.1), at(1.2)), [])
  })

  it("are found by id or by name, in any case", () => {
    assert.strictEqual(lineNamed(map, " e "), 0)
    assert.strictEqual(lineNamed(map, "north line"), 1)
    assert.strictEqual(lineNamed(map, "Q"), -1)
  })
})

describe("news of a feed", () => {
  const now = Date.parse("2026-05-01T12:00:00Z")
  const seconds = now / 1000

  it("are events of the city, one for each line of an alert that delays", () => {
    const bytes = realtimeOf([
      { id: "a1", lines: ["E", "N"], effect: 3, from: seconds - 60, until: seconds + 3600 },
      { id: "a2", lines: ["X"], effect: 1 },
      { id: "a3", lines: ["X"], effect: 11 }
    ])
    const events = eventsOf("town", readFeed(bytes), now, 10)
    assert.deepEqual(
      events.map((one) => one.kind === "transit" && [one.line, one.delay_minutes, one.from <= now, one.until > now]),
      [
        ["E", 20, true, true],
        ["N", 20, true, true],
        ["X", 45, true, true]
      ]
    )
    assert.deepEqual(eventsOf("town", readFeed(bytes), now + 60_000, 10), events, "read again they are the same events")
    assert.lengthOf(eventsOf("town", readFeed(bytes), now, 2), 2)
  })

  it("say nothing of what is over, or of a single late trip", () => {
    const over = realtimeOf([{ id: "a", lines: ["E"], effect: 3, from: seconds - 7200, until: seconds - 3600 }])
    assert.deepEqual(eventsOf("town", readFeed(over), now, 10), [])
    assert.deepEqual(readFeed(realtimeOf([], [{ line: "E", late: 3000 }])), [])
  })

  it("call a line late when half of its trips are", () => {
    const late = (...all: ReadonlyArray<number>) =>
      readFeed(
        realtimeOf(
          [],
          all.map((one) => ({ line: "E", late: one }))
        )
      )
    assert.deepEqual(
      late(0, 660, 900).map(({ delay_minutes, line }) => [line, delay_minutes]),
      [["E", 10]]
    )
    assert.deepEqual(late(0, 0, 900), [])
  })

  it("throw where the bytes are none, wherever they end", () => {
    const bytes = realtimeOf([{ id: "a1", lines: ["E"], effect: 3, from: seconds }])
    let broken = 0
    for (let end = 1; end < bytes.length; end++) {
      try {
        readFeed(bytes.subarray(0, end))
      } catch (error) {
        assert.strictEqual((error as Error).constructor.name, "BrokenBytes")
        broken++
      }
    }
    assert.isAbove(broken, bytes.length / 2)
  })
})
