/** What a deploy would do, as it says itself: nothing of it is done here. */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"

const root = join(import.meta.dirname, "../..")
const SETTINGS = {
  GCP_PROJECT: "project",
  GCP_REGION: "region",
  CLOUD_SQL_INSTANCE: "project:region:sql",
  MODELS_BUCKET: "models",
  TAG: "abc"
}

const deploy = (args: ReadonlyArray<string>, settings: Readonly<Record<string, string>> = SETTINGS) =>
  // Only the shell's own tools: nothing that could reach a cloud is found.
  spawnSync("bash", ["deploy.sh", ...args], {
    cwd: root,
    env: { PATH: "/usr/bin:/bin", ...settings },
    encoding: "utf8"
  })

describe("deploy.sh --dry-run", () => {
  it("starts the new revision without travelers, and lets the old one hand over once it lives", () => {
    const { status, stdout } = deploy(["--dry-run", "api"])
    assert.strictEqual(status, 0)
    const steps = ["builds submit", "--no-traffic", "/health", "v-abc=100", "revisions delete", "/ready"]
    const at = steps.map((step) => stdout.indexOf(step))
    assert.deepEqual(
      at,
      [...at].sort((a, b) => a - b)
    )
    assert.isAbove(at[0]!, -1)
    for (const one of ["JOURNAL_ACKS=pg", "NODE_WAITS=true", "--max-instances 1 ", "gateway"])
      assert.include(stdout, one)
  })

  it("gives workers a role that owns nothing", () => {
    const { status, stdout } = deploy(["--dry-run", "workers"])
    assert.strictEqual(status, 0)
    assert.match(stdout, /--role\\?,worker/)
    assert.notInclude(stdout, "revisions delete")
  })

  it("says in a sentence what is missing", () => {
    assert.match(deploy(["--dry-run", "everything"]).stderr, /api\|workers/)
    const { status, stderr } = deploy(["--dry-run", "api"], {})
    assert.notStrictEqual(status, 0)
    assert.match(stderr, /GCP_PROJECT/)
  })
})
