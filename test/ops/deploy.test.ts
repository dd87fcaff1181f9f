/** What a deploy would do, as it says itself, and what it asks of a cloud that is a script here: nothing of it reaches one. */
import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
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

  it("names the front end that everybody comes by way of, and a balancer before it", () => {
    const settingsOf = (settings: Readonly<Record<string, string>>) => {
      const said = deploy(["--dry-run", "api"], settings).stdout.replaceAll("\\", "")
      const [, separator, all] = /--set-env-vars \^(.)\^(\S+)/.exec(said)!
      return Object.fromEntries(all!.split(separator!).map((one) => one.split("=")))
    }
    assert.deepInclude(settingsOf(SETTINGS), {
      MODELS_DIR: "/models",
      DATASETS_DIR: "/models/datasets",
      TRUSTED_PROXIES: "169.254.0.0/16"
    })
    const TRUSTED_PROXIES = "203.0.113.5,2001:db8::5"
    const all = settingsOf({ ...SETTINGS, TRUSTED_PROXIES, REDIS_URL: "redis://10.0.0.3" })
    assert.deepInclude(all, { TRUSTED_PROXIES: `169.254.0.0/16,${TRUSTED_PROXIES}`, REDIS_URL: "redis://10.0.0.3" })
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

interface Cloud {
  /** The image of that tag was built before. */
  readonly built?: boolean
  /** What serves now, if anything. */
  readonly serving?: string
  /** Whether `/ready` of what was deployed last answers. */
  readonly ready?: boolean
}

/** Runs the script with a `gcloud`, a `curl` and a `sleep` that write down what they are asked for. */
const deployTo = ({ built = false, serving = "", ready = true }: Cloud) => {
  const folder = mkdtempSync(join(tmpdir(), "deploy-"))
  const tool = (name: string, script: string) => {
    const path = join(folder, name)
    writeFileSync(path, `#!/bin/bash\necho "${name} $*" >> "${folder}/asked"\n${script}\n`)
    chmodSync(path, 0o755)
  }
  tool(
    "gcloud",
    `case "$*" in
      "artifacts docker images describe"*) exit ${built ? 0 : 1} ;;
      "run services describe"*percent*) ${serving === "" ? "exit 1" : `if grep -q to-tags "${folder}/asked"; then echo new-revision; else echo "${serving}"; fi`} ;;
      "run services describe"*) echo "['https://new.example.invalid']" ;;
      "run revisions describe"*) echo image-that-ran ;;
    esac`
  )
  tool("curl", `case "$*" in */ready*) exit ${ready ? 0 : 22} ;; esac`)
  tool("sleep", "")
  try {
    const { status, stderr } = spawnSync("bash", ["deploy.sh", "api"], {
      cwd: root,
      env: { PATH: `${folder}:/usr/bin:/bin`, ...SETTINGS, WATCH_SECONDS: "70" },
      encoding: "utf8"
    })
    return { status, stderr, asked: readFileSync(join(folder, "asked"), "utf8").split("\n") }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const saying = (asked: ReadonlyArray<string>, ...words: ReadonlyArray<string>) =>
  asked.filter((line) => words.every((word) => line.includes(word)))

describe("deploy.sh", () => {
  it("takes an image that is there as it is: what lies in the folder now is another", () => {
    assert.lengthOf(saying(deployTo({ built: true, serving: "old" }).asked, "builds submit"), 0)
    assert.lengthOf(saying(deployTo({ serving: "old" }).asked, "builds submit"), 1)
  })

  it("sends travelers to the first revision of a service, which cannot be started without any", () => {
    const { status, asked } = deployTo({})
    assert.strictEqual(status, 0)
    assert.lengthOf(saying(asked, "run deploy"), 1)
    assert.lengthOf(saying(asked, "--no-traffic"), 0)
    assert.lengthOf(saying(asked, "revisions delete"), 0)
  })

  it("goes back to the image that ran where the new one is not ready, and says so", () => {
    const { status, stderr, asked } = deployTo({ serving: "old-revision", ready: false })
    assert.notStrictEqual(status, 0)
    assert.include(stderr, "What ran before runs again.")
    const [first, second] = saying(asked, "run deploy")
    assert.include(first!, "overplanned:abc")
    assert.include(second!, "image-that-ran")
    assert.deepStrictEqual(
      saying(asked, "revisions delete").map((line) => line.split(" ")[4]),
      ["old-revision", "new-revision"]
    )
  })
})
