/** Another release of this program, taken out of the repository's history into a folder of its own, as it would stand on an operator's disk. */
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { NotMeasured } from "../benchmark.ts"

const ROOT = join(import.meta.dirname, "../..")

const LOCK = "package-lock.json"

/** The files of one release; larger than what a child may say as Node comes. */
const MOST_BYTES = 1024 * 1024 * 1024

/** Gives the folder in which the release of that commit can be started. */
export const releaseOf = (commit: string, folder: string): string => {
  const root = join(folder, "before")
  mkdirSync(root, { recursive: true })
  const quiet = { cwd: ROOT, maxBuffer: MOST_BYTES, stdio: "pipe" } as const
  let files: Buffer
  try {
    files = execFileSync("git", ["archive", "--format=tar", `${commit}^{commit}`], quiet)
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr).trim()
    throw new NotMeasured(
      `--before takes a commit of this repository, and "${commit}" is none that git can give: ${said}`
    )
  }
  execFileSync("tar", ["-x", "-C", root], { input: files })
  // What both depend on is shared; what is of another version is installed as that release asks for it.
  if (readFileSync(join(root, LOCK), "utf8") === readFileSync(join(ROOT, LOCK), "utf8")) {
    symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"))
  } else execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: "ignore" })
  return root
}
