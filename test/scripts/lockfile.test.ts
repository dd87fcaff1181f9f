/** What `npm ci` can hold an installation against. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"

const root = join(import.meta.dirname, "..", "..")

interface Locked {
  readonly integrity?: string
  readonly link?: boolean
}

const { packages }: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync(join(root, "package-lock.json"), "utf8")
)

const hashed = (path: string) => packages[path]?.integrity?.startsWith("sha512-") === true

describe("the lockfile", () => {
  it("holds a hash of the native server for the platform that the image runs on", () => {
    for (const name of ["uWebSockets.js", "@uwsjs/linux-x64-22"]) assert.isTrue(hashed(`node_modules/${name}`), name)
  })

  it("holds a hash of every package that is installed here", () => {
    const installed = Object.keys(packages).filter((path) => path !== "" && existsSync(join(root, path)))
    assert.isAbove(installed.length, 100)
    if (process.platform !== "linux" || process.arch !== "x64") return
    assert.deepStrictEqual(
      installed.filter((path) => !hashed(path)),
      []
    )
  })
})
