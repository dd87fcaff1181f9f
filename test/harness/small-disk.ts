/** A disk of a few megabytes that a test fills up: a file system in memory, which only root may mount. */
import { execFileSync } from "node:child_process"
import { closeSync, openSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"

export interface SmallDisk {
  /** Takes every byte that is left. */
  readonly fill: () => void
  /** Gives them back. */
  readonly empty: () => void
  readonly unmount: () => void
}

/** Mounted at `folder`, which exists; undefined where this machine does not let us. */
export const mountSmallDisk = (folder: string, megabytes: number): SmallDisk | undefined => {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "ignore" })
  } catch {
    return undefined
  }
  const ballast = join(folder, "ballast")
  const block = Buffer.alloc(64 * 1024)
  return {
    fill: () => {
      const file = openSync(ballast, "a")
      try {
        for (;;) writeSync(file, block)
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== "ENOSPC") throw cause
      } finally {
        closeSync(file)
      }
    },
    empty: () => rmSync(ballast, { force: true }),
    unmount: () => {
      try {
        execFileSync("umount", ["-l", folder], { stdio: "ignore" })
      } catch {
        // Gone already.
      }
    }
  }
}
