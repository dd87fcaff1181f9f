/** While the server's program is loaded, whoever asks for `/health` is answered: the event loop never stands still for long. */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"

const SOURCES = join(import.meta.dirname, "../../src/wiring")

/** Loads it as the server does and tells what each turn of the loop cost, in milliseconds of computing: a busy machine adds none. */
const SCRIPT = `
import { pathToFileURL } from "node:url"
const load = (name) => import(pathToFileURL(${JSON.stringify(SOURCES)} + "/" + name).href)
const Effect = await import("effect/Effect")
await load("run-server.ts")
const { loadInParts } = await load("loading.ts")
const turns = []
let before = process.cpuUsage()
let over = false
const turn = () => {
  const { user, system } = process.cpuUsage(before)
  before = process.cpuUsage()
  turns.push((user + system) / 1000)
  if (!over) setImmediate(turn)
}
setImmediate(turn)
await Effect.runPromise(loadInParts)
await load("whole-server.ts")
over = true
setImmediate(() => console.log(JSON.stringify(turns)))
`

/** Of all that loading costs, in one turn: a part that brought most of the others along would take nearly everything. */
const MOST_IN_ONE_TURN = 0.4

describe("the server's program", () => {
  it("is loaded in parts between which the loop turns", async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", SCRIPT],
      { cwd: join(SOURCES, "../..") }
    )
    const turns: ReadonlyArray<number> = JSON.parse(stdout)
    const all = turns.reduce((sum, one) => sum + one, 0)
    assert.isBelow(Math.max(...turns) / all, MOST_IN_ONE_TURN, `${turns.map(Math.round)}`)
  })
})
