// Writes down what a release reads and writes, for the tests of the one that comes after it. Run when a release is out:
// `node scripts/release/keep.ts [commit]`, the commit that went out (the newest one).
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { releaseShapes } from "./shapes.ts"

const root = join(import.meta.dirname, "../..")
const commit = process.argv[2] ?? "HEAD"

/** One release's sources. */
const MOST_BYTES = 1024 * 1024 * 1024

const folder = mkdtempSync(join(tmpdir(), "overplanned-release-"))
try {
  const files = execFileSync("git", ["archive", "--format=tar", `${commit}^{commit}`, "src", "package.json"], {
    cwd: root,
    maxBuffer: MOST_BYTES
  })
  execFileSync("tar", ["-x", "-C", folder], { input: files })
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  const shapes = await releaseShapes(folder)
  writeFileSync(join(root, "test/fixtures/release-before.json.gz"), gzipSync(JSON.stringify(shapes), { level: 9 }))
  console.log(`Kept what ${commit} reads and writes.`)
} finally {
  rmSync(folder, { recursive: true })
}
