// The packages in node_modules: exactly the lockfile's, installed by npm under the right Node.
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { missing } from "./lockfile.mjs"
import { npm } from "./npm.mjs"
import { Problem, step } from "./say.mjs"

const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch {
    return {}
  }
}

/** Says which lockfile and machine an installation was checked against, so that the next time one look is enough. */
const stampFile = (root) => join(root, "node_modules", ".overplanned-setup.json")

const sameStamp = (a, b) => a.lockfile === b.lockfile && a.machine === b.machine && (a.withDev || !b.withDev)

const stampFor = (text, version, withDev) => ({
  lockfile: createHash("sha256").update(text).digest("hex"),
  machine: `${process.platform}-${process.arch}-node${version.split(".")[0]}`,
  withDev
})

const lockfileOf = (root) => readFileSync(join(root, "package-lock.json"))

/** Whether an earlier run found everything in place: two small files tell. */
export const dependenciesReady = (root, { version }, withDev) =>
  sameStamp(readJson(stampFile(root)), stampFor(lockfileOf(root), version, withDev))

/** Installs what is missing, and proves that it is there. */
export const installDependencies = async (root, { path, version }, withDev) => {
  const text = lockfileOf(root)
  const lock = JSON.parse(text)
  const machine = { platform: process.platform, arch: process.arch, node: version }
  const record = join(root, "node_modules", ".package-lock.json")
  const gaps = (dev) => missing(lock, readJson(record), machine, dev)
  if (gaps(withDev).length > 0) {
    // A complete installation for running is only added to: it may be running at this moment.
    const adds = withDev && existsSync(record) && gaps(false).length === 0
    const flags = ["--include=optional", withDev ? "--include=dev" : "--omit=dev"]
    const title = adds
      ? "Installing what the tests and tools need besides"
      : `Installing ${missing(lock, {}, machine, withDev).length} packages, as the lockfile pins them`
    await step(title, async () => {
      if (adds) await npm(path, ["install", "--no-save", ...flags], root)
      if (gaps(withDev).length > 0) await npm(path, ["ci", ...flags], root)
    })
    const left = gaps(withDev)
    if (left.length > 0) {
      const names = `${left.slice(0, 3).join(", ")}${left.length > 3 ? ` and ${left.length - 3} more` : ""}`
      throw new Problem(
        `npm left out ${names}; check that npm's "omit" setting is empty (npm config get omit) and run the command again.`
      )
    }
  }
  writeFileSync(stampFile(root), JSON.stringify(stampFor(text, version, gaps(true).length === 0)))
}
