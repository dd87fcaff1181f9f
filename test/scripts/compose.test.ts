/** What docker-compose.yml starts is tried against the real command line, by the file's own entrypoint. */
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { parse } from "yaml"

const root = join(import.meta.dirname, "..", "..")
const PROGRAM = "src/main.ts"

interface Service {
  readonly image?: string
  readonly entrypoint?: ReadonlyArray<string>
  readonly command?: ReadonlyArray<string>
}

const compose: { readonly services: Readonly<Record<string, Service>> } = parse(
  readFileSync(join(root, "docker-compose.yml"), "utf8"),
  { merge: true }
)

/** Compose writes a dollar twice where the container is to see it once. */
const unescaped = (text: string) => text.replaceAll("$$", "$")

/** Runs the program as the container would. It can write nowhere, so it stops as soon as it has understood what to do. */
const attempt = (service: Service, command = service.command ?? []): Promise<string> =>
  new Promise((resolve, reject) => {
    const [program, ...args] = [...(service.entrypoint ?? []), ...command].map(unescaped)
    const child = spawn(program!, args, {
      cwd: root,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
        OVERPLANNED_DATA_DIR: "/dev/null/nowhere",
        DATABASE_START_PATIENCE: "1s"
      },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let said = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk))
    child.on("error", reject)
    child.on("close", () => resolve(said))
  })

const ours = Object.entries(compose.services).filter(([, one]) => one.entrypoint?.join(" ").includes(PROGRAM))

describe("docker-compose.yml", () => {
  it("starts this program in every container of its image but the one that makes secrets", () => {
    const ofImage = Object.keys(compose.services).filter((name) => compose.services[name]!.image === "overplanned")
    assert.sameMembers(
      ofImage,
      ["secrets", ...ours.map(([name]) => name)],
      "a service whose command is not tried below"
    )
    assert.isAtLeast(ours.length, 2)
  })

  for (const [name, service] of ours) {
    it(`gives ${name} a command that the program knows`, async () => {
      const said = await attempt(service)
      assert.match(said, /data directory \/dev\/null\/nowhere cannot be written|database cannot be reached/)
      assert.notMatch(said, /Unknown|Invalid|Unrecognized|Missing/)
    })
  }

  it("is tried in a way that notices a command that nobody knows", async () => {
    assert.match(await attempt(ours[0]![1], ["fly"]), /Unknown subcommand "fly"/)
    assert.match(await attempt(ours[0]![1], ["serve", "--role", "nobody"]), /Invalid value for flag --role/)
  })
})
