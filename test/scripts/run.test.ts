import { type ChildProcess, spawn } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"

const root = join(import.meta.dirname, "..", "..")

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

const ended = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve) => {
    let stdout = ""
    let stderr = ""
    child.stdout?.on("data", (chunk) => {
      stdout += chunk
    })
    child.stderr?.on("data", (chunk) => {
      stderr += chunk
    })
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }))
  })

describe("the task runner", () => {
  // A copy of the scripts beside a main.ts of the test's own, and the installation that is there.
  let clone: string
  const run = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
    spawn(process.execPath, [join(clone, "scripts", "run.mjs"), ...args], {
      cwd: clone,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"]
    })

  beforeAll(() => {
    clone = mkdtempSync(join(tmpdir(), "overplanned run "))
    for (const name of ["scripts", "package.json", "package-lock.json"]) {
      cpSync(join(root, name), join(clone, name), { recursive: true })
    }
    symlinkSync(join(root, "node_modules"), join(clone, "node_modules"))
    cpSync(join(root, "src", "domain", "ids.ts"), join(clone, "src", "domain", "ids.ts"))
    const main = `const [task, code] = process.argv.slice(2)
if (task === "exit") process.exitCode = Number(code)
if (task === "die") process.kill(process.pid, "SIGKILL")
if (task === "wait") {
  process.on("SIGTERM", () => process.exit(7))
  setInterval(() => {}, 1000)
}
process.stdout.write(JSON.stringify(process.argv.slice(2)))
`
    writeFileSync(join(clone, "src", "main.ts"), main)
    mkdirSync(join(clone, "bench"))
    writeFileSync(join(clone, "bench", "run.ts"), main)
  })
  afterAll(() => rmSync(clone, { recursive: true, force: true }))

  it("prints nothing but the command's own output, and ends with its code", async () => {
    const { code, stdout, stderr } = await ended(run(["cli", "exit", "3", "a b"]))
    assert.deepStrictEqual({ code, stdout, stderr }, { code: 3, stdout: '["exit","3","a b"]', stderr: "" })
  })

  it("starts the server for npm start", async () => {
    assert.strictEqual((await ended(run(["start"]))).stdout, '["serve"]')
  })

  it("is the package's command too, from any folder", async () => {
    const child = spawn(process.execPath, [join(clone, "scripts", "bin.mjs"), "token"], {
      cwd: tmpdir(),
      stdio: ["ignore", "pipe", "pipe"]
    })
    assert.strictEqual((await ended(child)).stdout, '["token"]')
  })

  for (const [how, task] of [
    ["in its own process", "cli"],
    ["in a process beside it", "bench"]
  ] as const) {
    it(`passes signals on and ends as the program does, ${how}`, async () => {
      const child = run([task, "wait"])
      child.stdout?.once("data", () => child.kill("SIGTERM"))
      assert.strictEqual((await ended(child)).code, 7)
      assert.strictEqual((await ended(run([task, "exit", "3"]))).code, 3)
      assert.strictEqual((await ended(run([task, "die"]))).signal, "SIGKILL")
    })
  }

  it("names the tasks there are", async () => {
    const { code, stderr } = await ended(run(["strat"]))
    assert.strictEqual(code, 2)
    assert.match(stderr, /There is no task "strat"; there are start, cli, test/)
  })
})
