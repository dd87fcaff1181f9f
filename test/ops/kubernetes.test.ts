/** The manifest and the compose file for several machines: what it sets is known here, and it gives an owner the time and the disk that it needs. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { settings } from "../../src/config.ts"

const root = join(import.meta.dirname, "../..")
const read = (file: string) => readFileSync(join(root, file), "utf8")
const manifest = read("ops/kubernetes/overplanned.yml")

describe("the manifest of several servers", () => {
  it("sets only what a server reads, in the folders that the image has", () => {
    const names = [...manifest.matchAll(/\{ name: ([A-Z_]+),/g)]
      .map(([, name]) => name!)
      .filter((name) => name !== "POD")
    assert.includeMembers(names, ["NODE_ADDRESS", "DATABASE_URL", "AUTH_SECRET"])
    for (const name of names) assert.property(settings, name)
    for (const [, folder] of manifest.matchAll(/mountPath: (\S+) /g)) assert.include(read("Dockerfile"), folder!)
  })

  it("gives those that answer travelers an address of their own, a disk that stays, and as long to hand over as compose does", () => {
    const [gateways, workers] = manifest.split("kind: StatefulSet").slice(1)
    assert.include(gateways, "serve, --role, gateway")
    assert.include(gateways, '"$(POD).overplanned-nodes:8000"')
    assert.include(workers, "serve, --role, worker")
    assert.notInclude(workers, "NODE_ADDRESS")
    const grace = /stop_grace_period: (\d+)s/.exec(read("docker-compose.yml"))![1]
    for (const part of [gateways, workers]) {
      assert.include(part, `terminationGracePeriodSeconds: ${grace}`)
      assert.match(part!, /volumeClaimTemplates:\n {4}- metadata: \{ name: data \}/)
      assert.include(part, "path: /health")
    }
  })

  it("leaves one who runs it by compose nothing to guess", () => {
    const compose = read("docker-compose.node.yml")
    const [, environment] = /environment:\n((?: {6}.*\n)+)/.exec(compose)!
    const names = [...environment!.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name!)
    for (const name of names.filter((one) => one !== "NODE_OPTIONS")) assert.property(settings, name)
    for (const name of ["NODE_ADDRESS", "DATABASE_URL", "AUTH_SECRET"])
      assert.include(environment, `\${${name}:?Set ${name} to`)
  })
})
