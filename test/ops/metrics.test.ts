/** What is watched exists: every metric that the dashboard and the alerts name is told by a running server. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { openWorld, type World } from "../e2e/world.ts"
import { until } from "../support/server.ts"

const root = join(import.meta.dirname, "../..")
const NAME = /\boverplanned_[a-z0-9_]+/g

const namesIn = (file: string): ReadonlySet<string> => new Set(readFileSync(join(root, file), "utf8").match(NAME) ?? [])

describe("dashboard and alerts", () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
  })
  afterAll(() => world?.close())

  it("name only what a running server tells", async () => {
    await (await world.someone()).call("GET", "/cities")
    const wanted = [
      ...namesIn("ops/prometheus/alerts.yml"),
      ...namesIn("ops/grafana/overplanned.json"),
      ...namesIn("docs/operate/metrics.md")
    ]
    assert.isAbove(wanted.length, 20)
    let missing: ReadonlyArray<string> = wanted
    const told = async () => (await fetch(`${world.server().url}/metrics`)).text()
    const seen = await until("every metric to be told", async () => {
      const text = await told()
      missing = wanted.filter((name) => !new RegExp(`^${name}(?:\\{| )`, "m").test(text))
      return missing.length === 0
    }).catch(() => false)
    assert.isTrue(seen, `nobody tells ${missing}`)
    const text = await (await fetch(`${world.server().url}/metrics`)).text()
    assert.match(text, /^overplanned_node_owns_trips(\{[^}]*\})? 1$/m)
  })

  it("ask for servers that the compose file has", () => {
    const compose = readFileSync(join(root, "docker-compose.yml"), "utf8")
    const [, targets] = /targets: \[(.*)\]/.exec(readFileSync(join(root, "ops/prometheus/scrape.yml"), "utf8"))!
    for (const [, service, port] of targets!.matchAll(/"([a-z0-9-]+):(\d+)"/g)) {
      assert.match(compose, new RegExp(`^ {2}${service}:$`, "m"))
      assert.include(compose, `METRICS_PORT: "${port}"`)
    }
  })
})
