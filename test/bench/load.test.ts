/** Load on a running server, by the benchmark and by autocannon as anybody would call it. */

import { execFile } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { NotMeasured, type Report } from "../../bench/benchmark.ts"
import { benchmark as compare } from "../../bench/compare/index.ts"
import { benchmark } from "../../bench/load/index.ts"
import { openWorld, type World } from "../e2e/world.ts"
import { personId } from "../support/person-ids.ts"
import { scratchFolder, tokenFor } from "../support/server.ts"

const AUTOCANNON = createRequire(import.meta.url).resolve("autocannon/autocannon.js")
const TRAVELERS = 3

describe("bench load", () => {
  let world: World
  let url: string
  let tokens: string
  const run = (...args: ReadonlyArray<string>) =>
    benchmark.run(["--url", url, "--tokens", tokens, "--travelers", String(TRAVELERS), ...args])

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    url = world.server().url
    tokens = join(world.folder, "tokens.json")
    const minted = Array.from({ length: TRAVELERS }, async () => ({ token: await tokenFor(personId()) }))
    writeFileSync(tokens, JSON.stringify({ tokens: await Promise.all(minted) }))
  })
  afterAll(() => world?.close())

  it("writes archives that plain autocannon sends, and the server answers them", async () => {
    const folder = join(world.folder, "archives")
    const told = ["--url", url, "--tokens", tokens, "--travelers", String(TRAVELERS), "--har", folder]
    const { stdout } = await promisify(execFile)(process.execPath, ["scripts/run.mjs", "bench", "load", ...told])
    assert.match(stdout, /^Archives$/m)
    assert.notInclude(stdout, "written to", "nothing was measured: the last figures stay")
    for (const name of ["trips", "swaps", "signals", "reads"]) {
      const args = ["--har", join(folder, `${name}.har`), "-c", "2", "-a", "12", "-j", "-n", url]
      const { stdout } = await promisify(execFile)(process.execPath, [AUTOCANNON, ...args])
      const said = JSON.parse(stdout)
      const answers = Object.entries(said.statusCodeStats as Record<string, { count: number }>)
      const known = name === "swaps" ? /^2|^422$/ : /^2/
      assert.isAbove(said["2xx"], 0, name)
      assert.deepEqual(
        answers.filter(([status]) => !known.test(status)),
        [],
        name
      )
    }
    const [stored] = await world.drained(
      (sql) => sql`select count(*)::int as n from behavioral_signals where signal_type = 'slot_view'`,
      ([row]) => row.n > 0
    )
    assert.isAtMost(stored.n, 12)
  })

  it("finds every acknowledged signal in the database, and its numbers are numbers", async () => {
    const measured = (seconds: number) => run("--scenario", "signals", "--seconds", String(seconds))
    const signalsOf = ({ figures }: Report) =>
      (figures!["scenarios"] as Record<string, Record<string, unknown>>)["signals"]!
    process.env["DATABASE_URL"] = world.url
    let report: Report
    try {
      report = await measured(1)
      // Within a second a busy machine may answer nobody.
      for (let seconds = 4; signalsOf(report)["acknowledged"] === 0 && seconds < 100; seconds *= 4) {
        report = await measured(seconds)
      }
    } finally {
      delete process.env["DATABASE_URL"]
    }
    const { bars } = report
    const signals = signalsOf(report)
    assert.isAbove(signals["acknowledged"] as number, 0)
    assert.strictEqual(signals["missing"], 0)
    for (const name of ["p50_ms", "p95_ms", "p99_ms", "requests_per_second"]) assert.isNumber(signals[name], name)
    assert.deepEqual(
      bars.map(({ met, value }) => ({ met, value })),
      [{ met: true, value: 0 }]
    )
    const [stored] = await world.rows(
      (sql) => sql`select count(*)::int as n from behavioral_signals where signal_type = 'slot_view'`
    )
    assert.isAtLeast(stored.n, signals["acknowledged"] as number)
    const drawn = readFileSync(join(import.meta.dirname, "../../bench/results/load.svg"), "utf8")
    assert.match(drawn, /^<svg .*signals.*<\/svg>/s)
  })

  it("says what it cannot be asked", async () => {
    for (const [args, why] of [
      [["--scenario", "dreams"], /no scenario "dreams": trips, swaps, signals, reads/],
      [["--har", "somewhere"], /running server/]
    ] as const) {
      const refused = await benchmark.run(args).catch((cause: unknown) => cause)
      assert.instanceOf(refused, NotMeasured)
      assert.match((refused as Error).message, why)
    }
  })
})

describe("bench compare", () => {
  const table = (p95: number) => ({
    title: "t",
    columns: ["scenario", "at once", "p95, ms"],
    rows: [
      ["trips", 50, p95],
      ["swaps", 200, 10]
    ]
  })

  it("sets the numbers of two results side by side", async () => {
    const { path: folder, remove } = scratchFolder()
    const file = (name: string, p95: number) => {
      writeFileSync(join(folder, name), JSON.stringify({ name: "load", commit: name, tables: [table(p95)] }))
      return join(folder, name)
    }
    const { tables } = await compare.run([file("a", 100), file("b", 150)])
    assert.deepEqual(tables[0]!.rows, [
      ["trips · at once", 50, 50, "same"],
      ["trips · p95, ms", 100, 150, "+50.0 %"],
      ["swaps · at once", 200, 200, "same"],
      ["swaps · p95, ms", 10, 10, "same"]
    ])
    for (const args of [[], [file("a", 1), join(folder, "none")]]) {
      assert.instanceOf(await compare.run(args).catch((cause: unknown) => cause), NotMeasured)
    }
    remove()
  })
})
