import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { readFeed } from "../../../src/sources/gtfs/read-feed.ts"
import { feedOf, zipOf } from "../../support/gtfs.ts"

const folder = mkdtempSync(join(tmpdir(), "gtfs-test-"))
afterAll(() => rmSync(folder, { recursive: true }))

const stops = [
  { id: "a", name: 'Market "Old", East', lat: 1, lon: 1 },
  { id: "b", name: "Two\nlines", lat: 1, lon: 1.02 },
  { id: "c", name: "Far", lat: 5, lon: 5 }
]
const read = (bytes: Uint8Array) => {
  const path = join(folder, "feed.zip")
  writeFileSync(path, bytes)
  return readFeed(path, ({ lat }) => lat < 2)
}

describe("a feed of transit", () => {
  it("becomes stations and lines: platforms are their station, what lies elsewhere is counted", async () => {
    const { leftOut, network } = await read(zipOf(feedOf(stops, { L: ["a", "b", "c"], M: ["b", "c"] }, "20181028")))
    assert.deepEqual(
      network.stations.map(({ name }) => name),
      ['Market "Old", East', "Two\nlines"]
    )
    assert.deepEqual(network.lines, [{ id: "L", name: "Line L", stations: [0, 1] }])
    assert.strictEqual(network.until, "2018-10-28")
    assert.strictEqual(leftOut["stops outside of the city"], 2)
    assert.strictEqual(leftOut["lines with fewer than two stations in the city"], 1)
  })

  it("that is none, or broken anywhere, is refused with the reason and never hangs", async () => {
    const reason = async (bytes: Uint8Array) => {
      try {
        await read(bytes)
        return "read"
      } catch (error) {
        return (error as Error).message
      }
    }
    const { "stop_times.txt": _times, ...without } = feedOf(stops, { L: ["a", "b"] })
    assert.match(await reason(zipOf(without)), /has no stop_times\.txt/)
    assert.match(await reason(Buffer.from("no zip at all")), /no ZIP archive/)
    const whole = zipOf(feedOf(stops, { L: ["a", "b"] }))
    for (let at = 10; at < whole.length; at += 37) {
      const broken = Buffer.from(whole)
      broken[at] = broken[at]! ^ 0xff
      await reason(broken)
    }
  })
})
