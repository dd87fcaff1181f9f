/** What others read is read by their own tools: shell by shellcheck, rules and scraping by promtool. Skipped where they are not installed. */
import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"

const root = join(import.meta.dirname, "../..")
const isThere = (tool: string) => spawnSync(tool, ["--version"]).error === undefined

const shellScripts = (): ReadonlyArray<string> =>
  execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter(
      (file) =>
        /(^|\/)[^.]+$|\.sh$/.test(file) && /^#!.*\b(ba)?sh\b/.test(readFileSync(join(root, file), "utf8").slice(0, 64))
    )

const run = (tool: string, args: ReadonlyArray<string>) => {
  const { status, stdout, stderr } = spawnSync(tool, args, { cwd: root, encoding: "utf8" })
  assert.strictEqual(status, 0, `${stdout}\n${stderr}`)
}

describe("files for other tools", () => {
  it.skipIf(!isThere("shellcheck"))("are shell without a complaint", () => {
    const scripts = shellScripts()
    assert.includeMembers([...scripts], ["deploy.sh", ".ci/run"])
    run("shellcheck", scripts)
  })

  it.skipIf(!isThere("promtool"))(
    "are rules and targets that Prometheus takes, and each rule wakes somebody when it has to",
    () => {
      run("promtool", ["check", "rules", "ops/prometheus/alerts.yml"])
      run("promtool", ["check", "config", "ops/prometheus/scrape.yml"])
      run("promtool", ["test", "rules", "test/ops/alerts.yml"])
    }
  )
})
