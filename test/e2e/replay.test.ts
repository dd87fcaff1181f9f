/** `replay` as an operator runs it, against a server that is really up. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { SECRET } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("a replay against a running server", () => {
  let world: World

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off", AUTH_SECRET: SECRET })
  })

  afterAll(() => world?.close())

  it("plays what happens on its own clock and finds every disruption answered, repaired and verified", async () => {
    const file = join(world.folder, "short.jsonl")
    const lines = [
      { city: "seattle", days: 2, travelers: 2 },
      { at_minutes: 0, kind: "pivot", traveler: 0, stop: 0, trigger: "mood", detail: { mood: "cozy" } },
      { at_minutes: 30, kind: "closure", traveler: 1, stop: 0, minutes: 2_880 },
      { at_minutes: 60, kind: "weather", condition: "storm", severity: "severe", minutes: 4_320 }
    ]
    writeFileSync(file, lines.map((line) => JSON.stringify(line)).join("\n"))
    const { code, said } = await world.command("replay", file, "--speed", "3600", "--url", world.server().url, "--json")
    assert.strictEqual(code, 0, said)
    const card = JSON.parse(said.trim().split("\n").at(-1)!)
    assert.isAtLeast(card.disruptions, 2)
    assert.strictEqual(card.answered, card.disruptions)
    assert.strictEqual(card.verified, card.repaired)
    assert.isAtLeast(card.repaired, 2)
    assert.isEmpty(card.problems)
    assert.isAbove(card.slowest_ms, 0)
  })
})
